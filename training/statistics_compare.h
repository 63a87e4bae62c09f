#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/bootstrap.h"
#include "training/statistics_input.h"

namespace radiopath::training {

/// Which parts of the comparison are made.
struct CompareConfig {
  BootstrapConfig bootstrap{.resamples = 0, .seed = 1};  ///< intervals of AUC, IDI and NRI; 0 resamples: none
  std::vector<double> decision_thresholds = {};
  std::vector<double> cuts = {};  ///< of the categorical NRI; none: the models' threshold, where it is the same
};

/// Every figure of the report, from scores alone: per cohort "figures" (each model on its own patients, and on those
/// whom all models with scores there score) with the keys of results.json, "pairs" (model minus against: DeLong, IDI,
/// NRI, McNemar at the thresholds, net benefit), "calibration", "decision_curve"; over all "between_cohorts" and
/// "no_probabilities", the models with scores outside [0, 1], which have neither Brier nor IDI, NRI, calibration or net
/// benefit. What the data leave undefined is null. Throws InputError for cuts that do not ascend inside (0, 1).
nlohmann::ordered_json compare_scores(const ScoredFile& file, const CompareConfig& config);

/// Adds "recalibration" to a comparison: `method` (platt, isotonic, or intercept alone) fitted to each model's scores
/// in cohort `on`, with its parameters, and the calibration of the other cohorts after it. Nothing for "" and "".
/// Throws InputError for an unknown method or cohort, one class alone, or no other cohort.
void add_recalibration(nlohmann::ordered_json& comparison, const ScoredFile& file, const std::string& method,
                       const std::string& on, const CompareConfig& config);

/// The parts of it that `statistics roc|compare|calibration|decision` print, at most 80 columns wide.
std::string roc_text(const nlohmann::ordered_json& comparison);
std::string pairs_text(const nlohmann::ordered_json& comparison);
std::string calibration_text(const nlohmann::ordered_json& comparison);
std::string decision_text(const nlohmann::ordered_json& comparison);
/// Names the models whose scores are no probabilities, so that nobody looks for their figures; "" for none.
std::string ranges_text(const nlohmann::ordered_json& comparison);

/// A number or null.
nlohmann::ordered_json finite(double value);

}  // namespace radiopath::training
