#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/learner.h"
#include "fusion/out_of_fold.h"

namespace radiopath::fusion {

/// `[models.tuning]`: the search for a learner's settings, inside whatever it is fitted on.
struct TuningConfig {
  std::string search = "none";
  int folds = 5;
  int trials = 20;
  std::string criterion = "auc";
  std::string together = "patient";
  std::map<std::string, std::vector<std::string>> grid = {
      {"logistic_regression.c", {"0.01", "0.1", "1", "10"}},
      {"random_forest.min_samples_leaf", {"1", "3", "10"}},
      {"extra_trees.min_samples_leaf", {"1", "3", "10"}},
      {"decision_tree.max_depth", {"2", "3", "4", "6"}},
      {"gradient_boosting.trees", {"50", "100", "200"}},
      {"gradient_boosting.max_depth", {"1", "2", "3"}},
      {"nearest_neighbours.neighbours", {"5", "9", "15", "25"}},
      {"svm.c", {"0.1", "1", "10"}},
      {"svm.gamma", {"0", "0.01"}},
      {"xgboost.trees", {"50", "100", "200"}},
      {"xgboost.max_depth", {"2", "3"}},
      {"lightgbm.trees", {"50", "100", "200"}},
      {"lightgbm.max_leaves", {"4", "7", "15"}},
  };

  static auto fields() {
    return std::tuple{
        field("search", &TuningConfig::search, "settings as given, every combination of the grid, or `trials` of them drawn")
            .one_of({"none", "grid", "random"}),
        field("folds", &TuningConfig::folds, "folds of the training patients at hand, in which the whole chain is repeated")
            .range(2, 100),
        field("trials", &TuningConfig::trials, "combinations that random draws for each learner, without replacement").at_least(1),
        field("criterion", &TuningConfig::criterion, "of the pooled out-of-fold probabilities").one_of({"auc", "log_loss", "brier"}),
        field("together", &TuningConfig::together, "what a fold holds out as a whole").one_of({"patient", "site"}),
        field("grid", &TuningConfig::grid,
              "values tried, as texts, by learner and setting: \"svm.c\" = [\"0.1\", \"1\"]; an empty list leaves the setting alone"),
    };
  }
};

/// A learner with settings.
struct Candidate {
  std::string learner;
  std::string settings;  ///< what differs from the configuration: "c = 0.1, gamma = 0"; "" without a search
  LearnerConfigs configs;
};

/// Throws InputError for a grid that names an unknown learner or setting, or a value out of its range; also of learners
/// that the study does not try.
void require_known_settings(const TuningConfig& config, const LearnerConfigs& configs);

/// What the search tries for one learner: at least one candidate; combinations vary the last setting fastest.
/// Throws InputError for a grid that names an unknown setting, or a value out of its range.
std::vector<Candidate> candidates_of(const TuningConfig& config, const std::string& learner, const LearnerConfigs& configs,
                                     std::uint64_t seed);

/// The criterion, turned so that more is better.
double score_of(const std::string& criterion, const std::vector<double>& probabilities, const std::vector<int>& outcomes);

}  // namespace radiopath::fusion
