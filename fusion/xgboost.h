#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/sample.h"

namespace radiopath::fusion {

/// `[models.xgboost]`
struct XgboostConfig {
  int trees = 100;
  double learning_rate = 0.05;
  int max_depth = 3;
  double min_child_weight = 1;
  double lambda = 1;
  double subsample = 0.8;
  double column_share = 0.8;
  std::string tree_method = "hist";
  std::string grow_policy = "depthwise";
  int max_leaves = 0;
  int max_bin = 256;

  static auto fields() {
    return std::tuple{
        field("trees", &XgboostConfig::trees, "boosting rounds").range(1, 100000),
        field("learning_rate", &XgboostConfig::learning_rate, "eta").range(1e-6, 1),
        field("max_depth", &XgboostConfig::max_depth, "splits from root to leaf at most; 0: no limit").range(0, 1000),
        field("min_child_weight", &XgboostConfig::min_child_weight, "sum of curvatures in a leaf at least").at_least(0),
        field("lambda", &XgboostConfig::lambda, "L2 penalty on leaf values").at_least(0),
        field("subsample", &XgboostConfig::subsample, "share of the patients that a tree sees").range(0.01, 1),
        field("column_share", &XgboostConfig::column_share, "share of the columns that a tree sees").range(0.01, 1),
        field("tree_method", &XgboostConfig::tree_method, "how cuts are found").one_of({"hist", "exact"}),
        field("grow_policy", &XgboostConfig::grow_policy, "level by level, or the best leaf first (needs hist)")
            .one_of({"depthwise", "lossguide"}),
        field("max_leaves", &XgboostConfig::max_leaves, "leaves of a tree at most; 0: no limit").at_least(0),
        field("max_bin", &XgboostConfig::max_bin, "bins of a column (hist)").range(2, 65536),
    };
  }
};

/// An XGBoost booster on named columns.
struct XgboostModel {
  std::vector<std::string> columns;
  std::string json;  ///< XGBoost's own model file
};

/// Is XGBoost built in?
bool has_xgboost();

/// Log loss, one thread, base score 0.5. Throws InputError where XGBoost is not built in, or refuses the settings.
/// Source: Chen & Guestrin, KDD 2016:785; the library through its C API.
XgboostModel fit_xgboost(const XgboostConfig& config, const TrainingTable& train, const FitOptions& options);

/// Probabilities of the event; columns are found by name. NaN where a column is missing.
Eigen::VectorXd predict(const XgboostModel& model, const Table& table);

/// XGBoost's own tree SHAP, (rows, p + 1) in log-odds; the last column is the expected value.
Eigen::MatrixXd shap_values(const XgboostModel& model, const Table& table);

}  // namespace radiopath::fusion
