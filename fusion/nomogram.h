#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

namespace radiopath::fusion {

/// A logistic model as a drawing: points per value of each column, totals to risks. 100 points are the widest axis;
/// points count from the end of lowest risk. Conventions of rms::nomogram 6.5.
struct Nomogram {
  struct Axis {
    std::string column;
    std::vector<double> values, points;
  };
  std::vector<Axis> axes;
  double points_per_logit, logit_at_zero;  ///< logit = logit_at_zero + points / points_per_logit
  std::vector<double> risks, risk_points;  ///< total points of these risks

  double risk(double total_points) const;
};

/// Axes run over `pretty` steps of each column's range; a column of at most ten distinct values shows these.
/// @param coefficients one per column of `x` (patients, columns)
Nomogram make_nomogram(const std::vector<std::string>& columns, const Eigen::MatrixXd& x, double intercept,
                       const Eigen::VectorXd& coefficients,
                       const std::vector<double>& risks = {0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95});

/// Round values that span a range in about five steps, as R's pretty.
std::vector<double> pretty(double low, double high, int steps = 5);

}  // namespace radiopath::fusion
