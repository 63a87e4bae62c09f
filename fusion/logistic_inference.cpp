#include "fusion/logistic_inference.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/table.h"
#include "fusion/logistic_fit.h"

namespace radiopath::fusion {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kUnpenalised = std::numeric_limits<double>::infinity();

double chi_squared_p(double value, int df) {
  return df > 0 ? boost::math::cdf(boost::math::complement(boost::math::chi_squared(df), std::max(0.0, value))) : kNan;
}

MatrixXd with_ones(const MatrixXd& x) {
  MatrixXd z(x.rows(), x.cols() + 1);
  z << VectorXd::Ones(x.rows()), x;
  return z;
}

ArrayXd targets(const std::vector<int>& outcomes) {
  return Eigen::Map<const Eigen::ArrayXi>(outcomes.data(), Index(outcomes.size())).cast<double>();
}

/// Log-likelihood, its gradient and information at logits f.
struct Likelihood {
  double value;
  VectorXd gradient;
  MatrixXd information;
  ArrayXd p;
};
Likelihood likelihood(const MatrixXd& z, const ArrayXd& y, const ArrayXd& f) {
  const ArrayXd p = 1 / (1 + (-f).exp());
  return {(y * f - f.max(0) - (-f.abs()).exp().log1p()).sum(), z.transpose() * (y - p).matrix(),
          z.transpose() * (z.array().colwise() * (p * (1 - p))).matrix(), p};
}

/// Largest log-likelihood when coefficient `fixed` of z is held at `value`, from `beta` on, which it moves along.
double profile(const MatrixXd& z, const ArrayXd& y, Index fixed, double value, VectorXd& beta) {
  beta[fixed] = value;
  double best = likelihood(z, y, (z * beta).array()).value;
  for (int step = 0; step < 100; ++step) {
    Likelihood at = likelihood(z, y, (z * beta).array());
    at.gradient[fixed] = 0, at.information.row(fixed).setZero(), at.information.col(fixed).setZero(), at.information(fixed, fixed) = 1;
    VectorXd move = at.information.ldlt().solve(at.gradient);
    const double gain = move.dot(at.gradient);
    if (!(gain > 1e-12)) break;
    for (int halving = 0; halving < 30; ++halving, move /= 2) {
      const double next = likelihood(z, y, (z * (beta + move)).array()).value;
      if (next < best - 1e-12 * std::abs(best)) continue;
      beta += move, best = next;
      break;
    }
  }
  return best;
}

/// Where the profile has fallen by half of chi-squared's quantile, on one side of the estimate; infinite where it never does.
double profile_limit(const MatrixXd& z, const ArrayXd& y, const VectorXd& estimate, double maximum, Index j, double step) {
  const double fall = boost::math::quantile(boost::math::chi_squared(1), 0.95) / 2;
  VectorXd beta = estimate;
  double inside = estimate[j], outside = inside;
  for (int i = 0;; ++i) {
    outside += step;
    if (maximum - profile(z, y, j, outside, beta) > fall) break;
    inside = outside;
    if (i == 60) return step > 0 ? kUnpenalised : -kUnpenalised;
  }
  for (int i = 0; i < 60; ++i) {
    const double middle = (inside + outside) / 2;
    (maximum - profile(z, y, j, middle, beta) > fall ? outside : inside) = middle;
  }
  return (inside + outside) / 2;
}

/// Columns scaled to unit spread: Newton steps on raw columns of 1e12 lose all digits.
struct Scaled {
  MatrixXd z;       // (n, 1 + p)
  VectorXd means, scales;
};
Scaled scaled(const MatrixXd& x) {
  Scaled s{{}, x.colwise().mean().transpose(), VectorXd::Ones(x.cols())};
  MatrixXd centred = x.rowwise() - s.means.transpose();
  for (Index j = 0; j < x.cols(); ++j) {
    const double spread = centred.col(j).norm() / std::sqrt(double(x.rows()));
    if (spread > 0) s.scales[j] = spread, centred.col(j) /= spread;
  }
  s.z = with_ones(centred);
  return s;
}

std::vector<std::string> terms_of(const Design& design) { return design.term_of.empty() ? design.names : design.term_of; }

MatrixXd without_term(const Design& design, const std::string& term) {
  std::vector<Index> kept;
  const auto of = terms_of(design);
  for (Index j = 0; j < design.x.cols(); ++j) if (of[j] != term) kept.push_back(j);
  return design.x(Eigen::all, kept);
}

double deviance_of(const MatrixXd& x, const std::vector<int>& outcomes) {
  return -2 * (x.cols() == 0 ? null_log_likelihood(outcomes) : fit_logistic(x, outcomes, kUnpenalised).log_likelihood);
}

/// |R11| |R22| / |R| of the coefficients' correlations, the intercept left out.
double generalised_vif(const MatrixXd& covariance, const std::vector<std::string>& of, const std::string& term) {
  const VectorXd errors = covariance.diagonal().cwiseSqrt();
  const MatrixXd r = covariance.cwiseQuotient(errors * errors.transpose());
  std::vector<Index> in, out;
  for (Index j = 0; j < r.rows(); ++j) (of[j] == term ? in : out).push_back(j);
  if (out.empty()) return kNan;
  return MatrixXd(r(in, in)).determinant() * MatrixXd(r(out, out)).determinant() / r.determinant();
}

Design subset(const Design& design, const std::vector<int>& columns) {
  Design kept{{}, design.x(Eigen::all, columns), {}};
  for (const int c : columns) {
    kept.names.push_back(design.names[c]);
    if (!design.term_of.empty()) kept.term_of.push_back(design.term_of[c]);
  }
  return kept;
}

LogisticTerm wald_term(const std::string& name, double coefficient, double error) {
  const Interval i = normal_interval(coefficient, error);
  const double z = coefficient / error;
  return {name, coefficient, error, z, two_sided_p(z), std::exp(coefficient), {std::exp(i.lower), std::exp(i.upper)}, {kNan, kNan}, kNan, kNan, kNan};
}

void add_terms(LogisticInference& result, const Design& design, const std::vector<int>& outcomes, const LogisticFit& fit) {
  const ArrayXd y = targets(outcomes);
  const Scaled s = scaled(design.x);
  VectorXd beta(design.x.cols() + 1);
  beta << fit.intercept + fit.coefficients.dot(s.means), fit.coefficients.cwiseProduct(s.scales);
  const MatrixXd information = likelihood(s.z, y, (s.z * beta).array()).information;
  const MatrixXd covariance = information.ldlt().solve(MatrixXd::Identity(beta.size(), beta.size())).bottomRightCorner(design.x.cols(), design.x.cols());
  const auto of = terms_of(design);
  // The intercept's profile is that of the uncentred columns.
  Scaled raw = s;
  raw.z.rightCols(design.x.cols()).rowwise() += s.means.cwiseQuotient(s.scales).transpose();
  VectorXd raw_beta = beta;
  raw_beta[0] = fit.intercept;
  for (Index j = 0; j <= design.x.cols(); ++j) {
    LogisticTerm term = wald_term(j == 0 ? "(Intercept)" : design.names[j - 1], j == 0 ? fit.intercept : fit.coefficients[j - 1], fit.standard_errors[j]);
    const double scale = j == 0 ? 1 : s.scales[j - 1], error = fit.standard_errors[j] * scale;
    const MatrixXd& z = j == 0 ? raw.z : s.z;
    const VectorXd& at = j == 0 ? raw_beta : beta;
    term.profile = {std::exp(profile_limit(z, y, at, fit.log_likelihood, j, -error) / scale), std::exp(profile_limit(z, y, at, fit.log_likelihood, j, error) / scale)};
    if (j > 0) {
      const int df = static_cast<int>(std::ranges::count(of, of[j - 1]));
      term.likelihood_ratio = deviance_of(without_term(design, of[j - 1]), outcomes) - result.deviance;
      term.likelihood_ratio_p = chi_squared_p(term.likelihood_ratio, df);
      term.vif = generalised_vif(covariance, of, of[j - 1]);
    }
    result.terms.push_back(term);
  }
}

}  // namespace

