#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/descriptive.h"
#include "fusion/firth.h"

namespace radiopath::fusion {

/// Columns of a model, without NaN. Columns of one `term` (the levels of a factor) are tested together; empty: one each.
struct Design {
  std::vector<std::string> names;
  Eigen::MatrixXd x;  ///< (patients, columns)
  std::vector<std::string> term_of;
};

/// Some of the columns, by index.
Design subset(const Design& design, const std::vector<int>& columns);

/// One line of the table that clinical papers print; the intercept comes first. Limits are of the odds ratio.
struct LogisticTerm {
  std::string name;
  double coefficient, standard_error, z, p;  ///< Wald; under Firth z is NaN and P of the penalised likelihood ratio
  double odds_ratio;
  Interval wald, profile;  ///< 95 %; profile: where twice the fall of the (penalised) log-likelihood reaches chi-squared's quantile
  double likelihood_ratio, likelihood_ratio_p;  ///< of dropping the column's term; NaN for the intercept
  double vif;                                   ///< generalised for terms of several columns (Fox & Monette 1992)
};

/// Unpenalised maximum likelihood; Firth's penalised one where the columns separate the outcomes, which `firth` says.
struct LogisticInference {
  std::vector<LogisticTerm> terms;
  double deviance, null_deviance, log_likelihood, aic, bic;  ///< of maximum likelihood; under Firth aic and bic are NaN
  double likelihood_ratio, likelihood_ratio_p;  ///< against the intercept alone; under Firth penalised
  int degrees_of_freedom;
  bool firth;
  std::string remark;  ///< aliased columns, separation; "" when all went as usual
};

/// Throws InputError for one class alone, or as many columns as patients. Aliased columns are left out and named.
/// Firth's P and limits are those of the penalised likelihood, since its Wald figures mislead where it is needed
/// (Heinze & Schemper, Stat Med 2002;21:2409; as logistf).
enum class Estimate { maximum_likelihood, firth };  ///< the first gives way to the second where columns separate
LogisticInference infer_logistic(const Design& design, const std::vector<int>& outcomes,
                                 Estimate estimate = Estimate::maximum_likelihood);

}  // namespace radiopath::fusion
