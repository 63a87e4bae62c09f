#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/table.h"
#include "fusion/logistic_inference.h"

namespace radiopath::training {

/// The rows without gaps, for statistics_logistic.cpp.
struct Study {
  fusion::Design design;
  std::vector<int> outcomes;
  int left_out;
  std::string references;  ///< of columns of text, one line each
  int events() const { return static_cast<int>(std::ranges::count(outcomes, 1)); }
};

/// Columns of numbers as they are, columns of text as one column of 0 and 1 per level but the first, tested together.
/// Throws InputError for a bad cell, or when no row is complete.
Study read_study(const CsvFile& csv, const std::string& outcome, const std::vector<std::string>& names);

/// InputError for what a fit would say less plainly, or after leaving columns out: too many columns, one row.
void check_size(const Study& study);

}  // namespace radiopath::training
