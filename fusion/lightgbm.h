#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/sample.h"

namespace radiopath::fusion {

/// `[models.lightgbm]`
struct LightgbmConfig {
  int trees = 100;
  double learning_rate = 0.05;
  int max_leaves = 7;
  int min_samples_leaf = 10;
  double lambda = 1;
  std::filesystem::path library;

  static auto fields() {
    return std::tuple{
        field("trees", &LightgbmConfig::trees, "boosting rounds").range(1, 100000),
        field("learning_rate", &LightgbmConfig::learning_rate, "share of each tree's step that is taken").range(1e-6, 1),
        field("max_leaves", &LightgbmConfig::max_leaves, "leaves of a tree at most").range(2, 131072),
        field("min_samples_leaf", &LightgbmConfig::min_samples_leaf, "patients in a leaf at least").at_least(1),
        field("lambda", &LightgbmConfig::lambda, "L2 penalty on leaf values").at_least(0),
        field("library", &LightgbmConfig::library,
              "lib_lightgbm.so; not given: the one known when the program was configured, else the loader's"),
    };
  }
};

/// A LightGBM booster on named columns.
struct LightgbmModel {
  std::vector<std::string> columns;
  std::string text;  ///< LightGBM's own model file
};

/// Why LightGBM cannot be used; nothing where it can. It is loaded at run time, once for the whole program.
std::optional<std::string> lightgbm_objection(const std::filesystem::path& library = {});

/// Log loss, one thread, deterministic, column-wise histograms. Stops early when no leaf can be split any more.
/// Throws InputError where the library is absent, or refuses the settings.
/// Source: Ke et al., NIPS 2017; the library through its C API. Other versions of it may train other models.
LightgbmModel fit_lightgbm(const LightgbmConfig& config, const TrainingTable& train, const FitOptions& options);

/// Probabilities of the event; columns are found by name. NaN where a column is missing.
Eigen::VectorXd predict(const LightgbmModel& model, const Table& table);

/// LightGBM's own tree SHAP, (rows, p + 1) in log-odds; the last column is the expected value.
Eigen::MatrixXd shap_values(const LightgbmModel& model, const Table& table);

}  // namespace radiopath::fusion
