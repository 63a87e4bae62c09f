#pragma once

#include <Eigen/Core>
#include <limits>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/sample.h"
#include "fusion/tree.h"

namespace radiopath::fusion {

/// `[models.random_forest]`, `[models.extra_trees]`
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

/// `[models.decision_tree]`
struct DecisionTreeConfig {
  int max_depth = 4;
  int min_samples_leaf = 5;

  static auto fields() {
    return std::tuple{
        field("max_depth", &DecisionTreeConfig::max_depth, "splits from root to leaf at most; 0: no limit").range(0, 1000),
        field("min_samples_leaf", &DecisionTreeConfig::min_samples_leaf, "patients in a leaf at least").at_least(1),
    };
  }
};

/// Trees on named columns: the mean over them of the (weighted) share of events in a patient's leaf.
struct ForestModel {
  std::vector<std::string> columns;
  std::vector<Tree> trees;
  /// Share of the training patients that the trees which did not draw them call rightly at 0.5; NaN where every tree sees
  /// all. Optimistic where rows are copies of each other (a bootstrap of the patients). As scikit-learn's oob_score_.
  double out_of_bag_accuracy = std::numeric_limits<double>::quiet_NaN();
};

/// Each tree grows on a bootstrap of the patients; tree t draws from the stream (seed, "forest", t).
/// Source: Breiman, Machine Learning 2001;45:5; averaged shares as scikit-learn's RandomForestClassifier.
ForestModel fit_forest(const ForestConfig& config, const TrainingTable& train, const FitOptions& options);

/// Every tree sees all patients and cuts at random; tree t draws from the stream (seed, "extra trees", t).
/// Source: Geurts et al., Machine Learning 2006;63:3; as scikit-learn's ExtraTreesClassifier.
ForestModel fit_extra_trees(const ForestConfig& config, const TrainingTable& train, const FitOptions& options);

/// One tree on all patients and columns; of equal splits the one of the column drawn first wins.
ForestModel fit_decision_tree(const DecisionTreeConfig& config, const TrainingTable& train, const FitOptions& options);

/// Probabilities of the event; columns are found by name. NaN where a column is missing.
Eigen::VectorXd predict(const ForestModel& model, const Table& table);

/// Mean decrease of the Gini impurity by each column, (p,), of sum 1 (all 0 where nothing was split). It favours columns
/// with many values and is measured on training patients: for a claim take permutation_importance.
/// Source: Breiman et al. 1984; normalised for each tree, as scikit-learn's feature_importances_.
Eigen::VectorXd gini_importance(const ForestModel& model);

}  // namespace radiopath::fusion
