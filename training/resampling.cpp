#include "training/resampling.h"

#include <memory>

#include "core/error.h"
#include "core/files.h"
#include "core/progress.h"
#include "fusion/resampling.h"
#include "fusion/unimodal.h"
#include "training/experiment.h"
#include "training/statistics_compare.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;
using fusion::FitChain;
using fusion::FittedScorer;
using fusion::TrainingTable;

/// The whole chain of a modality with the learners of `models`, each fit a step of the progress line.
FitChain chain_of(const ExperimentConfig& config, const fusion::UnimodalConfig& models, const std::string& modality,
                  const std::shared_ptr<Progress>& progress) {
  return [&config, models, modality, progress](const TrainingTable& train, std::uint64_t seed) -> FittedScorer {
    FittedScorer scorer;
    if (modality == config.clinic.name) {
      auto model = fusion::fit_clinical_model(config.clinic, train);
      scorer.columns = model.columns;
      scorer.score = [model = std::move(model)](const Table& table) { return predict(model, table); };
    } else {
      auto chain = fit_chain(models, modality, train, seed);
      scorer.columns = chain.selection.columns;
      scorer.score = [chain = std::move(chain)](const Table& table) { return predict(chain, table); };
    }
    progress->advance();
    return scorer;
  };
}

Json json_of(const fusion::Corrected& c) {
  return {{"apparent", finite(c.apparent)},    {"optimism", finite(c.optimism)},
          {"corrected", finite(c.corrected)},  {"lower", finite(c.interval.lower)},
          {"upper", finite(c.interval.upper)}, {"out_of_bag", finite(c.out_of_bag)},
          {"point632", finite(c.point632)},    {"point632_plus", finite(c.point632_plus)}};
}

class Resampler {
 public:
  Resampler(const ExperimentConfig& config, const Modality& modality, const TrainingView& train)
      : config_(config),
        name_(modality.name),
        train_(modality.table, train),
        seed_(static_cast<std::uint64_t>(config.seed)) {}

  Json run() {
    Json json = {{"modality", name_}, {"patients", train_.rows()}, {"events", train_.events()}};
    if (config_.resampling.bootstraps > 0) json["bootstrap"] = bootstrap();
    if (config_.resampling.repeats > 0) json["repeated_cross_validation"] = repeated();
    if (config_.resampling.permutations > 0) json["permutation_test"] = permutation();
    return json;
  }

 private:
  FitChain chain(const fusion::UnimodalConfig& models, const std::string& what, int fits) {
    return chain_of(config_, models, name_, std::make_shared<Progress>(what + " " + name_, fits));
  }

  Json bootstrap() {
    const int resamples = config_.resampling.bootstraps;
    const auto result =
        bootstrap_validation(chain(config_.models, "bootstrap", resamples + 1), train_, resamples, seed_);
    Json frequency = Json::object();
    for (const auto& [column, share] : result.selection) frequency[column] = share;
    return {{"resamples", resamples},
            {"auc", json_of(result.auc)},
            {"brier", json_of(result.brier)},
            {"calibration_intercept", json_of(result.calibration_intercept)},
            {"calibration_slope", json_of(result.calibration_slope)},
            {"stability", finite(fusion::selection_stability(result.selection, resamples, train_.cols()))},
            {"selection_frequency", frequency}};
  }

  Json repeated() {
    const int folds = config_.resampling.folds, repeats = config_.resampling.repeats;
    const bool clinic = name_ == config_.clinic.name;
    const std::vector<std::string> learners = clinic ? std::vector<std::string>{"clinical"} : config_.models.learners;
    std::vector<FitChain> chains;
    for (const std::string& learner : learners) {
      fusion::UnimodalConfig alone = config_.models;
      alone.learners = {learner};
      chains.push_back(chain(alone, learner, folds * repeats));
    }
    const Eigen::MatrixXd areas = repeated_cross_validation(chains, train_, folds, repeats, seed_);
    const double held_out = double(train_.rows()) / folds;
    Json json = {{"folds", folds}, {"repeats", repeats}, {"learners", Json::array()}};
    for (Eigen::Index l = 0; l < areas.cols(); ++l) {
      const Eigen::VectorXd difference = areas.col(l) - areas.col(0);
      const auto t = fusion::corrected_t({difference.begin(), difference.end()}, train_.rows() - held_out, held_out);
      json["learners"].push_back(
          {{"learner", learners[static_cast<std::size_t>(l)]}, {"auc", finite(areas.col(l).mean())}});
      if (l > 0)
        json["learners"].back().update({{"difference", finite(t.mean)},
                                        {"lower", finite(t.interval.lower)},
                                        {"upper", finite(t.interval.upper)},
                                        {"t", finite(t.t)},
                                        {"p", finite(t.p)}});
    }
    return json;
  }

  Json permutation() {
    const int folds = config_.resampling.folds, permutations = config_.resampling.permutations;
    const auto test = permutation_test(chain(config_.models, "permutations", folds * (permutations + 1)), train_, folds,
                                       permutations, seed_);
    return {{"permutations", permutations}, {"folds", folds}, {"auc", finite(test.observed)}, {"p", finite(test.p)}};
  }

  const ExperimentConfig& config_;
  std::string name_;
  TrainingTable train_;
  std::uint64_t seed_;
};

}  // namespace

Json resample(const ExperimentConfig& config, const Features& features, const TrainingView& train) {
  if (config.resampling.off()) return nullptr;
  Json json = {{"schema", 1}, {"modalities", Json::array()}};
  for (const Modality& modality : features.modalities)
    json["modalities"].push_back(
        with_context("resampling " + modality.name, [&] { return Resampler(config, modality, train).run(); }));
  return json;
}

void write_resampling(const RunFolder& folder, const Json& resampling) {
  if (!resampling.is_null()) write_text(folder / "resampling.json", resampling.dump(1) + "\n");
}

}  // namespace radiopath::training
