#include "fusion/tree.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <span>
#include <utility>

namespace radiopath::fusion {
namespace {

/// Sum over sides of (sum of targets)^2 / weight, as a fraction, because comparing needs no division: the variance falls as
/// it rises.
struct Gain {
  double numerator = 0, denominator = 1;
  bool operator>(const Gain& other) const { return numerator * other.denominator > other.numerator * denominator; }
};

struct BestSplit {
  int column = -1;
  std::uint32_t rank = 0;  // left when at or below
  double threshold = 0;
  Gain gain;
};

/// Halfway between two values, below the upper one even where doubles leave no room between them.
double between(double low, double high) {
  const double middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

/// Rows of a node, or those of them that share one value of a column.
struct Bin {
  std::uint32_t rank = 0;
  int count = 0;
  double weight = 0, sum = 0;  // of weights, and of weighted targets

  void add(const Bin& other) { count += other.count, weight += other.weight, sum += other.sum; }
};

Gain gain_of(const Bin& node, const Bin& left) {
  const double rest = node.sum - left.sum, weight = node.weight - left.weight;
  return {left.sum * left.sum * weight + rest * rest * left.weight, left.weight * weight};
}

class Grower {
 public:
  Grower(const RankedColumns& x, const Eigen::VectorXd& target, const Eigen::VectorXd& weights,
         const std::vector<int>& rows, const TreeOptions& options, Random& random)
      : x_(x), target_(target), cases_(static_cast<std::size_t>(x.rows())), options_(options), random_(random),
        columns_(static_cast<std::size_t>(x.cols())), bins_of_rank_(static_cast<std::size_t>(x.rows())),
        present_(static_cast<std::size_t>(x.rows()) / 64 + 1) {
    std::iota(columns_.begin(), columns_.end(), 0);
    for (const int row : rows) ++cases_[static_cast<std::size_t>(row)].count;
    for (int row = 0; row < x.rows(); ++row) {
      Bin& one = cases_[static_cast<std::size_t>(row)];
      if (one.count == 0) continue;
      rows_.push_back(row);  // repeated rows stand here once, with their weight
      one.weight = one.count * weights[row];
      one.sum = one.weight * target[row];
    }
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
    Bin node;
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
    const std::uint32_t* const ranks = x_.ranks.col(split.column).data();
    const auto middle = std::partition(rows.begin(), rows.end(), [&](int row) { return ranks[row] <= split.rank; });
    const std::size_t cut = first + static_cast<std::size_t>(middle - rows.begin());
    const int left = grow_node(first, cut, depth + 1);
    const int right = grow_node(cut, last, depth + 1);
    TreeNode& made = tree_.nodes[index];
    made.column = split.column, made.threshold = split.threshold, made.left = left, made.right = right;
    return index;
  }

  BestSplit best_split(std::span<const int> rows, const Bin& node) {
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

  bool allowed(const Bin& node, const Bin& left) const {
    return left.count >= options_.min_samples_leaf && node.count - left.count >= options_.min_samples_leaf;
  }

  /// 1 when the column has more than one value among `rows`.
  int try_cuts(int column, std::span<const int> rows, const Bin& node, BestSplit& best) {
    fill_bins(column, rows);
    Bin left;
    for (std::size_t i = 0; i + 1 < bins_.size(); ++i) {
      left.add(bins_[i]);
      if (!allowed(node, left)) continue;
      const Gain here = gain_of(node, left);
      if (best.column < 0 || here > best.gain) {
        const auto& values = x_.values[static_cast<std::size_t>(column)];
        best = {column, bins_[i].rank, between(values[bins_[i].rank], values[bins_[i + 1].rank]), here};
      }
    }
    return bins_.size() > 1;
  }

  int try_random_cut(int column, std::span<const int> rows, const Bin& node, BestSplit& best) {
    const std::uint32_t* const ranks = x_.ranks.col(column).data();
    std::uint32_t low = ranks[rows.front()], high = low;
    for (const int row : rows) low = std::min(low, ranks[row]), high = std::max(high, ranks[row]);
    if (low == high) return 0;
    const auto& values = x_.values[static_cast<std::size_t>(column)];
    double threshold = random_.uniform(values[low], values[high]);
    if (threshold >= values[high]) threshold = values[low];
    const auto above = std::upper_bound(values.begin() + low, values.begin() + high, threshold);
    const auto rank = static_cast<std::uint32_t>(above - values.begin() - 1);
    Bin left;
    for (const int row : rows) {
      if (ranks[row] <= rank) left.add(cases_[static_cast<std::size_t>(row)]);
    }
    if (!allowed(node, left)) return 1;
    const Gain here = gain_of(node, left);
    if (best.column < 0 || here > best.gain) best = {column, rank, threshold, here};
    return 1;
  }

  /// Bins of rising rank: by counting, with a bit for each rank that is there, where the node holds enough of the
  /// column, else by sorting.
  void fill_bins(int column, std::span<const int> rows) {
    bins_.clear();
    const std::uint32_t* const ranks = x_.ranks.col(column).data();
    const std::size_t words = x_.values[static_cast<std::size_t>(column)].size() / 64 + 1;
    if (rows.size() * 2 > words) {
      std::fill_n(present_.begin(), words, 0);
      for (const int row : rows) {
        const std::uint32_t rank = ranks[row];
        std::uint64_t& word = present_[rank / 64];
        const std::uint64_t bit = std::uint64_t{1} << rank % 64;
        if (word & bit) {
          bins_of_rank_[rank].add(cases_[static_cast<std::size_t>(row)]);
        } else {
          word |= bit;
          bins_of_rank_[rank] = cases_[static_cast<std::size_t>(row)];
        }
      }
      for (std::size_t w = 0; w < words; ++w) {
        for (std::uint64_t word = present_[w]; word != 0; word &= word - 1) {
          const auto rank = static_cast<std::uint32_t>(w * 64 + static_cast<std::size_t>(std::countr_zero(word)));
          bins_.push_back(bins_of_rank_[rank]);
          bins_.back().rank = rank;
        }
      }
      return;
    }
    keys_.clear();
    for (const int row : rows) keys_.push_back(std::uint64_t{ranks[row]} << 32 | static_cast<std::uint32_t>(row));
    std::sort(keys_.begin(), keys_.end());
    for (const std::uint64_t key : keys_) {
      const auto rank = static_cast<std::uint32_t>(key >> 32);
      if (bins_.empty() || bins_.back().rank != rank) bins_.push_back({.rank = rank, .count = 0, .weight = 0, .sum = 0});
      bins_.back().add(cases_[static_cast<std::uint32_t>(key)]);
    }
  }

  const RankedColumns& x_;
  const Eigen::VectorXd& target_;
  std::vector<Bin> cases_;  // of each row
  std::vector<int> rows_;
  TreeOptions options_;
  Random& random_;
  std::vector<int> columns_;
  std::vector<Bin> bins_of_rank_, bins_;
  std::vector<std::uint64_t> present_;  // a bit for each rank
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

Tree grow_tree(const RankedColumns& x, const Eigen::VectorXd& target, const Eigen::VectorXd& weights,
               const std::vector<int>& rows, const TreeOptions& options, Random& random) {
  return Grower(x, target, weights, rows, options, random).grow();
}

int leaf_of(const Tree& tree, const Eigen::RowVectorXd& row) {
  int at = 0;
  while (tree.nodes[static_cast<std::size_t>(at)].column >= 0) {
    const TreeNode& node = tree.nodes[static_cast<std::size_t>(at)];
    at = row[node.column] <= node.threshold ? node.left : node.right;
  }
  return at;
}

double predict_tree(const Tree& tree, const Eigen::RowVectorXd& row) {
  return tree.nodes[static_cast<std::size_t>(leaf_of(tree, row))].value;
}

}  // namespace radiopath::fusion
