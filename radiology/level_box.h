#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "radiology/discretization.h"
#include "radiology/neighbourhood.h"
#include "radiology/roi.h"

namespace radiopath::radiology {

/// Neighbouring voxels of the region along x.
struct VoxelRow {
  std::int64_t start = 0;  ///< place of the first in the box
  std::int32_t length = 0;
  std::int32_t first = 0;  ///< its number among the region's voxels
};

/// A region's grey levels in a box with a margin as wide as the farthest neighbour, so that no neighbour needs a test
/// of bounds. `Code` is std::uint8_t, std::uint16_t or, for levels that do not fit the latter, std::int32_t.
template <class Code>
struct LevelBox {
  using Value = std::conditional_t<sizeof(Code) == 4, std::int32_t, std::uint16_t>;
  static constexpr int kBlock = 64;  ///< voxels that are compared at once

  std::array<std::int64_t, 3> size = {0, 0, 0};
  std::vector<VoxelRow> rows;
  std::vector<Code> codes;            ///< 0 outside, 1 + rank of the grey level inside; kBlock more at the end
  std::vector<Value> values;          ///< 0 outside, the grey level inside; kBlock more at the end
  std::vector<int> level_of;          ///< grey level of code - 1

  std::int64_t step(const Offset& offset) const { return offset[0] + size[0] * (offset[1] + size[1] * offset[2]); }
  int code_count() const { return static_cast<int>(level_of.size()) + 1; }
};

template <class Code>
LevelBox<Code> make_level_box(const Roi& roi, const Discretized& levels, int margin) {
  LevelBox<Code> box;
  box.level_of = levels.levels;
  for (std::size_t a = 0; a < 3; ++a) box.size[a] = roi.size[a] + 2 * (margin - 1);  // the Roi's own margin is 1
  const auto count = static_cast<std::size_t>(box.size[0] * box.size[1] * box.size[2]);
  box.codes.assign(count + LevelBox<Code>::kBlock, 0);
  box.values.assign(count + LevelBox<Code>::kBlock, 0);
  const std::int64_t shift = (margin - 1) * (1 + box.size[0] * (1 + box.size[1]));
  std::int64_t last = -2, line = -1, line_start = 0, line_shift = 0;
  const std::int64_t width = roi.size[0];
  for (std::size_t v = 0; v < roi.voxels.size(); ++v) {
    const std::int64_t voxel = roi.voxels[v];
    if (line < 0 || voxel >= line_start + width) {
      line = voxel / width;
      line_start = line * width;
      const std::int64_t y = line % roi.size[1], z = line / roi.size[1];
      line_shift = box.size[0] * (y + box.size[1] * z) - line_start + shift;
    }
    const std::int64_t place = voxel + line_shift;
    const int rank = levels.level_of_voxel[v];
    box.codes[static_cast<std::size_t>(place)] = static_cast<Code>(rank + 1);
    box.values[static_cast<std::size_t>(place)] =
        static_cast<typename LevelBox<Code>::Value>(levels.levels[static_cast<std::size_t>(rank)]);
    if (place != last + 1) box.rows.push_back({place, 0, static_cast<std::int32_t>(v)});
    ++box.rows.back().length;
    last = place;
  }
  return box;
}

using Rows = std::span<const VoxelRow>;

}  // namespace radiopath::radiology
