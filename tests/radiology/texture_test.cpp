#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"
#include "radiology/ngtdm.h"
#include "tests/radiology/feature_tools.h"

// What holds of textures and shapes whatever the data.

namespace radiopath::radiology {
namespace {

/// A blob of random texture with flat parts, at `shift` in a grid that is larger by `padding`.
Case blob(int shift, int padding) {
  Grid grid;
  grid.size = {13 + padding, 11 + padding, 9 + padding};
  grid.spacing_mm = {0.5, 0.75, 2};
  Case made = {{grid, {}}, {grid, std::vector<std::int16_t>(static_cast<std::size_t>(grid.voxel_count()))}};
  made.image.voxels.assign(made.labels.voxels.size(), -77);
  Random random(7, "blob");
  for (int z = 0; z < 8; ++z) {
    for (int y = 0; y < 10; ++y) {
      for (int x = 0; x < 12; ++x) {
        const double r = std::hypot((x - 5.5) / 5.5, (y - 4.5) / 4.5, (z - 3.5) / 3.5);
        const std::size_t i = grid.index(x + shift, y + shift, z + shift);
        made.labels.voxels[i] = r + 0.4 * random.uniform() < 1.1 ? 1 : 0;
        made.image.voxels[i] = static_cast<float>(25 * random.below(4) + (x > 6 ? 100 : 0));
      }
    }
  }
  return made;
}

NamedValues measure(const Case& made, Profile profile, Slices slices = Slices::kVolume) {
  const Roi roi = make_roi(made.labels, 1);
  const auto intensities = intensities_in(roi, made.image);
  const Discretized levels = discretize(intensities, 25);
  NamedValues found;
  TextureOptions options;
  options.profile = profile;
  options.slices = slices;
  put_textures(found, roi, levels, options);
  options.directions = Directions::kMerged;
  NamedValues merged;
  put_textures(merged, roi, levels, options);
  for (const auto& [name, value] : merged) found["merged " + name] = value;
  put(found, Family::kShape, profile, shape_values(roi, profile));
  if (profile == Profile::kPyRadiomics)
    put(found, Family::kFirstOrder, profile,
        first_order_values(intensities, levels, made.image.grid.voxel_volume_mm3()));
  return found;
}

void expect_same_bits(const NamedValues& a, const NamedValues& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, value] : a) {
    const auto other = b.at(name);
    EXPECT_TRUE(value.value == other.value || (std::isnan(value.value) && std::isnan(other.value))) << name;
    EXPECT_EQ(value.status, other.status) << name;
  }
}

TEST(Texture, TranslationAndPaddingChangeNoBit) {
  for (const Profile profile : {Profile::kPyRadiomics, Profile::kIbsi}) {
    for (const Slices slices : {Slices::kVolume, Slices::kMerged, Slices::kAveraged})
      expect_same_bits(measure(blob(0, 0), profile, slices), measure(blob(3, 6), profile, slices));
  }
}

TEST(Texture, FlipsAndPermutationsChangeNoOrientationFreeFeature) {
  const Case upright = blob(0, 0);
  const NamedValues expected = measure(upright, Profile::kIbsi);
  std::array<int, 3> axes = {0, 1, 2};
  int orientations = 0;
  do {
    for (int mirrored = 0; mirrored < 8; ++mirrored) {
      const NamedValues found = measure(
          {turned(upright.image, axes, mirrored), turned(upright.labels, axes, mirrored)}, Profile::kIbsi);
      for (const auto& [name, value] : expected)
        EXPECT_NEAR(found.at(name).value, value.value, 1e-12 * std::abs(value.value)) << name << " " << mirrored;
      ++orientations;
    }
  } while (std::next_permutation(axes.begin(), axes.end()));
  EXPECT_EQ(orientations, 48);
}

/// Sparse levels far apart take the sorted path where dense ones take tables; ranks must not leak into the values.
TEST(Texture, ManyGreyLevelsGiveTheSameMatricesAsFew) {
  const Case made = blob(0, 0);
  const Roi roi = make_roi(made.labels, 1);
  const Discretized few = discretize(intensities_in(roi, made.image), 25);
  Discretized many = few;  // the same levels among 60000 that do not occur in the region
  many.levels.resize(60000);
  std::iota(many.levels.begin(), many.levels.end(), 1);
  for (int& rank : many.level_of_voxel) rank = few.levels[static_cast<std::size_t>(rank)] - 1;
  MatrixOptions options;
  options.wanted = {true, true, true, false, true, true};
  for (const Symmetry symmetry : {Symmetry::kSymmetric, Symmetry::kOneWay}) {
    options.symmetry = symmetry;
    const TextureMatrices a = texture_matrices(roi, few, options), b = texture_matrices(roi, many, options);
    const auto expect_equal = [](const CountMatrix& one, const CountMatrix& other) {
      ASSERT_EQ(one.cells.size(), other.cells.size());
      for (std::size_t c = 0; c < one.cells.size(); ++c) {
        EXPECT_EQ(one.cells[c].i, other.cells[c].i);
        EXPECT_EQ(one.cells[c].j, other.cells[c].j);
        EXPECT_EQ(one.cells[c].count, other.cells[c].count);
      }
    };
    for (std::size_t d = 0; d < 13; ++d) {
      expect_equal(a.glcm[d], b.glcm[d]);
      expect_equal(a.glrlm[d], b.glrlm[d]);
    }
    expect_equal(a.glszm, b.glszm);
    expect_equal(a.gldm, b.gldm);
  }
}

