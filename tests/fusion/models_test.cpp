// What the definitions promise, and data that break weaker code.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "fusion/clinic_coding.h"
#include "fusion/clinical_model.h"
#include "fusion/encoding.h"
#include "fusion/forest.h"
#include "fusion/json.h"
#include "fusion/lasso.h"
#include "fusion/logistic_fit.h"
#include "fusion/selection.h"
#include "tests/fusion/made_up_patients.h"

namespace radiopath::fusion {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Data {
  Data(std::vector<int> y, std::vector<std::string> columns, Eigen::MatrixXd values)
      : outcomes(std::move(y)), cohort(made_up_cohort(outcomes, static_cast<int>(outcomes.size()))) {
    std::vector<std::string> ids;
    for (const Patient& patient : cohort.patients()) ids.push_back(patient.id);
    table = Table(ids, std::move(columns));
    table.values = std::move(values);
  }
  TrainingTable train() const { return {table, locked_split(cohort).train}; }

  std::vector<int> outcomes;
  Cohort cohort;
  Table table;
};

/// Outcomes 0 0 0 0 1 1 1 1 ... and standard normal columns, the first shifted by `shift` in events.
Data random_data(int rows, int columns, double shift, std::uint64_t seed) {
  std::vector<int> y;
  for (int i = 0; i < rows; ++i) y.push_back(i % 8 >= 4);
  std::vector<std::string> names;
  for (int c = 0; c < columns; ++c) names.push_back("f" + std::to_string(c));
  Random random(seed, "data");
  Eigen::MatrixXd x(rows, columns);
  for (int r = 0; r < rows; ++r) {
    for (int c = 0; c < columns; ++c) x(r, c) = random.normal() + (c == 0 ? shift * y[static_cast<std::size_t>(r)] : 0);
  }
  return {y, names, x};
}

// --- encoding --------------------------------------------------------------------------------------------------------

TEST(Encoding, DropsAndListsWhatCannotBeUsed) {
  Data data = random_data(16, 5, 1, 1);
  data.table.values.col(1).setConstant(0.1);
  data.table.values.col(2).setConstant(std::nan(""));
  data.table.values.col(3).head(9).setConstant(std::nan(""));
  data.table.values.col(4).head(3).setConstant(std::nan(""));
  const Encoding encoding = fit_encoding({}, data.train());
  EXPECT_EQ(encoding.columns, (std::vector<std::string>{"f0", "f4"}));
  EXPECT_EQ(encoding.dropped_constant, std::vector<std::string>{"f1"});
  EXPECT_EQ(encoding.dropped_missing, (std::vector<std::string>{"f2", "f3"}));
  const Table encoded = apply(encoding, data.table);
  EXPECT_FALSE(encoded.values.array().isNaN().any());
  EXPECT_NEAR(encoded.values.col(1).mean(), 0, 1e-15);
  EXPECT_NEAR(encoded.values.col(1).squaredNorm() / 16, 1, 1e-14);
}

TEST(Encoding, ImputesTheMedianOfTheTrainingPatients) {
  Data data({0, 0, 1, 1, 1}, {"a"}, (Eigen::MatrixXd(5, 1) << 1, 2, 4, 100, std::nan("")).finished());
  const Encoding encoding = fit_encoding({}, data.train());
  EXPECT_EQ(encoding.fills[0], 3);
  Table other({"X", "Y"}, {"a"});
  other.values << 3, std::nan("");
  const Table encoded = apply(encoding, other);
  EXPECT_EQ(encoded.values(0, 0), encoded.values(1, 0));
}

TEST(Encoding, KeepsHugeAndTinyScales) {
  Data data = random_data(16, 3, 1, 2);
  data.table.values.col(1) = data.table.values.col(0) * 1e200;
  data.table.values.col(2) = data.table.values.col(0) * 1e-200;
  const Table encoded = apply(fit_encoding({}, data.train()), data.table);
  EXPECT_TRUE(encoded.values.col(1).isApprox(encoded.values.col(0), 1e-12));
  EXPECT_TRUE(encoded.values.col(2).isApprox(encoded.values.col(0), 1e-12));
}

// --- coding ----------------------------------------------------------------------------------------------------------

TextTable clinical_text(const Cohort& cohort) {
  TextTable text{.ids = {}, .columns = {"age", "stage", "histology"}, .cells = {}};
  const char* const stages[] = {"I", "III", "II", "", "III", "I", "II", "III"};
  const char* const tissues[] = {"serous", "serous", "clear, cell", "", "serous", "mucinous", "serous", "serous"};
  for (int i = 0; i < cohort.size(); ++i) {
    text.ids.push_back(cohort[i].id);
    text.cells.push_back({i == 4 ? "NA" : std::to_string(50 + i), stages[i % 8], tissues[i % 8]});
  }
  return text;
}

TEST(ClinicCoding, CodesNumbersLevelsAndText) {
  const Cohort cohort = made_up_cohort({0, 0, 0, 0, 1, 1, 1, 1}, 8);
  ClinicConfig config;
  config.columns = {"age", "stage", "histology"};
  config.ordinal = {{"stage", {"I", "II", "III", "IV"}}};
  const TextTable text = clinical_text(cohort);
  const ClinicCoding coding = fit_coding(config, text, locked_split(cohort).train);
  const Table table = apply(from_json<ClinicCoding>(to_json(coding)), text);
  EXPECT_EQ(table.columns, (std::vector<std::string>{"age", "stage", "histology=clear, cell", "histology=mucinous"}))
      << "the most frequent level is the reference";
  EXPECT_EQ(table.values(0, 0), 50);
  EXPECT_TRUE(std::isnan(table.values(4, 0)));
  EXPECT_EQ(table.values(1, 1), 2);
  EXPECT_TRUE(std::isnan(table.values(3, 1)));
  EXPECT_EQ(table.values(2, 2), 1);
  EXPECT_EQ(table.values(0, 2), 0);
  EXPECT_TRUE(std::isnan(table.values(3, 3)));
}

TEST(ClinicCoding, CountsWhatTrainingNeverSaw) {
  const Cohort cohort = made_up_cohort({0, 0, 0, 0, 1, 1, 1, 1, 0}, 8);
  ClinicConfig config;
  config.columns = {"age", "histology"};
  TextTable text = clinical_text(cohort);
  text.cells[8] = {"old", "IV", "endometrioid"};
  const ClinicCoding coding = fit_coding(config, text, locked_split(cohort).train);
  const Table table = apply(coding, text);
  EXPECT_TRUE(table.values.row(8).array().isNaN().all());
  EXPECT_EQ(unknown_levels(coding, text),
            (std::map<std::string, int>{{"age: old", 1}, {"histology: endometrioid", 1}}));
  config.columns = {"stage"};
  config.ordinal = {{"stage", {"I", "II", "III"}}};
  try {
    apply(fit_coding(config, text, locked_split(cohort).train), text);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "patient P1008: 'IV' in column 'stage' is not one of its levels: I, II, III; "
                               "see [clinic] ordinal.stage");
  }
  config.columns = {"histolgy"};
  config.ordinal = {};
  EXPECT_THROW(fit_coding(config, text, locked_split(cohort).train), InputError);
}

