#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/predictions.h"
#include "training/features.h"
#include "training/models.h"

namespace radiopath::training {

/// What a column of a modality's final model is worth for patients whom it has not seen.
struct ColumnImportance {
  std::string modality, column;
  double auc_loss = 0, sd = 0;  ///< by which the AUC falls when the column is shuffled: mean and SD of 20 shuffles
  double shap = 0;              ///< mean |tree SHAP|, in what the trees add up; NaN for other learners
};

/// Of the held-out patients in `predictions` who have the modality; largest loss first within a modality. A modality
/// with one outcome alone among them is left out. Correlated columns share their importance: a small loss is no proof
/// that a column is useless.
std::vector<ColumnImportance> column_importance(const Features& features, const Models& models,
                                                const Predictions& predictions, std::uint64_t seed);

/// `importance.csv`, one row per column; no file without rows.
void write_importance(const std::filesystem::path& file, const std::vector<ColumnImportance>& importance);
std::vector<ColumnImportance> read_importance(const std::filesystem::path& file);

}  // namespace radiopath::training
