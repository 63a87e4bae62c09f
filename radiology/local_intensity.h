#pragma once

#include <span>
#include <vector>

#include "radiology/feature.h"
#include "radiology/roi.h"
#include "radiology/volume.h"

namespace radiopath::radiology {

/// IBSI 9ST6: mean over the sphere of 1 cm3 (radius 6.2 mm, voxel centres, also outside the region) round the voxel of
/// the highest intensity (the largest such mean where several are highest), and the largest mean over all voxels of the
/// region. `image` lies on the grid of the map that `roi` was made of; its NaN voxels are left out.
/// Source: IBSI manual v10, 3.2.
FeatureValues local_intensity_values(const Roi& roi, const Grid& grid, const std::vector<double>& image);
std::span<const FeatureColumn> local_intensity_columns();

}  // namespace radiopath::radiology
