#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <tuple>

#include "core/config.h"
#include "core/run_folder.h"
#include "training/features.h"

namespace radiopath::training {

struct ExperimentConfig;

/// `[resampling]`: how good each modality's whole chain is, by repeating all of it. Off by default: every one of these is
/// a whole fit.
struct ResamplingConfig {
  int bootstraps = 0;
  int repeats = 0;
  int permutations = 0;
  int folds = 5;

  static auto fields() {
    return std::tuple{
        field("bootstraps", &ResamplingConfig::bootstraps,
              "resamples of the training patients for the optimism correction, .632+ and how often columns are selected; "
              "0: none, 1000 is usual")
            .range(0, 100000),
        field("repeats", &ResamplingConfig::repeats,
              "repeated nested cross-validation of every learner, compared with the first by the corrected t-test; 0: none")
            .range(0, 1000),
        field("permutations", &ResamplingConfig::permutations, "of the outcomes, for the test that a chain finds anything; 0: none")
            .range(0, 100000),
        field("folds", &ResamplingConfig::folds, "of the last two").range(2, 100),
    };
  }
  bool off() const { return bootstraps == 0 && repeats == 0 && permutations == 0; }
};

/// Imputation, selection, tuning and fit of each modality's model repeated on its training patients. null when it is off.
/// {"schema": 1, "modalities": [{"modality", "patients", "events",
///   "bootstrap": {"resamples", "auc" | "brier": {"apparent", "optimism", "corrected", "lower", "upper", "out_of_bag",
///                 "point632", "point632_plus"}, "stability", "selection_frequency": {column: share}},
///   "repeated_cross_validation": {"folds", "repeats", "learners": [{"learner", "auc", "difference", "lower", "upper", "t", "p"}]},
///   "permutation_test": {"permutations", "folds", "auc", "p"}}]}
/// Differences are from the first learner. What is habitat, encoder or codebook stays as fitted on all training patients.
nlohmann::ordered_json resample(const ExperimentConfig& config, const Features& features, const TrainingView& train);

/// resampling.json in the run folder, unless it is off.
void write_resampling(const RunFolder& folder, const nlohmann::ordered_json& resampling);

}  // namespace radiopath::training
