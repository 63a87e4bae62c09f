#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "core/predictions.h"
#include "training/results.h"

namespace radiopath::training {

/// `[evaluation]`: how predictions become results. Nothing here is chosen by looking at them.
struct EvaluationConfig {
  std::string threshold = "youden";
  double fixed_threshold = 0.5;
  std::vector<std::string> models;
  std::string headline = "MHA_CHP";
  std::string comparator = "Ensemble_CHP";
  std::filesystem::path truth;

  static auto fields() {
    return std::tuple{
        field("threshold", &EvaluationConfig::threshold,
              "rule that freezes each model's threshold on its out-of-fold training scores")
            .one_of({"youden", "fixed"}),
        field("fixed_threshold", &EvaluationConfig::fixed_threshold, "threshold of the rule 'fixed'").range(0, 1),
        field("models", &EvaluationConfig::models,
              "models compared, in the order of the tables; empty = all, single sources before fusions"),
        field("headline", &EvaluationConfig::headline, "model the report's first sentence is about"),
        field("comparator", &EvaluationConfig::comparator, "model the headline model is compared with"),
        field("truth", &EvaluationConfig::truth,
              "CSV with patient_id and true_risk, known for synthetic cohorts only: gives the best reachable AUC"),
    };
  }
};

/// True risk by patient id.
using Truth = std::map<std::string, double>;

/// Reads the columns patient_id and true_risk; empty for an empty path.
Truth read_truth(const std::filesystem::path& file);

/// Everything the report's tables hold: a pure function of predictions, so that it is rebuilt from predictions.csv.
/// Each model's threshold is frozen on its out-of-fold training scores and applied everywhere. Subsets without
/// patients or with one class alone give NaN with a note.
/// Throws InputError when `config.models` names a model that the predictions lack.
Results evaluate(const EvaluationConfig& config, const Predictions& predictions, const Truth& truth = {});

}  // namespace radiopath::training