TEST(Texture, SixteenBitGreyLevelsAreComputed) {
  Case made = blob(0, 0);
  Random random(3, "levels");
  for (float& value : made.image.voxels) value = static_cast<float>(random.below(65000));
  const Roi roi = make_roi(made.labels, 1);
  const auto intensities = intensities_in(roi, made.image);
  Discretized levels = discretize(intensities, 1);
  EXPECT_GT(levels.levels.size(), 255u);
  NamedValues found;
  put_textures(found, roi, levels, {});
  for (const auto& [name, value] : found) EXPECT_TRUE(std::isfinite(value.value)) << name;
  EXPECT_NEAR(found.at("gldm_GrayLevelNonUniformityNormalized").value,
              first_order_values(intensities, levels, 1)[16].value, 1e-15);  // Uniformity
}

/// The definitions as they stand, a term for every pair of levels (IBSI IPET) in 64-bit mantissas, against sums of
/// fewer terms.
void expect_sums_over_pairs(const ToneDifferences& tones) {
  const auto& levels = tones.levels;
  using Real = long double;
  Real voxels = 0, sum = 0, weighted = 0;
  for (const auto& level : levels) voxels += level.voxels, sum += level.difference;
  for (const auto& level : levels) weighted += level.voxels / voxels * level.difference;
  Real contrast = 0, busyness = 0, complexity = 0, strength = 0;
  for (const auto& a : levels) {
    for (const auto& b : levels) {
      const Real i = a.level, j = b.level, pi = a.voxels / voxels, pj = b.voxels / voxels;
      contrast += pi * pj * (i - j) * (i - j);
      busyness += std::abs(i * pi - j * pj);
      complexity += std::abs(i - j) * (pi * a.difference + pj * b.difference) / (pi + pj);
      strength += (pi + pj) * (i - j) * (i - j);
    }
  }
  const auto n = static_cast<Real>(levels.size());
  const Real expected[] = {weighted / busyness, 1 / weighted, complexity / voxels,
                             contrast / (n * (n - 1)) * sum / voxels, strength / sum};
  const FeatureValues found = ngtdm_values(tones);
  for (std::size_t f = 0; f < std::size(expected); ++f)
    EXPECT_NEAR(static_cast<double>(found[f].value / expected[f]), 1, 1e-13) << ngtdm_columns()[f].name << " of " << n;
}

TEST(Ngtdm, SumsOverPairsAreThoseOfTheDefinition) {
  Random random(5, "tones");
  for (const int count : {2, 3, 33, 300, 3000}) {
    for (const int most : {1, 7, 5000}) {  // voxels of a level: alike, few, of all numbers
      ToneDifferences tones;
      for (int level = 0, k = 0; k < count; ++k) {
        level += 1 + static_cast<int>(random.below(4)) * (k % 3);
        tones.levels.push_back({level, 1.0 + static_cast<double>(random.below(static_cast<std::uint64_t>(most))),
                                static_cast<double>(random.below(1000)) / 7});
      }
      expect_sums_over_pairs(tones);
    }
  }
}

/// A term for each of the two thousand million pairs would take seconds, for every image.
TEST(Ngtdm, AnyNumberOfLevelsIsComputed) {
  ToneDifferences tones;
  for (int level = 1; level <= 65536; ++level) tones.levels.push_back({level, 1.0 + level % 300, 1});
  for (const auto& value : ngtdm_values(tones)) EXPECT_TRUE(value.value > 0 && std::isfinite(value.value));
}

TEST(Texture, MoreGreyLevelsThanAnEigenvalueAllowsAreSaid) {
  Case made;
  made.image.grid.size = made.labels.grid.size = {50, 50, 2};
  for (int i = 0; i < 5000; ++i) {
    made.image.voxels.push_back(static_cast<float>(i * 13));  // 65,000 levels, 5,000 of which occur
    made.labels.voxels.push_back(1);
  }
  const Roi roi = make_roi(made.labels, 1);
  NamedValues found;
  put_textures(found, roi, discretize(intensities_in(roi, made.image), 1), {});
  EXPECT_TRUE(std::isnan(found.at("glcm_MCC").value));
  EXPECT_EQ(describe(found.at("glcm_MCC").status), "too many grey levels for an eigenvalue; raise the bin width");
  EXPECT_EQ(found.at("glcm_Contrast").status, Status::kValue);
  EXPECT_EQ(found.at("glszm_ZonePercentage").value, 1);
}

