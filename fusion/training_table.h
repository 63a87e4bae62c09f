#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/cohort.h"
#include "core/table.h"

namespace radiopath::fusion {

struct TrainingFold;

/// What one fold holds out together: a patient's rows always, and all patients of a site if asked for.
enum class Together { patient, site };

/// A table's rows for the patients of a training view who have any value in it, with their outcomes: what every fit in
/// this folder takes. It can be made from a TrainingView only, and keeps it.
class TrainingTable {
 public:
  /// Throws InputError naming patient and column where a value is infinite.
  TrainingTable(const Table& table, const TrainingView& view);

  const Table& table() const { return table_; }                   ///< rows in the view's order; ids repeat in a resample
  const std::vector<int>& outcomes() const { return outcomes_; }  ///< 0 or 1, one per row
  const TrainingView& view() const { return view_; }              ///< exactly these patients
  int rows() const { return table_.rows(); }
  int cols() const { return table_.cols(); }
  int events() const;

  /// The same patients with other columns. @param values (rows, columns)
  TrainingTable with_values(std::vector<std::string> columns, Eigen::MatrixXd values) const;
  TrainingTable select_columns(const std::vector<std::string>& wanted) const;
  /// Rows by index; one that is named twice stands there twice (a bootstrap).
  TrainingTable take_rows(const std::vector<int>& rows) const;
  /// The same rows with other outcomes, one per row: what a permutation test fits on.
  TrainingTable with_outcomes(std::vector<int> outcomes) const;

  /// `k` stratified folds in which all rows of a patient (or a site) are held out together. Without repeated rows and
  /// by patients they are those of `view().folds(k, seed, name)`. Throws InputError when a class has fewer than two
  /// patients, or there are fewer than two sites.
  std::vector<TrainingFold> folds(int k, std::uint64_t seed, std::string_view name,
                                  Together together = Together::patient) const;
  /// The folds of a given assignment. @param fold_of number of each row, 0 ... k - 1
  std::vector<TrainingFold> folds(const std::vector<int>& fold_of) const;

 private:
  TrainingTable(Table table, TrainingView view, std::vector<int> outcomes);
  Table table_;
  TrainingView view_;
  std::vector<int> outcomes_;
};

/// One fold: what is fitted on, and what that is scored on.
struct TrainingFold {
  TrainingTable train;
  Table held_out;
  std::vector<int> held_out_outcomes;  ///< one per held-out row
  std::vector<int> held_out_rows;      ///< their indices in the table that was divided
};

/// Ids of `ids` that have any value in `table`, in the order of `ids`.
std::vector<std::string> ids_with_values(const Table& table, const std::vector<std::string>& ids);

}  // namespace radiopath::fusion
