#include "fusion/attention_fusion.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/parallel.h"
#include "core/statistics.h"
#include "fusion/attention_module.h"

namespace radiopath::fusion {

namespace {

/// Filled, then scaled by mean and standard deviation of the training patients.
void add_raw(AttentionInput& input, const TrainingTable& train, const std::string& name, double fill) {
  const int column = train.table().column(name);
  const Eigen::ArrayXd raw = train.table().values.col(column).array();
  const Eigen::ArrayXd values = raw.isNaN().select(fill, raw);
  const double sd = std::sqrt((values - values.mean()).square().mean());
  input.used.push_back(column);
  input.fill.push_back(fill);
  input.mean.push_back(values.mean());
  input.sd.push_back(sd > 0 ? sd : 1);
}

}  // namespace

AttentionInput attention_input(std::string modality, const TrainingTable& train, const Encoding& encoding,
                               const std::vector<std::string>& selected) {
  AttentionInput input;
  input.modality = std::move(modality);
  input.columns = train.table().columns;
  const auto is_indicator = [&](const std::string& name) {
    return std::any_of(encoding.indicated.begin(), encoding.indicated.end(),
                       [&](const std::string& column) { return name == column + "=missing"; });
  };
  for (const auto& name : selected) {
    const auto encoded = std::find(encoding.columns.begin(), encoding.columns.end(), name);
    if (encoded == encoding.columns.end() && is_indicator(name)) continue;
    if (encoded == encoding.columns.end()) throw std::logic_error("attention_input: column '" + name + "' is not encoded");
    const auto k = encoded - encoding.columns.begin();
    if (encoding.lambdas.size() > 0) {
      add_raw(input, train, name, encoding.fills[k]);
      continue;
    }
    input.used.push_back(train.table().column(name));
    input.fill.push_back(encoding.fills[k]);
    input.mean.push_back(encoding.centres[k]);
    input.sd.push_back(encoding.scales[k]);
  }
  if (input.used.empty()) add_raw(input, train, encoding.columns.front(), encoding.fills[0]);
  return input;
}

AttentionInput attention_input(const UnimodalModel& model, const TrainingTable& train) {
  if (model.train_hash != train.view().hash()) {
    throw std::logic_error("attention_input: " + model.modality + " was fitted on other patients");
  }
  if (const auto* chain = std::get_if<FittedChain>(&model.model)) {
    return attention_input(model.modality, train, chain->encoding, chain->selection.columns);
  }
  const auto& clinical = std::get<ClinicalModel>(model.model);
  AttentionInput input;
  input.modality = model.modality;
  input.columns = train.table().columns;
  for (std::size_t c = 0; c < clinical.columns.size(); ++c)
    add_raw(input, train, clinical.columns[c], clinical.medians[static_cast<Eigen::Index>(c)]);
  return input;
}

bool is_logistic(const UnimodalModel& model) {
  const auto* chain = std::get_if<FittedChain>(&model.model);
  if (chain == nullptr) return true;
  const bool plain = chain->encoding.lambdas.size() == 0 && chain->encoding.indicated.empty();
  return plain && std::holds_alternative<LogisticModel>(chain->learner);
}

double LinearScore::standardised(double log_odds) const { return (cut_log_odds(log_odds) - mean) / sd; }

AttentionInput score_input(const UnimodalModel& model, const TrainingTable& train) {
  if (!is_logistic(model)) throw std::logic_error("score_input: " + model.modality + " has no logistic model");
  AttentionInput input = attention_input(model, train);
  LinearScore score;
  if (const auto* chain = std::get_if<FittedChain>(&model.model)) {
    const auto& fit = std::get<LogisticModel>(chain->learner);  // its columns are the selected ones, in order
    score.weights.assign(fit.coefficients.begin(), fit.coefficients.end());
    score.intercept = fit.intercept;
  } else {
    const auto& fit = std::get<ClinicalModel>(model.model);  // on unscaled columns
    score.intercept = fit.intercept;
    for (std::size_t f = 0; f < input.used.size(); ++f) {
      score.weights.push_back(fit.coefficients[static_cast<Eigen::Index>(f)] * input.sd[f]);
      score.intercept += fit.coefficients[static_cast<Eigen::Index>(f)] * input.mean[f];
    }
  }
  const Moments spread = moments(model.out_of_fold.log_odds());
  score.mean = spread.mean;
  if (spread.variance > 0) score.sd = std::sqrt(spread.variance);
  input.score = std::move(score);
  return input;
}

Eigen::VectorXd predict(const AttentionModel& model, const std::map<std::string, Table>& tables,
                        const std::vector<std::string>& ids) {
  const AttentionBatch batch = prepare(model.inputs, tables, ids);
  std::vector<AttentionFusion> members;
  for (const auto& member : model.members) {
    members.emplace_back(model.config, model.inputs);
    load_weights(members.back(), member.weights);
  }
  Eigen::VectorXd scores(static_cast<Eigen::Index>(ids.size()));
  parallel_for(static_cast<std::int64_t>(ids.size()), [&](std::int64_t i) {
    const torch::NoGradGuard no_grad;
    const auto present = batch.present.narrow(0, i, 1);  // (1, M)
    scores[i] = std::numeric_limits<double>::quiet_NaN();
    if (!present.any().item<bool>()) return;
    std::vector<torch::Tensor> x;
    for (const auto& modality : batch.x) x.push_back(modality.narrow(0, i, 1));  // (1, F_m)
    double sum = 0;
    for (auto member : members) sum += 1 / (1 + std::exp(-member->forward(x, present).item<double>()));
    scores[i] = sum / static_cast<double>(members.size());
  });
  return scores;
}

int parameter_count(const AttentionModel& model) {
  std::size_t count = 0;
  if (!model.members.empty()) {
    for (const auto& weight : model.members.front().weights) count += weight.values.size();
  }
  return static_cast<int>(count);
}

}  // namespace radiopath::fusion
