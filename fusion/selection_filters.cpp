#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/statistics.h"
#include "core/table.h"
#include "fusion/logistic_fit.h"
#include "fusion/selection_steps.h"

namespace radiopath::fusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Columns centred and of length 1, so that r is their dot product; a constant column becomes 0.
MatrixXd unit_columns(const MatrixXd& x) {
  MatrixXd unit = x.rowwise() - x.colwise().mean();
  for (Index j = 0; j < unit.cols(); ++j) {
    const double norm = unit.col(j).norm();
    if (x.col(j).minCoeff() == x.col(j).maxCoeff()) {
      unit.col(j).setZero();
    } else {
      unit.col(j) /= norm;
    }
  }
  return unit;
}

MatrixXd rank_rows(const MatrixXd& x) {
  MatrixXd ranks(x.rows(), x.cols());
  for (Index j = 0; j < x.cols(); ++j) {
    const std::vector<double> of_column = midranks({x.col(j).data(), static_cast<std::size_t>(x.rows())});
    ranks.col(j) = Eigen::Map<const VectorXd>(of_column.data(), x.rows());
  }
  return ranks;
}

/// Of columns that correlate at or above `limit` the one nearer to the outcome stays; of equally near ones the first.
Kept without_twins(const MatrixXd& x, const VectorXd& y, double limit) {
  constexpr Index kBlock = 128;  // candidates that one product compares with the kept columns
  const MatrixXd unit = unit_columns(x);
  const VectorXd with_outcome = (unit.transpose() * unit_columns(y)).cwiseAbs();
  std::vector<int> order(static_cast<std::size_t>(x.cols()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return with_outcome[a] > with_outcome[b]; });
  Kept kept;
  MatrixXd kept_unit(x.rows(), x.cols());
  for (Index first = 0; first < x.cols(); first += kBlock) {
    const std::vector<int> block(order.begin() + first, order.begin() + std::min(first + kBlock, x.cols()));
    const MatrixXd candidates = unit(Eigen::all, block);
    const auto before = static_cast<Index>(kept.columns.size());
    VectorXd nearest = VectorXd::Zero(candidates.cols());
    if (before > 0) nearest = (kept_unit.leftCols(before).transpose() * candidates).cwiseAbs().colwise().maxCoeff().transpose();
    for (Index i = 0; i < candidates.cols(); ++i) {
      const auto now = static_cast<Index>(kept.columns.size());
      if (nearest[i] >= limit) continue;
      const auto of_block = kept_unit.middleCols(before, now - before);
      if (now > before && (of_block.transpose() * candidates.col(i)).cwiseAbs().maxCoeff() >= limit) continue;
      kept_unit.col(now) = candidates.col(i);
      kept.columns.push_back(block[static_cast<std::size_t>(i)]);
    }
  }
  std::sort(kept.columns.begin(), kept.columns.end());
  return kept;
}

/// Gaussian mutual information, finite also where |r| is 1.
double mutual_information(double r) { return -0.5 * std::log(std::max(1 - r * r, 1e-15)); }

/// Caret's two figures of a column.
bool nearly_constant(const Eigen::Ref<const VectorXd>& column, const SelectionConfig& config) {
  std::map<double, int> count;
  for (const double value : column) ++count[value];
  if (double(count.size()) > config.min_unique_share * double(column.size())) return false;
  int most = 0, next = 0;
  for (const auto& [value, times] : count) {
    if (times > most) next = most, most = times;
    else next = std::max(next, times);
  }
  return next == 0 || most > config.max_frequency_ratio * next;
}

Moments moments_of(const Eigen::Ref<const VectorXd>& column, const std::vector<int>& rows) {
  double sum = 0, squares = 0;
  for (const int row : rows) sum += column[row];
  const double count = double(rows.size()), mean = sum / count;
  for (const int row : rows) squares += (column[row] - mean) * (column[row] - mean);
  return {static_cast<int>(rows.size()), mean, squares / (count - 1)};
}

}  // namespace

