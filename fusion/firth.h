#pragma once

#include <Eigen/Core>
#include <vector>

namespace radiopath::fusion {

/// Bias-reduced fit: likelihood times the root of the information's determinant (Jeffreys' prior), finite where the
/// columns separate. Standard errors from the information at the solution, as Firth's and brglm2's (logistf's, since 1.24,
/// weigh patients by one plus their leverage and are a little smaller).
/// Source: Firth, Biometrika 1993;80:27; Heinze & Schemper, Stat Med 2002;21:2409.
struct FirthFit {
  Eigen::VectorXd coefficients, standard_errors;  ///< (1 + columns), intercept first
  double penalised_log_likelihood;
  bool converged;
};
/// @param x (n, p) without NaN, columns independent of each other and of a constant   @param weights (n,); none: all 1
FirthFit fit_firth(const Eigen::MatrixXd& x, const std::vector<int>& outcomes, const Eigen::VectorXd& weights = {});

}  // namespace radiopath::fusion
