// Data that break weaker code: every learner gives a documented value or a clear error.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "fusion/firth.h"
#include "fusion/json.h"
#include "fusion/unimodal.h"
#include "tests/fusion/made_up_patients.h"

namespace radiopath::fusion {
namespace {

struct Case {
  Case(std::vector<int> y, int columns, std::uint64_t seed)
      : outcomes(std::move(y)), cohort(made_up_cohort(outcomes, static_cast<int>(outcomes.size()))),
        table(made_up_table(cohort, outcomes, columns, 1, 1, seed)) {}
  TrainingTable train() const { return {table, locked_split(cohort).train}; }
  TrainingTable encoded() const { return apply(fit_encoding({}, train()), train()); }

  std::vector<int> outcomes;
  Cohort cohort;
  Table table;
};

std::vector<int> alternating(int patients, int events) {
  std::vector<int> y(static_cast<std::size_t>(patients), 0);
  for (int i = 0; i < events; ++i) y[static_cast<std::size_t>(i * patients / events)] = 1;
  return y;
}

/// Fits every learner that is there, under every treatment of uneven classes; probabilities are in [0, 1] and come back
/// from JSON to the bit.
void expect_probabilities(const TrainingTable& train, const Table& asked, const std::string& what) {
  for (const std::string& name : learner_names()) {
    if (learner_objection(name, {})) continue;
    for (const std::string& imbalance : imbalance_names()) {
      LearnerConfigs config;
      config.imbalance = imbalance;
      config.random_forest.trees = config.extra_trees.trees = config.gradient_boosting.trees = 10;
      config.xgboost.trees = config.lightgbm.trees = 10;
      const Learner learner = fit_learner(name, config, train, 1);
      const Eigen::VectorXd p = predict(learner, asked);
      EXPECT_TRUE((p.array() >= 0).all() && (p.array() <= 1).all()) << what << ": " << name << " " << imbalance << "\n" << p.transpose();
      EXPECT_EQ(predict(from_json<Learner>(to_json(learner)), asked), p) << what << ": " << name;
    }
  }
}

TEST(BadInput, ConstantColumnsAndTies) {
  Case data(alternating(40, 16), 4, 1);
  data.table.values.setZero();
  expect_probabilities(data.train(), data.table, "nothing but constants");
  data.table = Case(alternating(40, 16), 4, 2).table;
  data.table.values = (data.table.values.array() > 0).cast<double>().matrix();
  data.table.values.col(2) = data.table.values.col(0);
  expect_probabilities(data.train(), data.table, "ties and duplicates");
}

TEST(BadInput, SeparatedOutcomes) {
  Case data(alternating(40, 16), 3, 3);
  for (int i = 0; i < 40; ++i) data.table.values(i, 0) = data.outcomes[static_cast<std::size_t>(i)] * 10 + i % 3;
  expect_probabilities(data.encoded(), data.encoded().table(), "separated");
  const auto model = fit_logistic_regression({.c = 1, .penalty = "none"}, data.encoded());
  EXPECT_NE(model.remark.find("separate the outcomes"), std::string::npos);
  EXPECT_NE(model.remark.find("Firth"), std::string::npos);
  const FirthFit firth = fit_firth(data.encoded().table().values, data.outcomes);
  EXPECT_LT((model.coefficients - firth.coefficients.tail(3)).norm(), 1e-12);
  EXPECT_LT(model.coefficients.cwiseAbs().maxCoeff(), 20) << "finite, not wherever the last step had come to";
}

TEST(BadInput, MoreColumnsThanPatientsAndFiveEvents) {
  const Case wide(alternating(20, 8), 60, 4);
  expect_probabilities(wide.encoded(), wide.encoded().table(), "n < p");
  const Case few(alternating(60, 5), 6, 5);
  expect_probabilities(few.encoded(), few.encoded().table(), "five events");
}

TEST(BadInput, HugeScalesChangeNothingAfterEncoding) {
  Case data(alternating(40, 16), 3, 6);
  const Eigen::MatrixXd before = data.encoded().table().values;
  data.table.values.col(1) *= 1e12;
  data.table.values.col(2) = data.table.values.col(2).array() * 1e-12 + 1e-6;
  EXPECT_LT((data.encoded().table().values - before).cwiseAbs().maxCoeff(), 1e-8);
  expect_probabilities(data.encoded(), data.encoded().table(), "scales");
}

TEST(BadInput, OneClassIsAnError) {
  const Case data(std::vector<int>(20, 1), 3, 7);
  for (const std::string& name : learner_names()) {
    if (learner_objection(name, {})) continue;
    try {
      fit_learner(name, {}, data.train(), 1);
      ADD_FAILURE() << name;
    } catch (const InputError& error) {
      EXPECT_STREQ(error.what(), "a learner needs patients with and without the event; found 20 events among 20") << name;
    }
  }
}

TEST(BadInput, NamesWithCommasAndQuotesAndAnyOrderOfColumns) {
  Case data(alternating(40, 16), 3, 8);
  data.table.columns = {"age, years", "\"quoted\" \\ name", "name with = and : and {\"json\"}"};
  for (const std::string& name : learner_names()) {
    if (learner_objection(name, {})) continue;
    const Learner learner = fit_learner(name, {}, data.train(), 1);
    const Learner again = from_json<Learner>(to_json(learner));
    const Eigen::VectorXd p = predict(learner, data.table);
    EXPECT_EQ(predict(again, data.table.select_columns({data.table.columns[2], data.table.columns[0], data.table.columns[1]})), p) << name;
    if (name == "majority") continue;
    EXPECT_THROW(predict(again, data.table.select_columns({data.table.columns[0]})), InputError) << name;
    Table gap = data.table;
    gap.values(3, 1) = std::nan("");
    const Eigen::VectorXd with_gap = predict(learner, gap);
    EXPECT_TRUE(std::isnan(with_gap[3])) << name;
    EXPECT_EQ(with_gap[4], p[4]) << name;
  }
}

TEST(BadInput, InfiniteValuesAreNamed) {
  Case data(alternating(20, 8), 2, 9);
  data.table.values(4, 1) = INFINITY;
  try {
    data.train();
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "patient P1004: column 'f1' is infinite; expected a number or an empty cell (a division by zero?)");
  }
}

TEST(BadInput, ColumnsWithoutAnyValueAreLeftOutByName) {
  Case data(alternating(60, 24), 4, 11);
  data.table.values.col(1).setConstant(std::nan(""));
  const Encoding encoding = fit_encoding({}, data.train());
  EXPECT_EQ(encoding.dropped_missing, std::vector<std::string>{"f1"});
  UnimodalConfig config;
  config.learners = {"logistic_regression"};
  config.selection.steps = {"near_zero_variance", "univariable", "vif"};
  const UnimodalModel model = fit_unimodal(config, "Habitat", data.train(), 1);
  Table asked = data.table;
  asked.values.row(2).setConstant(std::nan(""));
  const Eigen::VectorXd p = predict(model, asked);
  EXPECT_TRUE(std::isnan(p[2])) << "a patient with nothing has no score";
  EXPECT_EQ(p[3], predict(model, data.table)[3]);
  data.table.values.setConstant(std::nan(""));
  try {
    fit_unimodal(config, "Habitat", data.train(), 1);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "Habitat: 0 training patients have Habitat, 0 with the event; a model needs at least 4 of each outcome");
  }
}