Kept by_near_zero_variance(const StepInput& input) {
  Kept kept;
  for (Index j = 0; j < input.x.cols(); ++j) {
    if (!nearly_constant(input.x.col(j), input.config)) kept.columns.push_back(static_cast<int>(j));
  }
  if (kept.columns.empty()) {
    kept.columns = {static_cast<int>(input.x.cols()) - 1};
    kept.remark = "every column is nearly constant; kept the last";
  }
  return kept;
}

Kept by_t_test(const StepInput& input) {
  std::vector<int> rows[2];
  for (std::size_t i = 0; i < input.train.outcomes().size(); ++i) rows[input.train.outcomes()[i]].push_back(static_cast<int>(i));
  Kept kept;
  int smallest = 0;
  double smallest_p = 2;
  for (Index j = 0; j < input.x.cols(); ++j) {
    const double p = rows[0].size() < 2 || rows[1].size() < 2
                         ? std::nan("") : t_test(moments_of(input.x.col(j), rows[1]), moments_of(input.x.col(j), rows[0])).p;
    if (p < input.config.p_value) kept.columns.push_back(static_cast<int>(j));
    if (p < smallest_p) smallest_p = p, smallest = static_cast<int>(j);
  }
  if (kept.columns.empty()) {
    kept.columns = {smallest};
    kept.remark = "no column has P < " + format_double(input.config.p_value) + "; kept the smallest P, " +
                  (smallest_p > 1 ? "which is undefined" : format_double(smallest_p));
  }
  return kept;
}

Kept by_pearson(const StepInput& input) {
  return without_twins(input.x, targets_of(input.train.outcomes()), input.config.max_correlation);
}

Kept by_spearman(const StepInput& input) {
  return without_twins(rank_rows(input.x), rank_rows(targets_of(input.train.outcomes())), input.config.max_correlation);
}

Kept by_vif(const StepInput& input) {
  Kept kept{independent_columns(input.x), ""};
  if (kept.columns.empty()) kept.columns = {0};
  const auto combinations = input.x.cols() - static_cast<Index>(kept.columns.size());
  if (combinations > 0) kept.remark = std::to_string(combinations) + " columns were combinations of earlier ones";
  const MatrixXd unit = unit_columns(input.x);
  while (kept.columns.size() > 1) {
    const MatrixXd columns = unit(Eigen::all, kept.columns);
    const MatrixXd correlation = columns.transpose() * columns;
    const VectorXd inflation = correlation.ldlt().solve(MatrixXd::Identity(correlation.rows(), correlation.cols())).diagonal();
    Index worst = 0;
    if (inflation.maxCoeff(&worst) <= input.config.max_vif) break;
    kept.columns.erase(kept.columns.begin() + worst);
  }
  return kept;
}

Kept by_mrmr(const StepInput& input) {
  const MatrixXd unit = unit_columns(input.x);
  const VectorXd r = unit.transpose() * unit_columns(targets_of(input.train.outcomes()));
  const VectorXd relevance = r.unaryExpr(&mutual_information);
  VectorXd redundancy = VectorXd::Zero(input.x.cols());
  std::vector<bool> chosen(static_cast<std::size_t>(input.x.cols()), false);
  Kept kept;
  const int most = std::min<int>(input.config.mrmr_columns, static_cast<int>(input.x.cols()));
  while (static_cast<int>(kept.columns.size()) < most) {
    int best = -1;
    double best_score = 0;
    for (int j = 0; j < static_cast<int>(input.x.cols()); ++j) {
      if (chosen[static_cast<std::size_t>(j)]) continue;
      const double mean_redundancy = kept.columns.empty() ? 0 : redundancy[j] / double(kept.columns.size());
      const double score = relevance[j] - mean_redundancy;
      if (best < 0 || score > best_score) best = j, best_score = score;
    }
    chosen[static_cast<std::size_t>(best)] = true;
    kept.columns.push_back(best);
    if (static_cast<int>(kept.columns.size()) < most)
      redundancy += (unit.transpose() * unit.col(best)).unaryExpr(&mutual_information);
  }
  return kept;  // in the order of choice
}

}  // namespace radiopath::fusion
