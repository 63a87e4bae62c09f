#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "core/table.h"

namespace radiopath {

/// Which manifest cohorts play which part.
struct CohortRoles {
  std::vector<std::string> train = {"train"};
  std::vector<std::string> validation = {"validation", "val"};
  std::vector<std::string> test = {"test"};

  static auto fields() {
    return std::tuple{
        field("train", &CohortRoles::train, "cohorts that models are fitted on"),
        field("validation", &CohortRoles::validation, "cohorts held out for internal validation"),
        field("test", &CohortRoles::test, "cohorts held out for external testing"),
    };
  }
};

/// `[cohort]`: the manifest, one row per patient.
struct CohortConfig {
  std::filesystem::path manifest;
  std::string id = "patient_id";
  std::string outcome = "outcome";
  std::string cohort = "cohort";
  std::string site = "site";
  CohortRoles cohorts;

  static auto fields() {
    return std::tuple{
        field("manifest", &CohortConfig::manifest, "CSV with one row per patient; its paths are relative to it"),
        field("id", &CohortConfig::id, "column with the patient's identifier"),
        field("outcome", &CohortConfig::outcome, "column with the outcome: 1 event, 0 none"),
        field("cohort", &CohortConfig::cohort, "column with the cohort's name: the split is data"),
        field("site", &CohortConfig::site, "column with the hospital; may be absent"),
        field("cohorts", &CohortConfig::cohorts, "which cohort names play which part"),
    };
  }
};

enum class Role { train, validation, test };
std::string_view name_of(Role role);  ///< "train", "validation", "test"

/// One row of the manifest, without its outcome: that is read through a TrainingView or an evaluation only.
struct Patient {
  std::string id;
  std::string site;
  Role role = Role::train;
  std::map<std::string, std::string> cells;  ///< every other column as text; "" = missing
  int line = 0;                              ///< of the manifest

  const std::string& cell(std::string_view column) const;  ///< "" when there is no such column
};

/// The patients of a study, in manifest order.
class Cohort {
 public:
  /// `outcomes` are 0 or 1, one per patient.
  Cohort(std::vector<Patient> patients, std::vector<int> outcomes, std::filesystem::path folder,
         std::vector<std::string> columns);

  int size() const { return static_cast<int>(patients_.size()); }
  const Patient& operator[](int row) const { return patients_[static_cast<std::size_t>(row)]; }
  const std::vector<Patient>& patients() const { return patients_; }
  const std::vector<std::string>& columns() const { return columns_; }  ///< manifest columns but id, outcome, cohort
  /// Files named in a cell, absolute; `;` separates several; none when the cell is empty.
  std::vector<std::filesystem::path> files(const Patient& patient, std::string_view column) const;
  /// Hash of ids, roles and outcomes: the split, fixed before anything is fitted.
  std::string hash() const;

 private:
  friend class TrainingView;
  friend std::vector<int> outcomes_for_evaluation(const Cohort& cohort);
  std::vector<Patient> patients_;
  std::vector<int> outcomes_;
  std::filesystem::path folder_;
  std::vector<std::string> columns_;
};

/// Reads and validates the manifest. Throws one InputError that lists every bad row with line and column: a patient
/// twice, an outcome that is neither 0 nor 1, an unknown cohort, a missing id, no training patient of a class.
Cohort read_cohort(const CohortConfig& config);

/// Outcomes in cohort order, for scoring predictions that are already made.
std::vector<int> outcomes_for_evaluation(const Cohort& cohort);

/// Some patients of a cohort, in cohort order. What is already fitted applies to any view.
class PatientView {
 public:
  const Cohort& cohort() const { return *cohort_; }
  const std::vector<int>& rows() const { return rows_; }  ///< indices into the cohort
  int size() const { return static_cast<int>(rows_.size()); }
  const Patient& operator[](int i) const { return (*cohort_)[rows_[static_cast<std::size_t>(i)]]; }
  std::vector<std::string> ids() const;

 protected:
  PatientView(const Cohort& cohort, std::vector<int> rows) : cohort_(&cohort), rows_(std::move(rows)) {}
  const Cohort* cohort_;
  std::vector<int> rows_;
};

struct Split;

/// Patients that may be learned from: the only view that knows outcomes. Whatever fits takes one; it yields nothing
/// but narrower ones. The cohort must outlive it.
class TrainingView : public PatientView {
 public:
  int outcome(int i) const { return cohort_->outcomes_[static_cast<std::size_t>(rows_[static_cast<std::size_t>(i)])]; }
  std::vector<int> outcomes() const;
  /// Those of these patients that `ids` names (patients who have a modality, say).
  TrainingView among(const std::vector<std::string>& ids) const;
  /// `k` folds as stratified_folds makes them: every patient is held out once.
  std::vector<Split> folds(int k, std::uint64_t seed, std::string_view name) const;
  /// Hash of the ids and outcomes seen: every fitted value records it.
  std::string hash() const;

 private:
  friend Split locked_split(const Cohort& cohort);
  using PatientView::PatientView;
};

/// Patients that predictions are made for. It does not convert to a TrainingView: fitting on it does not compile.
class EvaluationView : public PatientView {
 public:
  EvaluationView among(const std::vector<std::string>& ids) const;

 private:
  friend Split locked_split(const Cohort& cohort);
  friend class TrainingView;
  using PatientView::PatientView;
};

/// Fold number, 0 ... k - 1, of each of these patients: classes are spread evenly, sizes differ by one at most. Order
/// comes from the stream (seed, "folds", name). k is lowered to the size of the smaller class; throws InputError when
/// that is below 2.
std::vector<int> stratified_folds(const std::vector<int>& outcomes, int k, std::uint64_t seed, std::string_view name);

/// What is fitted on and what is held out; the two share no patient.
struct Split {
  std::string name;
  TrainingView train;
  EvaluationView held_out;
};

/// The manifest's own split: train against validation and test.
Split locked_split(const Cohort& cohort);

/// The splits of a protocol. locked: one. Throws InputError when it is unknown.
std::vector<Split> splits_of(const std::string& protocol, const Cohort& cohort);

}  // namespace radiopath
