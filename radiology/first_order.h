#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "radiology/discretization.h"
#include "radiology/feature.h"

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

/// PyRadiomics' first-order features, in the order of columns_of(Family::kFirstOrder). Entropy (bits) and Uniformity
/// are of the grey levels, the others of the intensities; percentiles interpolate linearly between order statistics;
/// Kurtosis is not excess; Skewness and Kurtosis of a flat region are 0. `levels` are of the same voxels.
/// `voxel_array_shift` is added to intensities for Energy, TotalEnergy and RootMeanSquared. All NaN for an empty
/// region. Source: PyRadiomics radiomics/firstorder.py; IBSI UHIW.
FeatureValues first_order_values(const std::vector<double>& intensities, const Discretized& levels,
                                 double voxel_volume_mm3, double voxel_array_shift = 0);

std::span<const FeatureColumn> first_order_columns();

/// The values alone, in the order of kFirstOrderNames.
std::array<double, kFirstOrderNames.size()> first_order(const std::vector<double>& intensities,
                                                        const Discretized& levels, double voxel_volume_mm3);

}  // namespace radiopath::radiology
