#include "fusion/selection.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>

#include "core/statistics.h"
#include "core/table.h"
#include "fusion/lasso.h"

namespace radiopath::fusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

VectorXd as_vector(const std::vector<int>& outcomes) {
  VectorXd y(static_cast<Index>(outcomes.size()));
  for (Index i = 0; i < y.size(); ++i) y[i] = outcomes[static_cast<std::size_t>(i)];
  return y;
}

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

/// A step sees the columns that are left and returns indices into them.
struct Kept {
  std::vector<int> columns;
  std::string remark;
};

Kept by_t_test(const MatrixXd& x, const TrainingTable& train, double p_value) {
  Kept kept;
  int smallest = 0;
  double smallest_p = 2;
  std::vector<double> events, non_events;
  for (Index j = 0; j < x.cols(); ++j) {
    events.clear(), non_events.clear();
    for (Index i = 0; i < x.rows(); ++i) {
      (train.outcomes()[static_cast<std::size_t>(i)] == 1 ? events : non_events).push_back(x(i, j));
    }
    const double p = t_test(events, non_events).p;
    if (p < p_value) kept.columns.push_back(static_cast<int>(j));
    if (p < smallest_p) smallest_p = p, smallest = static_cast<int>(j);
  }
  if (kept.columns.empty()) {
    kept.columns = {smallest};
    kept.remark = "no column has P < " + format_double(p_value) + "; kept the smallest P, " +
                  (smallest_p > 1 ? "which is undefined" : format_double(smallest_p));
  }
  return kept;
}

Kept by_pearson(const MatrixXd& x, const TrainingTable& train, const SelectionConfig& config) {
  const double limit = config.max_correlation;
  const MatrixXd unit = unit_columns(x);
  const MatrixXd correlations = unit.transpose() * unit;
  const VectorXd merit = config.keep == "central"
                             ? VectorXd((correlations.array().abs() >= limit).select(correlations.cwiseAbs(), 0.0).rowwise().sum())
                             : VectorXd((unit.transpose() * unit_columns(as_vector(train.outcomes()))).cwiseAbs());
  std::vector<int> order(static_cast<std::size_t>(x.cols()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return merit[a] > merit[b]; });
  Kept kept;
  for (const int j : order) {
    const bool apart = std::all_of(kept.columns.begin(), kept.columns.end(),
                                   [&](int other) { return std::abs(correlations(j, other)) < limit; });
    if (apart) kept.columns.push_back(j);
  }
  std::sort(kept.columns.begin(), kept.columns.end());
  return kept;
}

/// Gaussian mutual information, finite also where |r| is 1.
double mutual_information(double r) { return -0.5 * std::log(std::max(1 - r * r, 1e-15)); }

Kept by_mrmr(const MatrixXd& x, const TrainingTable& train, int most) {
  const MatrixXd unit = unit_columns(x);
  const VectorXd r = unit.transpose() * unit_columns(as_vector(train.outcomes()));
  const VectorXd relevance = r.unaryExpr(&mutual_information);
  VectorXd redundancy = VectorXd::Zero(x.cols());
  std::vector<bool> chosen(static_cast<std::size_t>(x.cols()), false);
  Kept kept;
  while (static_cast<int>(kept.columns.size()) < std::min<int>(most, static_cast<int>(x.cols()))) {
    int best = -1;
    double best_score = 0;
    for (int j = 0; j < static_cast<int>(x.cols()); ++j) {
      if (chosen[static_cast<std::size_t>(j)]) continue;
      const double mean_redundancy = kept.columns.empty() ? 0 : redundancy[j] / double(kept.columns.size());
      const double score = relevance[j] - mean_redundancy;
      if (best < 0 || score > best_score) best = j, best_score = score;
    }
    chosen[static_cast<std::size_t>(best)] = true;
    kept.columns.push_back(best);
    redundancy += (unit.transpose() * unit.col(best)).unaryExpr(&mutual_information);
  }
  return kept;  // in the order of choice
}

