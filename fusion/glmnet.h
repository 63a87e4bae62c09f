#pragma once

#include <Eigen/Core>
#include <vector>

#include "fusion/lasso.h"

namespace radiopath::fusion {

// Elastic net as R's glmnet defines it, on arrays. It knows no patients: whoever calls it answers for the scope.

enum class Family { gaussian, binomial };

struct GlmnetOptions {
  Family family = Family::gaussian;
  double l1_ratio = 1;  ///< glmnet's alpha
  int lambdas = 100;
};

/// A path on columns that are standardised inside (population SD); coefficients are on the columns as given. It ends
/// early where the deviance explained no longer rises (by 1e-5 of itself) or reaches 0.999.
struct GlmnetPath {
  Eigen::VectorXd lambdas;       ///< (k,), falling
  Eigen::MatrixXd coefficients;  ///< (p, k)
  Eigen::VectorXd intercepts;    ///< (k,)
  bool converged = true;
};

/// The grid falls from the penalty that chooses nothing to 1e-4 of it, or 1e-2 with more columns than rows.
/// @param x (n, p)   @param y numbers, or 0 and 1 for the binomial family
/// Source: Friedman et al., J Stat Softw 2010;33:1; glmnet 4.1.
GlmnetPath glmnet_path(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, const GlmnetOptions& options);

/// Cross-validated error along the path of all rows: mean squared error, or deviance.
struct GlmnetFit {
  GlmnetPath path;
  Eigen::VectorXd errors, standard_errors;  ///< (k,), over folds weighted by their size
  int smallest = 0;            ///< index of lambda.min
  int one_standard_error = 0;  ///< index of lambda.1se
  bool converged = true;       ///< folds included
};

/// Each fold follows a path of its own, read at the lambdas of the path of all rows by linear interpolation (cv.glmnet's
/// alignment "lambda").
GlmnetFit fit_glmnet_cv(const Eigen::MatrixXd& x, const Eigen::VectorXd& y, const std::vector<LassoFold>& folds,
                        const GlmnetOptions& options);

}  // namespace radiopath::fusion
