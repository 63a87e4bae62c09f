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
  double threshold_share = 0.9;
  double missed_cost = 1;
  std::vector<std::string> models;
  std::string headline;
  std::string comparator;
  std::filesystem::path truth;

  static auto fields() {
    return std::tuple{
        field("threshold", &EvaluationConfig::threshold,
              "rule that freezes each model's threshold on its out-of-fold training scores; cost: the least, when a missed "
              "event costs missed_cost false alarms")
            .one_of({"youden", "fixed", "sensitivity", "specificity", "cost"}),
        field("fixed_threshold", &EvaluationConfig::fixed_threshold, "threshold of the rule 'fixed'").range(0, 1),
        field("threshold_share", &EvaluationConfig::threshold_share, "what the rules 'sensitivity' and 'specificity' reach at least").range(0, 1),
        field("missed_cost", &EvaluationConfig::missed_cost, "of the rule 'cost'").at_least(0),
        field("models", &EvaluationConfig::models,
              "models compared, in the order of the tables; empty = all, single sources before fusions"),
        field("headline", &EvaluationConfig::headline,
              "model the report's first sentence is about; empty = the last in order, so the attention fusion"),
        field("comparator", &EvaluationConfig::comparator,
              "model it is compared with; empty = the ensemble of the same sources"),
        field("truth", &EvaluationConfig::truth,
              "CSV with patient_id and true_risk, known for synthetic cohorts only: gives the best reachable AUC"),
    };
  }
};

/// Best possible risks of synthetic patients, by column and patient id: `true_risk`; where the file has them also
/// `risk_c`, `risk_hp`, ... for models that see only these sources (first letters, in the order of the file's columns).
struct Truth {
  std::map<std::string, std::map<std::string, double>> risks;

  bool empty() const { return risks.empty(); }
  /// What no model of these `sources` can outrank: `risk_ch` for "ch", `true_risk` where the file has no such column;
  /// NaN for a patient whom it lacks.
  double risk(const std::string& patient, const std::string& sources) const;
};

/// The sources a score is made of: the letters of the model's name ("ch" of Ensemble_CH, "c" of Clinic), less those whose
/// own model has no score for the patient. An attention fusion makes do with fewer, and is held against no more.
std::string sources_behind(const std::string& model, const Predictions& predictions, const Predictions::Row& row);

/// Reads the columns patient_id, true_risk and risk_*; empty for an empty path.
Truth read_truth(const std::filesystem::path& file);

/// Everything the report's tables hold: a pure function of predictions, so that it is rebuilt from predictions.csv.
/// Each model's threshold is frozen on its out-of-fold training scores and applied everywhere. Subsets without
/// patients or with one class alone give NaN with a note.
/// Throws InputError when the config names a model that the predictions lack.
Results evaluate(const EvaluationConfig& config, const Predictions& predictions, const Truth& truth = {});

/// What to say of an AUC without a standard error: of 1 or 0 with the exact interval, or of a constant score; else "".
std::string width_note(const AucDelong& auc);

/// The order of the tables: single sources as they come, then ensembles, then attention, those with fewer sources first.
std::vector<std::string> in_report_order(std::vector<std::string> models);

/// Rows of a subset that every one of `models` scores, in the order of the predictions.
std::vector<const Predictions::Row*> common_rows(const Predictions& predictions, Subset subset,
                                                 const std::vector<std::string>& models);

}  // namespace radiopath::training