// --- logistic regression ---------------------------------------------------------------------------------------------

TEST(Logistic, OfATwoByTwoTableIsItsOddsRatio) {
  std::vector<int> y;
  std::vector<double> x;
  const auto add = [&](int count, int exposed, int event) {
    for (int i = 0; i < count; ++i) x.push_back(exposed), y.push_back(event);
  };
  add(12, 1, 1), add(5, 1, 0), add(8, 0, 1), add(20, 0, 0);
  const Eigen::MatrixXd column = Eigen::Map<Eigen::VectorXd>(x.data(), 45);
  const LogisticFit fit = fit_logistic(column, y, kInfinity);
  EXPECT_TRUE(fit.converged);
  EXPECT_NEAR(fit.coefficients[0], std::log(12.0 * 20 / (5 * 8)), 1e-12);
  EXPECT_NEAR(fit.standard_errors[1], std::sqrt(1 / 12.0 + 1 / 5.0 + 1 / 8.0 + 1 / 20.0), 1e-12);
  const LogisticFit scaled = fit_logistic(1e12 * column, y, kInfinity);
  EXPECT_NEAR(scaled.coefficients[0] * 1e12, fit.coefficients[0], 1e-9) << "huge scales change nothing";
  EXPECT_NEAR(scaled.intercept, fit.intercept, 1e-9);
}

TEST(Logistic, SaysWhenOutcomesAreSeparated) {
  const std::vector<int> y = {0, 0, 0, 0, 1, 1, 1, 1};
  Eigen::MatrixXd x(8, 1);
  x << 1, 2, 3, 4, 5, 6, 7, 8;
  const LogisticFit complete = fit_logistic(x, y, kInfinity);
  EXPECT_TRUE(complete.separated);
  EXPECT_FALSE(complete.converged);
  x << 0, 0, 0, 0, 0, 0, 1, 1;  // quasi-complete: the value 1 comes with events alone
  EXPECT_TRUE(fit_logistic(x, y, kInfinity).separated);
  x << 0, 0, 1, 1, 0, 0, 1, 1;
  EXPECT_FALSE(fit_logistic(x, y, kInfinity).separated);
  EXPECT_TRUE(fit_logistic(x, y, 1.0).converged);
  EXPECT_THROW(fit_logistic(x, std::vector<int>(8, 1), 1.0), InputError);
}

