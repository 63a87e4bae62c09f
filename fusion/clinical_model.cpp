#include "fusion/clinical_model.h"

#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/statistics.h"
#include "fusion/encoding.h"
#include "fusion/logistic_fit.h"

namespace radiopath::fusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kUnpenalised = std::numeric_limits<double>::infinity();

/// P of twice the rise in log-likelihood by one column.
double likelihood_ratio_p(double rise) {
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(1), std::max(0.0, 2 * rise)));
}

ClinicalTerm term(const std::string& column, const LogisticFit& fit, Index j) {
  const double coefficient = fit.coefficients[j], error = fit.standard_errors[j + 1];
  const double reach = normal_quantile(0.975) * error;
  return {column, coefficient, error, std::exp(coefficient), std::exp(coefficient - reach),
          std::exp(coefficient + reach), two_sided_p(coefficient / error), false};
}

/// Estimates at infinity are not numbers to print.
ClinicalTerm separated_term(const std::string& column, double p) { return {column, kNan, kNan, kNan, kNan, kNan, p, true}; }

ClinicalTerm univariable(const Table& imputed, const std::vector<int>& outcomes, int j) {
  const LogisticFit fit = fit_logistic(imputed.values.col(j), outcomes, kUnpenalised);
  if (fit.converged) return term(imputed.columns[j], fit, 0);
  return separated_term(imputed.columns[j], likelihood_ratio_p(fit.log_likelihood - null_log_likelihood(outcomes)));
}

/// Columns of the multivariable model, as indices into the univariable terms.
std::vector<int> entering(const std::vector<ClinicalTerm>& terms, double p_value, std::string& remark) {
  std::vector<int> columns;
  int smallest = 0;
  for (int j = 0; j < static_cast<int>(terms.size()); ++j) {
    if (terms[j].p < p_value) columns.push_back(j);
    if (terms[j].p < terms[smallest].p) smallest = j;
  }
  if (columns.empty()) {
    columns = {smallest};
    remark = "no column has a univariable P < " + format_double(p_value) + "; kept the smallest, '" +
             terms[smallest].column + "'";
  }
  return columns;
}

/// With a penalty of C = 1 on columns of unit variance.
LogisticFit fit_penalised(const MatrixXd& x, const std::vector<int>& outcomes) {
  const VectorXd means = x.colwise().mean().transpose();
  const VectorXd scales = ((x.rowwise() - means.transpose()).array().square().colwise().mean()).sqrt().transpose();
  LogisticFit fit = fit_logistic(((x.rowwise() - means.transpose()).array().rowwise() / scales.transpose().array()).matrix(),
                                 outcomes, 1.0);
  fit.coefficients = fit.coefficients.cwiseQuotient(scales);
  fit.intercept -= fit.coefficients.dot(means);
  return fit;
}

void add_multivariable(ClinicalModel& model, const MatrixXd& x, const std::vector<int>& outcomes) {
  LogisticFit fit = fit_logistic(x, outcomes, kUnpenalised);
  for (Index j = 0; j < x.cols(); ++j) {
    model.multivariable.push_back(fit.converged ? term(model.columns[j], fit, j)
                                                : separated_term(model.columns[j], kNan));
  }
  if (!fit.converged) {
    fit = fit_penalised(x, outcomes);
    model.remark += std::string(model.remark.empty() ? "" : "; ") +
                    "the columns separate the outcomes (" + join_names(model.columns) +
                    "): odds ratios do not exist, predictions come from an L2-penalised fit";
  }
  model.intercept = fit.intercept;
  model.coefficients = fit.coefficients;
}

}  // namespace

ClinicalModel fit_clinical_model(const ClinicConfig& config, const TrainingTable& train) {
  const Encoding encoding = fit_encoding({.max_missing_share = 1}, train);
  ClinicalModel model;
  model.dropped = encoding.dropped_missing;
  model.dropped.insert(model.dropped.end(), encoding.dropped_constant.begin(), encoding.dropped_constant.end());
  Table imputed = train.table().select_columns(encoding.columns);
  for (int c = 0; c < imputed.cols(); ++c) {
    auto column = imputed.values.col(c).array();
    column = column.isNaN().select(encoding.fills[c], column);
  }
  for (int c = 0; c < imputed.cols(); ++c) model.univariable.push_back(univariable(imputed, train.outcomes(), c));
  const std::vector<int> chosen = entering(model.univariable, config.p_value, model.remark);
  for (const int c : chosen) model.columns.push_back(imputed.columns[c]);
  model.medians = encoding.fills(chosen);
  add_multivariable(model, imputed.values(Eigen::all, chosen), train.outcomes());
  return model;
}

Eigen::VectorXd predict(const ClinicalModel& model, const Table& table) {
  const Table columns = table.select_columns(model.columns);
  VectorXd probabilities(columns.rows());
  for (int r = 0; r < columns.rows(); ++r) {
    double f = model.intercept;
    for (int c = 0; c < columns.cols(); ++c) {
      const double value = columns.values(r, c);
      f += (std::isnan(value) ? model.medians[c] : value) * model.coefficients[c];
    }
    probabilities[r] = logistic(f);
  }
  return probabilities;
}

}  // namespace radiopath::fusion
