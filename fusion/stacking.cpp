#include "fusion/stacking.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

#include "core/error.h"
#include "fusion/logistic_fit.h"

namespace radiopath::fusion {
namespace {

Table as_log_odds(Table probabilities) {
  probabilities.values = probabilities.values.unaryExpr([](double p) { return cut_log_odds(logit(p)); }).eval();
  return probabilities;
}

/// The most negative weight goes first, until none is left.
LogisticModel fit_without_negative_weights(const StackingConfig& config, const TrainingTable& train) {
  LogisticModel model{train.table().columns, 0, Eigen::VectorXd::Zero(train.cols())};
  std::vector<std::string> kept = model.columns;
  while (!kept.empty()) {
    const LogisticModel fit = fit_logistic_regression({.c = config.c}, train.select_columns(kept));
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

}  // namespace

StackedModel fit_stacking(const StackingConfig& config, const std::string& name, const std::vector<OutOfFold>& inputs,
                          const TrainingView& train) {
  if (inputs.empty()) throw std::logic_error("an ensemble needs components");
  StackedModel model{.name = name, .components = {}, .model = {}, .patients = 0, .events = 0};
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
  const TrainingTable complete(as_log_odds(probabilities), train);
  model.patients = complete.rows();
  model.events = complete.events();
  if (std::min(model.events, model.patients - model.events) < 4) {
    throw InputError(name + ": " + std::to_string(model.patients) + " training patients have all of " +
                     join_names(model.components) + ", " + std::to_string(model.events) +
                     " with the event; an ensemble needs at least 4 of each outcome");
  }
  model.model = fit_without_negative_weights(config, complete);
  return model;
}

Eigen::VectorXd predict(const StackedModel& model, const Table& probabilities) {
  return predict(model.model, as_log_odds(probabilities.select_columns(model.components)));
}

}  // namespace radiopath::fusion
