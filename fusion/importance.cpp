#include "fusion/importance.h"

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/statistics.h"

namespace radiopath::fusion {
namespace {

double area(const Eigen::VectorXd& scores, const std::vector<int>& outcomes) {
  return auc({scores.data(), static_cast<std::size_t>(scores.size())}, outcomes);
}

/// A split on the way to a leaf: the shares of training weight (zero) and of this row (one, 0 or 1) that flow through it
/// where its column is unknown or known, and the weight of subsets of that size.
struct PathPart {
  int column;
  double zero, one, weight;
};
using Path = std::vector<PathPart>;

void extend(Path& path, double zero, double one, int column) {
  const auto depth = path.size();
  path.push_back({column, zero, one, depth == 0 ? 1.0 : 0.0});
  for (std::size_t i = depth; i-- > 0;) {
    path[i + 1].weight += one * path[i].weight * double(i + 1) / double(depth + 1);
    path[i].weight = zero * path[i].weight * double(depth - i) / double(depth + 1);
  }
}

void unwind(Path& path, std::size_t at) {
  const std::size_t depth = path.size() - 1;
  const double one = path[at].one, zero = path[at].zero;
  double next = path[depth].weight;
  for (std::size_t i = depth; i-- > 0;) {
    if (one != 0) {
      const double kept = path[i].weight;
      path[i].weight = next * double(depth + 1) / (double(i + 1) * one);
      next = kept - path[i].weight * zero * double(depth - i) / double(depth + 1);
    } else {
      path[i].weight = path[i].weight * double(depth + 1) / (zero * double(depth - i));
    }
  }
  for (std::size_t i = at; i < depth; ++i) path[i].column = path[i + 1].column, path[i].zero = path[i + 1].zero, path[i].one = path[i + 1].one;
  path.pop_back();
}

double unwound_sum(Path path, std::size_t at) {
  unwind(path, at);
  double sum = 0;
  for (const PathPart& part : path) sum += part.weight;
  return sum;
}

class TreeShap {
 public:
  TreeShap(const Tree& tree, const Eigen::RowVectorXd& row, Eigen::RowVectorXd& phi) : tree_(tree), row_(row), phi_(phi) {}

  void explain() { visit(0, {}, 1, 1, -1); }

 private:
  void visit(int index, Path path, double zero, double one, int column) {
    extend(path, zero, one, column);
    const TreeNode& node = tree_.nodes[static_cast<std::size_t>(index)];
    if (node.column < 0) {
      for (std::size_t i = 1; i < path.size(); ++i)
        phi_[path[i].column] += unwound_sum(path, i) * (path[i].one - path[i].zero) * node.value;
      return;
    }
    const bool goes_left = row_[node.column] <= node.threshold;
    const int hot = goes_left ? node.left : node.right, cold = goes_left ? node.right : node.left;
    double zero_before = 1, one_before = 1;
    for (std::size_t i = 1; i < path.size(); ++i) {
      if (path[i].column != node.column) continue;
      zero_before = path[i].zero, one_before = path[i].one;
      unwind(path, i);
      break;
    }
    visit(hot, path, zero_before * share(hot, node), one_before, node.column);
    visit(cold, path, zero_before * share(cold, node), 0, node.column);
  }

  double share(int child, const TreeNode& node) const { return tree_.nodes[static_cast<std::size_t>(child)].cover / node.cover; }

  const Tree& tree_;
  const Eigen::RowVectorXd& row_;
  Eigen::RowVectorXd& phi_;
};

/// Mean of the leaves, weighted by the training patients in them.
double expected_value(const Tree& tree) {
  double sum = 0;
  for (const TreeNode& node : tree.nodes) {
    if (node.column < 0) sum += node.cover * node.value;
  }
  return sum / tree.nodes.front().cover;
}

Eigen::MatrixXd shap_of_trees(const std::vector<std::string>& columns, const std::vector<Tree>& trees, double offset,
                              double factor, const Table& table) {
  const Table found = table.select_columns(columns);
  Eigen::MatrixXd values(found.rows(), found.cols() + 1);
  double base = offset;
  for (const Tree& tree : trees) base += factor * expected_value(tree);
  for (int r = 0; r < found.rows(); ++r) {
    const Eigen::RowVectorXd row = found.values.row(r);
    if (row.array().isNaN().any()) {
      values.row(r).setConstant(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    Eigen::RowVectorXd phi = Eigen::RowVectorXd::Zero(found.cols());
    for (const Tree& tree : trees) TreeShap(tree, row, phi).explain();
    values.row(r) << factor * phi, base;
  }
  return values;
}

}  // namespace

std::vector<PermutationImportance> permutation_importance(const std::function<Eigen::VectorXd(const Table&)>& score,
                                                          const Table& table, const std::vector<int>& outcomes,
                                                          int repeats, std::uint64_t seed) {
  const double whole = area(score(table), outcomes);
  return parallel_map(table.cols(), [&](std::int64_t c) {
    Table shuffled = table;
    std::vector<double> falls;
    for (int r = 0; r < repeats; ++r) {
      Random random(seed, "importance", {static_cast<std::uint64_t>(c), static_cast<std::uint64_t>(r)});
      shuffled.values.col(c) = table.values(random.permutation(table.rows()), c);
      falls.push_back(whole - area(score(shuffled), outcomes));
    }
    const Moments m = moments(falls);
    return PermutationImportance{table.columns[static_cast<std::size_t>(c)], m.mean, std::sqrt(m.variance)};
  });
}

bool made_of_trees(const Learner& learner) {
  return std::holds_alternative<ForestModel>(learner) || std::holds_alternative<BoostingModel>(learner) ||
         std::holds_alternative<XgboostModel>(learner) || std::holds_alternative<LightgbmModel>(learner);
}

Eigen::MatrixXd tree_shap(const Learner& learner, const Table& table) {
  if (const auto* forest = std::get_if<ForestModel>(&learner))
    return shap_of_trees(forest->columns, forest->trees, 0, 1 / double(forest->trees.size()), table);
  if (const auto* boosting = std::get_if<BoostingModel>(&learner))
    return shap_of_trees(boosting->columns, boosting->trees, boosting->intercept, 1, table);
  if (const auto* xgboost = std::get_if<XgboostModel>(&learner)) return shap_values(*xgboost, table);
  if (const auto* lightgbm = std::get_if<LightgbmModel>(&learner)) return shap_values(*lightgbm, table);
  throw InputError("tree SHAP needs a learner made of trees");
}

}  // namespace radiopath::fusion
