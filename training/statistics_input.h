#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/table.h"

namespace radiopath::training {

/// How a CSV of outcomes and scores is read; "" and {} leave the choice to the file's column names.
struct ScoredColumns {
  std::string outcome = {}, cohort = {};
  std::vector<std::string> models = {};
  std::string threshold_cohort = {};     ///< each model's threshold is taken there by `rule` and kept everywhere
  std::string rule = {};                 ///< youden (or ""), sensitivity=0.9, specificity=0.9, cost=5 (of a missed event)
  std::optional<double> threshold = {};  ///< the same for all models; a column threshold_<model> goes before everything
};

/// Some patients of a file, with every model's scores (NaN: the model does not score the patient).
struct ScoredCohort {
  std::string name;
  std::vector<int> outcomes;
  std::vector<std::vector<double>> scores;  ///< (models, patients)
};

struct ScoredFile {
  std::vector<std::string> models;
  std::vector<ScoredCohort> cohorts;
  std::vector<double> thresholds;
  std::string threshold_rule;
  std::string threshold_cohort = {};            ///< that they were taken from; "" for none
  std::set<std::string> overlapping = {};       ///< cohorts that share patients with others
};

/// Reads any CSV with an outcome of 0 and 1 and one column of scores per model. A run's predictions.csv is known by its
/// columns: its cohorts are train_in_sample, train_out_of_fold, validation, test and pooled (all but in-sample), its
/// thresholds taken on train_out_of_fold unless one is given. Without a cohort to take them from they are 0.5. Throws InputError for an outcome that is neither 0 nor 1, a score that is
/// no number, an unknown column, or a file without models.
ScoredFile read_scored(const std::filesystem::path& file, const ScoredColumns& columns);

/// One column as outcomes; InputError naming line and cell.
std::vector<int> outcome_column(const CsvFile& csv, const std::string& name);
/// One column as numbers, NaN where missing; InputError for words and infinities.
std::vector<double> number_column(const CsvFile& csv, const std::string& name);
/// `asked` or the first of the usual names of an outcome that the file has; InputError when there is none.
std::string outcome_name(const CsvFile& csv, const std::string& asked);

/// Patients that every one of `models` (indices) scores.
ScoredCohort scored_by_all(const ScoredCohort& cohort, const std::vector<std::size_t>& models);

}  // namespace radiopath::training
