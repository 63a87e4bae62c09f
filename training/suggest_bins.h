#pragma once

#include <string>
#include <vector>

#include "training/features_table.h"

namespace radiopath::training {

struct BinSuggestion {
  std::string text;  ///< intensities of every region, grey levels for candidate widths, the width to take
  int failed = 0;    ///< cases and regions without a range; each is a line of the text
};
/// The width is the one that gives 30 to 130 grey levels in most regions (PyRadiomics' FAQ). Throws InputError when no
/// region has two different intensities.
BinSuggestion suggest_bins(const std::vector<FeatureCase>& cases, const radiology::RadiomicsConfig& config);

}  // namespace radiopath::training
