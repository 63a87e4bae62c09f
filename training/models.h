#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/predictions.h"
#include "fusion/attention_fusion.h"
#include "fusion/stacking.h"
#include "fusion/unimodal.h"
#include "training/features.h"

namespace radiopath::training {

/// `[models]`: what is fitted and compared.
struct ModelsConfig : fusion::UnimodalConfig {
  std::vector<std::string> ensembles;
  fusion::StackingConfig stacking;
  fusion::AttentionConfig attention;

  static auto fields() {
    return std::tuple_cat(
        fusion::UnimodalConfig::fields(),
        std::tuple{
            field("ensembles", &ModelsConfig::ensembles,
                  "stacked ensembles by the first letters of their modalities, as CH; none given = all of them"),
            field("stacking", &ModelsConfig::stacking, "second level of the ensembles"),
            field("attention", &ModelsConfig::attention, "multi-head attention over one token per modality"),
        });
  }
};

/// Every model of the comparison, fitted on one training view.
struct Models {
  std::vector<fusion::UnimodalModel> unimodal;        ///< in the order of the modalities
  std::vector<fusion::StackedModel> stacked;          ///< Ensemble_CH, …
  std::optional<fusion::AttentionModel> attention;    ///< MHA_CHP; with two modalities or more
  std::string attention_name;

  /// Probabilities of the event by every model; NaN where a patient lacks what the model needs.
  Scores predict(const Features& features, const PatientView& view) const;
  /// Every candidate that was scored, one JSON object per line.
  std::vector<std::string> ledger() const;
};

/// Unimodal models, ensembles stacked on their out-of-fold predictions, and attention over the columns the unimodal
/// models selected: all fitted on `train`. An ensemble with too few common patients is left out with a warning.
Models fit_models(const ExperimentConfig& config, const Features& features, const TrainingView& train);

/// Scores every training patient by models that were fitted without them: fit_models inside each fold.
Scores out_of_fold(const ExperimentConfig& config, const Features& features, const TrainingView& train);

/// models/<name>.json for each.
void save_models(const std::filesystem::path& folder, const Models& models);

}  // namespace radiopath::training
