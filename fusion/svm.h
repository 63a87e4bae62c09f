#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/calibration.h"
#include "core/config.h"
#include "fusion/sample.h"

namespace radiopath::fusion {

/// `[models.svm]`
struct SvmConfig {
  double c = 1.0;
  std::string kernel = "rbf";
  double gamma = 0;
  int degree = 3;
  double coef0 = 0;
  double tolerance = 1e-3;
  int folds = 5;

  static auto fields() {
    return std::tuple{
        field("c", &SvmConfig::c, "price of a patient within the margin or on its wrong side").at_least(1e-12),
        field("kernel", &SvmConfig::kernel, "u'v, exp(-gamma |u - v|^2) or (gamma u'v + coef0)^degree")
            .one_of({"linear", "rbf", "poly"}),
        field("gamma", &SvmConfig::gamma, "of the kernel; 0: 1 / (columns x variance), as scikit-learn's \"scale\"").at_least(0),
        field("degree", &SvmConfig::degree, "of the poly kernel").range(1, 20),
        field("coef0", &SvmConfig::coef0, "of the poly kernel"),
        field("tolerance", &SvmConfig::tolerance, "at which the solver stops").range(1e-12, 1),
        field("folds", &SvmConfig::folds, "inner folds whose decision values become probabilities").range(2, 100),
    };
  }
};

/// Support vectors on named columns: f(x) = sum_i coefficient_i K(vector_i, x) + intercept, above 0 for the event.
struct SvmModel {
  std::vector<std::string> columns;
  std::string kernel;
  double gamma = 0, coef0 = 0;
  int degree = 1;
  Eigen::MatrixXd vectors;       ///< (support vectors, p)
  Eigen::VectorXd coefficients;  ///< (support vectors,)
  double intercept = 0;
  PlattScaling platt;            ///< fitted on out-of-fold decision values
};

/// Is libsvm built in?
bool has_libsvm();

/// C-support vector classification by libsvm; probabilities by Platt on decision values of inner folds of our own,
/// because libsvm's draw from a global generator. Throws InputError where libsvm is not built in, or a class has fewer
/// than two patients.
SvmModel fit_svm(const SvmConfig& config, const TrainingTable& train, const FitOptions& options);

/// Decision values, one per row; columns are found by name. NaN where a column is missing.
Eigen::VectorXd decision_values(const SvmModel& model, const Table& table);
/// Probabilities of the event.
Eigen::VectorXd predict(const SvmModel& model, const Table& table);

}  // namespace radiopath::fusion
