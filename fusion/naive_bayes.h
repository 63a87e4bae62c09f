#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "fusion/sample.h"

namespace radiopath::fusion {

/// Gaussian naive Bayes on named columns; index 0 is without, 1 with the event.
struct NaiveBayesModel {
  std::vector<std::string> columns;
  Eigen::VectorXd priors;             ///< (2,)
  Eigen::VectorXd means[2], variances[2];  ///< (p,)
};

/// Variances have n in the denominator and 1e-9 of the largest column's variance added.
/// Source: as scikit-learn's GaussianNB.
NaiveBayesModel fit_naive_bayes(const TrainingTable& train, const FitOptions& options);

/// Probabilities of the event; columns are found by name. NaN where a column is missing.
Eigen::VectorXd predict(const NaiveBayesModel& model, const Table& table);

/// The share of events among training patients, for everybody: the floor that a model has to beat.
struct MajorityModel {
  double share = 0;
};
MajorityModel fit_majority(const TrainingTable& train, const FitOptions& options);
Eigen::VectorXd predict(const MajorityModel& model, const Table& table);

}  // namespace radiopath::fusion
