#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/config.h"
#include "fusion/clinical_model.h"
#include "fusion/encoding.h"
#include "fusion/learner.h"
#include "fusion/out_of_fold.h"
#include "fusion/selection.h"
#include "fusion/tuning.h"

namespace radiopath::fusion {

/// `[models]`, what one modality's model needs. A struct derived from this one may add to its `fields()`.
struct UnimodalConfig : LearnerConfigs {
  int folds = 5;
  std::vector<std::string> learners = {"logistic_regression", "random_forest"};
  EncodingConfig encoding;
  SelectionConfig selection;
  TuningConfig tuning;

  static auto fields() {
    return std::tuple_cat(
        std::tuple{
            field("folds", &UnimodalConfig::folds, "inner folds, which choose the learner and feed the ensembles")
                .range(2, 100),
            field("learners", &UnimodalConfig::learners,
                  "learners tried, simplest first: a later one is taken only when its out-of-fold AUC is larger by more "
                  "than the standard error of the difference; it is then refitted on all training patients")
                .one_of(learner_names()),
            field("encoding", &UnimodalConfig::encoding, "columns before selection"),
            field("selection", &UnimodalConfig::selection, "which columns a learner sees"),
            field("tuning", &UnimodalConfig::tuning, "search for the settings of learners"),
        },
        LearnerConfigs::fields());
  }
};

/// Throws InputError unless there are four patients of each outcome to fit a model on.
void require_both_outcomes(const std::vector<int>& outcomes, const std::string& modality);

/// A candidate that was scored, whether chosen or not: everything that was looked at is on record.
struct ScoredCandidate {
  std::string modality, learner;
  double auc = 0;  ///< of the pooled out-of-fold predictions
  int patients = 0, events = 0, folds = 0;
  bool chosen = false;
  std::string stage = "learner";  ///< what was being chosen: the learner, or its settings ("tuning"; in which fold)
  std::string settings;           ///< what the search set: "c = 0.1"; "" without one
  double score = 0;               ///< by the criterion, more is better
};

/// Encoding, selection and learner as fitted together.
struct FittedChain {
  Encoding encoding;
  Selection selection;
  std::string learner_name;
  std::string settings;  ///< what tuning set; "" without a search
  Learner learner;
};

/// One modality's model.
struct UnimodalModel {
  std::string modality;
  std::string train_hash;  ///< of the training view it was fitted on
  std::variant<FittedChain, ClinicalModel> model;
  std::vector<ScoredCandidate> ledger;
  OutOfFold out_of_fold;   ///< of the chosen candidate, for every training patient of the modality
  std::vector<Selection> fold_selections;  ///< of each inner fold: the waterfall, and how stable the choice is
};

/// Encoding, selection, tuning and every learner of `config.learners` are fitted inside each inner fold; the first
/// learner, unless the pooled out-of-fold AUC of a later one is larger by more than the standard error of the difference
/// (DeLong), is then tuned and fitted on all training patients.
/// Throws InputError when there are too few of them, no usable column, or an unknown learner.
UnimodalModel fit_unimodal(const UnimodalConfig& config, const std::string& modality, const TrainingTable& train,
                           std::uint64_t seed);
/// On the training patients of `table`.
UnimodalModel fit_unimodal(const UnimodalConfig& config, const std::string& modality, const Table& table,
                           const TrainingView& train, std::uint64_t seed);

/// The chain alone, without the out-of-fold scores that a single learner does not need: what resampling repeats.
FittedChain fit_chain(const UnimodalConfig& config, const std::string& modality, const TrainingTable& train,
                      std::uint64_t seed);
Eigen::VectorXd predict(const FittedChain& chain, const Table& table);

/// The same for the clinical branch: fit_clinical_model takes the place of encoding, selection and learner.
/// @param table  coded columns, as apply(ClinicCoding, ...) makes them
UnimodalModel fit_clinic(const ClinicConfig& config, const Table& table, const TrainingView& train, int folds,
                         std::uint64_t seed);

/// Probabilities of the event, one per row; NaN for patients without any value in the table.
Eigen::VectorXd predict(const UnimodalModel& model, const Table& table);

}  // namespace radiopath::fusion