FirthFit fit_firth(const MatrixXd& x, const std::vector<int>& outcomes) {
  const Scaled s = scaled(x);
  const ArrayXd y = targets(outcomes);
  const auto penalised = [&](const Likelihood& at) { return at.value + at.information.ldlt().vectorD().array().log().sum() / 2; };
  VectorXd beta = VectorXd::Zero(s.z.cols());
  Likelihood here = likelihood(s.z, y, (s.z * beta).array());
  bool converged = false;
  for (int step = 0; step < 500 && !converged; ++step) {
    const MatrixXd inverse = here.information.ldlt().solve(MatrixXd::Identity(beta.size(), beta.size()));
    const ArrayXd leverage = (s.z * inverse).cwiseProduct(s.z).rowwise().sum().array() * here.p * (1 - here.p);
    VectorXd move = inverse * (s.z.transpose() * (y - here.p + leverage * (0.5 - here.p)).matrix());
    converged = move.cwiseAbs().maxCoeff() < 1e-10;
    for (int halving = 0; halving < 30; ++halving, move /= 2) {
      const Likelihood next = likelihood(s.z, y, (s.z * (beta + move)).array());
      if (!(penalised(next) >= penalised(here) - 1e-10)) continue;
      beta += move, here = next;
      break;
    }
  }
  VectorXd slopes = beta.tail(x.cols()).cwiseQuotient(s.scales), to_intercept(beta.size());
  to_intercept << 1, -s.means.cwiseQuotient(s.scales);
  const MatrixXd covariance = here.information.ldlt().solve(MatrixXd::Identity(beta.size(), beta.size()));
  FirthFit fit{VectorXd(beta.size()), VectorXd(beta.size()), 0, converged};
  fit.coefficients << beta[0] - slopes.dot(s.means), slopes;
  fit.standard_errors << std::sqrt(to_intercept.dot(covariance * to_intercept)), covariance.diagonal().tail(x.cols()).cwiseSqrt().cwiseQuotient(s.scales);
  const MatrixXd z = with_ones(x);
  fit.penalised_log_likelihood = penalised(here) + s.scales.array().log().sum();
  return fit;
}

