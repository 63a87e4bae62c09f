#pragma once

#include <vector>

#include "radiology/roi.h"

namespace radiopath::radiology {

/// Eigenvalues, ascending, of the covariance (1/N) of the voxel centres along some of the box's axes, mm2.
std::vector<double> principal_variances(const Roi& roi, const std::vector<int>& axes);

}  // namespace radiopath::radiology
