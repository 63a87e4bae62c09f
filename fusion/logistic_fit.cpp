#include "fusion/logistic_fit.h"

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace radiopath::fusion {
namespace {

using Eigen::ArrayXd;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr int kMostSteps = 100;
constexpr double kSmallestStep = 1e-10;  // largest change of a coefficient of a scaled column
constexpr double kSeparatedLogit = 25;   // still moving out here: probabilities are 0 and 1 to 1e-11

/// log(1 + exp(f)) without overflow.
ArrayXd log_one_plus_exp(const ArrayXd& f) { return f.max(0) + (-f.abs()).exp().log1p(); }

double log_likelihood(const ArrayXd& f, const ArrayXd& y, const ArrayXd& v) {
  return (v * (y * f - log_one_plus_exp(f))).sum();
}

ArrayXd as_array(const std::vector<int>& outcomes) {
  ArrayXd y(static_cast<Eigen::Index>(outcomes.size()));
  for (Eigen::Index i = 0; i < y.size(); ++i) y[i] = outcomes[static_cast<std::size_t>(i)];
  return y;
}

/// Centre and scale of every column; scale 1 for a constant one.
struct Scaling {
  VectorXd means, scales;
  MatrixXd apply(const MatrixXd& x) const {
    return ((x.rowwise() - means.transpose()).array().rowwise() / scales.transpose().array()).matrix();
  }
};

Scaling fit_scaling(const MatrixXd& x) {
  Scaling scaling{x.colwise().mean().transpose(), VectorXd::Ones(x.cols())};
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    const ArrayXd centred = x.col(j).array() - scaling.means[j];
    const double largest = centred.abs().maxCoeff();
    if (x.col(j).minCoeff() < x.col(j).maxCoeff() && largest > 0) {
      scaling.scales[j] = largest * std::sqrt((centred / largest).square().mean());
    }
  }
  return scaling;
}

struct Newton {
  VectorXd beta;      // (1 + p,) on a leading column of ones
  MatrixXd hessian;   // at beta
  double log_likelihood = 0;
  int steps = 0;
  bool converged = false, separated = false;
};

/// @param z (n, 1 + p), first column ones   @param v (n,) weights   @param ridge (1 + p,) weight of beta^2 / 2
Newton maximise(const MatrixXd& z, const ArrayXd& y, const ArrayXd& v, const VectorXd& ridge) {
  Newton fit;
  fit.beta = VectorXd::Zero(z.cols());
  const double share = (v * y).sum() / v.sum();
  fit.beta[0] = std::log(share / (1 - share));
  ArrayXd f = (z * fit.beta).array();
  const auto objective = [&](const ArrayXd& at, const VectorXd& beta) {
    return log_likelihood(at, y, v) - 0.5 * (ridge.array() * beta.array().square()).sum();
  };
  double value = objective(f, fit.beta);
  for (;; ++fit.steps) {
    const ArrayXd p = 1 / (1 + (-f).exp());
    const VectorXd gradient = z.transpose() * (v * (y - p)).matrix() - ridge.cwiseProduct(fit.beta);
    fit.hessian.noalias() = z.transpose() * (z.array().colwise() * (v * p * (1 - p))).matrix();
    fit.hessian.diagonal() += ridge;
    VectorXd step = fit.hessian.ldlt().solve(gradient);
    const double size = step.cwiseAbs().maxCoeff();
    fit.converged = size < kSmallestStep;
    if (fit.converged || fit.steps == kMostSteps || !std::isfinite(size)) break;
    if (f.abs().maxCoeff() > kSeparatedLogit && size > 0.1 && fit.steps > 20) break;
    double next = value;
    for (int halving = 0; halving < 30; ++halving, step /= 2) {
      const VectorXd beta = fit.beta + step;
      const ArrayXd at = (z * beta).array();
      next = objective(at, beta);
      if (next >= value - 1e-12 * std::abs(value)) {
        fit.beta = beta;
        f = at;
        break;
      }
    }
    value = std::max(value, next);
  }
  fit.log_likelihood = log_likelihood(f, y, v);
  fit.separated = !fit.converged && f.abs().maxCoeff() > kSeparatedLogit;
  return fit;
}

/// Coefficients and errors back on the columns as given.
LogisticFit unscale(const Newton& newton, const Scaling& scaling) {
  const Eigen::Index p = scaling.means.size();
  LogisticFit fit;
  fit.coefficients = newton.beta.tail(p).cwiseQuotient(scaling.scales);
  fit.intercept = newton.beta[0] - fit.coefficients.dot(scaling.means);
  const MatrixXd covariance = newton.hessian.ldlt().solve(MatrixXd::Identity(p + 1, p + 1));
  VectorXd to_intercept(p + 1);
  to_intercept << 1, -scaling.means.cwiseQuotient(scaling.scales);
  fit.standard_errors.resize(p + 1);
  fit.standard_errors[0] = std::sqrt(to_intercept.dot(covariance * to_intercept));
  fit.standard_errors.tail(p) = covariance.diagonal().tail(p).cwiseSqrt().cwiseQuotient(scaling.scales);
  fit.log_likelihood = newton.log_likelihood;
  fit.iterations = newton.steps;
  fit.converged = newton.converged;
  fit.separated = newton.separated;
  return fit;
}

LogisticFit fit_unpenalised(const MatrixXd& x, const ArrayXd& y, const ArrayXd& v) {
  const std::vector<int> kept = independent_columns(x);
  const MatrixXd columns = x(Eigen::all, kept);
  const Scaling scaling = fit_scaling(columns);
  MatrixXd z(x.rows(), columns.cols() + 1);
  z << VectorXd::Ones(x.rows()), scaling.apply(columns);
  const LogisticFit reduced = unscale(maximise(z, y, v, VectorXd::Zero(z.cols())), scaling);
  LogisticFit fit = reduced;
  fit.coefficients = VectorXd::Zero(x.cols());
  fit.standard_errors = VectorXd::Constant(x.cols() + 1, kNan);
  fit.standard_errors[0] = reduced.standard_errors[0];
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const auto from = static_cast<Eigen::Index>(i);
    fit.coefficients[kept[i]] = reduced.coefficients[from];
    fit.standard_errors[kept[i] + 1] = reduced.standard_errors[from + 1];
  }
  return fit;
}

