#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "fusion/clinic_coding.h"
#include "fusion/training_table.h"

namespace radiopath::fusion {

/// One row of the table that clinical papers print.
struct ClinicalTerm {
  std::string column;
  double coefficient, standard_error;           ///< per unit of the column
  double odds_ratio, odds_lower, odds_upper;    ///< exp(coefficient), Wald 95 %; NaN when separated
  double p;                                     ///< Wald; by the likelihood ratio when separated
  bool separated;                               ///< the column tells some outcomes apart: the maximum is infinite
};

/// Univariable, then multivariable logistic regression.
struct ClinicalModel {
  std::vector<ClinicalTerm> univariable;    ///< every usable column, in order
  std::vector<ClinicalTerm> multivariable;  ///< those that entered
  std::vector<std::string> dropped;         ///< constant or wholly missing in training
  std::vector<std::string> columns;         ///< of the model
  Eigen::VectorXd medians;                  ///< stand in for missing values, one per column
  double intercept = 0;
  Eigen::VectorXd coefficients;
  std::string remark;  ///< what the user should know; "" when all went as usual
};

/// Columns with a univariable P below `config.p_value` enter one multivariable model; when none has, the one with the
/// smallest P does. Missing values are the training median throughout. P values after this selection are descriptive.
/// When the multivariable model is separated, its predictions come from a fit with an L2 penalty on scaled columns
/// (C = 1), and the remark says so. Throws InputError when no column is usable or all outcomes are the same.
ClinicalModel fit_clinical_model(const ClinicConfig& config, const TrainingTable& train);

/// Probabilities of the event; columns are found by name.
Eigen::VectorXd predict(const ClinicalModel& model, const Table& table);

}  // namespace radiopath::fusion
