// Other programs' answers to the same questions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/statistics.h"
#include "fusion/clinical_model.h"
#include "fusion/encoding.h"
#include "fusion/forest.h"
#include "fusion/lasso.h"
#include "fusion/logistic.h"
#include "fusion/logistic_fit.h"
#include "fusion/selection.h"
#include "fusion/tree.h"
#include "tests/fusion/stored.h"

namespace radiopath::fusion {
namespace {

TEST(Encoding, MatchesStandardScaler) {
  for (const std::string name : kTables) {
    const Stored stored(name);
    const Json expected = case_of(kSklearn / "expected/preprocessing.json", name + ".standard_scaler").at("expected");
    const Encoding encoding = fit_encoding({}, stored.train());
    expect_all_close(encoding.centres, expected["mean"], 1e-8, name);
    expect_all_close(encoding.scales, expected["scale"], 1e-8, name);
    expect_all_close(Eigen::VectorXd(stored.standardised_held_out().values.colwise().sum()), expected["test_sum"], 1e-8, name);
  }
}

TEST(Logistic, MatchesScikitLearnsNewton) {
  for (const std::string name : kTables) {
    const Stored stored(name);
    for (const auto& [text, c] : {std::pair{"0.01", 0.01}, {"0.1", 0.1}, {"1", 1.0}, {"100", 100.0}}) {
      const std::string id = name + ".logistic_l2_C" + text;
      const Json expected = case_of(kSklearn / "expected/logistic.json", id).at("expected");
      const LogisticModel model = fit_logistic_regression({.c = c, .penalty = "l2"}, stored.standardised());
      expect_all_close(model.coefficients, expected["coef"], 1e-6, id);
      expect_close(model.intercept, expected["intercept"], 1e-6, id);
      expect_all_close(predict(model, stored.standardised_held_out()), expected["test_proba"], 1e-6, id);
    }
  }
}

TEST(Lasso, MatchesLassoCvConverged) {
  for (const std::string name : kTables) {
    const Stored stored(name);
    const Json expected = case_of(kSklearn / "expected/lasso.json", name + ".lassocv_tight").at("expected");
    const Eigen::MatrixXd x = stored.standardised().table().values;
    const LassoFit fit = fit_lasso_cv(x, stored.y(), lasso_folds(x, stored.y(), contiguous_folds(x.rows(), 5)));
    EXPECT_TRUE(fit.converged) << name;
    EXPECT_EQ(fit.chosen, expected["alpha_index"]) << name;
    expect_close(fit.alpha(), expected["alpha"], 1e-6, name);
    expect_all_close(fit.mean_squared_errors, expected["mse_mean"], 1e-6, name);
    expect_all_close(Eigen::VectorXd(fit.path.coefficients.col(fit.chosen)), expected["coef"], 1e-6, name);
    expect_close(fit.path.intercepts[fit.chosen], expected["intercept"], 1e-6, name);
  }
}

TEST(Lasso, MatchesLassoCvSweepBySweep) {
  for (const std::string name : kTables) {
    const Stored stored(name);
    const Json expected = case_of(kSklearn / "expected/lasso.json", name + ".lassocv_default").at("expected");
    const Eigen::MatrixXd x = stored.standardised().table().values;
    const LassoFit fit = fit_lasso_cv(x, stored.y(), lasso_folds(x, stored.y(), contiguous_folds(x.rows(), 5)),
                                      {.alphas = 100, .smallest_share = 1e-3, .stop = LassoStop::scikit_learn});
    expect_all_close(fit.alphas, expected["alphas"], 1e-12, name);
    expect_all_close(fit.mean_squared_errors, expected["mse_mean"], 1e-9, name);
    expect_close(fit.alpha(), expected["alpha"], 1e-12, name);
    // LassoCV's last fit starts from nothing at the chosen alpha.
    const LassoPath last = lasso_path(x, stored.y(), Eigen::VectorXd::Constant(1, fit.alpha()), LassoStop::scikit_learn);
    EXPECT_EQ(last.sweeps[0], expected["n_iter"]) << name;
    expect_all_close(Eigen::VectorXd(last.coefficients.col(0)), expected["coef"], 1e-9, name);
  }
}

TEST(Lasso, MatchesLassoCvOnANumericOutcome) {
  const CsvFile csv = read_csv(kSklearn / "inputs/diabetes.csv");
  const Json expected = case_of(kSklearn / "expected/lasso.json", "diabetes.lassocv_tight").at("expected");
  const auto of = column_of(csv, "y");
  const Eigen::VectorXd y = Eigen::Map<const Eigen::VectorXd>(of.data(), static_cast<Eigen::Index>(of.size()));
  ASSERT_EQ(csv.header.back(), "y");
  Eigen::MatrixXd x(y.size(), static_cast<Eigen::Index>(csv.header.size()) - 1);
  for (Eigen::Index c = 0; c < x.cols(); ++c) {
    const auto values = column_of(csv, csv.header[static_cast<std::size_t>(c)]);
    x.col(c) = Eigen::Map<const Eigen::VectorXd>(values.data(), y.size());
  }
  const LassoFit fit = fit_lasso_cv(x, y, lasso_folds(x, y, contiguous_folds(y.size(), 5)));
  EXPECT_EQ(fit.chosen, expected["alpha_index"]);
  expect_all_close(fit.mean_squared_errors, expected["mse_mean"], 1e-6, "diabetes");
  expect_all_close(Eigen::VectorXd(fit.path.coefficients.col(fit.chosen)), expected["coef"], 1e-6, "diabetes");
}

// --- R, where its tables may be read ---------------------------------------------------------------------------------

TEST(Mrmr, ChoosesAsMrmreDoes) {
  const auto reference = reference_data("statistics");
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: R's tables are not shipped (GPL)";
  std::vector<std::string> wide;
  for (int i = 1; i <= 30; ++i) wide.push_back("x" + std::to_string(i));
  const auto check = [&](const std::string& id, const FromR& data) {
    const Json expected = case_of(*reference / "expected/mrmr.json", id).at("expected");
    SelectionConfig config;
    config.steps = {"mrmr"};
    config.mrmr_columns = static_cast<int>(expected["selected"].size());
    EXPECT_EQ(fit_selection(config, data.train(), 1).columns, expected["selected"].get<std::vector<std::string>>()) << id;
  };
  check("mtcars.mrmr.pearson", FromR(*reference / "inputs/mtcars.csv", "am",
                                     {"mpg", "cyl", "disp", "hp", "drat", "wt", "qsec", "vs", "gear", "carb"}));
  check("glmnet_binomial.mrmr.pearson", FromR(*reference / "inputs/glmnet_binomial.csv", "y", wide));
}

TEST(ClinicalModel, MatchesRsGlm) {
  const auto reference = reference_data("statistics");
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: R's tables are not shipped (GPL)";
  const auto file = *reference / "expected/logistic_regression.json";
  const auto compare = [](const ClinicalTerm& term, const Json& e, std::size_t i, const char* odds, const char* low,
                          const char* high) {
    expect_close(term.odds_ratio, e[odds][i], 1e-6, term.column);
    expect_close(term.odds_lower, e[low][i], 1e-6, term.column);
    expect_close(term.odds_upper, e[high][i], 1e-6, term.column);
    expect_close(term.p, e["p"][i], 1e-6, term.column);
  };
  ClinicConfig everything;
  everything.p_value = 1;
  const Json one_by_one = case_of(file, "aSAH.univariate").at("expected");
  const FromR five(*reference / "inputs/aSAH.csv", "outcome_poor", one_by_one["term"].get<std::vector<std::string>>());
  const ClinicalModel screened = fit_clinical_model({}, five.train());
  for (std::size_t i = 0; i < 5; ++i) compare(screened.univariable[i], one_by_one, i, "or", "lo", "hi");
  EXPECT_EQ(screened.columns, (std::vector<std::string>{"age", "wfns", "s100b"})) << "P < 0.05";

  for (const auto& [id, input, outcome] : {std::tuple{"aSAH.full", "aSAH", "outcome_poor"},
                                           {"birthwt.numeric", "birthwt", "low"}, {"infert", "infert", "case"}}) {
    const Json expected = case_of(file, id).at("expected");
    auto terms = expected["terms"].get<std::vector<std::string>>();
    terms.erase(terms.begin());  // (Intercept)
    const FromR data(*reference / ("inputs/" + std::string(input) + ".csv"), outcome, terms);
    const ClinicalModel model = fit_clinical_model(everything, data.train());
    ASSERT_EQ(model.multivariable.size(), terms.size()) << id;
    expect_close(model.intercept, expected["coef"][0], 1e-6, id);
    for (std::size_t i = 0; i < terms.size(); ++i) {
      compare(model.multivariable[i], expected, i + 1, "or", "or_wald_lo", "or_wald_hi");
      expect_close(model.multivariable[i].standard_error, expected["se"][i + 1], 1e-6, terms[i]);
    }
  }
}

}  // namespace
}  // namespace radiopath::fusion
