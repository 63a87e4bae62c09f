#include "fusion/tree.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <span>
#include <utility>

namespace radiopath::fusion {
namespace {

/// Sum over sides of (sum of targets)^2 / weight, as a fraction, because comparing needs no division: the variance falls as
/// it rises. At first below every other.
struct Gain {
  double numerator = -1, denominator = 1;
  bool operator>(const Gain& other) const { return numerator * other.denominator > other.numerator * denominator; }
};

struct BestSplit {
  int column = -1;
  std::uint32_t place = 0;  // left when at or before
  double threshold = 0;
  Gain gain;
};

/// Halfway between two values, below the upper one even where doubles leave no room between them.
double between(double low, double high) {
  const double middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

/// What the rows of a node, or some of them, add up to.
struct Part {
  int count = 0;
  double weight = 0, sum = 0;  // of weights, and of weighted targets

  void add(const Part& other) { count += other.count, weight += other.weight, sum += other.sum; }
};

Gain gain_of(const Part& node, const Part& left) {
  const double rest = node.sum - left.sum, weight = node.weight - left.weight;
  return {left.sum * left.sum * weight + rest * rest * left.weight, left.weight * weight};
}

class Grower {
 public:
  Grower(const SortedColumns& x, const Eigen::VectorXd& target, const Eigen::VectorXd& weights,
         const std::vector<int>& rows, const TreeOptions& options, Random& random)
      : x_(x), target_(target), cases_(static_cast<std::size_t>(x.rows.rows())), options_(options), random_(random),
        columns_(static_cast<std::size_t>(x.rows.cols())), present_(cases_.size() / 64 + 1) {
    std::iota(columns_.begin(), columns_.end(), 0);
    for (const int row : rows) ++cases_[static_cast<std::size_t>(row)].count;
    for (int row = 0; row < x.rows.rows(); ++row) {
      Part& one = cases_[static_cast<std::size_t>(row)];
      if (one.count == 0) continue;
      rows_.push_back(row);  // repeated rows stand here once, with their weight
      one.weight = one.count * weights[row];
      one.sum = one.weight * target[row];
    }
  }

  Tree grow() {
    tree_.nodes.reserve(rows_.size());
    grow_node(0, rows_.size(), 0);
    return std::move(tree_);
  }

 private:
  /// Makes the node of rows_[first, last) and everything below it. @return its index
  int grow_node(std::size_t first, std::size_t last, int depth) {
    const int index = static_cast<int>(tree_.nodes.size());
    tree_.nodes.emplace_back();
    const auto rows = std::span(rows_).subspan(first, last - first);
    Part node;
    bool pure = true;
    for (const int row : rows) {
      node.add(cases_[static_cast<std::size_t>(row)]);
      pure = pure && target_[row] == target_[rows.front()];
    }
    tree_.nodes[index].value = pure ? target_[rows.front()] : node.sum / node.weight;
    tree_.nodes[index].cover = node.weight;
    const bool deep = options_.max_depth > 0 && depth >= options_.max_depth;
    if (pure || deep || node.count < 2 * options_.min_samples_leaf) return index;
    const BestSplit split = best_split(rows, node);
    if (split.column < 0) return index;
    const std::uint32_t* const places = x_.places.col(split.column).data();
    const auto middle = std::partition(rows.begin(), rows.end(), [&](int row) { return places[row] <= split.place; });
    const std::size_t cut = first + static_cast<std::size_t>(middle - rows.begin());
    const int left = grow_node(first, cut, depth + 1);
    const int right = grow_node(cut, last, depth + 1);
    TreeNode& made = tree_.nodes[index];
    made.column = split.column, made.threshold = split.threshold, made.left = left, made.right = right;
    return index;
  }

  BestSplit best_split(std::span<const int> rows, const Part& node) {
    BestSplit best;
    const int wanted = options_.max_features > 0 ? options_.max_features : static_cast<int>(columns_.size());
    int tried = 0;
    for (std::size_t drawn = 0; drawn < columns_.size() && tried < wanted; ++drawn) {
      std::swap(columns_[drawn], columns_[drawn + random_.below(columns_.size() - drawn)]);
      const int column = columns_[drawn];
      tried += options_.splits == Splits::best ? try_cuts(column, rows, node, best) : try_random_cut(column, rows, node, best);
    }
    return best;
  }

  bool allowed(const Part& node, const Part& left) const {
    return left.count >= options_.min_samples_leaf && node.count - left.count >= options_.min_samples_leaf;
  }

  /// 1 when the column has more than one value among `rows`.
  int try_cuts(int column, std::span<const int> rows, const Part& node, BestSplit& best) {
    const std::uint32_t* const row_at = x_.rows.col(column).data();
    const double* const value_at = x_.values.col(column).data();
    Part left;
    std::uint32_t last = 0;
    bool varies = false;
    in_order(column, rows, [&](std::uint32_t place) {
      if (left.count > 0 && value_at[last] < value_at[place]) {
        varies = true;
        if (allowed(node, left)) {
          const Gain here = gain_of(node, left);
          if (here > best.gain) best = {column, last, between(value_at[last], value_at[place]), here};
        }
      }
      left.add(cases_[row_at[place]]);
      last = place;
    });
    return varies;
  }

  int try_random_cut(int column, std::span<const int> rows, const Part& node, BestSplit& best) {
    const std::uint32_t* const places = x_.places.col(column).data();
    const double* const value_at = x_.values.col(column).data();
    std::uint32_t first = places[rows.front()], last = first;
    for (const int row : rows) first = std::min(first, places[row]), last = std::max(last, places[row]);
    const double low = value_at[first], high = value_at[last];
    if (low == high) return 0;
    double threshold = random_.uniform(low, high);
    if (threshold >= high) threshold = low;
    const auto place = static_cast<std::uint32_t>(std::upper_bound(value_at + first, value_at + last, threshold) - value_at - 1);
    Part left;
    for (const int row : rows) {
      if (places[row] <= place) left.add(cases_[static_cast<std::size_t>(row)]);
    }
    if (!allowed(node, left)) return 1;
    const Gain here = gain_of(node, left);
    if (here > best.gain) best = {column, place, threshold, here};
    return 1;
  }

  /// visit(place) for every one of `rows`, in the column's order: by a bit for each place where the node holds enough of
  /// the column, else by sorting.
  template <class Visit>
  void in_order(int column, std::span<const int> rows, Visit&& visit) {
    const std::uint32_t* const places = x_.places.col(column).data();
    if (rows.size() * 2 > present_.size()) {
      std::fill(present_.begin(), present_.end(), 0);
      for (const int row : rows) present_[places[row] / 64] |= std::uint64_t{1} << places[row] % 64;
      for (std::size_t w = 0; w < present_.size(); ++w) {
        for (std::uint64_t word = present_[w]; word != 0; word &= word - 1)
          visit(static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(word))));
      }
      return;
    }
    sorted_.clear();
    for (const int row : rows) sorted_.push_back(places[row]);
    std::sort(sorted_.begin(), sorted_.end());
    for (const std::uint32_t place : sorted_) visit(place);
  }

