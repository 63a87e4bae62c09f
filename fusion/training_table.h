#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/cohort.h"
#include "core/table.h"

namespace radiopath::fusion {

/// A table's rows for the patients of a training view who have any value in it, with their outcomes: what every fit in
/// this folder takes. It can be made from a TrainingView only, and keeps it: `TrainingTable(table, fold.train)` for
/// `fold` in `view().folds(k, ...)` is the inner one.
class TrainingTable {
 public:
  /// Throws InputError naming patient and column where a value is infinite.
  TrainingTable(const Table& table, const TrainingView& view);

  const Table& table() const { return table_; }                   ///< rows in the view's order
  const std::vector<int>& outcomes() const { return outcomes_; }  ///< 0 or 1, one per row
  const TrainingView& view() const { return view_; }              ///< exactly these patients
  int rows() const { return table_.rows(); }
  int cols() const { return table_.cols(); }
  int events() const;

  /// The same patients with other columns. @param values (rows, columns)
  TrainingTable with_values(std::vector<std::string> columns, Eigen::MatrixXd values) const;
  TrainingTable select_columns(const std::vector<std::string>& wanted) const;

 private:
  TrainingTable(Table table, TrainingView view, std::vector<int> outcomes);
  Table table_;
  TrainingView view_;
  std::vector<int> outcomes_;
};

/// Ids of `ids` that have any value in `table`, in the order of `ids`.
std::vector<std::string> ids_with_values(const Table& table, const std::vector<std::string>& ids);

}  // namespace radiopath::fusion