LogisticInference infer_logistic(const Design& given, const std::vector<int>& outcomes) {
  if (!given.x.allFinite()) throw InputError("a column of the model is missing or infinite in some row");
  const Design design = subset(given, independent_columns(given.x));
  std::vector<std::string> aliased;
  for (const auto& name : given.names) if (std::ranges::find(design.names, name) == design.names.end()) aliased.push_back(name);
  if (design.x.cols() + 1 >= design.x.rows()) {
    throw InputError(std::to_string(design.x.cols()) + " columns for " + std::to_string(design.x.rows()) + " complete patients; expected fewer columns: choose some, or penalise");
  }
  const LogisticFit fit = fit_logistic(design.x, outcomes, kUnpenalised);
  const double n = double(outcomes.size());
  const int k = static_cast<int>(design.x.cols());
  LogisticInference result{};
  result.degrees_of_freedom = k;
  result.null_deviance = -2 * null_log_likelihood(outcomes);
  if (!aliased.empty()) result.remark = "constant, or combinations of other columns, and left out: " + join_names(aliased);
  result.log_likelihood = fit.log_likelihood, result.deviance = -2 * fit.log_likelihood;
  result.likelihood_ratio = result.null_deviance - result.deviance, result.likelihood_ratio_p = chi_squared_p(result.likelihood_ratio, k);
  if (fit.converged) {
    result.aic = result.deviance + 2 * (k + 1), result.bic = result.deviance + std::log(n) * (k + 1);
    add_terms(result, design, outcomes, fit);
    return result;
  }
  result.firth = true, result.aic = result.bic = kNan;
  const FirthFit firth = fit_firth(design.x, outcomes);
  for (int j = 0; j <= k; ++j) result.terms.push_back(wald_term(j == 0 ? "(Intercept)" : design.names[j - 1], firth.coefficients[j], firth.standard_errors[j]));
  result.remark += std::string(result.remark.empty() ? "" : "\n") + "the columns separate the outcomes: maximum-likelihood odds ratios do not exist; these are Firth's";
  return result;
}

Design stepwise(const Design& design, const std::vector<int>& outcomes, Stepwise direction) {
  const std::vector<int> usable = independent_columns(design.x);
  std::vector<int> in = direction == Stepwise::backward ? usable : std::vector<int>{};
  const auto aic = [&](const std::vector<int>& columns) { return deviance_of(design.x(Eigen::all, columns), outcomes) + 2.0 * double(columns.size() + 1); };
  for (double best = aic(in);;) {
    std::vector<int> chosen = in;
    double least = best;
    for (const int column : usable) {
      std::vector<int> candidate = in;
      const auto at = std::ranges::find(candidate, column);
      if ((at != candidate.end()) != (direction == Stepwise::backward)) continue;
      if (at != candidate.end()) candidate.erase(at);
      else candidate.insert(std::ranges::upper_bound(candidate, column), column);
      if (const double value = aic(candidate); value < least - 1e-9) least = value, chosen = candidate;
    }
    if (chosen == in) return subset(design, in);
    in = chosen, best = least;
  }
}

}  // namespace radiopath::fusion
