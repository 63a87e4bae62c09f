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

Learner fit(const Candidate& candidate, const TrainingTable& columns, std::uint64_t seed) {
  return fit_learner(candidate.learner, candidate.configs, columns, seed);
}

/// Writes down every candidate; none is chosen yet.
void record(const std::vector<OutOfFold>& scored, const std::vector<Candidate>& candidates,
            const std::string& criterion, const std::string& stage, const TrainingTable& train, int folds,
            std::vector<ScoredCandidate>& ledger) {
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& probabilities = scored[i].probabilities();
    ledger.push_back({.modality = scored[i].modality(),
                      .learner = candidates[i].learner,
                      .auc = auc(probabilities, train.outcomes()),
                      .patients = train.rows(),
                      .events = train.events(),
                      .folds = folds,
                      .chosen = false,
                      .stage = stage,
                      .settings = candidates[i].settings,
                      .score = score_of(criterion, probabilities, train.outcomes())});
  }
}

/// The settings with the largest score; the first of equal ones.
std::size_t choose_settings(const std::vector<OutOfFold>& scored, const std::vector<Candidate>& candidates,
                            const TuningConfig& config, const std::string& stage, const TrainingTable& train,
                            std::vector<ScoredCandidate>& ledger) {
  const std::size_t first = ledger.size();
  record(scored, candidates, config.criterion, stage, train, config.folds, ledger);
  const auto best = std::max_element(ledger.begin() + static_cast<std::ptrdiff_t>(first), ledger.end(),
                                     [](const auto& a, const auto& b) { return a.score < b.score; });
  best->chosen = true;
  return static_cast<std::size_t>(best - ledger.begin()) - first;
}

/// The first learner, unless the AUC of a later one is larger by more than the standard error of the difference
/// (DeLong): with a hundred patients the largest AUC alone is a lottery.
std::size_t choose_learner(const std::vector<OutOfFold>& scored, const std::vector<Candidate>& candidates,
                           const TrainingTable& train, int folds, std::vector<ScoredCandidate>& ledger) {
  const std::size_t first = ledger.size();
  record(scored, candidates, "auc", "learner", train, folds, ledger);
  std::size_t best = 0;
  for (std::size_t i = 1; i < scored.size(); ++i) {
    const auto gain = delong_test(scored[i].probabilities(), scored[best].probabilities(), train.outcomes());
    if (gain.difference > gain.standard_error) best = i;
  }
  ledger[first + best].chosen = true;
  return best;
}

/// The settings of every learner, by cross-validation of the whole chain on `train` alone.
std::vector<Candidate> tune(const UnimodalConfig& config, const std::string& modality, const std::string& stage,
                            const TrainingTable& train, std::uint64_t seed, std::vector<ScoredCandidate>& ledger) {
  std::vector<std::vector<Candidate>> of_learner;
  std::vector<Candidate> all;
  for (const std::string& learner : config.learners) {
    of_learner.push_back(candidates_of(config.tuning, learner, config, seed));
    if (of_learner.back().size() > 1) all.insert(all.end(), of_learner.back().begin(), of_learner.back().end());
  }
  std::vector<OutOfFold> scored;
  if (!all.empty()) {
    const auto together = config.tuning.together == "site" ? Together::site : Together::patient;
    scored = cross_fit(modality, static_cast<int>(all.size()), train,
                       train.folds(config.tuning.folds, seed, modality + "/tuning", together),
                       [&](int, const TrainingTable& inner, const Table& held_out) {
      const Prepared prepared = prepare(config, inner, seed);
      const Table encoded = apply(only(prepared.encoding, prepared.selection.columns), held_out);
      MatrixXd scores(held_out.rows(), static_cast<Eigen::Index>(all.size()));
      for (std::size_t i = 0; i < all.size(); ++i)
        scores.col(static_cast<Eigen::Index>(i)) = predict(fit(all[i], prepared.columns, seed), encoded);
      return scores;
    });
  }
  std::vector<Candidate> chosen;
  auto next = scored.begin();
  for (const auto& candidates : of_learner) {
    if (candidates.size() == 1) {
      chosen.push_back(candidates.front());
      continue;
    }
    const auto last = next + static_cast<std::ptrdiff_t>(candidates.size());
    chosen.push_back(candidates[choose_settings({next, last}, candidates, config.tuning, stage, train, ledger)]);
    next = last;
  }
  return chosen;
}

FittedChain finish(Prepared prepared, const Candidate& candidate, std::uint64_t seed) {
  Learner learner = fit(candidate, prepared.columns, seed);
  return {only(prepared.encoding, prepared.selection.columns), std::move(prepared.selection), candidate.learner, candidate.settings, std::move(learner)};
}

VectorXd score(const FittedChain& chain, const Table& table) { return predict(chain, table); }
VectorXd score(const ClinicalModel& model, const Table& table) { return predict(model, table); }

}  // namespace

