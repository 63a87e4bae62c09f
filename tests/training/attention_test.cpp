#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "core/parallel.h"
#include "core/statistics.h"
#include "fusion/attention_module.h"
#include "planted_tables.h"
#include "tests/support/scratch.h"
#include "training/attention_training.h"

namespace radiopath::training {
namespace {

fusion::AttentionModel fit(const Planted& planted, const TrainingView& train, int seeds = 2) {
  fusion::AttentionConfig config;
  config.seeds = seeds;
  config.epochs = 25;
  config.learning_rate = 0.003;
  return fit_attention(config, plain_inputs(planted.tables), {}, planted.tables, train, 11);
}

/// As the program does at start-up: threads come from core/parallel.h.
struct OneThreadEach : ::testing::Environment {
  void SetUp() override { at::set_num_threads(1); }
};
const auto* const kOneThreadEach = ::testing::AddGlobalTestEnvironment(new OneThreadEach);

struct CrossFitted {
  AucDelong reached;  ///< of the pooled out-of-fold scores
  double reachable;   ///< AUC of what can be known from the columns
};

CrossFitted cross_fit(const Planted& planted) {
  const TrainingView all = locked_split(planted.cohort).train;
  std::vector<double> scores, best;
  std::vector<int> outcomes;
  const auto truth = outcomes_for_evaluation(planted.cohort);
  for (const Split& fold : all.folds(3, 1, "test")) {
    const auto predicted = predict(fit(planted, fold.train), planted.tables, fold.held_out.ids());
    for (int i = 0; i < fold.held_out.size(); ++i) {
      if (std::isnan(predicted[i])) continue;
      const auto row = static_cast<std::size_t>(fold.held_out.rows()[static_cast<std::size_t>(i)]);
      scores.push_back(predicted[i]);
      best.push_back(planted.best[row]);
      outcomes.push_back(truth[row]);
    }
  }
  return {auc_delong(scores, outcomes), auc(best, outcomes)};
}

TEST(Attention, RecoversAPlantedSignalWithMissingModalities) {
  for (const std::uint64_t seed : {1u, 2u}) {
    const auto [reached, reachable] = cross_fit(plant_tables(240, 1.2, seed));
    EXPECT_GT(reached.auc, reachable - 3 * reached.standard_error) << "seed " << seed;
    EXPECT_GT(reached.auc, 0.5 + 3 * reached.standard_error) << "seed " << seed;
  }
}

TEST(Attention, FindsNothingWhereNothingIs) {
  for (const std::uint64_t seed : {1u, 2u}) {
    const AucDelong reached = cross_fit(plant_tables(240, 0, seed)).reached;
    EXPECT_NEAR(reached.auc, 0.5, 3.29 * reached.standard_error) << "seed " << seed;  // 99.9 %
  }
}

TEST(Attention, SameBytesForAnyThreadCount) {
  const Planted planted = plant_tables(60, 1, 1);
  const auto train = locked_split(planted.cohort).train;
  const int before = thread_count();
  std::vector<Eigen::VectorXd> scores;
  for (const int threads : {1, 2}) {
    set_thread_count(threads);
    scores.push_back(predict(fit(planted, train, 4), planted.tables, train.ids()).head(59));
  }
  set_thread_count(before);
  EXPECT_TRUE(scores[0] == scores[1]);
}

TEST(Attention, IsBlindToTheGlobalGenerator) {
  const Planted planted = plant_tables(60, 1, 1);
  const auto train = locked_split(planted.cohort).train;
  torch::manual_seed(1);
  const auto first = predict(fit(planted, train), planted.tables, train.ids()).head(59).eval();
  torch::manual_seed(2);
  EXPECT_TRUE(first == predict(fit(planted, train), planted.tables, train.ids()).head(59));
}

TEST(Attention, APatientAloneKeepsTheScore) {
  const Planted planted = plant_tables(60, 1, 1);
  const auto train = locked_split(planted.cohort).train;
  const auto model = fit(planted, train);
  const auto together = predict(model, planted.tables, train.ids());
  for (int i = 0; i + 1 < 60; ++i) EXPECT_EQ(predict(model, planted.tables, {train.ids()[i]})[0], together[i]);
}

TEST(Attention, ValuesOfAMissingModalityHaveNoInfluence) {
  const Planted planted = plant_tables(60, 1, 1);
  const auto model = fit(planted, locked_split(planted.cohort).train);
  fusion::AttentionFusion module(model.config, model.inputs);
  load_weights(module, model.members[0].weights);
  auto batch = prepare(model.inputs, planted.tables, planted.tables.at("Clinic").ids);
  const torch::NoGradGuard no_grad;
  const auto before = module(batch.x, batch.present);
  for (std::size_t m = 0; m < batch.x.size(); ++m) {
    const auto absent = torch::logical_not(batch.present.select(1, static_cast<std::int64_t>(m))).unsqueeze(1);
    batch.x[m] = torch::where(absent, torch::full_like(batch.x[m], 1e6), batch.x[m]);
  }
  EXPECT_TRUE(torch::equal(before, module(batch.x, batch.present)));
}

TEST(Attention, AnAbsentTableIsAMissingModality) {
  const Planted planted = plant_tables(60, 1, 1);
  const auto model = fit(planted, locked_split(planted.cohort).train);
  auto tables = planted.tables;
  tables["Habitat"].values.setConstant(std::nan(""));
  const auto emptied = predict(model, tables, {"P101", "P102"});
  tables.erase("Habitat");
  EXPECT_TRUE(emptied == predict(model, tables, {"P101", "P102"}));
}

TEST(Attention, IsNanForAPatientWithNothing) {
  const Planted planted = plant_tables(60, 1, 1);
  const auto model = fit(planted, locked_split(planted.cohort).train);
  EXPECT_EQ(model.patients, 59);
  const auto scores = predict(model, planted.tables, {"P159", "P158", "stranger"});
  EXPECT_TRUE(std::isnan(scores[0]));
  EXPECT_FALSE(std::isnan(scores[1]));
  EXPECT_TRUE(std::isnan(scores[2]));
}

TEST(Attention, WorksWithOneModalityAndLeavesOutAnEmptyOne) {
  const Planted planted = plant_tables(60, 1, 1);
  auto inputs = plain_inputs(planted.tables);  // Clinic, Habitat, Pathology
  for (const int empty : {1, 2}) {
    auto& input = inputs[static_cast<std::size_t>(empty)];
    input.used.clear(), input.fill.clear(), input.mean.clear(), input.sd.clear();
  }
  const auto train = locked_split(planted.cohort).train;
  const auto model = fit_attention({}, inputs, {}, planted.tables, train, 1);
  ASSERT_EQ(model.inputs.size(), 1u);
  EXPECT_TRUE(predict(model, planted.tables, train.ids()).head(59).allFinite());
  inputs[0].used.clear();
  EXPECT_THROW(fit_attention({}, inputs, {}, planted.tables, train, 1), InputError);
}

TEST(Attention, ReadsBackTheSameModel) {
  const Planted planted = plant_tables(60, 1, 1);
  const auto train = locked_split(planted.cohort).train;
  const auto model = fit(planted, train);
  const Scratch scratch;
  const auto file = scratch / "attention.json";
  write_attention(file, model);
  const auto again = fusion::read_attention(file);
  EXPECT_TRUE(predict(model, planted.tables, train.ids()).head(59) ==
              predict(again, planted.tables, train.ids()).head(59));
  EXPECT_EQ(again.training_hash, train.hash());
  EXPECT_EQ(again.config.label_smoothing, model.config.label_smoothing);
  EXPECT_EQ(again.inputs[1].columns, model.inputs[1].columns);
  EXPECT_EQ(again.members[1].loss, model.members[1].loss);
}

TEST(Attention, TokensSeeWhatTheEncodingMakes) {
  const Planted planted = plant_tables(60, 1, 1);
  const Table& table = planted.tables.at("Habitat");
  const fusion::TrainingTable train(table, locked_split(planted.cohort).train);
  const auto encoding = fusion::fit_encoding({}, train);
  const auto input = attention_input("Habitat", train, encoding, {"Habitat4", "Habitat0"});
  const auto x = fusion::prepare({input}, planted.tables, train.view().ids()).x[0];  // (B, 2)
  const Table encoded = apply(encoding, train.table()).select_columns({"Habitat4", "Habitat0"});
  for (int i = 0; i < train.rows(); ++i) {
    for (int f = 0; f < 2; ++f) EXPECT_DOUBLE_EQ(x[i][f].item<double>(), encoded.values(i, f));
  }
}

TEST(Attention, InfiniteValuesAreRefused) {
  Planted planted = plant_tables(60, 1, 1);
  const auto model = fit(planted, locked_split(planted.cohort).train);
  planted.tables["Clinic"].values(3, 0) = std::numeric_limits<double>::infinity();
  EXPECT_THROW(predict(model, planted.tables, {"P103"}), InputError);
}

TEST(Attention, WidthMustBeAMultipleOfHeads) {
  const Planted planted = plant_tables(60, 1, 1);
  fusion::AttentionConfig config;
  config.heads = 3;
  EXPECT_THROW(fit_attention(config, plain_inputs(planted.tables), {}, planted.tables, locked_split(planted.cohort).train, 1),
               InputError);
}

}  // namespace
}  // namespace radiopath::training
