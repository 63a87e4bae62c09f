// Whole chains resampled; importance of columns.
#include "fusion/resampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "fusion/importance.h"
#include "fusion/logistic_fit.h"
#include "fusion/unimodal.h"
#include "tests/fusion/stored.h"

namespace radiopath::fusion {
namespace {

FittedScorer scorer_of(FittedChain chain) {
  std::vector<std::string> columns = chain.selection.columns;
  return {[chain = std::move(chain)](const Table& table) { return predict(chain, table); }, std::move(columns)};
}

FitChain chain_of(const UnimodalConfig& config) {
  return [config](const TrainingTable& train, std::uint64_t seed) { return scorer_of(fit_chain(config, "Habitat", train, seed)); };
}

UnimodalConfig quick() {
  UnimodalConfig config;
  config.learners = {"logistic_regression"};
  config.selection.steps = {"t_test", "pearson"};
  return config;
}

/// Logistic regression without penalty on all columns, as rms::lrm.
FittedScorer plain_logistic(const TrainingTable& train, std::uint64_t) {
  const LogisticFit fit = fit_logistic(train.table().values, train.outcomes(), std::numeric_limits<double>::infinity());
  return {[fit](const Table& table) -> Eigen::VectorXd {
            return (table.values * fit.coefficients).unaryExpr([&](double f) { return logistic(f + fit.intercept); });
          }, {}};
}

TEST(Bootstrap, CorrectsAsRmsValidate) {
  const auto reference = reference_data("statistics");
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: R's tables are not shipped (GPL)";
  for (const auto& [id, input, outcome, columns] :
       {std::tuple{"aSAH.validate", "aSAH", "outcome_poor", std::vector<std::string>{"age", "female", "wfns", "s100b"}},
        {"birthwt.validate", "birthwt", "low", {"age", "lwt", "smoke", "ht", "ui"}}}) {
    const Json expected = case_of(*reference / "expected/calibration.json", id).at("expected");
    const FromR data(*reference / ("inputs/" + std::string(input) + ".csv"), outcome, columns);
    const auto result = bootstrap_validation(plain_logistic, data.train(), 1000, 1);
    const auto compare = [&](const Corrected& ours, const Json& theirs, double factor, const char* what) {  // Dxy = 2 AUC - 1
      const double shift = factor == 2, range = theirs["corrected_max"].get<double>() - theirs["corrected_min"].get<double>();
      EXPECT_NEAR(factor * ours.apparent - shift, theirs["original"].get<double>(), 1e-6) << id << what;
      EXPECT_NEAR(factor * ours.corrected - shift, theirs["corrected_mean"].get<double>(), 2 * range) << id << what;
    };
    compare(result.auc, expected["Dxy"], 2, " AUC");
    compare(result.brier, expected["B"], 1, " Brier");
    compare(result.calibration_intercept, expected["Intercept"], 1, " intercept");
    compare(result.calibration_slope, expected["Slope"], 1, " slope");
  }
}

TEST(Bootstrap, SeesThroughAChainThatFitsNoise) {
  const auto outcomes = made_up_outcomes(80, 1);
  const Cohort cohort = made_up_cohort(outcomes, 80);
  const TrainingTable train(made_up_table(cohort, outcomes, 300, 0, 0, 1), locked_split(cohort).train);
  const auto result = bootstrap_validation(chain_of(quick()), train, 60, 1);
  EXPECT_GT(result.auc.apparent, 0.85);
  EXPECT_LT(result.auc.point632_plus, 0.68);
  EXPECT_NEAR(result.auc.out_of_bag, 0.5, 0.08);
  EXPECT_LT(result.auc.corrected, result.auc.apparent - 0.05);
  EXPECT_LT(result.selection.front().share, 1) << "no column of noise is always chosen";
}

TEST(Bootstrap, IsTheSameForAnyNumberOfThreads) {
  const auto outcomes = made_up_outcomes(70, 2);
  const Cohort cohort = made_up_cohort(outcomes, 70);
  const TrainingTable train(made_up_table(cohort, outcomes, 30, 3, 0.8, 2), locked_split(cohort).train);
  UnimodalConfig config;
  config.learners = {"random_forest"};
  config.random_forest.trees = 10;
  set_thread_count(1);
  const auto one = bootstrap_validation(chain_of(config), train, 12, 5);
  set_thread_count(3);
  const auto three = bootstrap_validation(chain_of(config), train, 12, 5);
  set_thread_count(0);
  EXPECT_EQ(one.auc.corrected, three.auc.corrected);
  EXPECT_EQ(one.brier.point632_plus, three.brier.point632_plus);
  EXPECT_EQ(one.selection.front().column, three.selection.front().column);
}

TEST(Bootstrap, KeepsCopiesOfAPatientInOneFold) {
  const auto outcomes = made_up_outcomes(40, 3);
  const Cohort cohort = made_up_cohort(outcomes, 40);
  const TrainingTable train(made_up_table(cohort, outcomes, 3, 0, 0, 3), locked_split(cohort).train);
  const TrainingTable drawn = train.take_rows(Random(1, "draw").resample(40));
  EXPECT_LT(drawn.view().size(), 40);
  int rows = 0;
  for (const TrainingFold& fold : drawn.folds(5, 1, "copies")) {
    for (const std::string& id : fold.held_out.ids) EXPECT_FALSE(fold.train.table().find(id)) << id;
    rows += fold.held_out.rows();
  }
  EXPECT_EQ(rows, 40);
}

TEST(Folds, KeepSitesTogetherAndClassesEven) {
  std::vector<int> outcomes;
  std::vector<Patient> patients;
  for (int i = 0; i < 120; ++i) {
    outcomes.push_back(i % 3 == 0);
    patients.push_back({.id = "P" + std::to_string(i), .site = "S" + std::to_string(i % 12), .role = Role::train, .cells = {}, .line = i + 2});
  }
  const Cohort cohort(patients, outcomes, ".", {});
  const TrainingTable train(made_up_table(cohort, outcomes, 2, 0, 0, 1), locked_split(cohort).train);
  const auto folds = train.folds(4, 1, "sites", Together::site);
  ASSERT_EQ(folds.size(), 4u);
  std::map<std::string, int> fold_of_site;
  for (std::size_t f = 0; f < 4; ++f) {
    EXPECT_EQ(folds[f].held_out.rows(), 30);
    EXPECT_EQ(std::count(folds[f].held_out_outcomes.begin(), folds[f].held_out_outcomes.end(), 1), 10);
    for (const int row : folds[f].held_out_rows) {
      const auto [place, is_new] = fold_of_site.try_emplace("S" + std::to_string(row % 12), static_cast<int>(f));
      EXPECT_EQ(place->second, static_cast<int>(f));
    }
  }
}

// In the form of Efron & Tibshirani's equation 32, and at its two ends.
TEST(Point632, IsThePublishedFormula) {
  for (const auto& [apparent, out_of_bag, unrelated] : {std::tuple{0.05, 0.3, 0.5}, {0.0, 0.45, 0.5}, {0.2, 0.22, 0.4}}) {
    const double overfitting = (out_of_bag - apparent) / (unrelated - apparent);
    const double plain = 0.368 * apparent + 0.632 * out_of_bag;
    EXPECT_NEAR(point632_plus(apparent, out_of_bag, unrelated),
                plain + (out_of_bag - apparent) * 0.368 * 0.632 * overfitting / (1 - 0.368 * overfitting), 1e-14);
  }
  EXPECT_NEAR(point632_plus(0.1, 0.5, 0.5), 0.5, 1e-14) << "full overfitting: nothing but the out-of-bag error";
  EXPECT_NEAR(point632_plus(0.1, 0.7, 0.5), 0.5, 1e-14) << "worse than chance counts as chance";
  EXPECT_NEAR(point632_plus(0.2, 0.1, 0.5), 0.368 * 0.2 + 0.632 * 0.1, 1e-14) << "no overfitting: .632";
}

// SciPy 1.17.1: var(ddof=1) * (1/n + 20/80), then stats.t.sf and stats.t.interval with n - 1 degrees of freedom.
TEST(CorrectedT, MatchesScipy) {
  const CorrectedT test = corrected_t({0.02, -0.01, 0.05, 0.03, 0.00, 0.04, 0.01, 0.02, -0.02, 0.03}, 80, 20);
  EXPECT_NEAR(test.mean, 0.017, 1e-15);
  EXPECT_NEAR(test.standard_error, 0.013095800853708796, 1e-14);
  EXPECT_NEAR(test.t, 1.2981260321460613, 1e-12);
  EXPECT_NEAR(test.p, 0.2265222323110242, 1e-12);
  EXPECT_NEAR(test.interval.lower, -0.012624759703796198, 1e-12);
  EXPECT_NEAR(test.interval.upper, 0.046624759703796204, 1e-12);
  EXPECT_TRUE(std::isnan(corrected_t({0.1}, 80, 20).p));
  EXPECT_EQ(corrected_t({0, 0, 0}, 80, 20).p, 1);
}

TEST(RepeatedCrossValidation, RepeatsFoldsAndSharesThemAmongChains) {
  const auto outcomes = made_up_outcomes(90, 4);
  const Cohort cohort = made_up_cohort(outcomes, 90);
  const TrainingTable train(made_up_table(cohort, outcomes, 20, 2, 1, 4), locked_split(cohort).train);
  UnimodalConfig tuned = quick();
  tuned.tuning.search = "grid";
  tuned.tuning.folds = 3;
  const Eigen::MatrixXd areas = repeated_cross_validation({chain_of(quick()), chain_of(quick()), chain_of(tuned)}, train, 3, 2, 1);
  ASSERT_EQ(areas.rows(), 6);
  ASSERT_EQ(areas.cols(), 3);
  EXPECT_EQ(areas.col(0), areas.col(1));
  EXPECT_NE(areas(0, 0), areas(3, 0)) << "another repeat, other folds";
  EXPECT_GT(areas.mean(), 0.6);
}

TEST(PermutationTest, TellsSignalFromNone) {
  const auto outcomes = made_up_outcomes(60, 5);
  const Cohort cohort = made_up_cohort(outcomes, 60);
  const TrainingTable signal(made_up_table(cohort, outcomes, 10, 2, 1.2, 5), locked_split(cohort).train);
  const auto found = permutation_test(chain_of(quick()), signal, 3, 39, 1);
  EXPECT_EQ(found.p, 1 / 40.0);
  EXPECT_NEAR(moments(found.permuted).mean, 0.5, 0.08);
  const TrainingTable none(made_up_table(cohort, outcomes, 10, 0, 0, 6), locked_split(cohort).train);
  EXPECT_GT(permutation_test(chain_of(quick()), none, 3, 39, 1).p, 0.05);
}

TEST(PermutationImportance, RanksThePlantedColumnFirst) {
  const auto outcomes = made_up_outcomes(200, 7);
  const Cohort cohort = made_up_cohort(outcomes, 100);
  const Table table = made_up_table(cohort, outcomes, 6, 1, 1.5, 7);
  const Split split = locked_split(cohort);
  const ForestModel model = fit_forest({}, TrainingTable(table, split.train), {.seed = 1});
  const std::vector<int> held_out(outcomes.begin() + 100, outcomes.end());
  const auto importance = permutation_importance([&](const Table& rows) { return predict(model, rows); },
                                                 table.select_rows(split.held_out.ids()), held_out, 10, 1);
  ASSERT_EQ(importance.size(), 6u);
  EXPECT_GT(importance[0].mean, 0.1);
  for (std::size_t c = 1; c < 6; ++c) EXPECT_LT(std::abs(importance[c].mean), 0.06);
  const auto constant = permutation_importance([&](const Table& rows) -> Eigen::VectorXd { return Eigen::VectorXd::Constant(rows.rows(), 0.3); },
                                               table.select_rows(split.held_out.ids()), held_out, 3, 1);
  for (const auto& column : constant) EXPECT_EQ(column.mean, 0);
}

TEST(TreeShap, MatchesTheShapPackage) {
  std::ifstream stream(kTestData / "shap/shap.json");
  const Json stored = Json::parse(stream);
  Table table;
  for (std::size_t r = 0; r < stored["rows"].size(); ++r) table.ids.push_back(std::to_string(r));
  for (std::size_t c = 0; c < stored["rows"][0].size(); ++c) table.columns.push_back("f" + std::to_string(c));
  table.values.resize(table.rows(), table.cols());
  for (int r = 0; r < table.rows(); ++r)
    for (int c = 0; c < table.cols(); ++c) table.values(r, c) = stored["rows"][r][c];
  for (const Json& one : stored["cases"]) {
    std::vector<Tree> trees;
    for (const Json& tree : one["trees"]) {
      trees.emplace_back();
      for (std::size_t i = 0; i < tree["column"].size(); ++i)
        trees.back().nodes.push_back({tree["column"][i], tree["threshold"][i], tree["left"][i], tree["right"][i], tree["value"][i], tree["cover"][i]});
    }
    const bool forest = one["id"] == "forest";
    const Learner learner = forest ? Learner(ForestModel{table.columns, trees})
                                   : Learner(BoostingModel{table.columns, one["offset"], trees});
    const Eigen::MatrixXd values = tree_shap(learner, table);
    const Eigen::VectorXd p = predict(learner, table);
    for (int r = 0; r < table.rows(); ++r) {
      expect_all_close(Eigen::VectorXd(values.row(r).head(table.cols())), one["shap_values"][r], 1e-6, one["id"]);
      expect_close(values(r, table.cols()), one["expected_value"], 1e-9, one["id"]);
      EXPECT_NEAR(values.row(r).sum(), forest ? p[r] : logit(p[r]), 1e-9);
    }
  }
}

TEST(TreeShap, OfLibrariesSumsToTheirLogOdds) {
  const Stored stored("synthetic_hard");
  for (const std::string name : {"xgboost", "lightgbm", "gradient_boosting", "extra_trees"}) {
    if (learner_objection(name, {})) continue;
    const Learner learner = fit_learner(name, {}, stored.train(), 1);
    const Eigen::MatrixXd values = tree_shap(learner, stored.held_out());
    const Eigen::VectorXd p = predict(learner, stored.held_out());
    for (Eigen::Index r = 0; r < p.size(); ++r)
      EXPECT_NEAR(values.row(r).sum(), name == "extra_trees" ? p[r] : logit(p[r]), 2e-5) << name;
  }
  EXPECT_THROW(tree_shap(fit_learner("naive_bayes", {}, stored.train(), 1), stored.held_out()), InputError);
}

}  // namespace
}  // namespace radiopath::fusion
