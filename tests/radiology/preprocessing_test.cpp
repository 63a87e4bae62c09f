#include "radiology/preprocessing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "core/random.h"
#include "radiology/image_processing.h"

namespace radiopath::radiology {
namespace {

/// A grid turned by 30 degrees about z, with its y axis reversed.
Grid oblique() {
  const double c = std::cos(std::numbers::pi / 6), s = 0.5;
  return {{20, 18, 9}, {1.1, 0.9, 3}, {-7, 12, 40}, {c, s, 0, s, -c, 0, 0, 0, 1}};
}

double plane(const std::array<double, 3>& p) { return 3 * p[0] - 2 * p[1] + 0.5 * p[2] + 20; }

/// A volume that holds a function of the position.
template <class Function>
Volume sampled(const Grid& grid, Function&& f) {
  Volume volume{grid, {}};
  for (int z = 0; z < grid.size[2]; ++z) {
    for (int y = 0; y < grid.size[1]; ++y) {
      for (int x = 0; x < grid.size[0]; ++x) volume.voxels.push_back(static_cast<float>(f(grid.position_mm(x, y, z))));
    }
  }
  return volume;
}

/// A small grid that lies inside oblique(), with other axes.
Grid inner() {
  Grid grid{{4, 5, 4}, {0.7, 0.8, 1.5}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
  grid.origin = oblique().position_mm(8, 9, 2.2);
  return grid;
}

TEST(Resampling, LinearReproducesAPlaneInPhysicalSpace) {
  const Volume source = sampled(oblique(), plane);
  const Volume expected = sampled(inner(), plane);
  const Volume found = resample(source, inner(), Interpolation::linear);
  ASSERT_TRUE(found.grid == inner());
  for (std::size_t i = 0; i < found.voxels.size(); ++i) EXPECT_NEAR(found.voxels[i], expected.voxels[i], 2e-5);
}

TEST(Resampling, BsplineFollowsASmoothFunctionMoreCloselyThanLinear) {
  const auto wave = [](const std::array<double, 3>& p) {
    return std::sin(0.5 * p[0]) * std::cos(0.4 * p[1]) + 0.01 * p[2];
  };
  const Volume source = sampled(oblique(), wave), expected = sampled(inner(), wave);
  const auto error = [&](Interpolation interpolation) {
    const Volume found = resample(source, inner(), interpolation);
    double most = 0;
    for (std::size_t i = 0; i < found.voxels.size(); ++i) {
      most = std::max(most, std::abs(static_cast<double>(found.voxels[i]) - expected.voxels[i]));
    }
    return most;
  };
  EXPECT_LT(error(Interpolation::bspline), 0.3 * error(Interpolation::linear));
}

TEST(Resampling, NearestKeepsLabelsAndOutsideIsZeroOrNan) {
  Mask mask{oblique(), std::vector<std::uint8_t>(static_cast<std::size_t>(oblique().voxel_count()), 1)};
  Grid far = inner();
  far.origin[0] += 1000;
  EXPECT_EQ(resample(mask, inner()).count(), inner().voxel_count());
  EXPECT_EQ(resample(mask, far).count(), 0);
  const Volume nothing = resample(sampled(oblique(), plane), far, Interpolation::linear);
  EXPECT_TRUE(std::isnan(nothing.voxels.front()));
}

/// By the definition of the partial mask volume, half is inside, however the positions are rounded.
TEST(Resampling, VoxelsHalfInALabelAreInsideIt) {
  LabelMap map;
  map.grid.size = {60, 7, 1};
  map.grid.spacing_mm = {0.977, 0.977, 3};
  map.grid.origin = {174.39450073, 79.62550354, -100.40000153};
  for (int i = 0; i < 60 * 7; ++i) map.voxels.push_back(i / 3 % 2 == 0 ? 5 : 2);  // threes along x
  Grid between = map.grid;
  between.size[0] = 59;
  between.origin = map.grid.position_mm(0.5, 0, 0);
  const LabelMap found = interpolate_label(map, 5, between);
  for (int y = 0; y < 7; ++y)
    for (int x = 0; x < 59; ++x) {
      const std::size_t left = map.grid.index(x, y, 0);
      const bool inside = map.voxels[left] == 5 || map.voxels[left + 1] == 5;
      EXPECT_EQ(found.voxels[between.index(x, y, 0)], inside ? 5 : 0) << x << " " << y;
    }
}

TEST(Resampling, OntoAPartOfTheSameGridCopies) {
  Volume source = sampled(oblique(), plane);
  source.voxels[0] = std::numeric_limits<float>::quiet_NaN();
  const Box box{{3, 2, 1}, {5, 4, 3}};
  const Volume part = resample(source, cut(source.grid, box), Interpolation::bspline);  // NaN elsewhere does no harm
  EXPECT_EQ(part.voxels[part.grid.index(1, 2, 2)], source.voxels[source.grid.index(4, 4, 3)]);
  EXPECT_THROW(resample(source, inner(), Interpolation::bspline), InputError);
}

TEST(Grid, IsotropicCubesShareTheOuterCorner) {
  const Grid grid = oblique(), cubes = isotropic_grid(grid, 1.5);
  EXPECT_EQ(cubes.size, (std::array<int, 3>{15, 11, 18}));  // 22, 16.2 and 27 mm
  const auto corner = grid.position_mm(-0.5, -0.5, -0.5), found = cubes.position_mm(-0.5, -0.5, -0.5);
  for (int a = 0; a < 3; ++a) EXPECT_NEAR(found[a], corner[a], 1e-12);
}

const Mask kNoLesion{};

TEST(Normalization, ZScoresTheBodyAndNotTheAir) {
  Random random(1, "body");
  Volume volume{{{40, 40, 10}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}, {}};
  for (int i = 0; i < 16000; ++i) {
    const bool body = i % 3 == 0;
    volume.voxels.push_back(static_cast<float>(body ? random.normal(500, 40) : std::abs(random.normal(0, 10))));
  }
  PreprocessingConfig config;
  config.normalization = "body";
  const Volume found = normalize(volume, config, kNoLesion);
  double n = 0, sum = 0, squares = 0;
  for (int i = 0; i < 16000; i += 3) n += 1, sum += found.voxels[i], squares += std::pow(found.voxels[i], 2);
  EXPECT_NEAR(sum / n, 0, 1e-2);
  EXPECT_NEAR(std::sqrt(squares / n), 100, 1e-2);

  config.normalization = "none";
  EXPECT_EQ(normalize(volume, config, kNoLesion).voxels, volume.voxels);
}

/// Half air, half tissue, with a lesion on the first voxels.
struct Scan {
  Volume volume{{{20, 20, 20}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}, {}};
  Mask lesion{volume.grid, std::vector<std::uint8_t>(8000)};

  explicit Scan(double lesion_intensity) {
    Random random(2, "scan");
    for (int i = 0; i < 8000; ++i) {
      const double tissue = random.normal(i % 2 ? 300 : 20, 9);
      lesion.voxels[i] = i < 2000;
      volume.voxels.push_back(static_cast<float>(i < 2000 ? lesion_intensity : tissue));
    }
  }
};

TEST(Normalization, IsInvariantToGainAndOffset) {
  for (const char* normalization : {"surroundings", "body", "all"}) {
    PreprocessingConfig config;
    config.normalization = normalization;
    const Scan scan(330);
    Volume scanned = scan.volume;
    for (float& v : scanned.voxels) v = 1.7f * v + 55;
    const Volume a = normalize(scan.volume, config, scan.lesion), b = normalize(scanned, config, scan.lesion);
    for (std::size_t i = 0; i < a.voxels.size(); ++i) EXPECT_NEAR(a.voxels[i], b.voxels[i], 0.05);
  }
}

TEST(Normalization, TheLesionDoesNotSetItsOwnScale) {
  const Scan dark(100), bright(5000);
  const Volume a = normalize(dark.volume, {}, dark.lesion), b = normalize(bright.volume, {}, bright.lesion);
  for (std::size_t i = 2000; i < a.voxels.size(); ++i) ASSERT_EQ(a.voxels[i], b.voxels[i]);
  EXPECT_GT(b.voxels[0], a.voxels[0]);
}

TEST(Normalization, ABlankVolumeIsAnError) {
  const Volume blank{{{4, 4, 4}, {1, 1, 1}, {0, 0, 0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}}, std::vector<float>(64, 7)};
  const Mask nowhere{blank.grid, std::vector<std::uint8_t>(64, 0)}, everywhere{blank.grid, std::vector<std::uint8_t>(64, 1)};
  EXPECT_THROW(normalize(blank, {}, nowhere), InputError);
  EXPECT_THROW(normalize(blank, {}, everywhere), InputError);
}

}  // namespace
}  // namespace radiopath::radiology
