#include "fusion/unimodal.h"

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "core/statistics.h"

namespace radiopath::fusion {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

struct Prepared {
  Encoding encoding;
  Selection selection;
  TrainingTable columns;
};

Prepared prepare(const UnimodalConfig& config, const TrainingTable& train, std::uint64_t seed) {
  Encoding encoding = fit_encoding(config.encoding, train);
  const TrainingTable encoded = apply(encoding, train);
  Selection selection = fit_selection(config.selection, encoded, seed);
  TrainingTable columns = encoded.select_columns(selection.columns);
  return {std::move(encoding), std::move(selection), std::move(columns)};
}

Learner fit_named(const std::string& name, const UnimodalConfig& config, const TrainingTable& train,
                  std::uint64_t seed) {
  return fit_learner(name, {config.logistic_regression, config.random_forest}, train, seed);
}

VectorXd score(const FittedChain& chain, const Table& table) {
  return predict(chain.learner, apply(chain.encoding, table));
}

VectorXd score(const ClinicalModel& model, const Table& table) { return predict(model, table); }

/// Writes down every candidate and says which is chosen: the first in the list, unless a later one's AUC is larger by
/// more than the standard error of the difference (DeLong). With a hundred patients the largest AUC alone is a lottery.
std::size_t choose(const std::vector<OutOfFold>& candidates, const std::vector<std::string>& names,
                   const TrainingTable& train, int folds, std::vector<ScoredCandidate>& ledger) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    ledger.push_back({.modality = candidates[i].modality(),
                      .learner = names[i],
                      .auc = auc(candidates[i].probabilities(), train.outcomes()),
                      .patients = train.rows(),
                      .events = train.events(),
                      .folds = folds,
                      .chosen = false});
    const auto gain = delong_test(candidates[i].probabilities(), candidates[best].probabilities(), train.outcomes());
    if (gain.difference > gain.standard_error) best = i;
  }
  ledger[best].chosen = true;
  return best;
}

TrainingTable training_rows(const std::string& modality, const Table& table, const TrainingView& train) {
  TrainingTable rows(table, train);
  const int events = rows.events();
  if (std::min(events, rows.rows() - events) < 4) {
    throw InputError(std::to_string(rows.rows()) + " training patients have " + modality + ", " +
                     std::to_string(events) + " with the event; a model needs at least 4 of each outcome");
  }
  return rows;
}

}  // namespace

UnimodalModel fit_unimodal(const UnimodalConfig& config, const std::string& modality, const Table& table,
                           const TrainingView& train, std::uint64_t seed) {
  return with_context(modality, [&] {
    if (config.learners.empty()) throw InputError("[models] learners names no learner");
    const TrainingTable rows = training_rows(modality, table, train);
    const auto count = static_cast<int>(config.learners.size());
    const auto candidates = cross_fit(modality, count, rows, config.folds, seed,
                                      [&](const TrainingTable& inner, const Table& held_out) {
      const Prepared prepared = prepare(config, inner, seed);
      const Table encoded = apply(prepared.encoding, held_out);
      MatrixXd scores(held_out.rows(), count);
      for (int i = 0; i < count; ++i) {
        scores.col(i) = predict(fit_named(config.learners[i], config, prepared.columns, seed), encoded);
      }
      return scores;
    });
    UnimodalModel model{.modality = modality, .train_hash = rows.view().hash(), .model = {}, .ledger = {},
                        .out_of_fold = {}};
    const std::size_t best = choose(candidates, config.learners, rows, config.folds, model.ledger);
    Prepared prepared = prepare(config, rows, seed);
    const std::string& name = config.learners[best];
    model.model = FittedChain{std::move(prepared.encoding), std::move(prepared.selection), name,
                              fit_named(name, config, prepared.columns, seed)};
    model.out_of_fold = candidates[best];
    return model;
  });
}

UnimodalModel fit_clinic(const ClinicConfig& config, const Table& table, const TrainingView& train, int folds,
                         std::uint64_t seed) {
  return with_context(config.name, [&] {
    const TrainingTable rows = training_rows(config.name, table, train);
    const auto candidates = cross_fit(config.name, 1, rows, folds, seed,
                                      [&](const TrainingTable& inner, const Table& held_out) -> MatrixXd {
      return predict(fit_clinical_model(config, inner), held_out);
    });
    UnimodalModel model{.modality = config.name, .train_hash = rows.view().hash(), .model = {}, .ledger = {},
                        .out_of_fold = candidates[0]};
    choose(candidates, {"univariable_multivariable"}, rows, folds, model.ledger);
    model.model = fit_clinical_model(config, rows);
    return model;
  });
}

Eigen::VectorXd predict(const UnimodalModel& model, const Table& table) {
  VectorXd probabilities = std::visit([&](const auto& fitted) { return score(fitted, table); }, model.model);
  for (int r = 0; r < table.rows(); ++r) {
    if (!table.has_any(r)) probabilities[r] = std::numeric_limits<double>::quiet_NaN();
  }
  return probabilities;
}

}  // namespace radiopath::fusion
