#include "fusion/logistic.h"

#include <limits>

#include "fusion/logistic_fit.h"
#include "fusion/logistic_path.h"
#include "fusion/score_rows.h"

namespace radiopath::fusion {
namespace {

/// Penalties grow from right to left: a short path down to the wanted one is faster and surer than a cold start.
LogisticModel fit_l1(double c, const Sample& sample) {
  const double wanted = 1 / (c * sample.weights.sum());  // scikit-learn sums the loss, the path averages it
  const Eigen::VectorXd lambdas = (Eigen::VectorXd(5) << 81, 27, 9, 3, 1).finished() * wanted;
  const LogisticPath path = logistic_path(sample.x, sample.outcomes, sample.weights, lambdas);
  return {sample.columns, path.intercepts[4], path.coefficients.col(4), path.converged ? "" : "the fit has not fully converged"};
}

}  // namespace

LogisticModel fit_logistic_regression(const LogisticConfig& config, const TrainingTable& train,
                                      const FitOptions& options) {
  const Sample sample = sample_of(train, options);
  if (config.penalty == "l1") return fit_l1(config.c, sample);
  const double c = config.penalty == "none" ? std::numeric_limits<double>::infinity() : config.c;
  const LogisticFit fit = fit_logistic(sample.x, sample.outcomes, c, sample.weights);
  LogisticModel model{sample.columns, fit.intercept, fit.coefficients, ""};
  if (fit.separated) {
    model.remark = "the columns separate the outcomes, so that the unpenalised maximum lies at infinity; take a penalty";
  } else if (!fit.converged) {
    model.remark = "the fit has not fully converged";
  }
  return model;
}

Eigen::VectorXd predict(const LogisticModel& model, const Table& table) {
  return score_rows(model.columns, table, [&](const Eigen::RowVectorXd& row) {
    double f = model.intercept;
    for (Eigen::Index c = 0; c < row.size(); ++c) f += row[c] * model.coefficients[c];
    return logistic(f);
  });
}

}  // namespace radiopath::fusion
