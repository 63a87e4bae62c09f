#pragma once

#include <span>
#include <vector>

#include "radiology/feature.h"
#include "radiology/roi.h"

namespace radiopath::radiology {

/// IBSI HCUG beyond shape_values(): densities in the axis-aligned box, the approximate ellipsoid and the convex hull;
/// centre of mass shift, integrated intensity, Moran's I and Geary's C (all pairs, exact, by FFT). `morphological` is
/// the mask before re-segmentation, `intensity` the one after, with an intensity per voxel; both of one grid.
/// Source: IBSI manual v10, 3.1.
FeatureValues morphology_values(const Roi& morphological, const Roi& intensity,
                                const std::vector<double>& intensities);
std::span<const FeatureColumn> morphology_columns();

struct SpatialAutocorrelation {
  double moran_i = 0, geary_c = 0;
};
/// Over all pairs of voxels with weights 1 / distance in mm: the weights depend on the lag alone, so that the sums are
/// autocorrelations: O(n log n). IBSI N365, NPT7. NaN for a flat or one-voxel region.
SpatialAutocorrelation spatial_autocorrelation(const Roi& roi, const std::vector<double>& intensities);

}  // namespace radiopath::radiology
