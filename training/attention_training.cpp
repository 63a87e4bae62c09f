#include "training/attention_training.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/parallel.h"
#include "fusion/attention_module.h"
#include "training/trainer.h"

// B patients of a batch, N of the fit, M modalities
namespace radiopath::training {
namespace {

TrainerConfig trainer_config(const fusion::AttentionConfig& config) {
  TrainerConfig trainer;
  trainer.epochs = config.epochs;
  trainer.batch_size = config.batch_size;
  trainer.learning_rate = config.learning_rate;
  trainer.weight_decay = config.weight_decay;
  trainer.warmup_fraction = config.warmup_fraction;
  trainer.clip_norm = config.clip_norm;
  return trainer;
}

/// What every member sees: the patients with a modality, and their smoothed outcomes.
struct Examples {
  fusion::AttentionBatch inputs;  // N rows
  torch::Tensor target;           // (N,) double
  int size = 0;
};

/// In the place of what the score's own model says of its training patients: what models fitted without them say.
void replace_by_out_of_fold(const std::vector<fusion::AttentionInput>& inputs,
                            const std::vector<fusion::OutOfFold>& scores, const std::vector<std::string>& ids,
                            fusion::AttentionBatch& batch) {
  for (std::size_t m = 0; m < inputs.size(); ++m) {
    if (!inputs[m].score) continue;
    const auto score = std::find_if(scores.begin(), scores.end(), [&](const fusion::OutOfFold& one) {
      return one.modality() == inputs[m].modality;
    });
    if (score == scores.end()) throw std::logic_error(inputs[m].modality + " is a score without out-of-fold values");
    std::map<std::string_view, double> of_patient;
    const std::vector<double> log_odds = score->log_odds();
    for (std::size_t i = 0; i < log_odds.size(); ++i) of_patient[score->ids()[i]] = log_odds[i];
    auto x = batch.x[m].accessor<double, 2>();
    auto present = batch.present.accessor<bool, 2>();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto row = static_cast<std::int64_t>(i), column = static_cast<std::int64_t>(m);
      if (present[row][column]) x[row][0] = inputs[m].score->standardised(of_patient.at(ids[i]));
    }
  }
}

Examples make_examples(const fusion::AttentionConfig& config, const std::vector<fusion::AttentionInput>& inputs,
                       const std::vector<fusion::OutOfFold>& scores, const std::map<std::string, Table>& tables,
                       const TrainingView& train) {
  auto all = fusion::prepare(inputs, tables, train.ids());
  replace_by_out_of_fold(inputs, scores, train.ids(), all);
  const auto rows = all.present.any(1).nonzero().squeeze(1);  // (N,)
  Examples examples;
  examples.size = static_cast<int>(rows.size(0));
  examples.inputs.present = all.present.index_select(0, rows);
  for (const auto& x : all.x) examples.inputs.x.push_back(x.index_select(0, rows));
  examples.target = torch::empty({examples.size}, torch::kFloat64);
  int events = 0;
  for (int i = 0; i < examples.size; ++i) {
    const int outcome = train.outcome(static_cast<int>(rows[i].item<std::int64_t>()));
    events += outcome;
    examples.target[i] = outcome * (1 - config.label_smoothing) + config.label_smoothing / 2;
  }
  if (events == 0 || events == examples.size) {
    throw InputError(fmt::format("attention fusion: {} training patients have a modality and {} of them an event; both "
                                 "outcomes are needed", examples.size, events));
  }
  return examples;
}

/// Hides each present modality with probability `rate`; a patient who would lose all keeps one of them.
torch::Tensor drop_modalities(const torch::Tensor& present, double rate, Random& random) {
  auto kept = present.clone();  // (B, M)
  auto cells = kept.accessor<bool, 2>();
  for (std::int64_t i = 0; i < kept.size(0); ++i) {
    std::vector<std::int64_t> had;
    bool any = false;
    for (std::int64_t m = 0; m < kept.size(1); ++m) {
      if (!cells[i][m]) continue;
      had.push_back(m);
      cells[i][m] = !random.chance(rate);
      any = any || cells[i][m];
    }
    if (!any) cells[i][had[random.below(had.size())]] = true;
  }
  return kept;
}

fusion::AttentionMember fit_member(const fusion::AttentionConfig& config,
                                   const std::vector<fusion::AttentionInput>& inputs, const Examples& examples,
                                   std::uint64_t seed, std::uint64_t member) {
  fusion::AttentionFusion module(config, inputs);
  initialise(*module, Random(seed, "attention weights", {member}));
  const auto loss = [&](const std::vector<int>& batch, Random& random) {
    const auto rows = torch::tensor(std::vector<std::int64_t>(batch.begin(), batch.end()));  // (B,)
    std::vector<torch::Tensor> x;                                                           // M of (B, F_m)
    for (const auto& modality : examples.inputs.x) x.push_back(modality.index_select(0, rows));
    const auto present =
        drop_modalities(examples.inputs.present.index_select(0, rows), config.modality_dropout, random);  // (B, M)
    return torch::binary_cross_entropy_with_logits(module(x, present), examples.target.index_select(0, rows));
  };
  const auto curve = fit_module(*module, trainer_config(config), examples.size, loss,
                                Random(seed, "attention batches", {member}));
  return {fusion::weights_of(module), curve.loss};
}

}  // namespace

fusion::AttentionModel fit_attention(const fusion::AttentionConfig& config,
                                     const std::vector<fusion::AttentionInput>& inputs,
                                     const std::vector<fusion::OutOfFold>& scores,
                                     const std::map<std::string, Table>& tables, const TrainingView& train,
                                     std::uint64_t seed) {
  if (config.width % config.heads != 0) {
    throw InputError(fmt::format("[models.attention] width = {} is no multiple of heads = {}", config.width, config.heads));
  }
  fusion::AttentionModel model;
  model.config = config;
  std::copy_if(inputs.begin(), inputs.end(), std::back_inserter(model.inputs),
               [](const auto& input) { return !input.used.empty(); });
  if (model.inputs.empty()) throw InputError("attention fusion: no modality has a column left to use");
  const Examples examples = make_examples(config, model.inputs, scores, tables, train);
  model.patients = examples.size;
  model.training_hash = train.hash();
  model.members = parallel_map(config.seeds, [&](std::int64_t member) {
    return fit_member(config, model.inputs, examples, seed, static_cast<std::uint64_t>(member));
  });
  return model;
}

}  // namespace radiopath::training
