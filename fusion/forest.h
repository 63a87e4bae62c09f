#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/training_table.h"
#include "fusion/tree.h"

namespace radiopath::fusion {

/// `[models.random_forest]`
struct ForestConfig {
  int trees = 200;
  int max_depth = 0;
  int min_samples_leaf = 3;
  int max_features = 0;

  static auto fields() {
    return std::tuple{
        field("trees", &ForestConfig::trees, "trees whose leaf shares are averaged").range(1, 100000),
        field("max_depth", &ForestConfig::max_depth, "splits from root to leaf at most; 0: no limit").range(0, 1000),
        field("min_samples_leaf", &ForestConfig::min_samples_leaf, "patients in a leaf at least").at_least(1),
        field("max_features", &ForestConfig::max_features,
              "columns tried at each node; 0: the square root of their number").at_least(0),
    };
  }
};

/// Random forest on named columns: the mean over trees of the share of events in a patient's leaf.
struct ForestModel {
  std::vector<std::string> columns;
  std::vector<Tree> trees;
};

/// Each tree grows on a bootstrap of the patients; tree t draws from the stream (seed, "forest", t).
/// Source: Breiman, Machine Learning 2001;45:5; averaged shares as scikit-learn's RandomForestClassifier.
ForestModel fit_forest(const ForestConfig& config, const TrainingTable& train, std::uint64_t seed);

/// Probabilities of the event; columns are found by name. NaN where a column is missing.
Eigen::VectorXd predict(const ForestModel& model, const Table& table);

}  // namespace radiopath::fusion
