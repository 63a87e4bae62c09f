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
  std::vector<std::int64_t> grid_voxels;  ///< the same voxels as places in the label map's grid

  std::int64_t count() const { return static_cast<std::int64_t>(voxels.size()); }
  /// x, y, z in the box.
  std::array<int, 3> place(std::int32_t voxel) const {
    return {voxel % size[0], voxel / size[0] % size[1], voxel / (size[0] * size[1])};
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
