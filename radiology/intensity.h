#pragma once

#include <span>
#include <vector>

#include "radiology/discretization.h"
#include "radiology/feature.h"

namespace radiopath::radiology {

// IBSI's families over a region's intensities, each in the order of its columns. All NaN for an empty region; what
// divides by 0 is NaN with kFlatRegion. Percentiles are linear between order statistics.

/// IBSI UHIW, 18 values. Source: IBSI manual v10, 3.3.
FeatureValues intensity_statistics_values(const std::vector<double>& intensities);
std::span<const FeatureColumn> intensity_statistics_columns();

/// IBSI ZVCW, 23 values, of the grey levels 1 to levels.grey_levels. Source: IBSI manual v10, 3.4.
FeatureValues intensity_histogram_values(const Discretized& levels);
std::span<const FeatureColumn> intensity_histogram_columns();

/// Intensities against which volumes are plotted: steps of `width` from `lowest` to `highest`. A step stands for its
/// lower edge (intensities that are whole numbers of steps) or for its middle (bins of a fixed size).
enum class BinPlace : std::uint8_t { kEdge, kMiddle };
struct IntensityAxis {
  double lowest = 0, highest = 0, width = 1;
  BinPlace place = BinPlace::kEdge;
};
/// IBSI P88C, the six values with consensus. Source: IBSI manual v10, 3.5.
FeatureValues intensity_volume_histogram_values(const std::vector<double>& intensities, const IntensityAxis& axis);
std::span<const FeatureColumn> intensity_volume_histogram_columns();

}  // namespace radiopath::radiology
