#include "fusion/logistic.h"

#include "fusion/logistic_fit.h"

namespace radiopath::fusion {

LogisticModel fit_logistic_regression(const LogisticConfig& config, const TrainingTable& train) {
  const LogisticFit fit = fit_logistic(train.table().values, train.outcomes(), config.c);
  return {train.table().columns, fit.intercept, fit.coefficients};
}

Eigen::VectorXd predict(const LogisticModel& model, const Table& table) {
  const Table columns = table.select_columns(model.columns);
  Eigen::VectorXd probabilities(columns.rows());
  // One patient at a time: a matrix product may round differently with the number of rows.
  for (int r = 0; r < columns.rows(); ++r) {
    double f = model.intercept;
    for (int c = 0; c < columns.cols(); ++c) f += columns.values(r, c) * model.coefficients[c];
    probabilities[r] = logistic(f);
  }
  return probabilities;
}

}  // namespace radiopath::fusion
