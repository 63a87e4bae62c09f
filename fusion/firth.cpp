#include "fusion/firth.h"

#include <Eigen/Cholesky>
#include <cmath>

#include "fusion/logistic_likelihood.h"

namespace radiopath::fusion {

using Eigen::MatrixXd;
using Eigen::VectorXd;

FirthFit fit_firth(const MatrixXd& x, const std::vector<int>& outcomes, const VectorXd& weights) {
  const ScaledColumns s = scale_columns(x);
  const auto n = static_cast<Eigen::Index>(outcomes.size());
  const LogisticProblem problem{s.z, Eigen::Map<const Eigen::ArrayXi>(outcomes.data(), n).cast<double>(),
                                weights.size() > 0 ? Eigen::ArrayXd(weights.array()) : Eigen::ArrayXd::Ones(n),
                                Prior::jeffreys};
  VectorXd beta = VectorXd::Zero(s.z.cols());
  const LikelihoodMaximum maximum = maximise_likelihood(problem, {}, beta);
  const VectorXd slopes = beta.tail(x.cols()).cwiseQuotient(s.scales);
  VectorXd to_intercept(beta.size());
  to_intercept << 1, -s.means.cwiseQuotient(s.scales);
  const MatrixXd covariance = maximum.information.ldlt().solve(MatrixXd::Identity(beta.size(), beta.size()));
  FirthFit fit{VectorXd(beta.size()), VectorXd(beta.size()), maximum.value + s.scales.array().log().sum(),
               maximum.converged};
  fit.coefficients << beta[0] - slopes.dot(s.means), slopes;
  fit.standard_errors << std::sqrt(to_intercept.dot(covariance * to_intercept)),
      covariance.diagonal().tail(x.cols()).cwiseSqrt().cwiseQuotient(s.scales);
  return fit;
}

}  // namespace radiopath::fusion