TEST(Logistic, LeavesOutRepeatedColumnsAsRDoes) {
  const Data data = random_data(40, 2, 1, 3);
  Eigen::MatrixXd x(40, 4);
  x << data.table.values.col(0), data.table.values.col(0) * 3 + Eigen::VectorXd::Ones(40), data.table.values.col(1),
      Eigen::VectorXd::Constant(40, 7);
  const LogisticFit twice = fit_logistic(x, data.outcomes, kInfinity);
  const LogisticFit once = fit_logistic(data.table.values, data.outcomes, kInfinity);
  EXPECT_TRUE(twice.converged);
  EXPECT_TRUE(std::isnan(twice.standard_errors[2]));
  EXPECT_NEAR(twice.coefficients[0], once.coefficients[0], 1e-9);
  EXPECT_NEAR(twice.coefficients[2], once.coefficients[1], 1e-9);
  EXPECT_EQ(twice.coefficients[3], 0);
}

TEST(Logistic, WithMoreColumnsThanPatientsIsTheSameOptimum) {
  const Data data = random_data(24, 60, 1, 4);
  const Eigen::MatrixXd& x = data.table.values;
  const LogisticFit fit = fit_logistic(x, data.outcomes, 0.5);
  // At the optimum the gradient of |w|^2 / 2 + c * loss vanishes.
  Eigen::VectorXd residual(24);
  for (int i = 0; i < 24; ++i) {
    residual[i] = data.outcomes[static_cast<std::size_t>(i)] - logistic(fit.intercept + x.row(i).dot(fit.coefficients));
  }
  EXPECT_LT((fit.coefficients - 0.5 * x.transpose() * residual).cwiseAbs().maxCoeff(), 1e-9);
  EXPECT_NEAR(residual.sum(), 0, 1e-9);
}

TEST(ClinicalModel, FlagsSeparationAndStillPredicts) {
  Data data = random_data(40, 2, 0, 5);
  for (int i = 0; i < 40; ++i) data.table.values(i, 0) = data.outcomes[static_cast<std::size_t>(i)] * 10 + i % 3;
  const ClinicalModel model = fit_clinical_model({}, data.train());
  EXPECT_TRUE(model.univariable[0].separated);
  EXPECT_LT(model.univariable[0].p, 1e-6) << "by the likelihood ratio: Wald would call it nothing";
  EXPECT_TRUE(std::isnan(model.univariable[0].odds_ratio));
  EXPECT_NE(model.remark.find("separate the outcomes"), std::string::npos);
  const Eigen::VectorXd scores = predict(model, data.table);
  EXPECT_GT(scores.minCoeff(), 0);
  EXPECT_LT(scores.maxCoeff(), 1);
  EXPECT_EQ(predict(from_json<ClinicalModel>(to_json(model)), data.table), scores);
}

TEST(ClinicalModel, KeepsTheSmallestPWhenNonePasses) {
  const Data data = random_data(40, 3, 0, 6);
  ClinicConfig config;
  config.p_value = 1e-9;
  const ClinicalModel model = fit_clinical_model(config, data.train());
  ASSERT_EQ(model.columns.size(), 1u);
  EXPECT_NE(model.remark.find("kept the smallest"), std::string::npos);
}

// --- lasso and selection ---------------------------------------------------------------------------------------------

TEST(Lasso, MeetsItsOptimalityConditions) {
  const Data data = random_data(30, 50, 1, 7);  // more columns than patients
  Eigen::MatrixXd x = data.table.values;
  x.col(10) = x.col(0);  // the same twice: no unique solution, still an optimum
  Eigen::VectorXd y(30);
  for (int i = 0; i < 30; ++i) y[i] = data.outcomes[static_cast<std::size_t>(i)];
  const Eigen::VectorXd alphas = lasso_grid(x, y, {});
  const LassoPath path = lasso_path(x, y, alphas, LassoStop::converged);
  EXPECT_TRUE(path.converged);
  EXPECT_EQ(path.coefficients.col(0).cwiseAbs().maxCoeff(), 0) << "the largest alpha chooses nothing";
  const Eigen::MatrixXd centred = x.rowwise() - x.colwise().mean();
  for (Eigen::Index a = 0; a < alphas.size(); ++a) {
    const Eigen::VectorXd residual = (y - x * path.coefficients.col(a)).array() - path.intercepts[a];
    const Eigen::VectorXd pull = centred.transpose() * residual / 30;
    EXPECT_LT(pull.cwiseAbs().maxCoeff(), alphas[a] + 1e-6) << a;
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      const double w = path.coefficients(j, a);
      EXPECT_NEAR(pull[j], w == 0 ? pull[j] : std::copysign(alphas[a], w), 1e-6) << j << " at " << a;
    }
  }
}

