#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "core/statistics.h"
#include "fusion/selection.h"
#include "fusion/training_table.h"

namespace radiopath::fusion {

// How good a whole chain is, by repeating all of it: imputation, selection, tuning and fit happen again in every resample.
// Nothing here depends on the number of threads.

/// A fitted chain: probabilities of any patients, and the columns it chose.
struct FittedScorer {
  std::function<Eigen::VectorXd(const Table&)> score;
  std::vector<std::string> columns;
};
/// Fits all of it on `train`, whose patients may stand there repeatedly.
using FitChain = std::function<FittedScorer(const TrainingTable& train, std::uint64_t seed)>;

/// One figure of performance and what the bootstrap says of it.
struct Corrected {
  double apparent = kNan;    ///< fitted and scored on the same patients
  double optimism = kNan;    ///< mean over resamples of (score on the resample - score on all patients)
  double corrected = kNan;   ///< apparent - optimism (Harrell et al., Stat Med 1996;15:361)
  Interval interval{kNan, kNan};  ///< 95 %, percentiles of the apparent figure over resamples less the optimism (Noma et al., Stat Med 2021;40:5691)
  double out_of_bag = kNan;  ///< mean over resamples of the score on the patients left out
  double point632 = kNan;    ///< 0.368 apparent + 0.632 out of bag (Efron, J Am Stat Assoc 1983;78:316)
  double point632_plus = kNan;  ///< weighted by the relative overfitting (Efron & Tibshirani, J Am Stat Assoc 1997;92:548)

  static constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
};

struct BootstrapValidation {
  int resamples = 0;
  Corrected auc, brier;
  Corrected calibration_intercept, calibration_slope;  ///< of logit(p); without .632 estimates, which are for errors;
                                                       ///< over the resamples where the scores do not separate
  std::vector<SelectionFrequency> selection;  ///< over resamples
};

/// @param resamples  bootstraps of the patients; one without patients of a class is drawn again
/// Resample b draws from the streams (seed, "bootstrap", b). Throws InputError when a class is absent.
BootstrapValidation bootstrap_validation(const FitChain& chain, const TrainingTable& train, int resamples, std::uint64_t seed);

/// The .632+ estimate of an error. @param no_information  error when predictions and outcomes are unrelated
double point632_plus(double apparent_error, double out_of_bag_error, double no_information);

/// AUC of every repeat and fold, for several chains on the same folds: (repeats x folds, chains). With chains that tune
/// themselves this is nested cross-validation. Repeat r takes the folds of the stream (seed, "folds", "repeat/r").
Eigen::MatrixXd repeated_cross_validation(const std::vector<FitChain>& chains, const TrainingTable& train, int folds,
                                          int repeats, std::uint64_t seed);

/// Are differences of repeated cross-validation above or below 0? Their variance is raised by the overlap of training
/// sets. Source: Nadeau & Bengio, Machine Learning 2003;52:239. NaN with fewer than two differences; of a variance of 0
/// the limit.
struct CorrectedT {
  double mean, standard_error, t, degrees_of_freedom, p;
  Interval interval;  ///< 95 %
};
CorrectedT corrected_t(const std::vector<double>& differences, double training_patients, double held_out_patients);

/// Does the chain find anything? Its cross-validated AUC (pooled) beside those with outcomes permuted among patients.
struct PermutationTest {
  double observed = 0;
  std::vector<double> permuted;
  double p = 1;  ///< (1 + permutations at least as good) / (1 + permutations) (Ojala & Garriga, JMLR 2010;11:1833)
};
PermutationTest permutation_test(const FitChain& chain, const TrainingTable& train, int folds, int permutations,
                                 std::uint64_t seed);

}  // namespace radiopath::fusion
