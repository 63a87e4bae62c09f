#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/descriptive.h"
#include "core/table.h"

namespace radiopath::training {

// Cells of the tables that `radiopath statistics` prints, and the columns it prints them of. For statistics_*.cpp only.

std::string p_text(double p);                            ///< three digits, "<0.001", a dash where undefined
std::string text_of(double value, int digits = 3);       ///< a dash where not finite
std::string ratio_text(double value);                    ///< of a ratio: at most seven wide, as 0.123 or 1.2e+06
std::string ratio_text(const Interval& limits);          ///< "0.5 to 1.2"
std::string clipped(const std::string& text, std::size_t width);  ///< at most so many bytes
/// Words as lines of at most 80 columns; the first begins with `lead`, further ones are indented below its end.
std::string wrapped(std::string_view words, const std::string& lead = "");

/// Names between commas; quotes around a name keep the commas in it, as in the CSV.
std::vector<std::string> listed(const std::string& text);

/// Columns asked for (comma-separated), or all that are not in `others`. Of numbers alone (`numeric`): columns of text
/// are `left_out`, and one bad cell in a column of numbers is an InputError with its line.
/// Throws InputError for a column asked for twice, or one of `others`, too.
struct ChosenColumns {
  std::vector<std::string> names, left_out;
  std::string remark() const;  ///< names what was left out; "" for nothing
  void need_some(const CsvFile& csv) const;  ///< InputError when there is no column
};
ChosenColumns columns_of(const CsvFile& csv, const std::string& asked, std::set<std::string> others, bool numeric);

/// Most cells that are not empty are no numbers.
bool is_text(const CsvFile& csv, const std::string& column);

/// The distinct cells of a column of text in their order, without empty ones, and whose each row is (-1: missing).
/// Throws InputError for more than twelve.
struct Grouping {
  std::vector<std::string> names;
  std::vector<int> of;
};
Grouping grouping(const CsvFile& csv, const std::string& column);

}  // namespace radiopath::training
