#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/statistics.h"

namespace radiopath::training {

/// Which scores a figure is about. `pooled` joins every score that was made by a model which had not seen the patient:
/// out-of-fold training, validation and test. (The folds' models differ, so pooled AUCs lean to the low side.)
enum class Subset { train_in_sample, train_out_of_fold, validation, test, pooled };
std::string_view name_of(Subset subset);   ///< "train_in_sample", ...
std::string_view title_of(Subset subset);  ///< "Training, in-sample", ...

/// Which patients of the subset: all that the model scores, or those that every compared model scores.
enum class Population { own, common };
std::string_view name_of(Population population);  ///< "own", "common"

/// A model's frozen threshold, taken from its out-of-fold training scores; NaN with a reason when they do not allow
/// one.
struct OperatingPoint {
  std::string model, rule;
  double threshold;
  int patients, events;  ///< that it was taken from
  std::string note;
};

/// One model on one set of patients. What the data leave undefined is NaN, and `note` says why.
struct Figures {
  std::string model;
  Subset subset{};
  Population population{};
  int patients = 0, events = 0;
  AucDelong auc{};
  ThresholdMetrics at_threshold{};  ///< at the frozen threshold; Wilson intervals
  double brier = 0;
  double mean_score = 0;   ///< expected event rate, to hold against events / patients
  double reachable = 0;    ///< AUC of the best possible risk of the same patients; NaN where it is not known
  double reachable_z = 0;  ///< (reachable - reached) / standard error of the reached one; NaN in-sample
  std::string note;
};

/// `model` against `against`, on the common population. Differences are model minus against.
struct Pair {
  std::string model, against;
  DelongTest auc;
  Improvement idi;
};

struct Comparison {
  Subset subset;
  int patients = 0, events = 0;
  std::vector<Pair> pairs;  ///< models i > j in the order of Results::models, i outermost; empty where nothing compares
  std::string note;
};

/// `results.json`. Everything the tables of the report show; a function of the predictions alone.
struct Results {
  std::vector<std::string> models;   ///< compared, in the order of the tables
  std::string headline, comparator;  ///< fixed before results are seen; the comparator may be ""
  std::vector<OperatingPoint> thresholds;
  std::vector<Figures> figures;  ///< by subset, population, model
  std::vector<Comparison> comparisons;

  /// nullptr when there is none.
  const Figures* find(std::string_view model, Subset subset, Population population) const;
  /// The pair with `model` minus `against`; nullptr unless stored that way round.
  const Pair* find_pair(std::string_view model, std::string_view against, Subset subset) const;
};

/// Writes results.json, the same bytes for the same results:
///   {"schema": 1, "not_for_clinical_use": true, "models": [..], "headline", "comparator",
///    "thresholds":  [{"model", "rule", "threshold", "patients", "events", "note"}],
///    "figures":     [{"model", "subset", "population", "patients", "events",
///                     "auc": {"value", "lower", "upper", "standard_error"},
///                     "threshold", "tp", "fp", "tn", "fn",
///                     "accuracy" | "sensitivity" | "specificity" | "ppv" | "npv": {"value", "lower", "upper"},
///                     "brier", "mean_score", "reachable_auc", "reachable_z", "note"}],
///    "comparisons": [{"subset", "patients", "events", "note",
///                     "pairs": [{"model", "against", "auc_difference", "auc_lower", "auc_upper", "delong_z",
///                                "delong_p", "idi", "idi_lower", "idi_upper", "idi_z", "idi_p", "idi_events",
///                                "idi_non_events"}]}]}
/// Intervals are 95 %: DeLong for AUC, Wilson for proportions. Doubles round-trip; NaN is null.
void write_results(const std::filesystem::path& file, const Results& results);
/// Throws InputError naming the file when it is no results.json.
Results read_results(const std::filesystem::path& file);

/// The comparison for the terminal, at most 80 columns wide.
std::string comparison_table(const Results& results);

}  // namespace radiopath::training
