#pragma once

#include <span>
#include <vector>

#include "core/descriptive.h"

namespace radiopath {

/// Pearson's correlation; NaN when a side is constant or there are fewer than two pairs.
double pearson(std::span<const double> first, std::span<const double> second);

/// A correlation with the P of its being 0; the interval is Fisher's z for Pearson and NaN for the others.
/// NaN when a side is constant, or with fewer than three pairs. Columns of different length are std::logic_error.
struct Correlation {
  double r, p;
  Interval interval;
};
Correlation pearson_test(std::span<const double> first, std::span<const double> second);   ///< t, n - 2
Correlation spearman_test(std::span<const double> first, std::span<const double> second);  ///< t on midranks, n - 2
/// tau-b with the normal approximation for ties (Kendall, Rank Correlation Methods, 1970). O(n^2).
Correlation kendall_test(std::span<const double> first, std::span<const double> second);

/// P values corrected for being several. BH and BY bound the false discovery rate, the others the family-wise error.
/// Sources: Holm 1979; Hochberg 1988; Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001.
enum class Adjustment { bonferroni, holm, hochberg, benjamini_hochberg, benjamini_yekutieli };
std::vector<double> adjust_p(std::span<const double> p, Adjustment adjustment);

}  // namespace radiopath
