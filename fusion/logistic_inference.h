#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/descriptive.h"

namespace radiopath::fusion {

/// Columns of a model, without NaN. Columns of one `term` (the levels of a factor) are tested together; empty: one each.
struct Design {
  std::vector<std::string> names;
  Eigen::MatrixXd x;  ///< (patients, columns)
  std::vector<std::string> term_of;
};

/// One line of the table that clinical papers print; the intercept comes first. Limits are of the odds ratio.
struct LogisticTerm {
  std::string name;
  double coefficient, standard_error, z, p;  ///< Wald
  double odds_ratio;
  Interval wald, profile;  ///< 95 %; profile: where twice the fall of the log-likelihood reaches chi-squared's quantile
  double likelihood_ratio, likelihood_ratio_p;  ///< of dropping the column's term; NaN for the intercept
  double vif;                                   ///< generalised for terms of several columns (Fox & Monette 1992)
};

/// Unpenalised maximum likelihood; Firth's penalised one where the columns separate the outcomes, which `firth` says.
struct LogisticInference {
  std::vector<LogisticTerm> terms;
  double deviance, null_deviance, log_likelihood, aic, bic;
  double likelihood_ratio, likelihood_ratio_p;  ///< against the intercept alone
  int degrees_of_freedom;
  bool firth;
  std::string remark;  ///< aliased columns, separation; "" when all went as usual
};

/// Throws InputError for one class alone, or as many columns as patients. Aliased columns are left out and named.
LogisticInference infer_logistic(const Design& design, const std::vector<int>& outcomes);

/// Bias-reduced fit: likelihood times the root of the information's determinant (Jeffreys' prior), finite where the
/// columns separate. Standard errors from the information at the solution, as logistf and brglm.
/// Source: Firth, Biometrika 1993;80:27; Heinze & Schemper, Stat Med 2002;21:2409.
struct FirthFit {
  Eigen::VectorXd coefficients, standard_errors;  ///< (1 + columns), intercept first
  double penalised_log_likelihood;
  bool converged;
};
FirthFit fit_firth(const Eigen::MatrixXd& x, const std::vector<int>& outcomes);

/// The columns left by dropping (backward, from all) or adding (forward, from none) one at a time while AIC falls, as
/// R's step. P values of what is left are descriptive.
enum class Stepwise { backward, forward };
Design stepwise(const Design& design, const std::vector<int>& outcomes, Stepwise direction);

}  // namespace radiopath::fusion
