#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/failures.h"
#include "core/predictions.h"
#include "training/charts.h"
#include "training/importance.h"
#include "training/results.h"

namespace radiopath::training {

/// What report.html is made of: the files of a run folder, as plain values. Parts that a run lacks are empty.
struct ReportInputs {
  struct Term {  ///< of the clinical model; odds ratios per unit, 95 % intervals
    std::string column;
    double odds_ratio, odds_lower, odds_upper, p;
    bool separated;
  };
  struct Clinical {
    std::vector<Term> univariable, multivariable;
    std::vector<std::string> dropped;
    std::string remark;
  };
  struct Selection {  ///< of one modality
    std::string modality, learner;
    std::vector<std::pair<std::string, int>> steps;  ///< columns left after each, from those extracted
    std::vector<std::pair<std::string, std::string>> definitions;  ///< of each step, in words
    std::vector<std::string> columns, remarks;
    std::vector<std::pair<std::string, double>> frequency;  ///< share of the inner folds that chose a column, largest first
  };
  /// One line of what resampling says of a modality's chain; NaN where a line has no such figure.
  struct Resampled {
    std::string modality, what;
    double value, lower, upper, p;
  };
  struct Candidate {  ///< everything that was scored, chosen or not
    std::string modality, learner;
    double auc;
    int patients, events, folds;
    bool chosen;
  };
  struct Ensemble {
    std::string name;
    std::vector<std::string> components;
    double intercept;
    std::vector<double> weights;
    int patients, events;
  };
  struct Habitats {
    std::vector<std::string> channels;
    std::vector<std::vector<double>> centroids;    ///< (habitat, channel), in SDs of the training voxels
    std::vector<std::pair<double, double>> curve;  ///< (K, Calinski-Harabasz)
    std::int64_t patients = 0, voxels = 0;         ///< of the training cohort that were clustered
    std::vector<std::pair<std::string, std::vector<double>>> site_shares;  ///< of lesion volume, by habitat
  };

  std::string name, version, commit, predictions_hash;
  std::string imbalance;  ///< what was done about unequal classes: none, class_weight, smote
  bool images = false;  ///< features were extracted from images, not read from ready tables
  std::vector<std::pair<std::string, std::string>> libraries, input_hashes;
  Results results;
  Predictions predictions;
  std::vector<FlowBranch> flow;
  std::optional<Clinical> clinical;
  std::vector<Selection> selections;
  std::vector<Candidate> candidates;
  std::vector<Ensemble> ensembles;
  std::optional<Habitats> habitats;
  std::vector<Resampled> resampled;
  std::vector<ColumnImportance> importance;
  std::vector<Failures::Entry> failures;
  std::string settings;  ///< config.toml, as resolved
};

/// Reads predictions.csv and results.json, and what else there is of flow.json, resampling.json, importance.csv, models/*.json, habitats/model.json,
/// tables/*.csv (habitat volumes), failures.csv, config.toml and run.json (names, versions and hashes only, so that the
/// report has the same bytes whenever it is made). Throws InputError when one of the first two is absent, or a file is
/// not readable.
ReportInputs read_report_inputs(const std::filesystem::path& run_folder);

/// The report as one HTML file that loads nothing: style, figures and tables are inside.
std::string report_html(const ReportInputs& inputs);

/// report_html(read_report_inputs(run_folder)) into run_folder/report.html.
void write_report(const std::filesystem::path& run_folder);

}  // namespace radiopath::training
