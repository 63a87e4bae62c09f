#include "fusion/training_table.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/error.h"

namespace radiopath::fusion {
namespace {

void refuse_infinite(const Table& table) {
  for (int c = 0; c < table.cols(); ++c) {
    for (int r = 0; r < table.rows(); ++r) {
      if (std::isinf(table.values(r, c))) {
        throw InputError("patient " + table.ids[r] + ": column '" + table.columns[c] +
                         "' is infinite; expected a number or an empty cell (a division by zero?)");
      }
    }
  }
}

}  // namespace

std::vector<std::string> ids_with_values(const Table& table, const std::vector<std::string>& ids) {
  std::vector<std::string> present;
  const Table rows = table.select_rows(ids);
  for (int r = 0; r < rows.rows(); ++r) {
    if (rows.has_any(r)) present.push_back(ids[r]);
  }
  return present;
}

TrainingTable::TrainingTable(const Table& table, const TrainingView& view)
    : view_(view.among(ids_with_values(table, view.ids()))) {
  table_ = table.select_rows(view_.ids());
  outcomes_ = view_.outcomes();
  refuse_infinite(table_);
}

TrainingTable::TrainingTable(Table table, TrainingView view, std::vector<int> outcomes)
    : table_(std::move(table)), view_(std::move(view)), outcomes_(std::move(outcomes)) {}

int TrainingTable::events() const { return static_cast<int>(std::count(outcomes_.begin(), outcomes_.end(), 1)); }

TrainingTable TrainingTable::with_values(std::vector<std::string> columns, Eigen::MatrixXd values) const {
  if (values.rows() != rows() || values.cols() != static_cast<Eigen::Index>(columns.size())) {
    throw std::logic_error("a training table keeps its patients and names every column");
  }
  Table table;
  table.ids = table_.ids;
  table.columns = std::move(columns);
  table.values = std::move(values);
  return {std::move(table), view_, outcomes_};
}

TrainingTable TrainingTable::select_columns(const std::vector<std::string>& wanted) const {
  return {table_.select_columns(wanted), view_, outcomes_};
}

}  // namespace radiopath::fusion
