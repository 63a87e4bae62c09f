#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/sample.h"
#include "fusion/tree.h"

namespace radiopath::fusion {

/// `[models.gradient_boosting]`
struct BoostingConfig {
  int trees = 100;
  double learning_rate = 0.05;
  int max_depth = 2;
  int min_samples_leaf = 5;
  double subsample = 0.8;

  static auto fields() {
    return std::tuple{
        field("trees", &BoostingConfig::trees, "trees added one after the other").range(1, 100000),
        field("learning_rate", &BoostingConfig::learning_rate, "share of each tree's step that is taken").range(1e-6, 1),
        field("max_depth", &BoostingConfig::max_depth, "splits from root to leaf at most").range(1, 1000),
        field("min_samples_leaf", &BoostingConfig::min_samples_leaf, "patients in a leaf at least").at_least(1),
        field("subsample", &BoostingConfig::subsample, "share of the patients, drawn anew, that a tree sees").range(0.01, 1),
    };
  }
};

/// A sum of trees on named columns.
struct BoostingModel {
  std::vector<std::string> columns;
  double intercept = 0;     ///< log-odds of the training patients
  std::vector<Tree> trees;  ///< leaf values are steps in log-odds, the learning rate included
};

/// Each tree fits the gradient of the log loss by least squares; its leaves take one Newton step. Tree t draws from the
/// stream (seed, "boosting", t).
/// Source: Friedman, Ann Stat 2001;29:1189 (algorithm 5) and Comput Stat Data Anal 2002;38:367; as scikit-learn's
/// GradientBoostingClassifier.
BoostingModel fit_boosting(const BoostingConfig& config, const TrainingTable& train, const FitOptions& options);

/// Probabilities of the event; columns are found by name. NaN where a column is missing.
Eigen::VectorXd predict(const BoostingModel& model, const Table& table);

}  // namespace radiopath::fusion
