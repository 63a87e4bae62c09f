#pragma once

#include <optional>
#include <vector>

#include "core/error.h"

namespace radiopath::radiology {

/// Grey levels of a region's voxels.
struct Discretized {
  std::vector<int> level_of_voxel;  ///< rank into `levels`, one per voxel of the region
  std::vector<int> levels;          ///< grey levels that occur, ascending, from 1
  std::vector<double> counts;       ///< voxels of each
  int grey_levels = 0;              ///< N_g: levels from 1 to the highest, or IBSI's chosen number of bins
  /// Levels that occur in the region of which these voxels are a kernel; 0: they are the whole region.
  int levels_of_whole = 0;
};

/// Intensities of a region are NaN or infinite.
struct NotFinite : InputError {
  using InputError::InputError;
};
/// Throws NotFinite where it is so, with their number.
void require_finite(const std::vector<double>& intensities);

// All throw NotFinite as require_finite() does, and InputError when the width or count is not positive and when more
// than 65536 levels would be needed. No voxels give no levels.

/// PyRadiomics' binWidth: edges at multiples of `bin_width`, level 1 starting at the multiple at or below the smallest
/// intensity; bins are closed on the left. As numpy.digitize over numpy.arange in PyRadiomics (imageoperations.py,
/// getBinEdges).
Discretized discretize(const std::vector<double>& intensities, double bin_width);

/// PyRadiomics' binCount: edges of numpy.histogram, equal steps from the smallest to the largest intensity, which falls
/// into the last bin. A flat region has its edges at +-0.5.
Discretized discretize_bin_count(const std::vector<double>& intensities, int bin_count);

/// IBSI's fixed bin size (IBSI Q3RU): level 1 starts at `lowest`, the lower bound of re-segmentation, or at the
/// smallest intensity where there is none. Throws InputError when an intensity lies below `lowest`.
Discretized discretize_ibsi_bin_size(const std::vector<double>& intensities, double bin_size,
                                     std::optional<double> lowest = std::nullopt);

/// IBSI's fixed bin number (IBSI K15C). A flat region is level 1.
Discretized discretize_ibsi_bin_number(const std::vector<double>& intensities, int bin_number);

}  // namespace radiopath::radiology
