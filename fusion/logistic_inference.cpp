#include "fusion/logistic_inference.h"

#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "core/table.h"
#include "fusion/logistic_fit.h"
#include "fusion/logistic_likelihood.h"

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

LogisticProblem problem_of(MatrixXd z, const std::vector<int>& outcomes, Prior prior) {
  const auto n = static_cast<Index>(outcomes.size());
  return {std::move(z), Eigen::Map<const Eigen::ArrayXi>(outcomes.data(), n).cast<double>(), ArrayXd::Ones(n), prior};
}

std::vector<std::string> terms_of(const Design& design) { return design.term_of.empty() ? design.names : design.term_of; }

/// |R11| |R22| / |R| of the coefficients' correlations, the intercept left out.
double generalised_vif(const MatrixXd& covariance, const std::vector<std::string>& of, const std::string& term) {
  const VectorXd errors = covariance.diagonal().cwiseSqrt();
  const MatrixXd r = covariance.cwiseQuotient(errors * errors.transpose());
  std::vector<Index> in, out;
  for (Index j = 0; j < r.rows(); ++j) (of[j] == term ? in : out).push_back(j);
  if (out.empty()) return kNan;
  return MatrixXd(r(in, in)).determinant() * MatrixXd(r(out, out)).determinant() / r.determinant();
}

LogisticTerm wald_term(const std::string& name, double coefficient, double error) {
  const Interval i = normal_interval(coefficient, error);
  const double z = coefficient / error;
  return {name, coefficient, error, z, two_sided_p(z), std::exp(coefficient), {std::exp(i.lower), std::exp(i.upper)}, {kNan, kNan}, kNan, kNan, kNan};
}

/// Twice the fall of the (penalised) log-likelihood when the coefficients `held` are 0.
double likelihood_ratio(const LogisticProblem& problem, double maximum, const std::vector<Index>& held, VectorXd beta) {
  for (const Index j : held) beta[j] = 0;
  return 2 * (maximum - maximise_likelihood(problem, held, beta).value);
}

/// @param coefficients, errors (1 + columns), on the columns as given
void add_terms(LogisticInference& result, const Design& design, const std::vector<int>& outcomes,
               const VectorXd& coefficients, const VectorXd& errors, Prior prior) {
  const Index k = design.x.cols();
  const ScaledColumns s = scale_columns(design.x);
  const LogisticProblem centred = problem_of(s.z, outcomes, prior),
                        uncentred = problem_of(s.uncentred(), outcomes, prior);
  VectorXd raw_beta(k + 1);
  raw_beta << coefficients[0], coefficients.tail(k).cwiseProduct(s.scales);
  VectorXd beta = raw_beta;
  beta[0] += coefficients.tail(k).dot(s.means);
  const LikelihoodMaximum maximum = maximise_likelihood(centred, {}, beta);
  const MatrixXd covariance =
      maximum.information.ldlt().solve(MatrixXd::Identity(k + 1, k + 1)).bottomRightCorner(k, k);
  const auto of = terms_of(design);
  for (Index j = 0; j <= k; ++j) {
    LogisticTerm term = wald_term(j == 0 ? "(Intercept)" : design.names[j - 1], coefficients[j], errors[j]);
    const LogisticProblem& problem = j == 0 ? uncentred : centred;
    const VectorXd& at = j == 0 ? raw_beta : beta;
    const double scale = j == 0 ? 1 : s.scales[j - 1], step = errors[j] * scale;
    term.profile = {std::exp(profile_limit(problem, at, maximum.value, j, -step) / scale),
                    std::exp(profile_limit(problem, at, maximum.value, j, step) / scale)};
    if (prior == Prior::jeffreys)
      term.z = kNan, term.p = chi_squared_p(likelihood_ratio(problem, maximum.value, {j}, at), 1);
    if (j > 0) {
      std::vector<Index> held;
      for (Index c = 0; c < k; ++c)
        if (of[c] == of[j - 1]) held.push_back(c + 1);
      term.likelihood_ratio = likelihood_ratio(centred, maximum.value, held, beta);
      term.likelihood_ratio_p = chi_squared_p(term.likelihood_ratio, static_cast<int>(held.size()));
      term.vif = generalised_vif(covariance, of, of[j - 1]);
    }
    result.terms.push_back(term);
  }
  if (prior == Prior::none) return;
  std::vector<Index> all(static_cast<std::size_t>(k));
  std::iota(all.begin(), all.end(), 1);
  result.likelihood_ratio = likelihood_ratio(centred, maximum.value, all, beta);
  result.likelihood_ratio_p = chi_squared_p(result.likelihood_ratio, result.degrees_of_freedom);
}

}  // namespace

Design subset(const Design& design, const std::vector<int>& columns) {
  Design kept{{}, design.x(Eigen::all, columns), {}};
  for (const int c : columns) {
    kept.names.push_back(design.names[c]);
    if (!design.term_of.empty()) kept.term_of.push_back(design.term_of[c]);
  }
  return kept;
}

LogisticInference infer_logistic(const Design& given, const std::vector<int>& outcomes, Estimate estimate) {
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
  if (fit.converged && estimate == Estimate::maximum_likelihood) {
    result.aic = result.deviance + 2 * (k + 1), result.bic = result.deviance + std::log(n) * (k + 1);
    VectorXd coefficients(k + 1);
    coefficients << fit.intercept, fit.coefficients;
    add_terms(result, design, outcomes, coefficients, fit.standard_errors, Prior::none);
    return result;
  }
  result.firth = true, result.aic = result.bic = kNan;
  const FirthFit firth = fit_firth(design.x, outcomes);
  add_terms(result, design, outcomes, firth.coefficients, firth.standard_errors, Prior::jeffreys);
  if (!fit.converged)
    result.remark +=
        std::string(result.remark.empty() ? "" : "\n") +
        "the columns separate the outcomes: maximum-likelihood odds ratios do not exist; these are Firth's";
  if (!firth.converged)
    result.remark += std::string(result.remark.empty() ? "" : "\n") + "Firth's fit has not fully converged";
  return result;
}

}  // namespace radiopath::fusion
