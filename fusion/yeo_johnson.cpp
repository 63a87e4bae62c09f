#include <boost/math/tools/minima.hpp>
#include <cmath>
#include <limits>

#include "fusion/encoding.h"

namespace radiopath::fusion {

double yeo_johnson(double x, double lambda) {
  if (x >= 0) return std::abs(lambda) < 1e-300 ? std::log1p(x) : std::expm1(lambda * std::log1p(x)) / lambda;
  const double mirrored = 2 - lambda;
  return std::abs(mirrored) < 1e-300 ? -std::log1p(-x) : -std::expm1(mirrored * std::log1p(-x)) / mirrored;
}

double fit_yeo_johnson(const Eigen::VectorXd& values) {
  const double jacobian = values.unaryExpr([](double x) { return std::copysign(std::log1p(std::abs(x)), x); }).sum();
  const auto negative_log_likelihood = [&](double lambda) {
    const Eigen::ArrayXd y = values.unaryExpr([&](double x) { return yeo_johnson(x, lambda); }).array();
    const double variance = (y - y.mean()).square().mean();
    if (!std::isfinite(variance) || variance <= 0) return std::numeric_limits<double>::max();
    return 0.5 * double(values.size()) * std::log(variance) - (lambda - 1) * jacobian;
  };
  double reach = 4, lambda = 1;
  do {  // small values need large exponents, and few columns have any
    lambda = boost::math::tools::brent_find_minima(negative_log_likelihood, -reach, reach, 30).first;
    reach *= 2;
  } while (std::abs(lambda) > 0.45 * reach && reach <= 2048);
  return lambda;
}

}  // namespace radiopath::fusion
