#include "fusion/forest.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fusion/score_rows.h"

namespace radiopath::fusion {
namespace {

enum class Rows { all, bootstrap };

ForestModel grow_forest(const ForestConfig& config, const TrainingTable& train, const FitOptions& options, Splits splits,
                        Rows drawn, const char* stream) {
  const Sample sample = sample_of(train, options);
  const int rows = static_cast<int>(sample.x.rows()), cols = static_cast<int>(sample.x.cols());
  const auto by_root = std::max(1, static_cast<int>(std::sqrt(double(cols))));
  const TreeOptions tree{.max_depth = config.max_depth,
                         .min_samples_leaf = config.min_samples_leaf,
                         .max_features = config.max_features > 0 ? std::min(config.max_features, cols) : by_root,
                         .splits = splits};
  const RankedColumns columns = rank_columns(sample.x);
  const Eigen::VectorXd targets = sample.targets();
  std::vector<int> all(static_cast<std::size_t>(rows));
  std::iota(all.begin(), all.end(), 0);
  ForestModel model{sample.columns, {}};
  for (int t = 0; t < config.trees; ++t) {
    Random random(options.seed, stream, {static_cast<std::uint64_t>(t)});
    const std::vector<int> of_tree = drawn == Rows::bootstrap ? random.resample(rows) : all;
    model.trees.push_back(grow_tree(columns, targets, sample.weights, of_tree, tree, random));
  }
  return model;
}

}  // namespace

ForestModel fit_forest(const ForestConfig& config, const TrainingTable& train, const FitOptions& options) {
  return grow_forest(config, train, options, Splits::best, Rows::bootstrap, "forest");
}

ForestModel fit_extra_trees(const ForestConfig& config, const TrainingTable& train, const FitOptions& options) {
  return grow_forest(config, train, options, Splits::random, Rows::all, "extra trees");
}

ForestModel fit_decision_tree(const DecisionTreeConfig& config, const TrainingTable& train, const FitOptions& options) {
  const ForestConfig one{.trees = 1, .max_depth = config.max_depth, .min_samples_leaf = config.min_samples_leaf,
                         .max_features = train.cols()};
  return grow_forest(one, train, options, Splits::best, Rows::all, "decision tree");
}

Eigen::VectorXd predict(const ForestModel& model, const Table& table) {
  return score_rows(model.columns, table, [&](const Eigen::RowVectorXd& row) {
    double sum = 0;
    for (const Tree& tree : model.trees) sum += predict_tree(tree, row);
    return sum / double(model.trees.size());
  });
}

Eigen::VectorXd gini_importance(const ForestModel& model) {
  Eigen::VectorXd total = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(model.columns.size()));
  for (const Tree& tree : model.trees) {
    const auto impurity = [&](int node) {
      const TreeNode& at = tree.nodes[static_cast<std::size_t>(node)];
      return at.cover * 2 * at.value * (1 - at.value);
    };
    Eigen::VectorXd of_tree = Eigen::VectorXd::Zero(total.size());
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const TreeNode& node = tree.nodes[i];
      if (node.column >= 0) of_tree[node.column] += impurity(static_cast<int>(i)) - impurity(node.left) - impurity(node.right);
    }
    if (of_tree.sum() > 0) total += of_tree / of_tree.sum();
  }
  return total.sum() > 0 ? Eigen::VectorXd(total / total.sum()) : total;
}

}  // namespace radiopath::fusion
