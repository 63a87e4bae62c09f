#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/training_table.h"

namespace radiopath::fusion {

/// `[models.logistic_regression]`
struct LogisticConfig {
  double c = 0.1;

  static auto fields() {
    return std::tuple{
        field("c", &LogisticConfig::c, "inverse strength of the L2 penalty; the intercept is not penalised")
            .at_least(1e-12),
    };
  }
};

/// Logistic regression on named columns.
struct LogisticModel {
  std::vector<std::string> columns;
  double intercept = 0;
  Eigen::VectorXd coefficients;
};

/// L2-penalised maximum likelihood. Throws InputError when all outcomes are the same.
LogisticModel fit_logistic_regression(const LogisticConfig& config, const TrainingTable& train);

/// Probabilities of the event; columns are found by name. NaN where a column is missing.
Eigen::VectorXd predict(const LogisticModel& model, const Table& table);

}  // namespace radiopath::fusion
