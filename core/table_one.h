#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/descriptive.h"

namespace radiopath {

/// One column of a baseline table, as text; "" is missing.
struct BaselineColumn {
  std::string name;
  std::vector<std::string> cells;
};

/// One line of "Table 1".
struct BaselineRow {
  std::string variable;
  bool numeric = false;
  std::vector<int> missing;               ///< per group
  std::vector<std::string> levels;        ///< of a categorical variable
  std::vector<std::vector<int>> counts;   ///< (levels, groups)
  std::vector<Moments> moments;           ///< of a numeric variable, per group
  std::vector<double> medians, lower_quartiles, upper_quartiles;  ///< per group
  bool normal = false;                    ///< Shapiro-Wilk P >= 0.05 in every group: print mean and SD, else median
  std::string test;                       ///< which test; "" where none applies, and `remark` says why
  double p;
  double standardised_difference;         ///< the largest between two groups; Austin, Stat Med 2009;28:3083
  std::string remark;
};

/// The test of each variable: numeric ones, normal in all groups (Shapiro-Wilk; Lilliefors above 5000) and of equal
/// variance (Levene) t or ANOVA, of unequal variance Welch's; else Mann-Whitney or Kruskal-Wallis. Categorical ones
/// chi-squared, or Fisher where a count expected is below 5 (in a table of more than four cells: in over a fifth of the
/// cells, or one is below 1). Columns of numbers with more than `most_levels` distinct values are numeric.
/// Standardised differences of categories by Yang & Dalton, SAS Global Forum 2012, paper 335.
/// @param group_of group of each patient, from 0; -1 leaves the patient out
/// Throws InputError naming the column when a cell is infinite.
BaselineRow baseline_row(const BaselineColumn& column, const std::vector<int>& group_of, int groups, int most_levels = 5);

}  // namespace radiopath
