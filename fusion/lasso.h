#pragma once

#include <Eigen/Core>
#include <vector>

namespace radiopath::fusion {

// The numeric core of the lasso, on arrays. It knows no patients: whoever calls it answers for the scope.

/// How far a point of the path is followed.
enum class LassoStop {
  converged,     ///< to the optimum: exact on the support wherever that is well conditioned, else a gap of 1e-10
  scikit_learn,  ///< where LassoCV stops by default (gap 1e-4 |y|^2, 1000 sweeps): not always converged
};

struct LassoOptions {
  int alphas = 100;                  ///< points of the grid, log-spaced
  double smallest_share = 1e-3;      ///< of the largest alpha, at which nothing is chosen
  LassoStop stop = LassoStop::converged;
  double l1_ratio = 1;               ///< below 1: elastic net
};

/// One path down the grid.
struct LassoPath {
  Eigen::MatrixXd coefficients;  ///< (p, alphas)
  Eigen::VectorXd intercepts;    ///< (alphas,)
  std::vector<int> sweeps;
  bool converged = true;         ///< at every alpha
};

/// Minimises  |y - x w - b|^2 / (2 n) + alpha (l1_ratio |w|_1 + (1 - l1_ratio) |w|^2 / 2)  for each alpha by cyclic
/// coordinate descent with warm starts; where the columns allow it (fewer than rows, l1_ratio 1) the converged path is
/// followed exactly instead, from bend to bend (lasso_homotopy.h), and `sweeps` are 0.
/// Columns are centred, not scaled. @param x (n, p)   @param alphas falling
/// Source: Friedman et al., J Stat Softw 2010;33:1; objective, sweeps and stopping as scikit-learn 1.2.
LassoPath lasso_path(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, const Eigen::VectorXd& alphas,
                     LassoStop stop, double l1_ratio = 1);

/// The grid of scikit-learn's LassoCV: from max|x'y| / (n l1_ratio) of the centred data downwards.
Eigen::VectorXd lasso_grid(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, const LassoOptions& options);

/// The path with the alpha whose mean squared error, averaged over folds, is smallest.
struct LassoFit {
  Eigen::VectorXd alphas, mean_squared_errors;  ///< (alphas,)
  Eigen::VectorXd standard_errors;              ///< (alphas,) of the mean over folds
  int chosen = 0;                               ///< index of the smallest error
  LassoPath path;                               ///< on all rows
  bool converged = true;                        ///< folds included
  double alpha() const { return alphas[chosen]; }
  /// The largest alpha whose error is within one standard error of the smallest (Breiman et al. 1984; glmnet's 1se).
  int one_standard_error() const;
};

/// What one fold of a cross-validation fits on and is scored on; each fold may have columns of its own.
struct LassoFold {
  Eigen::MatrixXd inner_x, held_out_x;
  Eigen::VectorXd inner_y, held_out_y;
};

/// The grid and the final path come from `x`, the errors from `folds`.
LassoFit fit_lasso_cv(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, const std::vector<LassoFold>& folds,
                      const LassoOptions& options = {});

/// Folds of the same columns. @param fold_of fold number of each row, 0 ... k - 1
std::vector<LassoFold> lasso_folds(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, const std::vector<int>& fold_of);

}  // namespace radiopath::fusion
