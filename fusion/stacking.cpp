#include "fusion/stacking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "core/error.h"
#include "core/statistics.h"
#include "fusion/logistic_fit.h"
#include "fusion/score_rows.h"

namespace radiopath::fusion {
namespace {

Table as_inputs(Table probabilities, const std::string& inputs) {
  if (inputs == "log_odds")
    probabilities.values = probabilities.values.unaryExpr([](double p) { return cut_log_odds(logit(p)); }).eval();
  return probabilities;
}

/// The most negative weight goes first, until none is left.
LogisticModel fit_without_negative_weights(const StackingConfig& config, const TrainingTable& train) {
  LogisticModel model{train.table().columns, 0, Eigen::VectorXd::Zero(train.cols()), ""};
  std::vector<std::string> kept = model.columns;
  while (!kept.empty()) {
    const LogisticModel fit = fit_logistic_regression({.c = config.c, .penalty = "l2"}, train.select_columns(kept));
    Eigen::Index worst = 0;
    if (fit.coefficients.minCoeff(&worst) >= 0) {
      model.intercept = fit.intercept;
      for (std::size_t i = 0; i < kept.size(); ++i)
        model.coefficients(train.table().column(kept[i])) = fit.coefficients(static_cast<Eigen::Index>(i));
      return model;
    }
    kept.erase(kept.begin() + worst);
  }
  model.intercept = logit(static_cast<double>(train.events()) / train.rows());
  return model;
}

/// Weights of sum 1 in the place of coefficients.
LogisticModel fit_weighted_mean(const TrainingTable& train) {
  Eigen::VectorXd weights(train.cols());
  for (Eigen::Index c = 0; c < weights.size(); ++c) {
    const Eigen::VectorXd scores = train.table().values.col(c);
    weights[c] = std::max(0.0, auc({scores.data(), static_cast<std::size_t>(scores.size())}, train.outcomes()) - 0.5);
  }
  if (!(weights.sum() > 0)) weights.setOnes();
  return {train.table().columns, 0, weights / weights.sum(), ""};
}

LogisticModel fit_regression(const StackingConfig& config, const TrainingTable& train) {
  if (config.weights == "free") return fit_logistic_regression({.c = config.c, .penalty = "l2"}, train);
  return fit_without_negative_weights(config, train);
}

/// Log-odds are brought to unit variance for the fit: a component that was shrunk hard speaks in a small range, and a
/// penalty on the weight of that range would shrink it again, far below the others.
LogisticModel fit_second_level(const StackingConfig& config, const Table& inputs, const TrainingView& view) {
  if (config.method == "weighted_mean") return fit_weighted_mean({inputs, view});
  if (config.inputs == "probability") return fit_regression(config, {inputs, view});
  Table scaled = inputs;
  const Eigen::RowVectorXd centred_squares =
      (inputs.values.rowwise() - inputs.values.colwise().mean()).array().square().colwise().mean();
  const Eigen::ArrayXd sd = centred_squares.unaryExpr([](double v) { return v > 0 ? std::sqrt(v) : 1; }).transpose();
  scaled.values.array().rowwise() /= sd.transpose();
  LogisticModel model = fit_regression(config, {scaled, view});
  model.coefficients.array() /= sd;
  return model;
}

}  // namespace

StackedModel fit_stacking(const StackingConfig& config, const std::string& name, const std::vector<OutOfFold>& inputs,
                          const TrainingView& train) {
  if (inputs.empty()) throw std::logic_error("an ensemble needs components");
  const bool mean = config.method == "weighted_mean";
  StackedModel model{.name = name, .components = {}, .method = config.method, .inputs = mean ? "probability" : config.inputs,
                     .model = {}, .patients = 0, .events = 0};
  std::map<std::string, std::vector<double>> rows;
  for (const OutOfFold& input : inputs) {
    model.components.push_back(input.modality());
    for (std::size_t i = 0; i < input.ids().size(); ++i) rows[input.ids()[i]].push_back(input.probabilities()[i]);
  }
  std::vector<std::string> ids;
  for (const std::string& id : train.ids()) {
    if (rows[id].size() == inputs.size()) ids.push_back(id);
  }
  Table probabilities(ids, model.components);
  for (int r = 0; r < probabilities.rows(); ++r) {
    for (int c = 0; c < probabilities.cols(); ++c) probabilities.values(r, c) = rows[ids[r]][c];
  }
  const Table second_level = as_inputs(probabilities, model.inputs);
  const TrainingTable complete(second_level, train);
  model.patients = complete.rows();
  model.events = complete.events();
  if (std::min(model.events, model.patients - model.events) < 4) {
    throw InputError(name + ": " + std::to_string(model.patients) + " training patients have all of " +
                     join_names(model.components) + ", " + std::to_string(model.events) +
                     " with the event; an ensemble needs at least 4 of each outcome");
  }
  model.model = fit_second_level(config, second_level, train);
  return model;
}

Eigen::VectorXd predict(const StackedModel& model, const Table& probabilities) {
  const Table inputs = as_inputs(probabilities.select_columns(model.components), model.inputs);
  if (model.method != "weighted_mean") return predict(model.model, inputs);
  return score_rows(model.components, inputs, [&](const Eigen::RowVectorXd& row) { return row.dot(model.model.coefficients); });
}

}  // namespace radiopath::fusion
