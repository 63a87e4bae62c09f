#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/table.h"

namespace radiopath::training {

// Cells of the tables that `radiopath statistics` prints, and the columns it prints them of. For statistics_*.cpp only.

std::string p_text(double p);                            ///< three digits, "<0.001", a dash where undefined
std::string text_of(double value, int digits = 3);       ///< a dash where not finite
std::string clipped(const std::string& text, std::size_t width);  ///< at most so many bytes

/// Columns asked for (comma-separated), or all that are not in `others` (and hold numbers, where `numeric`).
std::vector<std::string> columns_of(const CsvFile& csv, const std::string& asked, std::set<std::string> others,
                                    bool numeric);

}  // namespace radiopath::training