Case labelled(std::array<int, 3> size, const std::vector<std::array<int, 3>>& voxels, float intensity) {
  Case made;
  made.labels.grid.size = made.image.grid.size = size;
  const auto count = static_cast<std::size_t>(made.labels.grid.voxel_count());
  made.labels.voxels.assign(count, 0);
  made.image.voxels.assign(count, intensity);
  for (const auto& [x, y, z] : voxels) made.labels.voxels[made.labels.grid.index(x, y, z)] = 1;
  return made;
}

TEST(Texture, AFlatRegionHasPyRadiomicsSentinelsWithAReason) {
  const Case flat = labelled({3, 3, 3}, {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {1, 1, 1}}, 30);
  const NamedValues found = measure(flat, Profile::kPyRadiomics);
  const std::map<std::string, double> sentinels = {
      {"glcm_Correlation", 1},   {"glcm_MCC", 1},       {"glcm_Imc1", 0},      {"ngtdm_Coarseness", 1e6},
      {"ngtdm_Contrast", 0},     {"ngtdm_Busyness", 0}, {"ngtdm_Strength", 0}, {"firstorder_Skewness", 0},
      {"firstorder_Kurtosis", 0}};
  for (const auto& [name, value] : found) {
    const bool sentinel = sentinels.contains(name) || name == "merged glcm_Correlation" || name == "merged glcm_MCC" ||
                          name == "merged glcm_Imc1" || name.starts_with("merged ngtdm_");
    if (sentinels.contains(name)) {
      EXPECT_EQ(value.value, sentinels.at(name)) << name;
    }
    const bool marked = sentinel && name != "merged ngtdm_Complexity";
    EXPECT_EQ(describe(value.status), marked ? "one grey level in the region" : "") << name;
    EXPECT_FALSE(std::isnan(value.value)) << name;
  }
  const NamedValues ibsi = measure(flat, Profile::kIbsi);
  EXPECT_TRUE(std::isnan(ibsi.at("cm_corr").value));
  EXPECT_EQ(ibsi.at("cm_corr").status, Status::kFlatRegion);
  EXPECT_EQ(ibsi.at("ngt_coarseness").value, 1e6);  // the standard's own convention
}

TEST(Texture, OneVoxelHasNoPairs) {
  const NamedValues found = measure(labelled({3, 3, 3}, {{1, 1, 1}}, 30), Profile::kPyRadiomics);
  EXPECT_TRUE(std::isnan(found.at("glcm_Contrast").value));
  EXPECT_EQ(describe(found.at("glcm_Contrast").status), "no two voxels of the region are neighbours");
  EXPECT_EQ(found.at("glrlm_RunPercentage").status, Status::kNoPair);
  EXPECT_EQ(found.at("glszm_ZonePercentage").value, 1);
  EXPECT_EQ(found.at("gldm_SmallDependenceEmphasis").value, 1);
  EXPECT_EQ(found.at("ngtdm_Coarseness").value, 1e6);
  EXPECT_EQ(found.at("shape_Elongation").status, Status::kDegenerateGeometry);
}

/// PyRadiomics empties a direction only where no line along it holds two voxels, neighbours or not.
TEST(Texture, ALineOfTwoVoxelsApartKeepsItsDirection) {
  Case apart = labelled({5, 3, 3}, {{1, 1, 1}, {3, 1, 1}}, 30);
  EXPECT_EQ(measure(apart, Profile::kPyRadiomics).at("glrlm_RunPercentage").value, 1);
  apart.labels.voxels[apart.labels.grid.index(3, 1, 1)] = 0;
  apart.labels.voxels[apart.labels.grid.index(3, 2, 1)] = 1;
  EXPECT_EQ(measure(apart, Profile::kPyRadiomics).at("glrlm_RunPercentage").status, Status::kNoPair);
}

TEST(Texture, AnEmptyRegionHasAllItsColumns) {
  for (const Profile profile : {Profile::kPyRadiomics, Profile::kIbsi}) {
    const NamedValues found = measure(labelled({3, 3, 3}, {}, 30), profile);
    EXPECT_EQ(found.size(), measure(blob(0, 0), profile).size());
    for (const auto& [name, value] : found) {
      EXPECT_TRUE(std::isnan(value.value)) << name;
      EXPECT_EQ(value.status, Status::kEmptyRegion) << name;
    }
  }
}

}  // namespace
}  // namespace radiopath::radiology
