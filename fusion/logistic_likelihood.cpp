#include "fusion/logistic_likelihood.h"

#include <Eigen/Cholesky>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>

namespace radiopath::fusion {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kMostSteps = 500;  // with Jeffreys' prior the steps are not Newton's own and converge linearly

struct Likelihood {
  double value;
  VectorXd gradient;
  MatrixXd information;
};

Likelihood likelihood(const LogisticProblem& problem, const VectorXd& beta) {
  const ArrayXd f = (problem.z * beta).array(), p = 1 / (1 + (-f).exp());
  const ArrayXd spread = problem.weights * p * (1 - p);
  Likelihood at{(problem.weights * (problem.y * f - f.max(0) - (-f.abs()).exp().log1p())).sum(),
                {},
                problem.z.transpose() * (problem.z.array().colwise() * spread).matrix()};
  ArrayXd residual = problem.weights * (problem.y - p);
  if (problem.prior == Prior::jeffreys) {
    const Eigen::LDLT<MatrixXd> solver = at.information.ldlt();
    at.value += solver.vectorD().array().log().sum() / 2;
    const ArrayXd leverage =
        problem.z.cwiseProduct(solver.solve(problem.z.transpose()).transpose()).rowwise().sum().array() * spread;
    residual += leverage * (0.5 - p);
  }
  at.gradient = problem.z.transpose() * residual.matrix();
  return at;
}

}  // namespace

LikelihoodMaximum maximise_likelihood(const LogisticProblem& problem, const std::vector<Index>& held, VectorXd& beta) {
  Likelihood here = likelihood(problem, beta);
  for (int step = 0; step < kMostSteps; ++step) {
    MatrixXd information = here.information;
    for (const Index j : held) {
      here.gradient[j] = 0;
      information.row(j).setZero(), information.col(j).setZero();
      information(j, j) = 1;
    }
    VectorXd move = information.ldlt().solve(here.gradient);
    if (!move.allFinite()) break;
    if (move.cwiseAbs().maxCoeff() < 1e-9) return {here.value, here.information, true};
    bool higher = false;
    for (int halving = 0; halving < 30 && !higher; ++halving, move /= 2) {
      Likelihood next = likelihood(problem, beta + move);
      higher = next.value >= here.value - 1e-12 * std::abs(here.value);
      if (higher) beta += move, here = std::move(next);
    }
    if (!higher) break;
  }
  return {here.value, here.information, false};
}

double profile_limit(const LogisticProblem& problem, const VectorXd& estimate, double maximum, Index j, double step) {
  const double fall = boost::math::quantile(boost::math::chi_squared(1), 0.95) / 2;
  VectorXd beta = estimate;
  const auto fallen = [&](double value) {
    beta[j] = value;
    return maximum - maximise_likelihood(problem, {j}, beta).value > fall;
  };
  double inside = estimate[j], outside = inside;
  for (int i = 0;; ++i) {
    outside += step;
    if (fallen(outside)) break;
    inside = outside;
    if (i == 60) return std::copysign(std::numeric_limits<double>::infinity(), step);
  }
  for (int i = 0; i < 60; ++i) {
    const double middle = (inside + outside) / 2;
    (fallen(middle) ? outside : inside) = middle;
  }
  return (inside + outside) / 2;
}

MatrixXd ScaledColumns::uncentred() const {
  MatrixXd raw = z;
  raw.rightCols(means.size()).rowwise() += means.cwiseQuotient(scales).transpose();
  return raw;
}

ScaledColumns scale_columns(const MatrixXd& x) {
  ScaledColumns s{MatrixXd(x.rows(), x.cols() + 1), x.colwise().mean().transpose(), VectorXd::Ones(x.cols())};
  s.z.col(0).setOnes();
  s.z.rightCols(x.cols()) = x.rowwise() - s.means.transpose();
  for (Index j = 0; j < x.cols(); ++j) {
    const double spread = s.z.col(j + 1).norm() / std::sqrt(double(x.rows()));
    if (spread > 0) s.scales[j] = spread, s.z.col(j + 1) /= spread;
  }
  return s;
}

}  // namespace radiopath::fusion