  const SortedColumns& x_;
  const Eigen::VectorXd& target_;
  std::vector<Part> cases_;  // of each row
  std::vector<int> rows_;
  TreeOptions options_;
  Random& random_;
  std::vector<int> columns_;
  std::vector<std::uint64_t> present_;  // a bit for each place
  std::vector<std::uint32_t> sorted_;
  Tree tree_;
};

}  // namespace

SortedColumns sort_columns(const Eigen::MatrixXd& x) {
  SortedColumns columns;
  columns.places.resize(x.rows(), x.cols());
  columns.rows.resize(x.rows(), x.cols());
  columns.values.resize(x.rows(), x.cols());
  std::vector<std::pair<double, std::uint32_t>> order(static_cast<std::size_t>(x.rows()));
  for (Eigen::Index c = 0; c < x.cols(); ++c) {
    for (std::uint32_t row = 0; row < order.size(); ++row) order[row] = {x(row, c), row};
    std::sort(order.begin(), order.end());
    for (std::uint32_t place = 0; place < order.size(); ++place) {
      const auto [value, row] = order[place];
      columns.values(place, c) = value;
      columns.rows(place, c) = row;
      columns.places(row, c) = place;
    }
  }
  return columns;
}

Tree grow_tree(const SortedColumns& x, const Eigen::VectorXd& target, const Eigen::VectorXd& weights,
               const std::vector<int>& rows, const TreeOptions& options, Random& random) {
  return Grower(x, target, weights, rows, options, random).grow();
}

int leaf_of(const Tree& tree, const RowOf& row) {
  int at = 0;
  while (tree.nodes[static_cast<std::size_t>(at)].column >= 0) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
    const int left = node.left, right = node.right;  // both read: a choice without a branch, which none could foresee
    at = row[node.column] <= node.threshold ? left : right;
  }
  return at;
}

double predict_tree(const Tree& tree, const RowOf& row) {
  return tree.nodes[static_cast<std::size_t>(leaf_of(tree, row))].value;
}

}  // namespace radiopath::fusion
