#include "fusion/tree.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

namespace radiopath::fusion {
namespace {

struct BestSplit {
  int column = -1;
  double threshold = 0;
  double purity = 0;  // sum over sides of (events^2 + others^2) / rows: Gini impurity falls as it rises
};

double purity(double events, double rows) {
  const double others = rows - events;
  return (events * events + others * others) / rows;
}

/// Halfway between two values, below the upper one even where doubles leave no room between them.
double between(double low, double high) {
  const double middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

class Grower {
 public:
  Grower(const Eigen::MatrixXd& x, const std::vector<int>& outcomes, std::vector<int> rows, const TreeOptions& options,
         Random& random)
      : x_(x), outcomes_(outcomes), rows_(std::move(rows)), options_(options), random_(random),
        columns_(static_cast<std::size_t>(x.cols())) {
    std::iota(columns_.begin(), columns_.end(), 0);
    pairs_.reserve(rows_.size());
  }

  Tree grow() {
    grow_node(0, rows_.size(), 0);
    return std::move(tree_);
  }

 private:
  /// Makes the node of rows_[first, last) and everything below it. @return its index
  int grow_node(std::size_t first, std::size_t last, int depth) {
    const int index = static_cast<int>(tree_.nodes.size());
    tree_.nodes.emplace_back();
    const auto rows = std::span(rows_).subspan(first, last - first);
    const auto events = std::count_if(rows.begin(), rows.end(), [&](int row) { return outcomes_[row] == 1; });
    const auto count = static_cast<std::ptrdiff_t>(rows.size());
    tree_.nodes[index].share = double(events) / double(count);
    const bool pure = events == 0 || events == count;
    const bool deep = options_.max_depth > 0 && depth >= options_.max_depth;
    if (pure || deep || count < 2 * options_.min_samples_leaf) return index;
    const BestSplit split = best_split(rows, double(events));
    if (split.column < 0) return index;
    const auto middle =
        std::stable_partition(rows.begin(), rows.end(), [&](int row) { return x_(row, split.column) <= split.threshold; });
    const std::size_t cut = first + static_cast<std::size_t>(middle - rows.begin());
    const int left = grow_node(first, cut, depth + 1);
    const int right = grow_node(cut, last, depth + 1);
    TreeNode& node = tree_.nodes[index];
    node.column = split.column, node.threshold = split.threshold, node.left = left, node.right = right;
    return index;
  }

  BestSplit best_split(std::span<const int> rows, double events) {
    BestSplit best;
    const int wanted = options_.max_features > 0 ? options_.max_features : static_cast<int>(columns_.size());
    int tried = 0;
    for (std::size_t drawn = 0; drawn < columns_.size() && tried < wanted; ++drawn) {
      std::swap(columns_[drawn], columns_[drawn + random_.below(columns_.size() - drawn)]);
      tried += try_column(columns_[drawn], rows, events, best);
    }
    return best;
  }

  /// 1 when the column has more than one value among `rows`.
  int try_column(int column, std::span<const int> rows, double events, BestSplit& best) {
    pairs_.clear();
    for (const int row : rows) pairs_.emplace_back(x_(row, column), outcomes_[row]);
    std::sort(pairs_.begin(), pairs_.end());
    if (pairs_.front().first == pairs_.back().first) return 0;
    const double count = double(rows.size());
    double left_events = 0;
    for (std::size_t i = 0; i + 1 < pairs_.size(); ++i) {
      left_events += pairs_[i].second;
      const double left = double(i + 1);
      if (pairs_[i].first == pairs_[i + 1].first) continue;
      if (left < options_.min_samples_leaf || count - left < options_.min_samples_leaf) continue;
      const double here = purity(left_events, left) + purity(events - left_events, count - left);
      if (best.column < 0 || here > best.purity) {
        best = {column, between(pairs_[i].first, pairs_[i + 1].first), here};
      }
    }
    return 1;
  }

  const Eigen::MatrixXd& x_;
  const std::vector<int>& outcomes_;
  std::vector<int> rows_;
  TreeOptions options_;
  Random& random_;
  std::vector<int> columns_;
  std::vector<std::pair<double, int>> pairs_;
  Tree tree_;
};

}  // namespace

Tree grow_tree(const Eigen::MatrixXd& x, const std::vector<int>& outcomes, std::vector<int> rows,
               const TreeOptions& options, Random& random) {
  return Grower(x, outcomes, std::move(rows), options, random).grow();
}

double predict_tree(const Tree& tree, const Eigen::RowVectorXd& row) {
  const TreeNode* node = tree.nodes.data();
  while (node->column >= 0) {
    node = tree.nodes.data() + (row[node->column] <= node->threshold ? node->left : node->right);
  }
  return node->share;
}

}  // namespace radiopath::fusion
