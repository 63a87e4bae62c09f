#include "fusion/unimodal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "core/statistics.h"
#include "fusion/json.h"
#include "fusion/stacking.h"
#include "tests/fusion/made_up_patients.h"

namespace radiopath::fusion {
namespace {

/// Patients, their outcomes and one table; the split is locked.
struct Study {
  Study(int train, int test, int columns, int signal, double shift, std::uint64_t seed)
      : outcomes(made_up_outcomes(train + test, seed)), cohort(made_up_cohort(outcomes, train)),
        split(locked_split(cohort)), table(made_up_table(cohort, outcomes, columns, signal, shift, seed)) {}

  AucDelong held_out_auc(const UnimodalModel& model) const {
    const Table rows = table.select_rows(split.held_out.ids());
    const Eigen::VectorXd scores = predict(model, rows);
    std::vector<int> truth;
    for (const int row : split.held_out.rows()) truth.push_back(outcomes[static_cast<std::size_t>(row)]);
    return auc_delong(std::vector<double>(scores.begin(), scores.end()), truth);
  }

  std::vector<int> outcomes;
  Cohort cohort;
  Split split;
  Table table;
};

TEST(Unimodal, RecoversThePlantedSignal) {
  const double reachable = 0.5 * std::erfc(-0.7);  // Phi(d / sqrt 2) with d = 0.7 sqrt 4
  for (const std::uint64_t seed : {1, 2}) {
    const Study study(140, 400, 60, 4, 0.7, seed);
    const UnimodalModel model = fit_unimodal({}, "Habitat", study.table, study.split.train, seed);
    const AucDelong reached = study.held_out_auc(model);
    EXPECT_NEAR(reached.auc, reachable, 3 * reached.standard_error) << "seed " << seed;
    const auto inner = auc_delong(model.out_of_fold.probabilities(), study.split.train.outcomes());
    EXPECT_NEAR(inner.auc, reached.auc, 3 * std::hypot(inner.standard_error, reached.standard_error));
  }
}

TEST(Unimodal, FindsNothingWhereNothingIs) {
  constexpr int kSeeds = 20;
  std::vector<double> out_of_fold;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const Study study(100, 400, 400, 0, 0, seed);
    UnimodalConfig config;
    config.learners = {"logistic_regression"};
    const UnimodalModel model = fit_unimodal(config, "Habitat", study.table, study.split.train, seed);
    const AucDelong held_out = study.held_out_auc(model);
    EXPECT_NEAR(held_out.auc, 0.5, normal_quantile(0.9999) * held_out.standard_error) << "seed " << seed;
    out_of_fold.push_back(model.ledger[0].auc);
  }
  // Selected outside the folds, the mean would be about 0.9. Single values scatter more than DeLong's error says,
  // because folds share patients: the spread over seeds is the yardstick.
  const Moments over_seeds = moments(out_of_fold);
  EXPECT_NEAR(over_seeds.mean, 0.5, 3 * std::sqrt(over_seeds.variance / kSeeds));
}

TEST(Unimodal, RecordsEveryScoredCandidate) {
  const Study study(80, 10, 20, 2, 1, 3);
  const UnimodalModel model = fit_unimodal({}, "Habitat", study.table, study.split.train, 1);
  ASSERT_EQ(model.ledger.size(), 2u);
  EXPECT_EQ(model.ledger[0].learner, "logistic_regression");
  EXPECT_EQ(model.ledger[1].learner, "random_forest");
  EXPECT_NE(model.ledger[0].chosen, model.ledger[1].chosen);
  const auto& chosen = model.ledger[model.ledger[0].chosen ? 0 : 1];
  EXPECT_EQ(chosen.auc, std::max(model.ledger[0].auc, model.ledger[1].auc));
  EXPECT_EQ(std::get<FittedChain>(model.model).learner_name, chosen.learner);
  EXPECT_EQ(model.train_hash, study.split.train.hash());
}

TEST(Unimodal, ScoresDoNotDependOnOtherPatientsOrThreads) {
  const Study study(100, 40, 60, 3, 0.8, 4);
  set_thread_count(1);
  const std::string one = to_json(fit_unimodal({}, "Habitat", study.table, study.split.train, 7));
  for (const int threads : {2, 5}) {
    set_thread_count(threads);
    EXPECT_EQ(to_json(fit_unimodal({}, "Habitat", study.table, study.split.train, 7)), one);
  }
  set_thread_count(0);
  const auto model = from_json<UnimodalModel>(one);
  const Eigen::VectorXd together = predict(model, study.table);
  for (int r = 0; r < study.table.rows(); r += 7) {
    EXPECT_EQ(predict(model, study.table.select_rows({study.table.ids[static_cast<std::size_t>(r)]}))[0], together[r]);
  }
}

TEST(Unimodal, KeepsItsPredictionsInJson) {
  const Study study(100, 40, 60, 3, 0.8, 5);
  for (const std::string& learner : learner_names()) {
    if (learner_objection(learner, {})) continue;
    UnimodalConfig config;
    config.learners = {learner};
    const UnimodalModel model = fit_unimodal(config, "Habitat", study.table, study.split.train, 1);
    const UnimodalModel again = from_json<UnimodalModel>(to_json(model));
    EXPECT_EQ(predict(again, study.table), predict(model, study.table));
    EXPECT_EQ(to_json(again), to_json(model));
    EXPECT_EQ(again.out_of_fold.probabilities(), model.out_of_fold.probabilities());
  }
  EXPECT_THROW(from_json<UnimodalModel>("{}"), InputError);
  EXPECT_THROW(from_json<UnimodalModel>("no JSON"), InputError);
}

TEST(Unimodal, IsNanForPatientsWithoutAnyValueAndLearnsWithoutThem) {
  Study study(100, 40, 20, 3, 1, 6);
  Table with_gaps = study.table;
  for (const int row : {0, 5, 120}) with_gaps.values.row(row).setConstant(std::nan(""));
  with_gaps.values(1, 0) = std::nan("");
  const UnimodalModel model = fit_unimodal({}, "Habitat", with_gaps, study.split.train, 1);
  const Eigen::VectorXd scores = predict(model, with_gaps);
  EXPECT_EQ(scores.array().isNaN().count(), 3);
  EXPECT_TRUE(std::isnan(scores[120]));
  EXPECT_EQ(model.out_of_fold.ids().size(), 98u);
  EXPECT_EQ(model.ledger[0].patients, 98);
}

TEST(Unimodal, FindsColumnsByName) {
  const Study study(100, 40, 20, 3, 1, 8);
  const UnimodalModel model = fit_unimodal({}, "Habitat", study.table, study.split.train, 1);
  std::vector<std::string> backwards(study.table.columns.rbegin(), study.table.columns.rend());
  EXPECT_EQ(predict(model, study.table.select_columns(backwards)), predict(model, study.table));
  EXPECT_THROW(predict(model, study.table.select_columns({"f1"})), InputError);
}

TEST(Unimodal, SaysWhatIsWrongWithTheData) {
  const Study study(60, 10, 5, 1, 1, 9);
  const auto message = [&](const Table& table, const UnimodalConfig& config) -> std::string {
    try {
      fit_unimodal(config, "Habitat", table, study.split.train, 1);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  Table bad = study.table;
  bad.values(3, 2) = INFINITY;
  EXPECT_NE(message(bad, {}).find("Habitat: patient P1003: column 'f2' is infinite"), std::string::npos);
  bad.values.setConstant(3);
  EXPECT_NE(message(bad, {}).find("no usable column among 5"), std::string::npos) << message(bad, {});
  bad.values.setConstant(std::nan(""));
  EXPECT_NE(message(bad, {}).find("0 training patients have Habitat"), std::string::npos);
  UnimodalConfig config;
  config.learners = {"random_forrest"};
  EXPECT_NE(message(study.table, config).find("did you mean 'random_forest'"), std::string::npos);
}

TEST(Stacking, BeatsItsPartsAndIsNanWithoutOneOfThem) {
  const Study habitat(200, 300, 20, 3, 0.6, 10);
  const Table other = made_up_table(habitat.cohort, habitat.outcomes, 20, 3, 0.6, 11);
  const auto first = fit_unimodal({}, "Habitat", habitat.table, habitat.split.train, 1);
  const auto second = fit_unimodal({}, "Pathology", other, habitat.split.train, 1);
  const StackedModel stacked =
      fit_stacking({}, "Ensemble_HP", {first.out_of_fold, second.out_of_fold}, habitat.split.train);
  EXPECT_EQ(stacked.patients, 200);
  Table scores(habitat.table.ids, {"Pathology", "Habitat"});
  scores.values.col(0) = predict(second, other);
  scores.values.col(1) = predict(first, habitat.table);
  const auto held_out = [&](const Eigen::VectorXd& all) {
    const std::vector<double> part(all.begin() + 200, all.end());
    return auc(part, std::vector<int>(habitat.outcomes.begin() + 200, habitat.outcomes.end()));
  };
  const Eigen::VectorXd together = predict(stacked, scores);
  EXPECT_GT(held_out(together), held_out(scores.values.col(0)));
  EXPECT_GT(held_out(together), held_out(scores.values.col(1)));
  EXPECT_EQ(predict(from_json<StackedModel>(to_json(stacked)), scores), together);
  scores.values(3, 1) = std::nan("");
  EXPECT_TRUE(std::isnan(predict(stacked, scores)[3]));
}

}  // namespace
}  // namespace radiopath::fusion