void require_both_outcomes(const std::vector<int>& outcomes, const std::string& modality) {
  const auto events = std::count(outcomes.begin(), outcomes.end(), 1), patients = std::ssize(outcomes);
  if (std::min<std::ptrdiff_t>(events, patients - events) >= 4) return;
  throw InputError(std::to_string(patients) + " training patients have " + modality + ", " + std::to_string(events) +
                   " with the event; a model needs at least 4 of each outcome");
}

UnimodalModel fit_unimodal(const UnimodalConfig& config, const std::string& modality, const TrainingTable& train,
                           std::uint64_t seed) {
  return with_context(modality, [&] {
    if (config.learners.empty()) throw InputError("[models] learners names no learner");
    require_both_outcomes(train.outcomes(), modality);
    const auto folds = train.folds(config.folds, seed, modality);
    std::vector<Selection> selections(folds.size());
    std::vector<std::vector<ScoredCandidate>> ledgers(folds.size());
    const auto count = static_cast<int>(config.learners.size());
    const auto scored = cross_fit(modality, count, train, folds, [&](int fold, const TrainingTable& inner, const Table& held_out) {
      const auto at = static_cast<std::size_t>(fold);
      const auto tuned = tune(config, modality, "tuning in fold " + std::to_string(fold + 1), inner, seed, ledgers[at]);
      const Prepared prepared = prepare(config, inner, seed);
      selections[at] = prepared.selection;
      const Table encoded = apply(only(prepared.encoding, prepared.selection.columns), held_out);
      MatrixXd scores(held_out.rows(), count);
      for (int i = 0; i < count; ++i)
        scores.col(i) = predict(fit(tuned[static_cast<std::size_t>(i)], prepared.columns, seed), encoded);
      return scores;
    });
    UnimodalModel model{.modality = modality, .train_hash = train.view().hash(), .model = {}, .ledger = {},
                        .out_of_fold = {}, .fold_selections = std::move(selections)};
    std::vector<Candidate> learners;
    for (const std::string& learner : config.learners) learners.push_back({learner, "", config});
    const std::size_t best = choose_learner(scored, learners, train, config.folds, model.ledger);
    for (const auto& of_fold : ledgers) model.ledger.insert(model.ledger.end(), of_fold.begin(), of_fold.end());
    UnimodalConfig alone = config;
    alone.learners = {config.learners[best]};
    const auto tuned = tune(alone, modality, "tuning", train, seed, model.ledger);
    model.model = finish(prepare(config, train, seed), tuned.front(), seed);
    model.out_of_fold = scored[best];
    return model;
  });
}

UnimodalModel fit_unimodal(const UnimodalConfig& config, const std::string& modality, const Table& table,
                           const TrainingView& train, std::uint64_t seed) {
  return fit_unimodal(config, modality, with_context(modality, [&] { return TrainingTable(table, train); }), seed);
}

FittedChain fit_chain(const UnimodalConfig& config, const std::string& modality, const TrainingTable& train,
                      std::uint64_t seed) {
  if (config.learners.size() != 1) return std::get<FittedChain>(fit_unimodal(config, modality, train, seed).model);
  std::vector<ScoredCandidate> ledger;
  const auto tuned = tune(config, modality, "tuning", train, seed, ledger);
  return finish(prepare(config, train, seed), tuned.front(), seed);
}

UnimodalModel fit_clinic(const ClinicConfig& config, const Table& table, const TrainingView& train, int folds,
                         std::uint64_t seed) {
  return with_context(config.name, [&] {
    const TrainingTable rows(table, train);
    require_both_outcomes(rows.outcomes(), config.name);
    const auto scored = cross_fit(config.name, 1, rows, folds, seed,
                                  [&](int, const TrainingTable& inner, const Table& held_out) -> MatrixXd {
      return predict(fit_clinical_model(config, inner), held_out);
    });
    UnimodalModel model{.modality = config.name, .train_hash = rows.view().hash(), .model = {}, .ledger = {},
                        .out_of_fold = scored[0], .fold_selections = {}};
    choose_learner(scored, {{"univariable_multivariable", "", {}}}, rows, folds, model.ledger);
    model.model = fit_clinical_model(config, rows);
    return model;
  });
}

Eigen::VectorXd predict(const FittedChain& chain, const Table& table) {
  return predict(chain.learner, apply(chain.encoding, table));
}

Eigen::VectorXd predict(const UnimodalModel& model, const Table& table) {
  VectorXd probabilities = std::visit([&](const auto& fitted) { return score(fitted, table); }, model.model);
  for (int r = 0; r < table.rows(); ++r) {
    if (!table.has_any(r)) probabilities[r] = std::numeric_limits<double>::quiet_NaN();
  }
  return probabilities;
}

}  // namespace radiopath::fusion
