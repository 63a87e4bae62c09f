#pragma once

#include <Eigen/Core>
#include <optional>

namespace radiopath::fusion {

/// Exact lasso weights at each penalty: between breakpoints, where a column joins or leaves, they are linear in the
/// penalty. Minimises  w'Gw / 2 - c'w + penalty |w|_1  with G = x'x and c = x'y of centred columns.
/// Nothing where (nearly) dependent columns keep it from meeting the optimality conditions to 1e-8.
/// @param gram (p, p)   @param pull (p,) c   @param penalties falling   @return (p, penalties)
/// Source: Osborne et al., IMA J Numer Anal 2000;20:389; Efron et al., Ann Stat 2004;32:407 (LARS, lasso modification).
std::optional<Eigen::MatrixXd> lasso_homotopy(const Eigen::MatrixXd& gram, const Eigen::VectorXd& pull,
                                              const Eigen::VectorXd& penalties);

}  // namespace radiopath::fusion
