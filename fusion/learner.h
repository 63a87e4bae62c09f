#pragma once

#include <Eigen/Core>
#include <string>
#include <variant>
#include <vector>

#include "core/config.h"
#include "fusion/boosting.h"
#include "fusion/forest.h"
#include "fusion/lightgbm.h"
#include "fusion/logistic.h"
#include "fusion/naive_bayes.h"
#include "fusion/nearest_neighbours.h"
#include "fusion/svm.h"
#include "fusion/xgboost.h"

namespace radiopath::fusion {

/// Any fitted learner. A further one is one more alternative here, one more name in learner.cpp, a `write` and a `read`
/// in json_learners.cpp.
using Learner = std::variant<LogisticModel, ForestModel, BoostingModel, NaiveBayesModel, NearestNeighboursModel, SvmModel,
                             XgboostModel, LightgbmModel, MajorityModel>;

/// Settings of all learners, part of `[models]`.
struct LearnerConfigs {
  std::string imbalance = "none";
  LogisticConfig logistic_regression;
  ForestConfig random_forest;
  ForestConfig extra_trees;
  DecisionTreeConfig decision_tree;
  BoostingConfig gradient_boosting;
  NearestNeighboursConfig nearest_neighbours;
  SvmConfig svm;
  XgboostConfig xgboost;
  LightgbmConfig lightgbm;

  static auto fields() {
    return std::tuple{
        field("imbalance", &LearnerConfigs::imbalance,
              "classes of unequal size: left as they are, weighted alike, or the smaller one filled up with synthetic "
              "patients inside each fit; the last two distort probabilities")
            .one_of(imbalance_names()),
        field("logistic_regression", &LearnerConfigs::logistic_regression, "penalised logistic regression"),
        field("random_forest", &LearnerConfigs::random_forest, "random forest"),
        field("extra_trees", &LearnerConfigs::extra_trees, "extremely randomised trees"),
        field("decision_tree", &LearnerConfigs::decision_tree, "a single tree"),
        field("gradient_boosting", &LearnerConfigs::gradient_boosting, "gradient boosting of trees"),
        field("nearest_neighbours", &LearnerConfigs::nearest_neighbours, "k nearest neighbours"),
        field("svm", &LearnerConfigs::svm, "support vector machine"),
        field("xgboost", &LearnerConfigs::xgboost, "XGBoost"),
        field("lightgbm", &LearnerConfigs::lightgbm, "LightGBM"),
    };
  }
};

/// Names that fit_learner knows: "logistic_regression", "random_forest", ...
const std::vector<std::string>& learner_names();

/// Fits the learner called `name` on encoded columns. Throws InputError for an unknown name, or one whose library is
/// absent.
Learner fit_learner(const std::string& name, const LearnerConfigs& config, const TrainingTable& train, std::uint64_t seed);

/// Why the learner called `name` cannot be used on this machine; nothing where it can.
std::optional<std::string> learner_objection(const std::string& name, const LearnerConfigs& config);

/// Probabilities of the event, one per row.
Eigen::VectorXd predict(const Learner& learner, const Table& table);

}  // namespace radiopath::fusion
