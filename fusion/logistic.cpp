#include "fusion/logistic.h"

#include <limits>

#include "fusion/firth.h"
#include "fusion/logistic_fit.h"
#include "fusion/logistic_path.h"
#include "fusion/score_rows.h"

namespace radiopath::fusion {
namespace {

const char* const kUnfinished = "the fit has not fully converged";

/// Columns that repeat earlier ones get a coefficient of 0.
LogisticModel fit_by_firth(const Sample& sample) {
  const std::vector<int> kept = independent_columns(sample.x);
  const FirthFit fit = fit_firth(sample.x(Eigen::all, kept), sample.outcomes, sample.weights);
  LogisticModel model{sample.columns, fit.coefficients[0], Eigen::VectorXd::Zero(sample.x.cols()), ""};
  model.coefficients(kept) = fit.coefficients.tail(static_cast<Eigen::Index>(kept.size()));
  model.remark =
      "the columns separate the outcomes, so that the unpenalised maximum lies at infinity; fitted with Firth's "
      "penalty";
  if (!fit.converged) model.remark += std::string("; ") + kUnfinished;
  return model;
}

/// Penalties grow from right to left: a short path down to the wanted one is faster and surer than a cold start.
LogisticModel fit_l1(double c, const Sample& sample) {
  const double wanted = 1 / (c * sample.weights.sum());  // scikit-learn sums the loss, the path averages it
  const Eigen::VectorXd lambdas = (Eigen::VectorXd(5) << 81, 27, 9, 3, 1).finished() * wanted;
  const LogisticPath path = logistic_path(sample.x, sample.outcomes, sample.weights, lambdas);
  return {sample.columns, path.intercepts[4], path.coefficients.col(4), path.converged ? "" : kUnfinished};
}

}  // namespace

LogisticModel fit_logistic_regression(const LogisticConfig& config, const TrainingTable& train,
                                      const FitOptions& options) {
  const Sample sample = sample_of(train, options);
  if (config.penalty == "l1") return fit_l1(config.c, sample);
  const double c = config.penalty == "none" ? std::numeric_limits<double>::infinity() : config.c;
  const LogisticFit fit = fit_logistic(sample.x, sample.outcomes, c, sample.weights);
  if (config.penalty == "none" && !fit.converged) return fit_by_firth(sample);
  return {sample.columns, fit.intercept, fit.coefficients, fit.converged ? "" : kUnfinished};
}

Eigen::VectorXd predict(const LogisticModel& model, const Table& table) {
  return score_rows(model.columns, table, [&](const Eigen::RowVectorXd& row) {
    double f = model.intercept;
    for (Eigen::Index c = 0; c < row.size(); ++c) f += row[c] * model.coefficients[c];
    return logistic(f);
  });
}

}  // namespace radiopath::fusion
