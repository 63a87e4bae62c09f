// The search for settings, and ensembles.
#include "fusion/tuning.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/error.h"
#include "core/parallel.h"
#include "fusion/json.h"
#include "fusion/stacking.h"
#include "fusion/unimodal.h"
#include "tests/fusion/stored.h"

namespace radiopath::fusion {
namespace {

TuningConfig svm_grid(const std::string& search) {
  TuningConfig config;
  config.search = search;
  config.grid = {{"svm.c", {"0.5", "2"}}, {"svm.kernel", {"rbf", "linear", "poly"}}, {"random_forest.trees", {"5"}}};
  return config;
}

TEST(Tuning, TriesEveryCombinationOnce) {
  const auto candidates = candidates_of(svm_grid("grid"), "svm", {}, 1);
  ASSERT_EQ(candidates.size(), 6u);
  EXPECT_EQ(candidates[0].settings, "c = 0.5, kernel = rbf");
  EXPECT_EQ(candidates[5].settings, "c = 2, kernel = poly");
  EXPECT_EQ(candidates[5].configs.svm.c, 2);
  EXPECT_EQ(candidates[5].configs.svm.kernel, "poly");
  EXPECT_EQ(candidates[5].configs.random_forest.trees, ForestConfig{}.trees) << "another learner's settings stay";
  EXPECT_EQ(candidates_of(svm_grid("none"), "svm", {}, 1).size(), 1u);
  EXPECT_EQ(candidates_of(svm_grid("grid"), "majority", {}, 1).size(), 1u);
}

TEST(Tuning, DrawsWithoutReplacement) {
  TuningConfig config = svm_grid("random");
  config.trials = 4;
  const auto candidates = candidates_of(config, "svm", {}, 1);
  std::set<std::string> settings;
  for (const Candidate& candidate : candidates) settings.insert(candidate.settings);
  EXPECT_EQ(settings.size(), 4u);
  config.trials = 100;
  EXPECT_EQ(candidates_of(config, "svm", {}, 1).size(), 6u);
}

TEST(Tuning, RefusesWhatItCannotSet) {
  const auto message = [](const std::string& name, const std::string& value) -> std::string {
    TuningConfig config;
    config.search = "grid";
    config.grid = {{name, {value}}};
    try {
      candidates_of(config, name.substr(0, name.find('.')), {}, 1);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message("svm.kernle", "rbf"), "[models.tuning] grid: 'svm.kernle': no setting 'kernle'; did you mean 'kernel'?");
  EXPECT_EQ(message("svm.kernel", "cubic"), "[models.tuning] grid: 'svm.kernel': 'cubic' is none of linear, rbf, poly");
  EXPECT_EQ(message("svm.c", "big"), "[models.tuning] grid: 'svm.c': 'big' is not a number");
  EXPECT_EQ(message("svm.c", "-1"), "[models.tuning] grid: 'svm.c': -1 is out of its range");
  EXPECT_EQ(message("random_forest.trees", "1.5"), "[models.tuning] grid: 'random_forest.trees': '1.5' is not a whole number");
}

TEST(Tuning, DefaultGridsAreValid) {
  TuningConfig config;
  config.search = "grid";
  for (const std::string& name : learner_names()) EXPECT_GE(candidates_of(config, name, {}, 1).size(), 1u) << name;
  EXPECT_EQ(candidates_of(config, "svm", {}, 1).size(), 6u);
}

// Columns whose classes differ in spread only: no linear kernel can tell them apart.
TEST(Tuning, ChoosesByInnerFoldsAndRecordsAll) {
  const auto outcomes = made_up_outcomes(160, 1);
  const Cohort cohort = made_up_cohort(outcomes, 120);
  Table table = made_up_table(cohort, outcomes, 2, 0, 0, 1);
  for (int r = 0; r < table.rows(); ++r) table.values.row(r) *= outcomes[static_cast<std::size_t>(r)] == 1 ? 3 : 0.5;
  UnimodalConfig config;
  config.learners = {"svm"};
  config.folds = 3;
  config.selection.steps = {};
  config.tuning.search = "grid";
  config.tuning.folds = 3;
  config.tuning.grid = {{"svm.kernel", {"linear", "rbf"}}};
  const Split split = locked_split(cohort);
  const UnimodalModel model = fit_unimodal(config, "Habitat", table, split.train, 1);
  EXPECT_EQ(std::get<FittedChain>(model.model).settings, "kernel = rbf");
  EXPECT_EQ(model.ledger.size(), 1u + 2 * 4) << "the learner, and two settings in three folds and on all";
  const auto chosen = std::count_if(model.ledger.begin(), model.ledger.end(), [](const auto& one) { return one.chosen; });
  EXPECT_EQ(chosen, 1 + 4);
  EXPECT_EQ(model.ledger[1].stage, "tuning in fold 1");
  EXPECT_EQ(model.ledger.back().stage, "tuning");
  EXPECT_EQ(to_json(from_json<UnimodalModel>(to_json(model))), to_json(model));
}

TEST(Unimodal, RecordsTheWaterfallOfEveryFold) {
  const auto outcomes = made_up_outcomes(100, 2);
  const Cohort cohort = made_up_cohort(outcomes, 100);
  UnimodalConfig config;
  config.learners = {"naive_bayes"};
  const UnimodalModel model = fit_unimodal(config, "Habitat", made_up_table(cohort, outcomes, 40, 2, 1.5, 2), locked_split(cohort).train, 1);
  ASSERT_EQ(model.fold_selections.size(), 5u);
  for (const Selection& selection : model.fold_selections) {
    ASSERT_EQ(selection.steps.size(), 4u);
    EXPECT_EQ(selection.steps.front().before, 40);
    EXPECT_EQ(selection.steps.back().kept, selection.columns);
  }
  const auto frequency = selection_frequency(model.fold_selections);
  EXPECT_EQ(frequency[0].share, 1) << "the planted columns are in every fold";
  EXPECT_EQ(frequency[1].share, 1);
}

TEST(Unimodal, EveryLearnerIsTheSameForAnyNumberOfThreadsAndCompany) {
  const auto outcomes = made_up_outcomes(90, 3);
  const Cohort cohort = made_up_cohort(outcomes, 70);
  const Table table = made_up_table(cohort, outcomes, 12, 3, 0.8, 3);
  UnimodalConfig config;
  config.folds = 3;
  config.selection.steps = {"t_test"};
  config.selection.p_value = 0.5;
  config.random_forest.trees = config.extra_trees.trees = config.xgboost.trees = config.lightgbm.trees = 20;
  config.tuning.search = "random";
  config.tuning.trials = 2;
  config.tuning.folds = 2;
  config.imbalance = "smote";
  for (const std::string& name : learner_names()) {
    if (learner_objection(name, {})) continue;
    config.learners = {name};
    set_thread_count(1);
    const std::string one = to_json(fit_unimodal(config, "Habitat", table, locked_split(cohort).train, 1));
    set_thread_count(3);
    const UnimodalModel model = fit_unimodal(config, "Habitat", table, locked_split(cohort).train, 1);
    set_thread_count(0);
    EXPECT_EQ(to_json(model), one) << name;
    const Eigen::VectorXd together = predict(model, table);
    for (int r = 70; r < 90; r += 5)
      EXPECT_EQ(predict(model, table.select_rows({table.ids[static_cast<std::size_t>(r)]}))[0], together[r]) << name;
  }
}

// StackingClassifier([LR, NB, KNN], LR) on given folds, with probabilities as inputs and weights of any sign.
TEST(Stacking, MatchesStackingClassifier) {
  for (const std::string name : kTables) {
    const Stored stored(name);
    const Json expected = case_of(kSklearn / "expected/stacking.json", name + ".stacking").at("expected");
    std::vector<int> fold_of = outcomes_of(stored.csv, "fold");
    fold_of.resize(static_cast<std::size_t>(stored.train_rows));
    const TrainingTable train = stored.standardised();
    LearnerConfigs configs;
    configs.logistic_regression.c = 1;
    configs.nearest_neighbours.neighbours = 5;
    std::vector<OutOfFold> inputs;
    Table held_out(stored.held_out().ids, {});
    held_out.values.resize(held_out.rows(), 3);
    for (const std::string learner : {"logistic_regression", "naive_bayes", "nearest_neighbours"}) {
      inputs.push_back(cross_fit(learner, 1, train, train.folds(fold_of), [&](int, const TrainingTable& inner, const Table& outside) -> Eigen::MatrixXd {
        return predict(fit_learner(learner, configs, inner, 1), outside);
      })[0]);
      held_out.values.col(held_out.cols()) = predict(fit_learner(learner, configs, train, 1), stored.standardised_held_out());
      held_out.columns.push_back(learner);
    }
    for (std::size_t i = 0; i < 5; ++i) {
      for (std::size_t c = 0; c < 3; ++c) expect_close(inputs[c].probabilities()[i], expected["oof_first5"][i][c], 1e-4, name);
    }
    StackingConfig config;
    config.inputs = "probability", config.weights = "free";
    const StackedModel model = fit_stacking(config, "Ensemble", inputs, stored.split->train);
    expect_all_close(model.model.coefficients, expected["final_coef"], 1e-4, name);
    expect_close(model.model.intercept, expected["final_intercept"], 1e-4, name);
    expect_all_close(predict(model, held_out), expected["test_proba"], 1e-4, name);

    config.method = "weighted_mean";
    const StackedModel mean = fit_stacking(config, "Ensemble", inputs, stored.split->train);
    EXPECT_NEAR(mean.model.coefficients.sum(), 1, 1e-12);
    EXPECT_GE(mean.model.coefficients.minCoeff(), 0);
    EXPECT_EQ(predict(from_json<StackedModel>(to_json(mean)), held_out), predict(mean, held_out));
    const Eigen::VectorXd by_hand = held_out.values * mean.model.coefficients;
    EXPECT_LT((by_hand - predict(mean, held_out)).cwiseAbs().maxCoeff(), 1e-12);
  }
}

}  // namespace
}  // namespace radiopath::fusion
