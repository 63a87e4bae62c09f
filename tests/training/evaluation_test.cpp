#include "training/evaluation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/error.h"
#include "core/files.h"
#include "made_up_predictions.h"
#include "tests/support/scratch.h"
#include "training/html.h"

namespace radiopath::training {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// One model "M"; scores and outcomes of some patients.
void add(Predictions& predictions, Role role, Scored scored, const std::vector<double>& scores,
         const std::vector<int>& outcomes) {
  for (std::size_t i = 0; i < scores.size(); ++i)
    predictions.rows.push_back(
        {std::string(name_of(role)) + std::to_string(i), "A", role, scored, outcomes[i], {scores[i]}});
}

Predictions of_one_model() {
  Predictions predictions;
  predictions.models = {"M"};
  return predictions;
}

TEST(Evaluation, EqualsFiguresWorkedByHand) {
  Predictions predictions = of_one_model();
  add(predictions, Role::train, Scored::in_sample, {0.9, 0.8, 0.2, 0.1}, {1, 1, 0, 0});
  // Youden: above 0.5 both events and one non-event of three: 1 + 2/3 - 1.
  add(predictions, Role::train, Scored::out_of_fold, {0.6, 0.8, 0.7, 0.4, 0.2}, {1, 1, 0, 0, 0});
  add(predictions, Role::test, Scored::held_out, {0.9, 0.3, 0.6, 0.1}, {1, 1, 0, 0});
  const Results results = evaluate({}, predictions);

  ASSERT_EQ(results.thresholds.size(), 1u);
  EXPECT_DOUBLE_EQ(results.thresholds[0].threshold, 0.5);
  EXPECT_EQ(results.headline, "M");
  EXPECT_EQ(results.comparator, "");
  const Figures* train = results.find("M", Subset::train_out_of_fold, Population::own);
  ASSERT_NE(train, nullptr);
  EXPECT_DOUBLE_EQ(train->auc.auc, 5.0 / 6);
  EXPECT_EQ(train->patients, 5);
  EXPECT_EQ(train->events, 2);

  const Figures* test = results.find("M", Subset::test, Population::own);
  ASSERT_NE(test, nullptr);
  EXPECT_DOUBLE_EQ(test->auc.auc, 0.75);
  EXPECT_EQ(test->at_threshold.tp, 1);
  EXPECT_EQ(test->at_threshold.fp, 1);
  EXPECT_EQ(test->at_threshold.tn, 1);
  EXPECT_EQ(test->at_threshold.fn, 1);
  EXPECT_DOUBLE_EQ(test->at_threshold.accuracy.value, 0.5);
  EXPECT_NEAR(test->brier, (0.01 + 0.49 + 0.36 + 0.01) / 4, 1e-15);
  EXPECT_NEAR(test->mean_score, 0.475, 1e-15);
  EXPECT_DOUBLE_EQ(results.find("M", Subset::train_in_sample, Population::own)->auc.auc, 1.0);
  EXPECT_EQ(results.find("M", Subset::pooled, Population::own)->patients, 9);
}

TEST(Evaluation, ThresholdIgnoresEverythingButOutOfFoldTrainingScores) {
  MadeUp made = made_up_predictions(60, 3);
  const Results before = evaluate({}, made.predictions);
  for (auto& row : made.predictions.rows)
    if (row.scored != Scored::out_of_fold)
      for (double& score : row.scores) score = 1 - score;
  const Results after = evaluate({}, made.predictions);
  for (std::size_t m = 0; m < before.thresholds.size(); ++m)
    EXPECT_EQ(before.thresholds[m].threshold, after.thresholds[m].threshold);
}

TEST(Evaluation, ReproducesTheThresholdMetricsOfThePublishedTable) {
  struct Published {
    int tp, fp, tn, fn;
    const char *accuracy, *sensitivity, *specificity, *ppv, *npv;
  };
  // Bi et al., Int J Surg 2025;111:4222, Table 3; the last row's PPV is 0/0, which they print as 0.000.
  const std::vector<Published> rows = {{14, 14, 79, 4, "0.838", "0.778", "0.849", "0.500", "0.952"},
                                       {7, 1, 16, 7, "0.742", "0.500", "0.941", "0.875", "0.696"},
                                       {4, 16, 20, 1, "0.585", "0.800", "0.556", "0.200", "0.952"},
                                       {0, 0, 36, 5, "0.878", "0.000", "1.000", "–", "0.878"}};
  for (const Published& row : rows) {
    Predictions predictions = of_one_model();
    std::vector<double> scores;
    std::vector<int> outcomes;
    const auto patients = [&](int count, double score, int outcome) {
      scores.insert(scores.end(), static_cast<std::size_t>(count), score);
      outcomes.insert(outcomes.end(), static_cast<std::size_t>(count), outcome);
    };
    patients(row.tp, 0.9, 1), patients(row.fp, 0.9, 0), patients(row.tn, 0.1, 0), patients(row.fn, 0.1, 1);
    add(predictions, Role::test, Scored::held_out, scores, outcomes);
    EvaluationConfig config;
    config.threshold = "fixed";
    const Results results = evaluate(config, predictions);
    const ThresholdMetrics& t = results.find("M", Subset::test, Population::common)->at_threshold;
    EXPECT_EQ(format_fixed(t.accuracy.value), row.accuracy);
    EXPECT_EQ(format_fixed(t.sensitivity.value), row.sensitivity);
    EXPECT_EQ(format_fixed(t.specificity.value), row.specificity);
    EXPECT_EQ(format_fixed(t.ppv.value), row.ppv);
    EXPECT_EQ(format_fixed(t.npv.value), row.npv);
  }
}

TEST(Evaluation, ComparesModelsOnThePatientsThatAllOfThemScore) {
  const MadeUp made = made_up_predictions(48, 5);
  const Results results = evaluate({}, made.predictions, made.truth);
  for (const std::string& model : results.models) {
    EXPECT_EQ(results.find(model, Subset::test, Population::common)->patients, 24) << model;  // neither /3 nor /4
    EXPECT_EQ(results.find(model, Subset::test, Population::common)->reachable,
              results.find("Clinic", Subset::test, Population::common)->reachable);
  }
  EXPECT_EQ(results.find("MHA_CHP", Subset::test, Population::own)->patients, 48);
  EXPECT_EQ(results.find("Habitat", Subset::test, Population::own)->patients, 32);
  EXPECT_EQ(results.models, kStudyModels);
  EXPECT_EQ(results.headline, "MHA_CHP");
  EXPECT_EQ(results.comparator, "Ensemble_CHP");
}

TEST(Evaluation, PairsEqualTheCoreStatistics) {
  const MadeUp made = made_up_predictions(60, 7);
  const Results results = evaluate({}, made.predictions);
  std::vector<double> mha, ensemble;
  std::vector<int> outcomes;
  for (const auto& row : made.predictions.rows) {
    bool complete = row.role == Role::test;
    for (const double score : row.scores) complete = complete && !std::isnan(score);
    if (!complete) continue;
    mha.push_back(row.scores[7]);
    ensemble.push_back(row.scores[6]);
    outcomes.push_back(row.outcome);
  }
  const Pair* pair = results.find_pair("MHA_CHP", "Ensemble_CHP", Subset::test);
  ASSERT_NE(pair, nullptr);
  EXPECT_EQ(pair->auc.p, delong_test(mha, ensemble, outcomes).p);
  EXPECT_EQ(pair->auc.difference, delong_test(mha, ensemble, outcomes).difference);
  EXPECT_EQ(pair->idi.value, idi(ensemble, mha, outcomes).value);
  EXPECT_EQ(results.comparisons.size(), 4u);  // never in-sample
  for (const Comparison& comparison : results.comparisons) EXPECT_EQ(comparison.pairs.size(), 28u);
}

TEST(Evaluation, SaysHowFarAModelIsFromTheBestReachableAuc) {
  const MadeUp made = made_up_predictions(200, 11);
  const Results results = evaluate({}, made.predictions, made.truth);
  const Figures* f = results.find("MHA_CHP", Subset::pooled, Population::own);
  EXPECT_GT(f->reachable, f->auc.auc);
  EXPECT_DOUBLE_EQ(f->reachable_z, (f->reachable - f->auc.auc) / f->auc.standard_error);
  EXPECT_TRUE(std::isnan(evaluate({}, made.predictions).figures.front().reachable));
}

TEST(Evaluation, HoldsAModelAgainstTheBestRiskOfItsSources) {
  Truth truth;
  truth.risks = {{"true_risk", {{"P", 0.1}}}, {"risk_c", {{"P", 0.2}}}, {"risk_ch", {{"P", 0.3}}}};
  EXPECT_EQ(truth.risk("P", "c"), 0.2);
  EXPECT_EQ(truth.risk("P", "ch"), 0.3);
  EXPECT_EQ(truth.risk("P", "chp"), 0.1);
  EXPECT_TRUE(std::isnan(truth.risk("Q", "c")));
  EXPECT_TRUE(std::isnan(Truth{}.risk("P", "c")));
}

// A source that an inclusion rule keeps from a model counts as missing, though the patient has it.
TEST(Evaluation, CountsOnlySourcesThatScoreThePatient) {
  Predictions predictions;
  predictions.models = {"Clinic", "Habitat", "Pathology", "Ensemble_CH", "MHA_CHP"};
  Predictions::Row row{"P", "A", Role::test, Scored::held_out, 1, {0.1, 0.2, 0.3, 0.4, 0.5}};
  EXPECT_EQ(sources_behind("MHA_CHP", predictions, row), "chp");
  EXPECT_EQ(sources_behind("Ensemble_CH", predictions, row), "ch");
  EXPECT_EQ(sources_behind("Pathology", predictions, row), "p");
  row.scores[0] = kNan;
  EXPECT_EQ(sources_behind("MHA_CHP", predictions, row), "hp");
  predictions.models[0] = "Ensemble_HP";
  EXPECT_EQ(sources_behind("MHA_CHP", predictions, row), "chp") << "nothing is known of Clinic";
}

TEST(Evaluation, GivesNanWithAReasonForDegenerateCohorts) {
  Predictions predictions = of_one_model();
  add(predictions, Role::train, Scored::out_of_fold, {0.2, 0.4, 0.6}, {0, 0, 0});
  add(predictions, Role::validation, Scored::held_out, {0.2, 0.4}, {1, 1});
  add(predictions, Role::test, Scored::held_out, {kNan, kNan}, {1, 0});
  const Results results = evaluate({}, predictions);
  EXPECT_TRUE(std::isnan(results.thresholds[0].threshold));
  EXPECT_EQ(results.thresholds[0].note, "no threshold: out-of-fold training scores have no events");
  const Figures* train = results.find("M", Subset::train_out_of_fold, Population::own);
  EXPECT_TRUE(std::isnan(train->auc.auc));
  EXPECT_TRUE(std::isnan(train->at_threshold.sensitivity.value));
  EXPECT_EQ(train->note, "no events");
  EXPECT_EQ(results.find("M", Subset::validation, Population::own)->note, "no patients without the event");
  EXPECT_EQ(results.find("M", Subset::test, Population::own)->note, "no patients");
  EXPECT_NO_THROW(evaluate({}, Predictions{}));
  EXPECT_NO_THROW(comparison_table(evaluate({}, Predictions{})));
  EXPECT_NO_THROW(comparison_table(results));
}

TEST(Evaluation, RefusesAModelThatThePredictionsLack) {
  EvaluationConfig config;
  config.models = {"Clinic", "Habitta"};
  EXPECT_THROW(evaluate(config, made_up_predictions(10, 1).predictions), InputError);
  config.models.clear();
  config.headline = "MHA_XYZ";
  EXPECT_THROW(evaluate(config, made_up_predictions(10, 1).predictions), InputError);
}

TEST(Results, AreTheSameBytesAndReadBackExactly) {
  const MadeUp made = made_up_predictions(40, 13);
  const Scratch folder;
  const Results results = evaluate({}, made.predictions, made.truth);
  write_results(folder / "a.json", results);
  write_results(folder / "b.json", evaluate({}, made.predictions, made.truth));
  const std::string text = read_text(folder / "a.json");
  EXPECT_EQ(text, read_text(folder / "b.json"));
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["figures"].size(), results.figures.size());
  for (std::size_t i = 0; i < results.figures.size(); ++i)
    EXPECT_EQ(json["figures"][i]["auc"]["value"].get<double>(), results.figures[i].auc.auc);
  write_results(folder / "c.json", read_results(folder / "a.json"));
  EXPECT_EQ(text, read_text(folder / "c.json"));
  write_text(folder / "d.json", "{\"schema\": 1}");
  EXPECT_THROW(read_results(folder / "d.json"), InputError);
}

TEST(ComparisonTable, FitsATerminalAndNamesEveryModel) {
  const MadeUp made = made_up_predictions(60, 17);
  const std::string table = comparison_table(evaluate({}, made.predictions, made.truth));
  for (const std::string& model : kStudyModels) EXPECT_NE(table.find(model), std::string::npos);
  EXPECT_NE(table.find("not for clinical use"), std::string::npos);
  EXPECT_NE(table.find("best: best reachable AUC"), std::string::npos);
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);) {
    std::size_t columns = 0;
    for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    EXPECT_LE(columns, 80u) << line;
  }
}

}  // namespace
}  // namespace radiopath::training
