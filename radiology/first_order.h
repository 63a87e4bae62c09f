#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "radiology/discretization.h"

namespace radiopath::radiology {

inline constexpr std::array<std::string_view, 18> kFirstOrderNames = {"10Percentile",
                                                                      "90Percentile",
                                                                      "Energy",
                                                                      "Entropy",
                                                                      "InterquartileRange",
                                                                      "Kurtosis",
                                                                      "Maximum",
                                                                      "MeanAbsoluteDeviation",
                                                                      "Mean",
                                                                      "Median",
                                                                      "Minimum",
                                                                      "Range",
                                                                      "RobustMeanAbsoluteDeviation",
                                                                      "RootMeanSquared",
                                                                      "Skewness",
                                                                      "TotalEnergy",
                                                                      "Uniformity",
                                                                      "Variance"};

/// PyRadiomics' first-order features, in the order of kFirstOrderNames. Entropy (bits) and Uniformity are of the grey
/// levels, the others of the intensities; percentiles interpolate linearly between order statistics; Kurtosis is not
/// excess; Skewness and Kurtosis of a flat region are 0. All NaN for an empty region.
/// Source: PyRadiomics radiomics/firstorder.py; IBSI 65HE (moments about the mean, robust deviation 1128).
std::array<double, kFirstOrderNames.size()> first_order(const std::vector<double>& intensities,
                                                        const Discretized& levels, double voxel_volume_mm3);

}  // namespace radiopath::radiology
