#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/cohort.h"

namespace radiopath {

/// An inclusion rule as data: `nact == 0`, `age >= 18 and histology != clear_cell`.
/// Comparisons (== != < <= > >=) of a manifest column with a number or a word, joined by `and`.
/// A missing cell fails every comparison.
class InclusionRule {
 public:
  InclusionRule() = default;  ///< includes everybody
  /// Throws InputError naming what could not be read.
  explicit InclusionRule(std::string_view text);

  bool includes(const Patient& patient) const;
  const std::string& text() const { return text_; }
  /// Columns the rule reads, to be checked against the manifest.
  std::vector<std::string> columns() const;

 private:
  struct Comparison {
    std::string column, sign, value;
  };
  std::string text_;
  std::vector<Comparison> all_;
};

}  // namespace radiopath
