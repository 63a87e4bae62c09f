#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/table.h"
#include "radiology/first_order.h"
#include "radiology/glcm.h"
#include "radiology/marching_cubes.h"
#include "radiology/shape.h"
#include "radiology/surface.h"
#include "radiology/volume.h"

namespace radiopath::radiology {
namespace {

using Features = std::map<std::string, double>;

template <std::size_t N>
void put(Features& features, const std::string& family, const std::array<std::string_view, N>& names,
         const std::array<double, N>& values) {
  for (std::size_t i = 0; i < N; ++i) features[family + "_" + std::string(names[i])] = values[i];
}

Features all_features(const LabelMap& labels, int label, const Volume& image, double bin_width) {
  const Roi roi = make_roi(labels, label);
  const auto intensities = intensities_in(roi, image);
  const Discretized levels = discretize(intensities, bin_width);
  Features features;
  put(features, "firstorder", kFirstOrderNames, first_order(intensities, levels, image.grid.voxel_volume_mm3()));
  put(features, "shape", kShapeNames, shape(roi));
  put(features, "glcm", kGlcmNames, glcm(roi, levels));
  return features;
}

/// PyRadiomics' values of one case, `class_Feature`.
Features expected_of(const std::string& name) {
  const CsvFile file = read_csv(RADIOPATH_TEST_DATA "/pyradiomics/segment_features.csv");
  Features features;
  for (const auto& row : file.rows) {
    if (row[0] == name && row[1] == "original") features[row[2] + "_" + row[3]] = parse_double(row[4]).value();
  }
  return features;
}

class Radiomics : public testing::TestWithParam<std::string> {};

TEST_P(Radiomics, MatchesPyRadiomics) {
  const std::string path = RADIOPATH_TEST_DATA "/pyradiomics/" + GetParam();
  const Features found = all_features(read_label_map(path + "_label.nrrd"), 1, read_volume(path + "_image.nrrd"), 25);
  const Features expected = expected_of(GetParam());
  EXPECT_EQ(found.size(), 18u + 14u + 24u);
  for (const auto& [name, value] : found) {
    ASSERT_TRUE(expected.contains(name)) << name;
    EXPECT_NEAR(value, expected.at(name), 1e-9 * std::abs(expected.at(name))) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Radiomics, testing::Values("brain1", "breast1"));

/// A bumpy blob with a gradient and a ripple, at `shift` in a grid that is larger by `padding`.
std::pair<LabelMap, Volume> blob(int shift, int padding) {
  Grid grid;
  grid.size = {16 + padding, 14 + padding, 10 + padding};
  grid.spacing_mm = {0.5, 0.75, 2};
  LabelMap labels{grid, std::vector<std::int16_t>(static_cast<std::size_t>(grid.voxel_count()))};
  Volume image{grid, std::vector<float>(labels.voxels.size(), -77)};
  for (int z = 0; z < 8; ++z) {
    for (int y = 0; y < 12; ++y) {
      for (int x = 0; x < 14; ++x) {
        const double r =
            std::hypot((x - 6.5) / 6.5, (y - 5.5) / 5.5, (z - 3.5) / 3.5) + 0.2 * std::sin(3 * x + 5 * y * z);
        const std::size_t i = grid.index(x + shift, y + shift, z + shift);
        labels.voxels[i] = r < 1 ? 3 : 0;
        image.voxels[i] = static_cast<float>(10 * x - 7 * y + 40 * std::sin(x * y + z));
      }
    }
  }
  return {labels, image};
}

TEST(Radiomics, TranslationAndPaddingChangeNothing) {
  const auto [labels, image] = blob(0, 0);
  const Features here = all_features(labels, 3, image, 25);
  const auto [moved_labels, moved_image] = blob(2, 5);
  EXPECT_EQ(all_features(moved_labels, 3, moved_image, 25), here);
}

TEST(Surface, DiametersAreTheLargestOfAllPairs) {
  const auto [labels, image] = blob(0, 0);
  const Roi roi = make_roi(labels, 3);
  const auto vertices = surface_of(roi).vertices;
  double best = 0;
  std::array<double, 3> in_plane = {0, 0, 0};
  for (const auto& a : vertices) {
    for (const auto& b : vertices) {
      double square = 0;
      for (int k = 0; k < 3; ++k) square += std::pow(0.5 * (a[k] - b[k]) * roi.spacing_mm[k], 2);
      best = std::max(best, std::sqrt(square));
      for (int k = 0; k < 3; ++k) {
        if (a[k] == b[k]) in_plane[k] = std::max(in_plane[k], std::sqrt(square));
      }
    }
  }
  const Diameters found = diameters_of(vertices, roi.spacing_mm);
  EXPECT_NEAR(found.in_3d, best, 1e-12);
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(found.in_plane[k], in_plane[k], 1e-12);
}

/// Golden: scikit-image 0.26, marching_cubes(pad(r^2 < 6.3^2, 1), 0.5, spacing=(1, 1.5, 2), method="lewiner") of a ball
/// in 15 x 15 x 15 voxels, which has no ambiguous face; area and volume summed over its triangles in double precision.
TEST(Surface, ClosedOneOfABallIsLewiners) {
  LabelMap labels;
  labels.grid.size = {15, 15, 15};
  labels.grid.spacing_mm = {1, 1.5, 2};
  for (int z = -7; z <= 7; ++z)
    for (int y = -7; y <= 7; ++y)
      for (int x = -7; x <= 7; ++x) labels.voxels.push_back(x * x + y * y + z * z < 6.3 * 6.3);
  const Surface surface = closed_surface_of(make_roi(labels, 1));
  EXPECT_NEAR(surface.area_mm2, 1158.055693410185, 1e-9);
  EXPECT_NEAR(surface.volume_mm3, 3022.5, 1e-9);
}

TEST(MarchingCubes, EveryPolygonIsSplitOnceAndTurnsOutwards) {
  for (int inside = 1; inside < 128; ++inside) {
    std::map<std::pair<int, int>, int> sides;  // directed
    for (const auto& t : cube_triangles()[inside]) {
      for (int i = 0; i < 3; ++i) ++sides[{t[i], t[(i + 1) % 3]}];
    }
    for (const auto& [side, times] : sides) EXPECT_EQ(times, 1) << inside;
  }
  // One corner, an edge, a face: known areas of the unit cube.
  EXPECT_EQ(cube_triangles()[1].size(), 1u);
  EXPECT_EQ(cube_triangles()[3].size(), 2u);
  EXPECT_EQ(cube_triangles()[15].size(), 2u);
  EXPECT_EQ(cube_triangles()[5].size(), 2u);  // diagonal on a face: two corners cut off
}

LabelMap labelled(std::array<int, 3> size, const std::vector<std::array<int, 3>>& voxels) {
  LabelMap labels;
  labels.grid.size = size;
  labels.voxels.assign(static_cast<std::size_t>(labels.grid.voxel_count()), 0);
  for (const auto& [x, y, z] : voxels) labels.voxels[labels.grid.index(x, y, z)] = 1;
  return labels;
}

TEST(Radiomics, FlatRegionHasPyRadiomicsSentinels) {
  const LabelMap labels = labelled({3, 3, 3}, {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {1, 1, 1}});
  const Volume image{labels.grid, std::vector<float>(27, 30)};
  const Features f = all_features(labels, 1, image, 25);
  EXPECT_EQ(f.at("glcm_Correlation"), 1);
  EXPECT_EQ(f.at("glcm_MCC"), 1);
  EXPECT_EQ(f.at("glcm_Imc1"), 0);
  EXPECT_EQ(f.at("glcm_JointEnergy"), 1);
  EXPECT_EQ(f.at("firstorder_Skewness"), 0);
  EXPECT_EQ(f.at("firstorder_Kurtosis"), 0);
  EXPECT_EQ(f.at("firstorder_Mean"), 30);
  EXPECT_EQ(f.at("firstorder_Uniformity"), 1);
}

TEST(Radiomics, OneVoxelHasNoPairsAndNoAxes) {
  const LabelMap labels = labelled({3, 3, 3}, {{1, 1, 1}});
  const Volume image{labels.grid, std::vector<float>(27, 30)};
  const Features f = all_features(labels, 1, image, 25);
  EXPECT_TRUE(std::isnan(f.at("glcm_Contrast")));
  EXPECT_TRUE(std::isnan(f.at("shape_Elongation")));
  EXPECT_EQ(f.at("shape_Maximum3DDiameter"), 1);
  EXPECT_NEAR(f.at("shape_MeshVolume"), 1.0 / 6, 1e-15);  // an octahedron of half-voxel arms
  EXPECT_NEAR(f.at("shape_SurfaceArea"), std::sqrt(3.0), 1e-15);
}

TEST(Radiomics, EmptyRegionIsAllMissing) {
  const LabelMap labels = labelled({3, 3, 3}, {});
  for (const auto& [name, value] : all_features(labels, 1, {labels.grid, std::vector<float>(27)}, 25)) {
    EXPECT_TRUE(std::isnan(value)) << name;
  }
}

}  // namespace
}  // namespace radiopath::radiology
