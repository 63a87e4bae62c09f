#include "radiology/discretization.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "core/error.h"

namespace radiopath::radiology {
namespace {

TEST(Discretization, EdgesAreMultiplesOfTheBinWidth) {
  const Discretized d = discretize({-30, -25, -0.5, 0, 24.9, 25, 100}, 25);
  EXPECT_EQ(d.levels, (std::vector<int>{1, 2, 3, 4, 7}));
  EXPECT_EQ(d.level_of_voxel, (std::vector<int>{0, 1, 1, 2, 2, 3, 4}));
  EXPECT_EQ(d.counts, (std::vector<double>{1, 2, 2, 1, 1}));
}

TEST(Discretization, RefusesVoxelsWithoutAValue) {
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    const std::vector<double> intensities = {1, bad, 3};
    const std::string expected = "1 of the region's 3 voxels are NaN or infinite; leave them out of the mask";
    for (const auto& discretize_by : std::vector<std::function<void()>>{
             [&] { discretize(intensities, 25); }, [&] { discretize_bin_count(intensities, 4); },
             [&] { discretize_ibsi_bin_size(intensities, 25); }, [&] { discretize_ibsi_bin_number(intensities, 4); }}) {
      try {
        discretize_by();
        ADD_FAILURE() << "accepted " << bad;
      } catch (const InputError& error) {
        EXPECT_EQ(error.what(), expected);
      }
    }
  }
}

TEST(Discretization, RefusesImpossibleBins) {
  EXPECT_THROW(discretize({1, 2}, 0), InputError);
  EXPECT_THROW(discretize({0, 1e6}, 1), InputError);
  EXPECT_THROW(discretize_bin_count({1, 2}, 0), InputError);
  EXPECT_THROW(discretize_ibsi_bin_size({1, 2}, -1), InputError);
  EXPECT_THROW(discretize_ibsi_bin_size({1, 2}, 1, 1.5), InputError);
  EXPECT_THROW(discretize_ibsi_bin_number({1, 2}, 70000), InputError);
}

std::vector<int> levels_of(const Discretized& d) {
  std::vector<int> levels;
  for (const int rank : d.level_of_voxel) levels.push_back(d.levels[static_cast<std::size_t>(rank)]);
  return levels;
}

/// The IBSI manual's formulas by hand: floor((x - lowest) / w) + 1 and floor(N (x - min) / (max - min)) + 1, N at max.
TEST(Discretization, FollowsTheIbsiManual) {
  EXPECT_EQ(levels_of(discretize_ibsi_bin_size({-30, -25, -5.1, 20}, 25)), (std::vector<int>{1, 1, 1, 3}));
  EXPECT_EQ(levels_of(discretize_ibsi_bin_size({-30, -25, -5.1, 20}, 25, -500)), (std::vector<int>{19, 20, 20, 21}));
  EXPECT_EQ(levels_of(discretize_ibsi_bin_number({0, 2.4, 2.5, 9, 10}, 4)), (std::vector<int>{1, 1, 2, 4, 4}));
  EXPECT_EQ(levels_of(discretize_ibsi_bin_number({7, 7}, 4)), (std::vector<int>{1, 1}));
  EXPECT_EQ(discretize_ibsi_bin_number({0, 10}, 32).grey_levels, 32);
  EXPECT_EQ(discretize_ibsi_bin_size({0, 10}, 2).grey_levels, 6);
}

}  // namespace
}  // namespace radiopath::radiology
