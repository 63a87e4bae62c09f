#pragma once

#include <span>
#include <vector>

#include "core/t_test.h"

// Tests between groups of numbers without NaN. What the groups do not allow (too few values, no spread) is NaN.
namespace radiopath {

using Groups = std::vector<std::vector<double>>;

/// Rank sum of the first sample. Normal approximation with ties, with and without continuity correction; exact without
/// ties and below 50 values a side, else NaN. Source: Mann & Whitney 1947; conventions of R's wilcox.test.
struct MannWhitney {
  double u;  ///< R's W: pairs in which the first sample is larger, ties half
  double p, p_uncorrected, p_exact;
  double best() const;  ///< the exact P where there is one
};
MannWhitney mann_whitney(std::span<const double> first, std::span<const double> second);

/// A test of variance-like form.
struct FTest {
  double f, df1, df2, p;
};
/// Ratio of two variances, two-sided, and its interval.
struct VarianceRatio {
  FTest test;
  Interval interval;
};
VarianceRatio variance_ratio_test(std::span<const double> first, std::span<const double> second);

FTest anova(const Groups& groups);        ///< Fisher's, one way
FTest welch_anova(const Groups& groups);  ///< Welch, Biometrika 1951;38:330
enum class Centre { median, mean };       ///< Brown & Forsythe 1974 or Levene 1960
FTest levene(const Groups& groups, Centre centre = Centre::median);

struct ChiSquaredTest {
  double statistic, df, p;
};
ChiSquaredTest kruskal_wallis(const Groups& groups);  ///< with ties (J Am Stat Assoc 1952;47:583)
ChiSquaredTest bartlett(const Groups& groups);        ///< equal variances of normal groups (1937)

/// Largest distance of two empirical distributions; the exact P conditions on the ties.
struct KolmogorovSmirnov {
  double d, p_asymptotic, p_exact;
};
KolmogorovSmirnov kolmogorov_smirnov(std::span<const double> first, std::span<const double> second);

// --- Normality -----------------------------------------------------------------------------------------------------

struct NormalityTest {
  double statistic, p;
};
/// W of Shapiro & Wilk by Royston's approximation (AS R94, Appl Stat 1995;44:547). NaN outside 3 <= n <= 5000 or without
/// spread.
NormalityTest shapiro_wilk(std::span<const double> values);
/// Kolmogorov-Smirnov against a normal of given moments, asymptotic P: only right when they are known beforehand.
NormalityTest kolmogorov_smirnov_normal(std::span<const double> values, double mean, double sd);
/// The same with moments from the data (Lilliefors 1967; P of Dallal & Wilkinson, Am Stat 1986;40:294, above 0.1 of
/// Stephens 1974). NaN below five values.
NormalityTest lilliefors(std::span<const double> values);
/// Anderson & Darling with moments from the data (P of D'Agostino & Stephens 1986). NaN below eight values.
NormalityTest anderson_darling(std::span<const double> values);

}  // namespace radiopath
