#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace radiopath {

// Clinical statistics of scores and binary outcomes. `scores` are any finite or infinite numbers that rise with the
// risk, `outcomes` are 1 (event) or 0, both in the same order of patients. A NaN score, an outcome that is neither 0
// nor 1, or lengths that differ are std::logic_error: whoever calls has to say first whom a model scores.
// What the data leave undefined is NaN (an AUC of one class alone, 0/0), never a guess.

struct Interval {
  double lower, upper;  ///< 95 %
};

double normal_quantile(double probability);  ///< z with P(Z <= z) = probability, 0 < probability < 1
double two_sided_p(double z);                ///< P(|Z| >= |z|) of a standard normal; NaN for NaN

/// Ranks from 1; equal values share the mean of their ranks. O(n log n).
std::vector<double> midranks(std::span<const double> values);

// --- ROC -----------------------------------------------------------------------------------------------------------

/// Area under the ROC curve: P(score of an event > score of a non-event) + P(equal) / 2. NaN for one class alone.
double auc(std::span<const double> scores, std::span<const int> outcomes);

/// What DeLong's variance and covariance are made of: for each event the share of non-events it outranks, for each
/// non-event the share of events that outrank it. O(n log n) by midranks.
/// Source: DeLong et al., Biometrics 1988;44:837; Sun & Xu, IEEE Signal Process Lett 2014;21:1389.
struct Placements {
  std::vector<double> events, non_events;
  double auc;
};
Placements placements(std::span<const double> scores, std::span<const int> outcomes);

/// AUC with DeLong's standard error; the interval is normal, cut to [0, 1]. With fewer than two patients of a class
/// the error is NaN. An AUC of 0 or 1 has error 0 and an interval of no width: say so where it is printed.
struct AucDelong {
  double auc, standard_error;
  Interval interval;
  int events, non_events;
};
AucDelong auc_delong(std::span<const double> scores, std::span<const int> outcomes);
AucDelong auc_delong(const Placements& placements);

/// Difference of two correlated AUCs, first minus second. Identical placements give z = 0, P = 1; a variance of 0 with
/// a difference leaves z and P NaN. Conservative for nested models on their own training data (Demler 2012).
struct DelongTest {
  double difference, standard_error, z, p;
  Interval interval;  ///< of the difference, normal
};
DelongTest delong_test(std::span<const double> first, std::span<const double> second, std::span<const int> outcomes);
DelongTest delong_test(const Placements& first, const Placements& second);

/// One point of the ROC curve. A patient is positive when score > threshold.
struct RocPoint {
  double threshold;  ///< halfway between neighbouring distinct scores; +inf first, -inf last
  double sensitivity, specificity;
};
/// The whole curve, from (sensitivity 0, specificity 1) to (1, 0). NaN where a class is absent.
std::vector<RocPoint> roc_curve(std::span<const double> scores, std::span<const int> outcomes);

// --- One threshold -------------------------------------------------------------------------------------------------

/// Threshold with the largest sensitivity + specificity - 1, always finite for finite scores: halfway between distinct
/// scores, or the largest score (nobody positive) when nothing is better. Of equal ones the highest. NaN for one class.
double youden_threshold(std::span<const double> scores, std::span<const int> outcomes);

/// A share with its Wilson score interval (J Am Stat Assoc 1927;22:209). NaN when `total` is 0.
struct Proportion {
  double value;
  Interval interval;
  int count, total;
};
Proportion proportion(int count, int total);

/// The 2 x 2 table at a threshold; positive when score > threshold.
struct ThresholdMetrics {
  double threshold;
  int tp, fp, tn, fn;
  Proportion accuracy, sensitivity, specificity, ppv, npv;
};
ThresholdMetrics threshold_metrics(std::span<const double> scores, std::span<const int> outcomes, double threshold);

/// Mean squared difference of probability and outcome (Brier 1950). NaN without patients.
double brier_score(std::span<const double> probabilities, std::span<const int> outcomes);

// --- Reclassification ----------------------------------------------------------------------------------------------

/// An improvement of `second` over `first`, with the parts of events and non-events, which belong beside it.
struct Improvement {
  double value, standard_error, z, p;
  Interval interval;  ///< normal
  double events, non_events;
  double standard_error_events, standard_error_non_events;
};

/// Integrated discrimination improvement of probabilities: rise of the mean among events minus that among non-events.
/// z and P are NaN when the variance is 0, unless nothing changed (z 0, P 1).
/// Source: Pencina et al., Stat Med 2008;27:157; variances with n - 1, as Hmisc::improveProb 4.8.
Improvement idi(std::span<const double> first, std::span<const double> second, std::span<const int> outcomes);

/// Continuous net reclassification improvement: any rise counts as up. Its P value is not to be trusted alone
/// (Hilden & Gerds 2014; Kerr 2014): print both parts, and Brier and AUC beside it.
Improvement continuous_nri(std::span<const double> first, std::span<const double> second,
                           std::span<const int> outcomes);

// --- Tests and correlation -----------------------------------------------------------------------------------------

struct Moments {
  int count;
  double mean, variance;  ///< n - 1 in the denominator; NaN below two values
};
Moments moments(std::span<const double> values);

enum class Variances { separate, pooled };  ///< Welch or Student

/// Two-sample t-test, first minus second. When both variances are 0: P = 1 for equal means, 0 for different ones
/// (the limit). NaN with fewer than two values in a group.
struct TTest {
  double difference, standard_error, t, degrees_of_freedom, p;
};
TTest t_test(const Moments& first, const Moments& second, Variances variances = Variances::separate);
TTest t_test(std::span<const double> first, std::span<const double> second, Variances variances = Variances::separate);

Interval interval_of(const TTest& test);  ///< 95 %, of the difference of means

/// Pearson's correlation; NaN when a side is constant or there are fewer than two pairs.
double pearson(std::span<const double> first, std::span<const double> second);

}  // namespace radiopath
