#pragma once

#include <Eigen/Core>
#include <limits>
#include <string>
#include <vector>

#include "core/table.h"

namespace radiopath::fusion {

/// score(row) for every row of `table`, whose columns are found by name; NaN where one of them is missing. One patient
/// at a time: a matrix product may round differently with the number of rows. @param score  takes a (p,) row
template <class Score>
Eigen::VectorXd score_rows(const std::vector<std::string>& columns, const Table& table, Score&& score) {
  const Table found = table.select_columns(columns);
  Eigen::VectorXd scores(found.rows());
  for (int r = 0; r < found.rows(); ++r) {
    const Eigen::RowVectorXd row = found.values.row(r);
    scores[r] = row.array().isNaN().any() ? std::numeric_limits<double>::quiet_NaN() : score(row);
  }
  return scores;
}

}  // namespace radiopath::fusion
