#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "radiology/volume.h"

namespace radiopath::radiology {

/// A region of interest, cut to its bounding box. What every feature family works on: geometry here, intensities
/// beside it as one double per voxel of `voxels`, so that several images share one Roi.
struct Roi {
  std::array<int, 3> size = {0, 0, 0};  ///< of the box, which has a margin of one voxel on every side
  std::array<double, 3> spacing_mm = {1, 1, 1};
  std::vector<std::int32_t> voxels;       ///< places of the region's voxels in the box, ascending, x fastest
  std::array<int, 3> low = {0, 0, 0};     ///< of the box in the label map's grid; its margin may lie outside
  std::array<int, 3> grid_size = {0, 0, 0};

  std::int64_t count() const { return static_cast<std::int64_t>(voxels.size()); }
  /// x, y, z in the box.
  std::array<int, 3> place(std::int32_t voxel) const {
    return {voxel % size[0], voxel / size[0] % size[1], voxel / (size[0] * size[1])};
  }
  /// The same in the label map's grid.
  std::array<int, 3> grid_place(std::int32_t voxel) const {
    const auto at = place(voxel);
    return {low[0] + at[0], low[1] + at[1], low[2] + at[2]};
  }
  /// f(index in the label map's grid) of every voxel, in order.
  template <class Function>
  void for_each_index(Function&& f) const {
    std::int64_t shift = 0;  // from the box to the grid, the same within a line of x
    std::int32_t line_end = 0;
    for (const std::int32_t voxel : voxels) {
      if (voxel >= line_end) {
        const auto at = grid_place(voxel);
        shift = at[0] + std::int64_t{grid_size[0]} * (at[1] + std::int64_t{grid_size[1]} * at[2]) - voxel;
        line_end = (voxel / size[0] + 1) * size[0];
      }
      f(static_cast<std::size_t>(voxel + shift));
    }
  }
  /// Axes along which the region spans more than one voxel.
  int dimensions() const;
};

/// The voxels of `labels` that carry `label`. Empty when there are none.
/// Throws InputError when the box has more than 2^31 voxels.
Roi make_roi(const LabelMap& labels, int label);

/// Intensities of `volume` at the region's voxels. The grids must be the same.
std::vector<double> intensities_in(const Roi& roi, const Volume& volume);

}  // namespace radiopath::radiology
