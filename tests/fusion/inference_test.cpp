// Logistic regression for inference and its drawing, against R.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "fusion/logistic_fit.h"
#include "fusion/logistic_inference.h"
#include "fusion/nomogram.h"
#include "fusion/stepwise.h"
#include "tests/support/anchors.h"

namespace radiopath::fusion {
namespace {

using Eigen::Index;

Design design_of(const CsvFile& csv, const std::vector<std::string>& terms) {
  Design design;
  std::vector<std::vector<double>> columns;
  for (const std::string& term : terms) {
    const std::vector<double> values = column_of(csv, term);
    for (const double level : term == "race" ? std::vector<double>{2, 3} : std::vector<double>{0}) {
      design.names.push_back(term == "race" ? "race" + std::to_string(int(level)) : term), design.term_of.push_back(term);
      columns.push_back(values);
      if (term == "race") for (double& value : columns.back()) value = value == level;
    }
  }
  design.x.resize(Index(csv.rows.size()), Index(columns.size()));
  for (std::size_t c = 0; c < columns.size(); ++c) design.x.col(Index(c)) = Eigen::Map<const Eigen::VectorXd>(columns[c].data(), design.x.rows());
  return design;
}

TEST(LogisticInference, MatchesRsGlm) {
  const auto reference = reference_data("statistics");
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: statistics is not shipped (GPL tables)";
  for (const Json& one : read_cases(*reference / "expected/logistic_regression.json")) {
    const std::string id = one["id"], call = one["call"];
    const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
    const Json& e = one["expected"];
    const std::string study = id.substr(0, id.find('.'));
    const std::map<std::string, std::string> outcome = {{"birthwt", "low"}, {"aSAH", "outcome_poor"}, {"infert", "case"}, {"mtcars", "am"}};
    const std::vector<int> y = outcomes_of(csv, outcome.at(study));
    if (id.ends_with("univariate")) {
      for (std::size_t t = 0; t < e["term"].size(); ++t) {
        const std::string term = e["term"][t];
        const bool race = term.starts_with("race");
        const LogisticInference ours = infer_logistic(design_of(csv, {race ? "race" : term}), y);
        const LogisticTerm& row = ours.terms[term == "race3" ? 2 : 1];
        expect_close(row.odds_ratio, e["or"][t], 1e-6, id + term), expect_close(row.wald.lower, e["lo"][t], 1e-6, id + term);
        expect_close(row.wald.upper, e["hi"][t], 1e-6, id + term), expect_close(row.p, e["p"][t], 1e-6, id + term);
      }
      continue;
    }
    std::vector<std::string> terms;
    if (e["drop1_term"].is_array()) terms = e["drop1_term"].get<std::vector<std::string>>();
    else terms = {e["drop1_term"].get<std::string>()};
    const Design design = design_of(csv, terms);
    const LogisticInference ours = infer_logistic(design, y);
    ASSERT_EQ(ours.terms.size(), e["terms"].size()) << id;
    for (std::size_t t = 0; t < ours.terms.size(); ++t) {
      const LogisticTerm& row = ours.terms[t];
      EXPECT_EQ(row.name, e["terms"][t]);
      expect_close(row.coefficient, e["coef"][t], 1e-6, id + row.name), expect_close(row.standard_error, e["se"][t], 1e-6, id + row.name);
      expect_close(row.z, e["z"][t], 1e-6, id + row.name), expect_close(row.p, e["p"][t], 1e-6, id + row.name);
      expect_close(row.wald.lower, e["or_wald_lo"][t], 1e-6, id + row.name), expect_close(row.wald.upper, e["or_wald_hi"][t], 1e-6, id + row.name);
      // R interpolates its profile on the log scale.
      EXPECT_NEAR(std::log(row.profile.lower), std::log(number(e["or_profile_lo"][t])), 1e-3 * std::abs(std::log(number(e["or_profile_lo"][t]))) + 1e-4) << id << row.name;
      EXPECT_NEAR(std::log(row.profile.upper), std::log(number(e["or_profile_hi"][t])), 1e-3 * std::abs(std::log(number(e["or_profile_hi"][t]))) + 1e-4) << id << row.name;
      if (t == 0 || !e["drop1_term"].is_array()) continue;
      const auto term = std::find(terms.begin(), terms.end(), design.term_of[t - 1]) - terms.begin();
      expect_close(row.likelihood_ratio, e["drop1_lrt"][term], 1e-6, id + row.name), expect_close(row.likelihood_ratio_p, e["drop1_p"][term], 1e-6, id + row.name);
      expect_close(row.vif, e["vif"][term], 1e-6, id + row.name);
    }
    expect_close(ours.deviance, e["deviance"], 1e-6, id), expect_close(ours.null_deviance, e["null_deviance"], 1e-6, id);
    expect_close(ours.aic, e["aic"], 1e-6, id), expect_close(ours.bic, e["bic"], 1e-6, id), expect_close(ours.likelihood_ratio_p, e["lr_p"], 1e-6, id);
  }
}

TEST(Nomogram, MatchesRms) {
  const auto reference = reference_data("statistics");
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: statistics is not shipped (GPL tables)";
  for (const Json& one : read_cases(*reference / "expected/nomogram.json")) {
    const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
    const std::string id = one["id"];
    const Json& e = one["expected"];
    const std::vector<std::string> columns = id.starts_with("aSAH") ? std::vector<std::string>{"age", "wfns", "s100b"} : std::vector<std::string>{"age", "lwt", "smoke", "ht"};
    const Design design = design_of(csv, columns);
    const LogisticFit fit = fit_logistic(design.x, outcomes_of(csv, id.starts_with("aSAH") ? "outcome_poor" : "low"), INFINITY);
    std::vector<double> risks = numbers(e["prob_at"]);
    const Nomogram ours = make_nomogram(columns, design.x, fit.intercept, fit.coefficients, risks);
    for (std::size_t c = 0; c < columns.size(); ++c) {
      expect_all_close(ours.axes[c].values, e["axes"][columns[c]]["value"], 1e-5, id + columns[c]);
      expect_all_close(ours.axes[c].points, e["axes"][columns[c]]["points"], 1e-5, id + columns[c]);
    }
    for (std::size_t i = 0; i < e["lp_at"].size(); ++i)
      expect_close((number(e["lp_at"][i]) - ours.logit_at_zero) * ours.points_per_logit, e["lp_points"][i], 1e-5, id);
    // rms finds the points of a risk by interpolating its table of risks: 2e-4 of a point off at 0.05.
    for (std::size_t i = 0; i < risks.size(); ++i) {
      EXPECT_NEAR(ours.risk_points[i], number(e["prob_points"][i]), 5e-4) << id << risks[i];
      expect_close(ours.risk(ours.risk_points[i]), risks[i], 1e-12, id);
    }
  }
}

TEST(Stepwise, MatchesRsStep) {
  std::ifstream stream(kTestData / "statistics/survival.json");
  const Json e = Json::parse(stream);
  const std::vector<int> y = e["y"];
  Design design{{"X1", "X2", "X3", "X4", "X5"}, Eigen::MatrixXd(Index(y.size()), 5), {}};
  for (Index r = 0; r < design.x.rows(); ++r) for (Index c = 0; c < 5; ++c) design.x(r, c) = e["z"][r][c];
  const Design back = stepwise(design, y, {.direction = StepwiseConfig::Direction::backward}).design,
               forth = stepwise(design, y, {.direction = StepwiseConfig::Direction::forward}).design;
  EXPECT_EQ(back.names, e["backward"].get<std::vector<std::string>>());
  EXPECT_EQ(forth.names.size(), e["forward"].size());
  expect_close(infer_logistic(back, y).aic, e["backward_aic"], 1e-9, "AIC");
  expect_close(infer_logistic(forth, y).aic, e["forward_aic"], 1e-9, "AIC");
}

Design columns_of(const Json& rows) {
  Design design{{}, Eigen::MatrixXd(Index(rows.size()), Index(rows[0].size())), {}};
  for (Index c = 0; c < design.x.cols(); ++c) design.names.push_back("X" + std::to_string(c + 1));
  for (Index r = 0; r < design.x.rows(); ++r)
    for (Index c = 0; c < design.x.cols(); ++c) design.x(r, c) = rows[r][c];
  return design;
}

TEST(Stepwise, ByPMatchesRsAdd1AndDrop1) {
  std::ifstream stream(kTestData / "statistics/stepwise.json");
  const Json stored = Json::parse(stream);
  const std::vector<int> y = stored["y"];
  for (const auto& [name, direction] :
       {std::pair{"forward", StepwiseConfig::Direction::forward}, {"backward", StepwiseConfig::Direction::backward}}) {
    const StepwiseChoice ours = stepwise(
        columns_of(stored["z"]), y, {.direction = direction, .by = StepwiseConfig::By::p, .enter = 0.05, .stay = 0.1});
    EXPECT_EQ(ours.design.names, stored[name]["columns"].get<std::vector<std::string>>()) << name;
    ASSERT_EQ(ours.steps.size(), stored[name]["steps"].size()) << name;
    for (std::size_t s = 0; s < ours.steps.size(); ++s) {
      EXPECT_EQ(ours.steps[s].column, stored[name]["steps"][s]["column"]);
      EXPECT_EQ(ours.steps[s].entered, stored[name]["steps"][s]["entered"].get<bool>());
      expect_close(ours.steps[s].p, stored[name]["steps"][s]["p"], 1e-6, name);
    }
  }
  EXPECT_TRUE(
      std::ranges::any_of(stored["forward"]["steps"], [](const Json& step) { return !step["entered"].get<bool>(); }));
  EXPECT_THROW(stepwise(columns_of(stored["z"]), y, {.by = StepwiseConfig::By::p, .enter = 0.2, .stay = 0.1}),
               InputError);
}

TEST(Firth, MatchesFirthmodelsAndBrglm2) {
  std::ifstream stream(kTestData / "statistics/firth.json");
  const Json stored = Json::parse(stream);
  ASSERT_EQ(stored["cases"].size(), 2u);
  for (const Json& one : stored["cases"]) {
    const std::string id = one["id"];
    const std::vector<int> y = one["y"];
    const Design design = columns_of(one["x"]);
    expect_close(fit_firth(design.x, y).penalised_log_likelihood, one["log_likelihood"], 1e-8, id);
    const LogisticInference ours = infer_logistic(design, y, Estimate::firth);
    EXPECT_EQ(ours.remark.find("separate") != std::string::npos, id == "separated") << ours.remark;
    for (std::size_t t = 0; t < ours.terms.size(); ++t) {
      const LogisticTerm& term = ours.terms[t];
      expect_close(term.coefficient, one["coefficients"][t], 1e-6, id + term.name);
      expect_close(term.standard_error, one["standard_errors"][t], 1e-6, id + term.name);
      expect_close(term.p, one["p"][t], 1e-6, id + term.name);
      // firthmodels steps on until 1e-7 in coefficients that are near their limit
      expect_close(std::log(term.profile.lower), one["lower"][t], 1e-5, id + term.name);
      expect_close(std::log(term.profile.upper), one["upper"][t], 1e-5, id + term.name);
    }
    if (id == "separated") {
      EXPECT_EQ(infer_logistic(design, y).terms[2].p, ours.terms[2].p) << "chosen where columns separate";
    }
  }
}

TEST(Firth, WeightsCountPatients) {
  std::ifstream stream(kTestData / "statistics/firth.json");
  const Json one = Json::parse(stream)["cases"][1];
  const Design design = columns_of(one["x"]);
  const std::vector<int> y = one["y"];
  const FirthFit plain = fit_firth(design.x, y);
  // Jeffreys' prior of doubled data is that of the data, so that doubling weights is as doubling rows.
  Eigen::MatrixXd twice(2 * design.x.rows(), design.x.cols());
  twice << design.x, design.x;
  std::vector<int> outcomes = y;
  outcomes.insert(outcomes.end(), y.begin(), y.end());
  const FirthFit doubled = fit_firth(twice, outcomes),
                 weighted = fit_firth(design.x, y, Eigen::VectorXd::Constant(design.x.rows(), 2));
  EXPECT_LT((doubled.coefficients - weighted.coefficients).cwiseAbs().maxCoeff(), 1e-7);
  EXPECT_GT((plain.coefficients - weighted.coefficients).cwiseAbs().maxCoeff(), 1e-4);
}

TEST(Firth, IsTheHalfCountRuleOfATwoByTwoTable) {
  // With one 0/1 column the saturated model's penalty adds 1/2 to each cell (Firth 1993, section 3.3): 6/0 against 3/5.
  Eigen::MatrixXd x(14, 1);
  std::vector<int> y;
  for (int i = 0; i < 14; ++i) x(i, 0) = i < 6, y.push_back(i < 6 || i >= 11 ? 1 : 0);
  const FirthFit fit = fit_firth(x, y);
  EXPECT_TRUE(fit.converged);
  EXPECT_NEAR(fit.coefficients[0], std::log(3.5 / 5.5), 1e-8);
  EXPECT_NEAR(fit.coefficients[0] + fit.coefficients[1], std::log(6.5 / 0.5), 1e-8);
  const LogisticInference ours = infer_logistic({{"x"}, x, {}}, y);
  EXPECT_TRUE(ours.firth);
  EXPECT_NE(ours.remark.find("separate"), std::string::npos);
}

TEST(LogisticInference, SaysWhatIsWrongAndDoesNotDependOnTheScale) {
  Eigen::MatrixXd x(12, 2);
  std::vector<int> y;
  for (int i = 0; i < 12; ++i) x(i, 0) = (i * 7) % 12, x(i, 1) = 2 * x(i, 0), y.push_back(i % 3 == 0 || i == 7);
  const LogisticInference ours = infer_logistic({{"a", "twice a"}, x, {}}, y);
  EXPECT_EQ(ours.terms.size(), 2u);
  EXPECT_NE(ours.remark.find("twice a"), std::string::npos);
  const LogisticInference big = infer_logistic({{"a"}, x.leftCols(1) * 1e12, {}}, y);
  EXPECT_NEAR(big.terms[1].p, ours.terms[1].p, 1e-9);
  EXPECT_NEAR(big.terms[1].coefficient * 1e12, ours.terms[1].coefficient, 1e-9);
  EXPECT_THROW(infer_logistic({{"a"}, x.leftCols(1), {}}, std::vector<int>(12, 1)), InputError);
  x(3, 0) = INFINITY;
  EXPECT_THROW(infer_logistic({{"a", "b"}, x, {}}, y), InputError);
  EXPECT_THROW(infer_logistic({{"a", "b", "c"}, Eigen::MatrixXd::Random(4, 3), {}}, {1, 0, 1, 0}), InputError);
}

}  // namespace
}  // namespace radiopath::fusion
