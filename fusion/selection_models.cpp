#include <algorithm>
#include <boost/math/distributions/binomial.hpp>

#include "core/random.h"
#include "fusion/forest.h"
#include "fusion/glmnet.h"
#include "fusion/lasso.h"
#include "fusion/selection_steps.h"

namespace radiopath::fusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The steps before the lasso are repeated inside each of its folds: an alpha chosen on columns that already saw the
/// held-out outcomes keeps nearly all of them.
std::vector<LassoFold> folds_of(const StepInput& input) {
  std::vector<LassoFold> result;
  for (const TrainingFold& fold : input.train.folds(input.config.lasso_folds, input.seed, "lasso")) {
    const auto steps = run_steps(input.earlier, fold.train, input.seed);
    const auto columns_of = [&](const Table& table) -> MatrixXd {
      return steps.empty() ? table.values : table.values(Eigen::all, steps.back().columns);
    };
    result.push_back({columns_of(fold.train.table()), columns_of(fold.held_out), targets_of(fold.train.outcomes()),
                      targets_of(fold.held_out_outcomes)});
  }
  return result;
}

/// Columns that the path holds at `wanted`, or at the first point after it where it holds any.
Kept nonzero_at(const MatrixXd& coefficients, Index wanted, bool converged) {
  Kept kept;
  Index alpha = wanted;
  for (; alpha < coefficients.cols() && kept.columns.empty(); ++alpha) {
    for (Index j = 0; j < coefficients.rows(); ++j) {
      if (coefficients(j, alpha) != 0) kept.columns.push_back(static_cast<int>(j));
    }
  }
  if (kept.columns.empty()) kept.columns = {0};
  if (alpha != wanted + 1) kept.remark = "cross-validation prefers no column at all; kept the first of the path";
  if (!converged) kept.remark += std::string(kept.remark.empty() ? "" : "; ") + "the path is not fully converged";
  return kept;
}

Kept by_path(const StepInput& input, double l1_ratio) {
  const SelectionConfig& config = input.config;
  const bool plain = config.lasso_rule == "one_standard_error";
  if (config.lasso_family == "binomial") {
    const GlmnetFit fit = fit_glmnet_cv(input.x, targets_of(input.train.outcomes()), folds_of(input),
                                        {.family = Family::binomial, .l1_ratio = l1_ratio, .lambdas = config.lasso_alphas});
    return nonzero_at(fit.path.coefficients, plain ? fit.one_standard_error : fit.smallest, fit.converged);
  }
  const LassoOptions options{.alphas = config.lasso_alphas,
                             .smallest_share = 1e-3,
                             .stop = config.lasso_stop == "converged" ? LassoStop::converged : LassoStop::scikit_learn,
                             .l1_ratio = l1_ratio};
  const LassoFit fit = fit_lasso_cv(input.x, targets_of(input.train.outcomes()), folds_of(input), options);
  return nonzero_at(fit.path.coefficients, plain ? fit.one_standard_error() : fit.chosen, fit.converged);
}

/// Every column beside a shuffled copy of it.
TrainingTable with_shadows(const StepInput& input, std::uint64_t round) {
  const Index p = input.x.cols();
  Random random(input.seed, "boruta", {round});
  MatrixXd both(input.x.rows(), 2 * p);
  std::vector<std::string> names;
  for (Index j = 0; j < p; ++j) names.push_back(input.name(j));
  for (Index j = 0; j < p; ++j) {
    both.col(j) = input.x.col(j);
    both.col(p + j) = input.x(random.permutation(static_cast<int>(input.x.rows())), j);
    names.push_back(input.name(j) + " shuffled");
  }
  return input.train.with_values(std::move(names), std::move(both));
}

}  // namespace

Kept by_lasso(const StepInput& input) { return by_path(input, 1); }

Kept by_elastic_net(const StepInput& input) { return by_path(input, input.config.l1_ratio); }

Kept by_boruta(const StepInput& input) {
  const Index p = input.x.cols();
  std::vector<int> hits(static_cast<std::size_t>(p));
  for (int round = 0; round < input.config.boruta_rounds; ++round) {
    const auto number = static_cast<std::uint64_t>(round);
    const ForestConfig forest{.trees = input.config.boruta_trees, .max_depth = 0, .min_samples_leaf = 1, .max_features = 0};
    const VectorXd importance =
        gini_importance(fit_forest(forest, with_shadows(input, number), {.seed = input.seed + number}));
    const double best_shadow = importance.tail(p).maxCoeff();
    for (Index j = 0; j < p; ++j) hits[static_cast<std::size_t>(j)] += importance[j] > best_shadow;
  }
  const boost::math::binomial_distribution<> chance(input.config.boruta_rounds, 0.5);
  Kept kept;
  for (Index j = 0; j < p; ++j) {
    const int count = hits[static_cast<std::size_t>(j)];
    if (count > 0 && cdf(complement(chance, count - 1)) < 0.05 / double(p)) kept.columns.push_back(static_cast<int>(j));
  }
  if (kept.columns.empty()) {
    kept.columns = {static_cast<int>(std::max_element(hits.begin(), hits.end()) - hits.begin())};
    kept.remark = "no column beats its shuffled copies; kept the one that did most often";
  }
  return kept;
}

}  // namespace radiopath::fusion
