#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/error.h"
#include "core/parallel.h"
#include "radiology/voxel_maps.h"
#include "tests/radiology/feature_tools.h"

namespace radiopath::radiology {
namespace {

struct StoredMaps {
  std::string file;
  int kernel_radius;
  Kernel kernel;
};

class StoredVoxelMaps : public testing::TestWithParam<StoredMaps> {};

VoxelMapOptions options_of(int kernel_radius, Kernel kernel) {
  VoxelMapOptions options;
  options.kernel_radius = kernel_radius;
  options.kernel = kernel;
  options.discretize = [](const std::vector<double>& v) { return discretize(v, 5); };
  return options;
}

TEST_P(StoredVoxelMaps, MatchPyRadiomics) {
  const Case patient = pyradiomics_case("breast1");
  const Roi roi = make_roi(patient.labels, 1);
  const VoxelMaps maps = voxel_maps(to_image(patient.image), roi, options_of(GetParam().kernel_radius, GetParam().kernel));
  std::map<std::string, std::size_t> place;
  for (std::size_t f = 0; f < maps.features.size(); ++f)
    place[std::string(name_of(maps.features[f].first)) + "_" + std::string(maps.features[f].second.name)] = f;
  const CsvFile csv = read_csv(RADIOPATH_TEST_DATA "/pyradiomics/" + GetParam().file + ".csv");
  ASSERT_EQ(csv.rows.size(), roi.voxels.size());
  EXPECT_EQ(csv.header.size(), 3u + 93);
  std::map<std::size_t, std::size_t> voxel_of;
  roi.for_each_index([&](std::size_t index) { voxel_of.emplace(index, voxel_of.size()); });
  for (const auto& row : csv.rows) {
    const std::size_t voxel =
        voxel_of.at(patient.image.grid.index(std::stoi(row[0]), std::stoi(row[1]), std::stoi(row[2])));
    for (std::size_t c = 3; c < row.size(); ++c) {
      const double golden = row[c] == "nan" || row[c].empty() ? std::nan("") : parse_double(row[c]).value();
      const double found = maps.values[place.at(csv.header[c])][voxel];
      if (std::isnan(golden)) {
        EXPECT_TRUE(std::isnan(found)) << csv.header[c] << " " << voxel << " " << found;
      } else if (csv.header[c] == "glcm_MCC" && std::abs(found - 19.0 / 60) < 1e-15) {
        // 19/60 exactly, from a direction whose second eigenvalue is 0: PyRadiomics' is 5e-16, and its root 2e-8.
        EXPECT_NEAR(found, golden, 2e-9);
      } else {
        EXPECT_NEAR(found, golden, 1e-9 * std::abs(golden) + 1e-12) << csv.header[c] << " " << voxel;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Breast1, StoredVoxelMaps,
                         testing::Values(StoredMaps{"breast1_voxel_k1_masked_bw5", 1, Kernel::kMasked},
                                         StoredMaps{"breast1_voxel_k1_unmasked_bw5", 1, Kernel::kWhole},
                                         StoredMaps{"breast1_voxel_k2_masked_bw5", 2, Kernel::kMasked}));

TEST(VoxelMaps, SameBytesForAnyThreadCount) {
  const Case patient = pyradiomics_case("breast1");
  const Roi roi = make_roi(patient.labels, 1);
  const VoxelMapOptions options = options_of(1, Kernel::kWhole);
  const int threads = thread_count();
  set_thread_count(1);
  const VoxelMaps one = voxel_maps(to_image(patient.image), roi, options);
  set_thread_count(3);
  const VoxelMaps three = voxel_maps(to_image(patient.image), roi, options);
  set_thread_count(threads);
  ASSERT_EQ(one.values.size(), three.values.size());
  for (std::size_t f = 0; f < one.values.size(); ++f) {
    EXPECT_EQ(std::memcmp(one.values[f].data(), three.values[f].data(), one.values[f].size() * sizeof(double)), 0);
    EXPECT_EQ(one.statuses[f], three.statuses[f]);
  }
}

TEST(VoxelMaps, LieOverTheImageInSpace) {
  const Case patient = pyradiomics_case("brain1");
  const Roi roi = make_roi(patient.labels, 1);
  std::vector<double> number(roi.voxels.size());
  for (std::size_t v = 0; v < number.size(); ++v) number[v] = static_cast<double>(v) + 1;
  const Image map = map_image(number, roi, patient.image.grid, 2, -5);
  EXPECT_EQ(map.grid.size, (std::array<int, 3>{47 + 4, 70 + 4, 7 + 4}));  // the box of README.md
  const auto corner = patient.image.grid.position_mm(162 - 2, 84 - 2, 11 - 2);
  for (std::size_t a = 0; a < 3; ++a) EXPECT_EQ(map.grid.origin[a], corner[a]);
  std::size_t inside = 0;
  for (const double value : map.voxels) inside += value != -5;
  EXPECT_EQ(inside, roi.voxels.size());
}

TEST(VoxelMaps, RefuseWhatTheyCannotDo) {
  const Case patient = pyradiomics_case("breast1");
  const Roi roi = make_roi(patient.labels, 1);
  EXPECT_THROW(voxel_maps(to_image(patient.image), roi, options_of(0, Kernel::kMasked)), InputError);
  VoxelMapOptions options;
  options.families = {Family::kShape};
  EXPECT_THROW(voxel_maps(to_image(patient.image), roi, options), InputError);
  options = {};
  options.families = {Family::kFirstOrder};
  options.texture.profile = Profile::kIbsi;
  EXPECT_THROW(voxel_maps(to_image(patient.image), roi, options), InputError);
  options = {};
  options.texture.slices = Slices::kAveraged;
  EXPECT_THROW(voxel_maps(to_image(patient.image), roi, options), InputError);
}

}  // namespace
}  // namespace radiopath::radiology
