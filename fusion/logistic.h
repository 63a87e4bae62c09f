#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/sample.h"

namespace radiopath::fusion {

/// `[models.logistic_regression]`
struct LogisticConfig {
  double c = 0.1;
  std::string penalty = "l2";

  static auto fields() {
    return std::tuple{
        field("c", &LogisticConfig::c, "inverse strength of the penalty, as scikit-learn's C; the intercept is not penalised")
            .at_least(1e-12),
        field("penalty", &LogisticConfig::penalty,
              "on squares, on absolute values (which leaves out columns), or none: then c does not matter")
            .one_of({"l2", "l1", "none"}),
    };
  }
};

/// Logistic regression on named columns.
struct LogisticModel {
  std::vector<std::string> columns;
  double intercept = 0;
  Eigen::VectorXd coefficients;
  std::string remark;  ///< what the user should know; "" when all went as usual
};

/// (Penalised) maximum likelihood. Without a penalty and with outcomes that the columns separate, the maximum lies at
/// infinity: the model then is Firth's, and the remark says so.
/// Throws InputError when all outcomes are the same.
LogisticModel fit_logistic_regression(const LogisticConfig& config, const TrainingTable& train,
                                      const FitOptions& options = {});

/// Probabilities of the event; columns are found by name. NaN where a column is missing.
Eigen::VectorXd predict(const LogisticModel& model, const Table& table);

}  // namespace radiopath::fusion
