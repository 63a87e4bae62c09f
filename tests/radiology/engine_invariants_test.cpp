#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/parallel.h"
#include "core/random.h"
#include "radiology/engine.h"
#include "tests/radiology/feature_tools.h"

// What holds of a row of the engine whatever the image.

namespace radiopath::radiology {
namespace {

struct Sample {
  Image image;
  LabelMap map;
};

/// Two touching random blobs, labels 1 and 2, whose first voxel is at `corner`. The surroundings are wide enough for the
/// local intensity's sphere of 6.2 mm. A trend keeps Moran's I, whose terms cancel, away from 0, where rounding would be
/// all of it.
Sample blobs(const std::array<int, 3>& corner, const std::array<int, 3>& size) {
  Sample made;
  Grid& grid = made.image.grid;
  grid.size = size;
  grid.spacing_mm = {1, 1.5, 3};
  made.map.grid = grid;
  made.image.voxels.assign(static_cast<std::size_t>(grid.voxel_count()), -77);
  made.map.voxels.assign(made.image.voxels.size(), 0);
  Random random(11, "blobs");
  for (int z = 0; z < 8; ++z) {
    for (int y = 0; y < 10; ++y) {
      for (int x = 0; x < 12; ++x) {
        const double r = std::hypot((x - 5.5) / 5.5, (y - 4.5) / 4.5, (z - 3.5) / 3.5);
        const std::size_t i = grid.index(x + corner[0], y + corner[1], z + corner[2]);
        made.map.voxels[i] = static_cast<std::int16_t>(r + 0.4 * random.uniform() < 1.1 ? 1 + (x > 6) : 0);
        made.image.voxels[i] = 20 + 25 * static_cast<double>(random.below(5)) + 12 * x - 7 * y + 10 * random.uniform();
      }
    }
  }
  return made;
}

Sample blobs() { return blobs({7, 6, 4}, {27, 23, 17}); }

RadiomicsConfig all_of(const std::string& profile, const std::string& aggregation = "3D:avg") {
  RadiomicsConfig config;
  config.labels = std::vector<int>{1, 2};
  config.features.profile = profile;
  config.features.deprecated = true;
  if (profile == "ibsi") {
    config.features.aggregation = aggregation;
    config.features.ivh_bin_count = 100;
  } else {
    config.features.force_2d = aggregation.starts_with("2");
    if (aggregation.ends_with("mrg")) config.features.weighting = "no_weighting";
  }
  return config;
}

void expect_same_bits(const std::vector<EngineValue>& a, const std::vector<EngineValue>& b, const RadiomicsConfig& config,
                      const std::string& where) {
  const auto columns = engine_columns(config.features);
  ASSERT_EQ(a.size(), columns.size()) << where;
  ASSERT_EQ(b.size(), columns.size()) << where;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const double u = a[c].value, v = b[c].value;
    EXPECT_TRUE(u == v || (std::isnan(u) && std::isnan(v))) << where << " " << columns[c].name << ": " << u << ", " << v;
    EXPECT_EQ(a[c].reason, b[c].reason) << where << " " << columns[c].name;
  }
}

class EngineInvariants : public testing::TestWithParam<std::string> {};

TEST_P(EngineInvariants, TranslationPaddingAndCroppingChangeNoBit) {
  for (const char* aggregation : {"3D:mrg", "2.5D:avg", "2D:avg"}) {
    const RadiomicsConfig config = all_of(GetParam(), aggregation);
    const Sample here = blobs();
    const auto rows = extract_regions(here.image, here.map, config);
    Sample moved = blobs({13, 6, 9}, {40, 31, 23});
    moved.image.grid.origin = moved.map.grid.origin = {-31.7, 12.3, 100.1};
    const auto elsewhere = extract_regions(moved.image, moved.map, config);
    for (std::size_t l = 0; l < 2; ++l) expect_same_bits(rows[l].values, elsewhere[l].values, config, aggregation);
  }
}

TEST_P(EngineInvariants, ThreadsAndOrderOfLabelsChangeNoBit) {
  RadiomicsConfig config = all_of(GetParam());
  const Sample made = blobs();
  const auto rows = extract_regions(made.image, made.map, config);
  config.labels = std::vector<int>{2, 1};
  for (const int threads : {1, 2, 5}) {
    set_thread_count(threads);
    const auto turned = extract_regions(made.image, made.map, config);
    for (std::size_t l = 0; l < 2; ++l) expect_same_bits(rows[l].values, turned[1 - l].values, config, "labels 2,1");
  }
  set_thread_count(0);
}

INSTANTIATE_TEST_SUITE_P(Profiles, EngineInvariants, testing::Values("pyradiomics", "ibsi"));

/// Aggregations over slices depend on which axis is z; all of 3-D must not.
TEST(EngineInvariants, FlipsAndPermutationsChangeNothingUnderIbsi) {
  for (const char* aggregation : {"3D:avg", "3D:mrg"}) {
    const RadiomicsConfig config = all_of("ibsi", aggregation);
    const auto columns = engine_columns(config.features);
    const Sample upright = blobs();
    const auto rows = extract_regions(upright.image, upright.map, config);
    std::array<int, 3> axes = {0, 1, 2};
    int orientations = 0;
    do {
      for (int mirrored = 0; mirrored < 8; ++mirrored) {
        const auto found =
            extract_regions(turned(upright.image, axes, mirrored), turned(upright.map, axes, mirrored), config);
        for (std::size_t l = 0; l < 2; ++l) {
          ASSERT_EQ(found[l].values.size(), columns.size());
          for (std::size_t c = 0; c < columns.size(); ++c) {
            const double expected = rows[l].values[c].value;
            EXPECT_NEAR(found[l].values[c].value, expected, 1e-12 * std::abs(expected)) << columns[c].name;
          }
        }
        ++orientations;
      }
    } while (std::next_permutation(axes.begin(), axes.end()));
    EXPECT_EQ(orientations, 48);
  }
}

}  // namespace
}  // namespace radiopath::radiology
