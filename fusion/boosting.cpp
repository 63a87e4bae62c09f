#include "fusion/boosting.h"

#include <algorithm>
#include <cmath>

#include "fusion/logistic_fit.h"
#include "fusion/score_rows.h"

namespace radiopath::fusion {
namespace {

/// Newton steps of the leaves, from the rows that the tree was grown on; adds the tree's steps to `logits` of all rows.
void take_steps(Tree& tree, const Sample& sample, const std::vector<int>& rows, const Eigen::VectorXd& residuals,
                double learning_rate, Eigen::VectorXd& logits) {
  std::vector<int> leaf(static_cast<std::size_t>(sample.x.rows()));
  for (Eigen::Index i = 0; i < sample.x.rows(); ++i) leaf[static_cast<std::size_t>(i)] = leaf_of(tree, sample.x.row(i));
  std::vector<double> gradient(tree.nodes.size()), curvature(tree.nodes.size());
  for (const int row : rows) {
    const auto at = static_cast<std::size_t>(leaf[static_cast<std::size_t>(row)]);
    const double p = sample.outcomes[static_cast<std::size_t>(row)] - residuals[row];
    gradient[at] += sample.weights[row] * residuals[row];
    curvature[at] += sample.weights[row] * p * (1 - p);
  }
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    if (tree.nodes[i].column < 0) tree.nodes[i].value = curvature[i] > 1e-150 ? learning_rate * gradient[i] / curvature[i] : 0;
  }
  for (Eigen::Index i = 0; i < logits.size(); ++i)
    logits[i] += tree.nodes[static_cast<std::size_t>(leaf[static_cast<std::size_t>(i)])].value;
}

}  // namespace

BoostingModel fit_boosting(const BoostingConfig& config, const TrainingTable& train, const FitOptions& options) {
  const Sample sample = sample_of(train, options);
  const Eigen::VectorXd targets = sample.targets();
  const SortedColumns columns = sort_columns(sample.x);
  const int rows = static_cast<int>(sample.x.rows());
  const int seen = std::max(1, static_cast<int>(config.subsample * rows));
  const TreeOptions tree{.max_depth = config.max_depth, .min_samples_leaf = config.min_samples_leaf};
  BoostingModel model{sample.columns, logit(sample.weights.dot(targets) / sample.weights.sum()), {}};
  Eigen::VectorXd logits = Eigen::VectorXd::Constant(rows, model.intercept);
  for (int t = 0; t < config.trees; ++t) {
    Random random(options.seed, "boosting", {static_cast<std::uint64_t>(t)});
    std::vector<int> drawn = random.permutation(rows);
    drawn.resize(static_cast<std::size_t>(seen));
    std::sort(drawn.begin(), drawn.end());
    const Eigen::VectorXd residuals = targets - logits.unaryExpr(&logistic);
    model.trees.push_back(grow_tree(columns, residuals, sample.weights, drawn, tree, random));
    take_steps(model.trees.back(), sample, drawn, residuals, config.learning_rate, logits);
  }
  return model;
}

Eigen::VectorXd predict(const BoostingModel& model, const Table& table) {
  return score_rows(model.columns, table, [&](const Eigen::RowVectorXd& row) {
    double f = model.intercept;
    for (const Tree& tree : model.trees) f += predict_tree(tree, row);
    return logistic(f);
  });
}

}  // namespace radiopath::fusion
