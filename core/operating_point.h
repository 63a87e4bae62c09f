#pragma once

#include <span>

#include "core/descriptive.h"

// `scores` are any finite or infinite numbers that rise with the risk, `outcomes` are 1 (event) or 0, both in the same
// order of patients. A NaN score, an outcome that is neither 0 nor 1, or lengths that differ are std::logic_error:
// whoever calls has to say first whom a model scores. What the data leave undefined is NaN (an AUC of one class alone).
namespace radiopath {

/// Threshold with the largest sensitivity + specificity - 1, always finite for finite scores: halfway between distinct
/// scores, or the largest score (nobody positive) when nothing is better. Of equal ones the highest. NaN for one class.
double youden_threshold(std::span<const double> scores, std::span<const int> outcomes);

/// Threshold whose point of the ROC curve is nearest to (1, 1); of equal ones the highest.
double top_left_threshold(std::span<const double> scores, std::span<const int> outcomes);
/// Highest threshold with at least this sensitivity; lowest one with at least this specificity. Where only everybody or
/// nobody positive will do: just below the smallest score, or the largest score.
double threshold_at_sensitivity(std::span<const double> scores, std::span<const int> outcomes, double sensitivity);
double threshold_at_specificity(std::span<const double> scores, std::span<const int> outcomes, double specificity);
/// Threshold with the least cost when a missed event costs `missed` times a false alarm; of equal ones the highest.
double threshold_by_cost(std::span<const double> scores, std::span<const int> outcomes, double missed);

/// How a threshold is taken from scores, with the value that some rules need.
enum class ThresholdRule { youden, sensitivity, specificity, cost };
double threshold_by(ThresholdRule rule, double value, std::span<const double> scores, std::span<const int> outcomes);

/// The 2 x 2 table at a threshold; positive when score > threshold.
struct ThresholdMetrics {
  double threshold;
  int tp, fp, tn, fn;
  Proportion accuracy, sensitivity, specificity, ppv, npv;
};
ThresholdMetrics threshold_metrics(std::span<const double> scores, std::span<const int> outcomes, double threshold);

/// What follows from a 2 x 2 table beside its shares. Intervals: log-normal (ratios; Simel, J Clin Epidemiol 1991;44:763),
/// Clopper-Pearson limits added (Youden, as epiR). NaN where a cell of the denominator is 0.
struct DiagnosticRatios {
  struct Ratio {
    double value;
    Interval interval;
  };
  Ratio positive_likelihood, negative_likelihood, diagnostic_odds, youden;
  double kappa;  ///< Cohen's, of call and outcome
};
DiagnosticRatios diagnostic_ratios(const ThresholdMetrics& table);

}  // namespace radiopath