TEST(BadInput, EveryStepBearsTiesTwinsAndConstants) {
  Case data(alternating(40, 16), 6, 12);
  data.table.values = (data.table.values.array() > 0).cast<double>().matrix();
  data.table.values.col(1) = data.table.values.col(0);
  data.table.values.col(2).setZero();
  for (const std::string& step : selection_step_names()) {
    if (step == "icc") continue;  // needs a table of its own
    SelectionConfig config;
    config.steps = {step};
    const Selection selection = fit_selection(config, data.train(), 1);
    EXPECT_FALSE(selection.columns.empty()) << step;
    if (step == "pearson" || step == "spearman" || step == "vif") {
      EXPECT_EQ(std::count(selection.columns.begin(), selection.columns.end(), "f0") +
                    std::count(selection.columns.begin(), selection.columns.end(), "f1"),
                1)
          << step;
    }
  }
}

TEST(BadInput, OnlyWhatAModelNeedsIsAskedOfAPatient) {
  const Case data(alternating(80, 32), 30, 10);
  UnimodalConfig config;
  config.learners = {"logistic_regression"};
  const FittedChain chain = fit_chain(config, "Habitat", data.train(), 1);
  ASSERT_LT(chain.selection.columns.size(), 30u);
  EXPECT_EQ(predict(chain, data.table.select_columns(chain.selection.columns)), predict(chain, data.table));
}

}  // namespace
}  // namespace radiopath::fusion