std::vector<int> outcomes_of(const TrainingTable& all, const std::vector<std::string>& ids) {
  std::map<std::string, int> outcome;
  for (int i = 0; i < all.rows(); ++i) outcome[all.table().ids[i]] = all.outcomes()[i];
  std::vector<int> outcomes;
  for (const std::string& id : ids) outcomes.push_back(outcome.at(id));
  return outcomes;
}

/// The steps before the lasso are repeated inside each of its folds: an alpha chosen on columns that already saw the
/// held-out outcomes keeps nearly all of them.
std::vector<LassoFold> folds_of(const SelectionConfig& earlier, const TrainingTable& all, int folds, std::uint64_t seed) {
  std::vector<LassoFold> result;
  for (const Split& split : all.view().folds(folds, seed, "lasso")) {
    const TrainingTable inner(all.table(), split.train);
    const Selection selection = fit_selection(earlier, inner, seed);
    const Table held_out = all.table().select_rows(split.held_out.ids()).select_columns(selection.columns);
    result.push_back({inner.select_columns(selection.columns).table().values, held_out.values,
                      as_vector(inner.outcomes()), as_vector(outcomes_of(all, held_out.ids))});
  }
  return result;
}

Kept by_lasso(const MatrixXd& x, const TrainingTable& train, const SelectionConfig& config, const SelectionConfig& earlier,
              std::uint64_t seed) {
  const LassoOptions options{.alphas = config.lasso_alphas, .smallest_share = 1e-3, .stop = LassoStop::converged};
  const LassoFit fit =
      fit_lasso_cv(x, as_vector(train.outcomes()), folds_of(earlier, train, config.lasso_folds, seed), options);
  Kept kept;
  const auto nonzero = [&](int alpha) {
    std::vector<int> columns;
    for (Index j = 0; j < x.cols(); ++j) {
      if (fit.path.coefficients(j, alpha) != 0) columns.push_back(static_cast<int>(j));
    }
    return columns;
  };
  const int wanted = config.lasso_rule == "one_standard_error" ? fit.one_standard_error() : fit.chosen;
  int alpha = wanted;
  kept.columns = nonzero(alpha);
  while (kept.columns.empty() && alpha + 1 < config.lasso_alphas) kept.columns = nonzero(++alpha);
  if (kept.columns.empty()) kept.columns = {0};
  if (alpha != wanted) {
    kept.remark = "cross-validation prefers no column at all; kept the first of the path";
  }
  if (!fit.converged) kept.remark += std::string(kept.remark.empty() ? "" : "; ") + "the path is not fully converged";
  return kept;
}

Kept run_step(const std::string& step, const SelectionConfig& config, const SelectionConfig& earlier,
              const MatrixXd& x, const TrainingTable& train, std::uint64_t seed) {
  if (step == "t_test") return by_t_test(x, train, config.p_value);
  if (step == "pearson") return by_pearson(x, train, config);
  if (step == "mrmr") return by_mrmr(x, train, config.mrmr_columns);
  if (step == "lasso") return by_lasso(x, train, config, earlier, seed);
  throw std::logic_error("unknown selection step " + step);
}

}  // namespace

Selection fit_selection(const SelectionConfig& config, const TrainingTable& encoded, std::uint64_t seed) {
  if (encoded.cols() == 0 || encoded.table().values.array().isNaN().any()) {
    throw std::logic_error("selection needs an encoded table: columns, and no missing value");
  }
  Selection selection{encoded.table().columns, {}};
  MatrixXd left = encoded.table().values;
  SelectionConfig earlier = config;
  earlier.steps.clear();
  for (const std::string& step : config.steps) {
    const Kept kept = run_step(step, config, earlier, left, encoded, seed);
    earlier.steps.push_back(step);
    SelectionStep record{step, static_cast<int>(selection.columns.size()), {}, kept.remark};
    for (const int j : kept.columns) record.kept.push_back(selection.columns[static_cast<std::size_t>(j)]);
    left = MatrixXd(left(Eigen::all, kept.columns));
    selection.columns = record.kept;
    selection.steps.push_back(std::move(record));
  }
  return selection;
}

}  // namespace radiopath::fusion
