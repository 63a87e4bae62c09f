#include "fusion/tree.h"

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

namespace radiopath::fusion {
namespace {

struct BestSplit {
  int column = -1;
  std::uint32_t rank = 0;  // left when at or below
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

/// Patients of a node that share one value of a column.
struct Bin {
  std::uint32_t rank;
  int rows, events;
};

class Grower {
 public:
  Grower(const RankedColumns& x, const std::vector<int>& outcomes, std::vector<int> rows, const TreeOptions& options,
         Random& random)
      : x_(x), outcomes_(outcomes), rows_(std::move(rows)), options_(options), random_(random),
        columns_(static_cast<std::size_t>(x.cols())), counts_(static_cast<std::size_t>(x.rows())) {
    std::iota(columns_.begin(), columns_.end(), 0);
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
        std::partition(rows.begin(), rows.end(), [&](int row) { return x_.ranks(row, split.column) <= split.rank; });
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
    fill_bins(column, rows);
    const double count = double(rows.size());
    double left = 0, left_events = 0;
    for (std::size_t i = 0; i + 1 < bins_.size(); ++i) {
      left += bins_[i].rows;
      left_events += bins_[i].events;
      if (left < options_.min_samples_leaf || count - left < options_.min_samples_leaf) continue;
      const double here = purity(left_events, left) + purity(events - left_events, count - left);
      if (best.column < 0 || here > best.purity) {
        const auto& values = x_.values[static_cast<std::size_t>(column)];
        best = {column, bins_[i].rank, between(values[bins_[i].rank], values[bins_[i + 1].rank]), here};
      }
    }
    return bins_.size() > 1;
  }

  /// Bins of rising rank: by counting where the node holds much of the column, else by sorting.
  void fill_bins(int column, std::span<const int> rows) {
    bins_.clear();
    const std::uint32_t* const ranks = x_.ranks.col(column).data();
    const std::size_t distinct = x_.values[static_cast<std::size_t>(column)].size();
    if (rows.size() * 8 > distinct) {
      std::fill_n(counts_.begin(), distinct, Bin{});
      for (const int row : rows) {
        Bin& bin = counts_[ranks[row]];
        ++bin.rows;
        bin.events += outcomes_[row];
      }
      for (std::uint32_t rank = 0; rank < distinct; ++rank) {
        if (counts_[rank].rows > 0) bins_.push_back({rank, counts_[rank].rows, counts_[rank].events});
      }
      return;
    }
    keys_.clear();
    for (const int row : rows) keys_.push_back(std::uint64_t{ranks[row]} * 2 + static_cast<std::uint64_t>(outcomes_[row]));
    std::sort(keys_.begin(), keys_.end());
    for (const std::uint64_t key : keys_) {
      const auto rank = static_cast<std::uint32_t>(key / 2);
      if (bins_.empty() || bins_.back().rank != rank) bins_.push_back({rank, 0, 0});
      ++bins_.back().rows;
      bins_.back().events += static_cast<int>(key % 2);
    }
  }

  const RankedColumns& x_;
  const std::vector<int>& outcomes_;
  std::vector<int> rows_;
  TreeOptions options_;
  Random& random_;
  std::vector<int> columns_;
  std::vector<Bin> counts_, bins_;
  std::vector<std::uint64_t> keys_;
  Tree tree_;
};

}  // namespace

RankedColumns rank_columns(const Eigen::MatrixXd& x) {
  RankedColumns columns;
  columns.ranks.resize(x.rows(), x.cols());
  for (Eigen::Index c = 0; c < x.cols(); ++c) {
    std::vector<double> values(x.col(c).begin(), x.col(c).end());
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (Eigen::Index r = 0; r < x.rows(); ++r) {
      columns.ranks(r, c) =
          static_cast<std::uint32_t>(std::lower_bound(values.begin(), values.end(), x(r, c)) - values.begin());
    }
    columns.values.push_back(std::move(values));
  }
  return columns;
}

Tree grow_tree(const RankedColumns& x, const std::vector<int>& outcomes, std::vector<int> rows,
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
