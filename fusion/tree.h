#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "core/random.h"

namespace radiopath::fusion {

// One classification tree (CART), on arrays. It knows no patients: whoever calls it answers for the scope.

struct TreeOptions {
  int max_depth = 0;         ///< 0: no limit
  int min_samples_leaf = 1;  ///< rows, repeated ones counted
  int max_features = 0;      ///< columns tried at each node, drawn anew; 0: all
};

/// A node of a tree; a leaf has no column.
struct TreeNode {
  int column = -1;
  double threshold = 0;  ///< left when value <= threshold
  int left = -1, right = -1;
  double share = 0;      ///< of events among the training rows that came here
};

/// The first node is the root.
struct Tree {
  std::vector<TreeNode> nodes;
};

/// Columns as ranks of their distinct values: sorted once, shared by all trees of a forest.
struct RankedColumns {
  Eigen::Matrix<std::uint32_t, Eigen::Dynamic, Eigen::Dynamic> ranks;  ///< (n, p), 0 ... distinct values - 1
  std::vector<std::vector<double>> values;                             ///< per column, rising

  int rows() const { return static_cast<int>(ranks.rows()); }
  int cols() const { return static_cast<int>(ranks.cols()); }
};
RankedColumns rank_columns(const Eigen::MatrixXd& x);  ///< @param x (n, p) without NaN

/// Grows a tree by the largest fall of Gini impurity; exact splits, cut halfway between neighbouring values. At each
/// node columns are drawn until `max_features` that are not constant there have been tried; of equal splits the first
/// tried wins. @param rows indices of patients, repeated ones count repeatedly (a bootstrap)
/// Source: Breiman et al., Classification and Regression Trees, 1984; drawing of columns as scikit-learn's.
Tree grow_tree(const RankedColumns& x, const std::vector<int>& outcomes, std::vector<int> rows,
               const TreeOptions& options, Random& random);

/// Share of events in the leaf that a row comes to. @param row (p,)
double predict_tree(const Tree& tree, const Eigen::RowVectorXd& row);

}  // namespace radiopath::fusion
