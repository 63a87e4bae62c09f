#include "fusion/forest.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace radiopath::fusion {
namespace {

enum class Rows { all, bootstrap };

/// Votes of trees on the patients that they did not draw.
class OutOfBag {
 public:
  OutOfBag(const Eigen::MatrixXd& x, int patients) : x_(x), sums_(Eigen::VectorXd::Zero(patients)), votes_(sums_) {}

  void add(const Tree& tree, const std::vector<int>& drawn) {
    std::vector<bool> inside(static_cast<std::size_t>(x_.rows()), false);
    for (const int row : drawn) inside[static_cast<std::size_t>(row)] = true;
    for (Eigen::Index i = 0; i < sums_.size(); ++i) {
      if (!inside[static_cast<std::size_t>(i)]) sums_[i] += predict_tree(tree, x_.row(i)), votes_[i] += 1;
    }
  }

  double accuracy(const std::vector<int>& outcomes) const {
    double right = 0, voted = 0;
    for (Eigen::Index i = 0; i < sums_.size(); ++i) {
      if (votes_[i] == 0) continue;
      voted += 1, right += (sums_[i] / votes_[i] > 0.5) == (outcomes[static_cast<std::size_t>(i)] == 1);
    }
    return right / voted;
  }

 private:
  const Eigen::MatrixXd& x_;
  Eigen::VectorXd sums_, votes_;
};

ForestModel grow_forest(const ForestConfig& config, const TrainingTable& train, const FitOptions& options,
                        Splits splits, Rows drawn, const char* stream) {
  const Sample sample = sample_of(train, options);
  const int rows = static_cast<int>(sample.x.rows()), cols = static_cast<int>(sample.x.cols());
  const auto by_root = std::max(1, static_cast<int>(std::sqrt(double(cols))));
  const TreeOptions tree{.max_depth = config.max_depth,
                         .min_samples_leaf = config.min_samples_leaf,
                         .max_features = config.max_features > 0 ? std::min(config.max_features, cols) : by_root,
                         .splits = splits};
  const SortedColumns columns = sort_columns(sample.x);
  const Eigen::VectorXd targets = sample.targets();
  std::vector<int> all(static_cast<std::size_t>(rows));
  std::iota(all.begin(), all.end(), 0);
  ForestModel model{.columns = sample.columns, .trees = {}};
  OutOfBag out_of_bag(sample.x, train.rows());  // synthetic rows come after the patients'
  for (int t = 0; t < config.trees; ++t) {
    Random random(options.seed, stream, {static_cast<std::uint64_t>(t)});
    const std::vector<int> of_tree = drawn == Rows::bootstrap ? random.resample(rows) : all;
    model.trees.push_back(grow_tree(columns, targets, sample.weights, of_tree, tree, random));
    if (drawn == Rows::bootstrap) out_of_bag.add(model.trees.back(), of_tree);
  }
  if (drawn == Rows::bootstrap) model.out_of_bag_accuracy = out_of_bag.accuracy(sample.outcomes);
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
  const Table found = table.select_columns(model.columns);
  Eigen::ArrayXd sums = Eigen::ArrayXd::Zero(found.rows());
  for (const Tree& tree : model.trees) {  // one tree after the other: it stays in the cache
    for (int r = 0; r < found.rows(); ++r) sums[r] += predict_tree(tree, found.values.row(r));
  }
  const Eigen::ArrayXd known = found.values.array().isNaN().rowwise().any().select(std::nan(""), sums);
  return known / double(model.trees.size());
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
