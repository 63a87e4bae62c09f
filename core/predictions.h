#pragma once

#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/cohort.h"

namespace radiopath {

/// How a score came about. Training figures are printed for both of the first two, labelled.
enum class Scored { in_sample, out_of_fold, held_out };
std::string_view name_of(Scored scored);

/// Probabilities of the event by every model for some patients; NaN where a model has no input for the patient.
struct Scores {
  std::vector<std::string> ids;
  std::map<std::string, std::vector<double>> by_model;  ///< model name -> one probability per id
};

/// `predictions.csv`: one row per patient and way of scoring, one column per model. The report is rebuilt from it.
struct Predictions {
  struct Row {
    std::string patient_id, site;
    Role role;
    Scored scored;
    int outcome;
    std::vector<double> scores;  ///< in the order of `models`
  };
  std::vector<std::string> models;
  std::vector<Row> rows;

  /// Appends the scores of `view`'s patients.
  void add(const Scores& scores, const Cohort& cohort, Scored scored);
  int model(std::string_view name) const;  ///< index; InputError when unknown
};

void write_predictions(const std::filesystem::path& file, const Predictions& predictions);
Predictions read_predictions(const std::filesystem::path& file);

}  // namespace radiopath
