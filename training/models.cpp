#include "training/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.h"
#include "core/files.h"
#include "core/log.h"
#include "core/parallel.h"
#include "core/progress.h"
#include "fusion/json.h"
#include "training/attention_training.h"
#include "training/experiment.h"
#include "training/model_names.h"

namespace radiopath::training {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::map<std::string, Table> tables_of(const Features& features) {
  std::map<std::string, Table> tables;
  for (const auto& modality : features.modalities) tables[modality.name] = modality.table;
  return tables;
}

/// What the attention fusion looks at, and how it sees the training patients.
struct AttentionInputs {
  std::vector<fusion::AttentionInput> inputs;
  std::vector<fusion::OutOfFold> scores;
};

/// Score tokens need a logistic model of each modality: its own, where that is one.
AttentionInputs attention_inputs(const ModelsConfig& config, const std::vector<fusion::UnimodalModel>& unimodal,
                                 const Features& features, const TrainingView& train, std::uint64_t seed) {
  AttentionInputs result;
  for (std::size_t m = 0; m < unimodal.size(); ++m) {
    const Table& table = features.modalities[m].table;
    const fusion::TrainingTable rows(table, train);
    if (config.attention.tokens == "columns") {
      result.inputs.push_back(fusion::attention_input(unimodal[m], rows));
      continue;
    }
    fusion::UnimodalModel model = unimodal[m];
    if (!fusion::is_logistic(model)) {
      fusion::UnimodalConfig logistic = config;
      logistic.learners = {"logistic_regression"};
      logistic.encoding.power = "none";
      logistic.encoding.missing_indicators = "none";
      model = fusion::fit_unimodal(logistic, model.modality, table, train, seed);
    }
    result.inputs.push_back(fusion::score_input(model, rows));
    result.scores.push_back(model.out_of_fold);
  }
  return result;
}

std::vector<fusion::OutOfFold> components_of(const std::string& ensemble, const std::vector<fusion::UnimodalModel>& unimodal) {
  std::vector<fusion::OutOfFold> inputs;
  for (const auto& model : unimodal) {
    if (is_component(model.modality, ensemble)) inputs.push_back(model.out_of_fold);
  }
  return inputs;
}

std::vector<double> to_vector(const Eigen::VectorXd& values) { return {values.begin(), values.end()}; }

}  // namespace

Models fit_models(const ExperimentConfig& config, const Features& features, const TrainingView& train) {
  const auto seed = static_cast<std::uint64_t>(config.seed);
  std::vector<std::string> names;
  for (const auto& modality : features.modalities) names.push_back(modality.name);

  Models models;
  models.unimodal = parallel_map(static_cast<std::int64_t>(names.size()), [&](std::int64_t m) {
    const auto& [name, table] = features.modalities[static_cast<std::size_t>(m)];
    return name == config.clinic.name ? fusion::fit_clinic(config.clinic, table, train, config.models.folds, seed)
                                      : fusion::fit_unimodal(config.models, name, table, train, seed);
  });
  if (names.size() < 2) return models;

  for (const auto& name : ensemble_names(names, config.models.ensembles)) {
    try {
      models.stacked.push_back(fusion::fit_stacking(config.models.stacking, name, components_of(name, models.unimodal), train));
    } catch (const InputError& error) {
      log::warning(name + " is left out: " + error.what());
    }
  }
  models.attention_name = attention_name(names);
  const AttentionInputs tokens = attention_inputs(config.models, models.unimodal, features, train, seed);
  models.attention = fit_attention(config.models.attention, tokens.inputs, tokens.scores, tables_of(features), train, seed);
  return models;
}

Scores Models::predict(const Features& features, const PatientView& view) const {
  Scores scores{view.ids(), {}};
  std::vector<std::string> names;
  for (const auto& model : unimodal) names.push_back(model.modality);
  Table probabilities(scores.ids, names);
  for (std::size_t m = 0; m < unimodal.size(); ++m) {
    probabilities.values.col(static_cast<Eigen::Index>(m)) =
        fusion::predict(unimodal[m], features.modalities[m].table.select_rows(scores.ids));
    scores.by_model[names[m]] = to_vector(probabilities.values.col(static_cast<Eigen::Index>(m)));
  }
  for (const auto& model : stacked) scores.by_model[model.name] = to_vector(fusion::predict(model, probabilities));
  if (attention) scores.by_model[attention_name] = to_vector(fusion::predict(*attention, tables_of(features), scores.ids));
  return scores;
}

Scores out_of_fold(const ExperimentConfig& config, const Features& features, const TrainingView& train) {
  const auto folds = train.folds(config.models.folds, static_cast<std::uint64_t>(config.seed), "out of fold");
  Progress progress("out-of-fold models", static_cast<std::int64_t>(folds.size()));
  const auto parts = parallel_map(static_cast<std::int64_t>(folds.size()), [&](std::int64_t f) {
    const Split& fold = folds[static_cast<std::size_t>(f)];
    auto scores = fit_models(config, features, fold.train).predict(features, fold.held_out);
    progress.advance();
    return scores;
  });
  Scores all{train.ids(), {}};
  std::map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < all.ids.size(); ++i) row_of[all.ids[i]] = i;
  for (const Scores& part : parts) {
    for (const auto& [model, values] : part.by_model) {
      auto& column = all.by_model.try_emplace(model, all.ids.size(), kMissing).first->second;
      for (std::size_t i = 0; i < values.size(); ++i) column[row_of.at(part.ids[i])] = values[i];
    }
  }
  return all;
}

std::vector<std::string> Models::ledger() const {
  std::vector<std::string> lines;
  for (const auto& model : unimodal) {
    for (const auto& candidate : model.ledger) {
      lines.push_back(fmt::format(
          R"({{"modality":"{}","candidate":"{}","settings":"{}","choice":"{}","scored_on":"inner folds of the training cohort","auc":{},"patients":{},"events":{},"folds":{},"chosen":{}}})",
          candidate.modality, candidate.learner, candidate.settings, candidate.stage, std::isnan(candidate.auc) ? "null" : format_double(candidate.auc),
          candidate.patients, candidate.events, candidate.folds, candidate.chosen));
    }
  }
  return lines;
}

void save_models(const std::filesystem::path& folder, const Models& models) {
  for (const auto& model : models.unimodal) write_text(folder / (model.modality + ".json"), fusion::to_json(model));
  for (const auto& model : models.stacked) write_text(folder / (model.name + ".json"), fusion::to_json(model));
  if (models.attention) fusion::write_attention(folder / (models.attention_name + ".json"), *models.attention);
}

}  // namespace radiopath::training