TEST(Selection, RecordsTheWaterfall) {
  const Data data = random_data(80, 40, 2, 8);
  const TrainingTable encoded = apply(fit_encoding({}, data.train()), data.train());
  const Selection selection = fit_selection({}, encoded, 1);
  ASSERT_EQ(selection.steps.size(), 4u);
  EXPECT_EQ(selection.steps[0].name, "t_test");
  EXPECT_EQ(selection.steps[0].before, 40);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(static_cast<std::size_t>(selection.steps[i].before), selection.steps[i - 1].kept.size());
  }
  EXPECT_EQ(selection.columns, selection.steps[3].kept);
  EXPECT_NE(std::find(selection.columns.begin(), selection.columns.end(), "f0"), selection.columns.end());
  EXPECT_EQ(to_json(from_json<Selection>(to_json(selection))), to_json(selection));
  SelectionConfig nothing;
  nothing.steps = {};
  EXPECT_EQ(fit_selection(nothing, encoded, 1).columns, data.table.columns);
}

TEST(Selection, KeepsTheOneOfTwinsThatIsNearerToTheOutcome) {
  Data data = random_data(80, 4, 1.5, 9);
  Random random(1, "twin");
  for (int i = 0; i < 80; ++i) data.table.values(i, 2) = data.table.values(i, 0) + 0.1 * random.normal();
  data.table.values.col(3) = data.table.values.col(0);
  const TrainingTable encoded = apply(fit_encoding({}, data.train()), data.train());
  SelectionConfig config;
  config.steps = {"pearson"};
  const auto kept = fit_selection(config, encoded, 1).columns;
  const auto twins = std::count_if(kept.begin(), kept.end(), [](const auto& name) { return name != "f1"; });
  EXPECT_EQ(twins, 1);
  EXPECT_EQ(kept.size(), 2u);
}

TEST(Selection, KeepsSomethingWhenNothingPasses) {
  Data data = random_data(40, 6, 0, 10);
  const TrainingTable encoded = apply(fit_encoding({}, data.train()), data.train());
  SelectionConfig config;
  config.p_value = 1e-12;
  const Selection one = fit_selection(config, encoded, 1);
  EXPECT_EQ(one.columns.size(), 1u);
  EXPECT_NE(one.steps[0].remark.find("kept the smallest P"), std::string::npos);
  config.steps = {"lasso"};
  for (std::uint64_t seed = 1; seed < 6; ++seed) EXPECT_GE(fit_selection(config, encoded, seed).columns.size(), 1u);
}

TEST(Selection, StandsTiesEverywhere) {
  Data data = random_data(40, 8, 1, 11);
  data.table.values = (data.table.values.array() > 0).cast<double>().matrix();
  data.table.values.col(5) = data.table.values.col(0);
  data.table.values.col(6) = (1 - data.table.values.col(0).array()).matrix();
  const TrainingTable encoded = apply(fit_encoding({}, data.train()), data.train());
  for (const auto& steps : {std::vector<std::string>{"t_test", "pearson", "mrmr", "lasso"}, {"mrmr"}, {"lasso"}}) {
    SelectionConfig config;
    config.steps = steps;
    EXPECT_GE(fit_selection(config, encoded, 1).columns.size(), 1u);
  }
}

// --- forest ----------------------------------------------------------------------------------------------------------

TEST(Forest, StandsWhatCannotBeSplit) {
  Data data = random_data(20, 3, 0, 12);
  data.table.values.setOnes();
  const Eigen::VectorXd scores = predict(fit_forest({}, data.train(), {.seed = 1}), data.table);
  EXPECT_NEAR(scores[0], 0.4, 0.1);  // 8 of 20, bootstrapped
  EXPECT_EQ(scores.minCoeff(), scores.maxCoeff());
}

TEST(Forest, KeepsItsOptions) {
  const Data data = random_data(60, 5, 1, 13);
  const ForestConfig config{.trees = 10, .max_depth = 2, .min_samples_leaf = 5, .max_features = 1};
  const ForestModel model = fit_forest(config, data.train(), {.seed = 1});
  EXPECT_EQ(model.trees.size(), 10u);
  for (const Tree& tree : model.trees) EXPECT_LE(tree.nodes.size(), 7u);
  EXPECT_NE(to_json(Learner(model)), to_json(Learner(fit_forest(config, data.train(), {.seed = 2})))) << "another seed";
  EXPECT_EQ(to_json(Learner(model)), to_json(Learner(fit_forest(config, data.train(), {.seed = 1}))));
}

}  // namespace
}  // namespace radiopath::fusion