/// With more columns than patients the solution lies in the span of the patients: x = r' q', w = q v, |w| = |v|.
LogisticFit fit_wide(const MatrixXd& x, const std::vector<int>& outcomes, double c, const VectorXd& weights) {
  const VectorXd means = x.colwise().mean().transpose();
  const MatrixXd centred = x.rowwise() - means.transpose();
  const Eigen::HouseholderQR<MatrixXd> qr(centred.transpose());
  const MatrixXd q = qr.householderQ() * MatrixXd::Identity(x.cols(), x.rows());  // (p, n)
  LogisticFit fit = fit_logistic(centred * q, outcomes, c, weights);
  fit.coefficients = q * fit.coefficients;
  fit.intercept -= fit.coefficients.dot(means);
  fit.standard_errors = VectorXd::Constant(x.cols() + 1, kNan);  // not defined below as many patients as columns
  return fit;
}

}  // namespace

double logistic(double logit) {
  return logit >= 0 ? 1 / (1 + std::exp(-logit)) : std::exp(logit) / (1 + std::exp(logit));
}

double logit(double probability) { return std::log(probability / (1 - probability)); }

double null_log_likelihood(const std::vector<int>& outcomes) {
  const ArrayXd y = as_array(outcomes);
  const double events = y.sum(), n = double(y.size());
  const auto part = [&](double count) { return count > 0 ? count * std::log(count / n) : 0.0; };
  return part(events) + part(n - events);
}

std::vector<int> independent_columns(const MatrixXd& x) {
  std::vector<int> kept;
  MatrixXd basis(x.rows(), std::min(x.rows(), x.cols()));
  for (Eigen::Index j = 0; j < x.cols() && static_cast<Eigen::Index>(kept.size()) + 1 < x.rows(); ++j) {
    if (x.col(j).minCoeff() == x.col(j).maxCoeff()) continue;
    VectorXd column = x.col(j).array() - x.col(j).mean();
    column /= column.norm();
    for (int pass = 0; pass < 2; ++pass) {  // twice is enough (Kahan)
      const auto known = basis.leftCols(static_cast<Eigen::Index>(kept.size()));
      column -= known * (known.transpose() * column);
    }
    if (column.norm() < 1e-9) continue;
    basis.col(static_cast<Eigen::Index>(kept.size())) = column.normalized();
    kept.push_back(static_cast<int>(j));
  }
  return kept;
}

LogisticFit fit_logistic(const MatrixXd& x, const std::vector<int>& outcomes, double c, const VectorXd& weights) {
  const ArrayXd y = as_array(outcomes);
  if (y.size() == 0 || y.minCoeff() == y.maxCoeff()) {
    throw InputError("logistic regression needs patients with and without the event; found " +
                     std::to_string(static_cast<int>(y.sum())) + " events among " + std::to_string(y.size()));
  }
  const ArrayXd v = weights.size() > 0 ? ArrayXd(weights.array()) : ArrayXd::Ones(x.rows());
  if (std::isinf(c)) return fit_unpenalised(x, y, v);
  if (x.cols() > x.rows()) return fit_wide(x, outcomes, c, weights);
  const Scaling scaling = fit_scaling(x);
  MatrixXd z(x.rows(), x.cols() + 1);
  z << VectorXd::Ones(x.rows()), scaling.apply(x);
  VectorXd ridge(x.cols() + 1);
  ridge << 0, (c * scaling.scales.array().square()).inverse().matrix();
  return unscale(maximise(z, y, v, ridge), scaling);
}

}  // namespace radiopath::fusion
