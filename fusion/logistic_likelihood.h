#pragma once

#include <Eigen/Core>
#include <vector>

namespace radiopath::fusion {

// The log-likelihood of a logistic regression, plain or with Jeffreys' prior, maximised with any coefficients held. Columns
// should be scaled: Newton steps on raw columns of 1e12 lose all digits.

enum class Prior {
  none,
  jeffreys,  ///< plus half the log-determinant of the information: finite also where the columns separate (Firth 1993)
};

/// @param z (n, k), the intercept's ones among the columns   @param y (n,) 0 or 1   @param weights (n,) of the patients
struct LogisticProblem {
  Eigen::MatrixXd z;
  Eigen::ArrayXd y, weights;
  Prior prior = Prior::none;
};

struct LikelihoodMaximum {
  double value;                 ///< of the (penalised) log-likelihood
  Eigen::MatrixXd information;  ///< Fisher's, at the maximum
  bool converged;
};
/// Moves `beta` to the maximum; the coefficients `held` stay where they are. With Jeffreys' prior the determinant is that
/// of the whole model, so that holding a coefficient at 0 gives the nested model of the penalised likelihood-ratio test
/// (Heinze & Schemper, Stat Med 2002;21:2409, as logistf).
LikelihoodMaximum maximise_likelihood(const LogisticProblem& problem, const std::vector<Eigen::Index>& held,
                                      Eigen::VectorXd& beta);

/// Where the profile of coefficient `j` has fallen by half of chi-squared's 95 % quantile, going from the `estimate` in
/// steps of `step` (its sign is the side); infinite where it never does.
double profile_limit(const LogisticProblem& problem, const Eigen::VectorXd& estimate, double maximum, Eigen::Index j,
                     double step);

/// Columns centred and of unit spread, behind a column of ones.
struct ScaledColumns {
  Eigen::MatrixXd z;  ///< (n, 1 + p)
  Eigen::VectorXd means, scales;
  Eigen::MatrixXd uncentred() const;  ///< for the intercept's own profile
};
ScaledColumns scale_columns(const Eigen::MatrixXd& x);

}  // namespace radiopath::fusion
