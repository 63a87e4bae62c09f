#pragma once

#include <Eigen/Core>
#include <vector>

namespace radiopath::fusion {

// The numeric core of logistic regression, on arrays. It knows no patients: whoever calls it answers for the scope.

/// p = 1 / (1 + exp(-logit)), and back; neither overflows.
double logistic(double logit);
double logit(double probability);

/// Maximum (penalised) likelihood by Newton steps on centred, scaled columns with step halving.
struct LogisticFit {
  double intercept = 0;
  Eigen::VectorXd coefficients;     ///< (p,) on the columns as given; 0 for aliased ones
  Eigen::VectorXd standard_errors;  ///< (1 + p,) intercept first, from the observed information; NaN for aliased ones
  double log_likelihood = 0;        ///< without the penalty
  int iterations = 0;
  bool converged = false;
  bool separated = false;  ///< some combination of columns tells outcomes apart: the maximum lies at infinity
};

/// Minimises  |w|^2 / 2 + c * sum(log(1 + exp(-y f))), y in {-1, 1}, the intercept unpenalised (scikit-learn's C).
/// An infinite `c` leaves out the penalty; columns that repeat earlier ones are then aliased, as in R.
/// @param x (n, p) without NaN   @param outcomes n of 0 or 1   @param weights (n,) of the patients' losses; none: all 1
/// Throws InputError when the outcomes are all the same.
LogisticFit fit_logistic(const Eigen::MatrixXd& x, const std::vector<int>& outcomes, double c,
                         const Eigen::VectorXd& weights = {});

/// Log-likelihood of the intercept alone.
double null_log_likelihood(const std::vector<int>& outcomes);

/// Indices of columns that are not, to a relative 1e-9, combinations of earlier ones and a constant.
std::vector<int> independent_columns(const Eigen::MatrixXd& x);

}  // namespace radiopath::fusion
