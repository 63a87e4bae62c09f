#pragma once

#include <vector>

namespace radiopath::radiology {

/// Grey levels of a region's voxels.
struct Discretized {
  std::vector<int> level_of_voxel;  ///< rank into `levels`, one per voxel of the region
  std::vector<int> levels;          ///< grey levels that occur, ascending, from 1
  std::vector<double> counts;       ///< voxels of each
};

/// Fixed bin width with edges at multiples of `bin_width`: level 1 starts at the multiple at or below the smallest
/// intensity; bins are closed on the left. As numpy.digitize over numpy.arange in PyRadiomics (imageoperations.py,
/// getBinEdges), not as IBSI's fixed bin size, which starts at the smallest intensity.
/// Throws InputError when bin_width <= 0 or more than 65535 levels would be needed.
Discretized discretize(const std::vector<double>& intensities, double bin_width);

}  // namespace radiopath::radiology
