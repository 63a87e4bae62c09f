#pragma once

#include <string>

#include "training/features_table.h"

namespace radiopath::training {

struct BinSuggestion {
  std::string text;  ///< grey levels of every region for candidate widths, and the width to take
  FeatureRows rows;  ///< the same as a table; cases and regions without intensities are rows that failed
};
/// Intensities are those that features see: normalised, resampled, filtered, re-segmented. The width is the one that
/// gives 30 to 130 grey levels in most regions and images (PyRadiomics' FAQ). Throws InputError when no region has two
/// different intensities.
BinSuggestion suggest_bins(const FeatureCases& cases, const radiology::RadiomicsConfig& config);

}  // namespace radiopath::training
