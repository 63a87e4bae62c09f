#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "core/random.h"

namespace radiopath::fusion {

// One tree (CART), on arrays: of it random forests, Extra Trees, gradient boosting and single trees are made. It knows no
// patients: whoever calls it answers for the scope.

enum class Splits {
  best,    ///< the cut that lowers the variance of the target most, halfway between neighbouring values
  random,  ///< a cut drawn between the node's smallest and largest value (Extra Trees)
};

struct TreeOptions {
  int max_depth = 0;         ///< 0: no limit
  int min_samples_leaf = 1;  ///< rows, repeated ones counted
  int max_features = 0;      ///< columns tried at each node, drawn anew; 0: all
  Splits splits = Splits::best;
};

/// A node of a tree; a leaf has no column.
struct TreeNode {
  int column = -1;
  double threshold = 0;  ///< left when value <= threshold
  int left = -1, right = -1;
  double value = 0;      ///< weighted mean of the target among the training rows that came here
  double cover = 0;      ///< their weight
};

/// The first node is the root.
struct Tree {
  std::vector<TreeNode> nodes;
};

/// Columns sorted once, for all trees of a forest.
struct SortedColumns {
  using Indices = Eigen::Matrix<std::uint32_t, Eigen::Dynamic, Eigen::Dynamic>;
  Indices places;          ///< (n, p) of each row in its column's order, 0 ... n - 1; equal values by row
  Indices rows;            ///< (n, p) the row at each place
  Eigen::MatrixXd values;  ///< (n, p) the value at each place, rising
};
SortedColumns sort_columns(const Eigen::MatrixXd& x);  ///< @param x (n, p) without NaN

/// Grows a tree that lowers the weighted variance of the target, for 0/1 targets the Gini impurity (twice that), as far
/// as it goes. At each node columns are drawn until `max_features` that are not constant there have been tried; of equal
/// splits the first tried wins. @param target (n,)   @param weights (n,) > 0   @param rows indices, repeated ones count
/// repeatedly (a bootstrap)
/// Source: Breiman et al., Classification and Regression Trees, 1984; Geurts et al., Machine Learning 2006;63:3 (random
/// splits); drawing of columns as scikit-learn's.
Tree grow_tree(const SortedColumns& x, const Eigen::VectorXd& target, const Eigen::VectorXd& weights,
               const std::vector<int>& rows, const TreeOptions& options, Random& random);

/// A row of a matrix, where it stands.
using RowOf = Eigen::Ref<const Eigen::RowVectorXd, 0, Eigen::InnerStride<>>;

/// Index of the leaf that a row comes to. @param row (p,)
int leaf_of(const Tree& tree, const RowOf& row);
/// Value of that leaf.
double predict_tree(const Tree& tree, const RowOf& row);

}  // namespace radiopath::fusion
