#pragma once

#include <Eigen/Core>
#include <vector>

namespace radiopath::fusion {

// Logistic regression with an L1 penalty, on arrays. It knows no patients: whoever calls it answers for the scope.

/// One path down a grid of penalties.
struct LogisticPath {
  Eigen::MatrixXd coefficients;  ///< (p, lambdas)
  Eigen::VectorXd intercepts;    ///< (lambdas,)
  bool converged = true;         ///< at every lambda
};

/// Minimises  sum_i v_i log(1 + exp(-y_i f_i)) / sum_i v_i + lambda (l1_ratio |w|_1 + (1 - l1_ratio) |w|^2 / 2)  for
/// each lambda, with y in {-1, 1} and the intercept unpenalised: quadratic approximations by turns with cyclic coordinate
/// descent, warm starts, steps halved where the objective would rise. Columns are taken as they are.
/// @param x (n, p)   @param outcomes n of 0 or 1, of both kinds   @param weights (n,) > 0   @param lambdas falling
/// Source: Friedman et al., J Stat Softw 2010;33:1.
LogisticPath logistic_path(const Eigen::MatrixXd& x, const std::vector<int>& outcomes, const Eigen::VectorXd& weights,
                           const Eigen::VectorXd& lambdas, double l1_ratio = 1);

}  // namespace radiopath::fusion
