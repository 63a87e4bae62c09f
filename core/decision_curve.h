#pragma once

#include <span>
#include <vector>

#include "core/descriptive.h"

namespace radiopath {

/// Net benefit of treating those with probability >= threshold: TP/n - FP/n * t / (1 - t), with a normal interval from the
/// patients' own contributions (it is a mean of them). At threshold 0 a probability of 0 counts as negative.
/// Sources: Vickers & Elkin, Med Decis Making 2006;26:565; conventions of dcurves 0.5.
struct NetBenefit {
  double threshold, true_positives, false_positives;  ///< as shares of all patients
  double value, standard_error;
  Interval interval;
  double interventions_avoided;  ///< per patient, against treating all; NaN at threshold 0
};
NetBenefit net_benefit(std::span<const double> probabilities, std::span<const int> outcomes, double threshold);
NetBenefit treat_all(std::span<const int> outcomes, double threshold);

/// Second minus first at one threshold, on the same patients.
struct NetBenefitDifference {
  double threshold, value, standard_error, z, p;
  Interval interval;
};
NetBenefitDifference net_benefit_difference(std::span<const double> first, std::span<const double> second,
                                            std::span<const int> outcomes, double threshold);

std::vector<NetBenefit> decision_curve(std::span<const double> probabilities, std::span<const int> outcomes,
                                       std::span<const double> thresholds);

}  // namespace radiopath
