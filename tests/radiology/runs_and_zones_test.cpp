#include <gtest/gtest.h>

#include "core/random.h"
#include "tests/radiology/feature_tools.h"

// The matrices' shortcuts against a search by hand.

namespace radiopath::radiology {
namespace {

/// A ragged block of random grey levels; of two or three zones and runs are long and wind. Wider than a block of 64.
Case patches(int levels, std::uint64_t seed, const std::array<int, 3>& size = {150, 7, 5}) {
  Case made;
  made.image.grid.size = made.labels.grid.size = size;
  Random random(seed, "patches");
  for (std::int64_t i = 0; i < made.image.grid.voxel_count(); ++i) {
    made.image.voxels.push_back(static_cast<float>(random.below(static_cast<std::uint64_t>(levels))));
    made.labels.voxels.push_back(random.chance(0.9) ? 1 : 0);
  }
  return made;
}

using Counts = std::map<std::pair<int, int>, double>;  // by grey level and size or length

Counts counts_of(const CountMatrix& matrix) {
  Counts counts;
  for (const auto& cell : matrix.cells) counts[{cell.i, cell.j}] = cell.count;
  return counts;
}

/// Grey level of a voxel, 0 outside region and image.
int level_at(const Case& made, int x, int y, int z) {
  const auto& size = made.image.grid.size;
  if (x < 0 || y < 0 || z < 0 || x >= size[0] || y >= size[1] || z >= size[2]) return 0;
  const std::size_t i = made.image.grid.index(x, y, z);
  return made.labels.voxels[i] == 1 ? static_cast<int>(made.image.voxels[i]) + 1 : 0;
}

template <class Visit>
void for_each_voxel(const Case& made, const Visit& visit) {
  const auto& size = made.image.grid.size;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) visit(x, y, z);
    }
  }
}

Counts flooded_zones(const Case& made, const std::vector<Offset>& offsets) {
  Counts zones;
  std::vector<char> seen(made.image.voxels.size());
  for_each_voxel(made, [&](int x, int y, int z) {
    const int level = level_at(made, x, y, z);
    if (level == 0 || seen[made.image.grid.index(x, y, z)]) return;
    std::vector<Offset> stack = {{x, y, z}};
    seen[made.image.grid.index(x, y, z)] = 1;
    int size = 0;
    while (!stack.empty()) {
      const Offset at = stack.back();
      stack.pop_back();
      ++size;
      for (const Offset& o : offsets) {
        for (const int sign : {1, -1}) {
          const Offset next = {at[0] + sign * o[0], at[1] + sign * o[1], at[2] + sign * o[2]};
          if (level_at(made, next[0], next[1], next[2]) != level) continue;
          char& mark = seen[made.image.grid.index(next[0], next[1], next[2])];
          if (mark == 0) stack.push_back(next);
          mark = 1;
        }
      }
    }
    ++zones[{level, size}];
  });
  return zones;
}

Counts walked_runs(const Case& made, const Offset& o) {
  Counts runs;
  for_each_voxel(made, [&](int x, int y, int z) {
    const int level = level_at(made, x, y, z);
    if (level == 0 || level_at(made, x - o[0], y - o[1], z - o[2]) == level) return;
    int length = 1;
    while (level_at(made, x + length * o[0], y + length * o[1], z + length * o[2]) == level) ++length;
    ++runs[{level, length}];
  });
  return runs;
}

/// i <= j where symmetric, else i is the level of the voxel and j that of its neighbour.
Counts met_pairs(const Case& made, const Offset& o, Symmetry symmetry) {
  Counts pairs;
  for_each_voxel(made, [&](int x, int y, int z) {
    const int here = level_at(made, x, y, z), there = level_at(made, x + o[0], y + o[1], z + o[2]);
    if (here == 0 || there == 0) return;
    if (symmetry == Symmetry::kOneWay)
      ++pairs[{here, there}];
    else
      pairs[{std::min(here, there), std::max(here, there)}] += here == there ? 2 : 1;
  });
  return pairs;
}

/// Few and many levels of many voxels, and as many levels as bits or more of few voxels: each is counted another way.
TEST(Pairs, AreThoseOfASearchByHand) {
  for (const auto& [levels, size] : std::vector<std::pair<int, std::array<int, 3>>>{
           {3, {150, 7, 5}}, {100, {150, 7, 5}}, {40, {9, 7, 5}}, {63, {9, 7, 5}}, {64, {9, 7, 5}}, {9, {3, 3, 3}}}) {
    const Case made = patches(levels, static_cast<std::uint64_t>(levels), size);
    const Roi roi = make_roi(made.labels, 1);
    const Discretized discretized = discretize(intensities_in(roi, made.image), 1);
    for (const Symmetry symmetry : {Symmetry::kSymmetric, Symmetry::kOneWay}) {
      MatrixOptions options;
      options.wanted.glcm = true;
      options.symmetry = symmetry;
      const TextureMatrices found = texture_matrices(roi, discretized, options);
      const auto offsets = half_neighbourhood({1}, std::nullopt);
      for (std::size_t d = 0; d < offsets.size(); ++d)
        EXPECT_EQ(counts_of(found.glcm[d]), met_pairs(made, offsets[d], symmetry)) << levels << " direction " << d;
    }
  }
}

TEST(RunsAndZones, AreThoseOfASearchByHand) {
  for (const int levels : {1, 2, 3}) {
    for (const std::optional<int> slice_axis : {std::optional<int>(), std::optional<int>(2), std::optional<int>(0)}) {
      const Case made = patches(levels, static_cast<std::uint64_t>(levels));
      const Roi roi = make_roi(made.labels, 1);
      MatrixOptions options;
      options.wanted.glrlm = options.wanted.glszm = true;
      options.slice_axis = slice_axis;
      const TextureMatrices found = texture_matrices(roi, discretize(intensities_in(roi, made.image), 1), options);
      const auto offsets = half_neighbourhood({1}, slice_axis);
      EXPECT_EQ(counts_of(found.glszm), flooded_zones(made, offsets)) << levels;
      for (std::size_t d = 0; d < offsets.size(); ++d)
        EXPECT_EQ(counts_of(found.glrlm[d]), walked_runs(made, offsets[d])) << levels << " direction " << d;
    }
  }
}

}  // namespace
}  // namespace radiopath::radiology
