#include "core/survival.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/bootstrap.h"
#include "core/contingency.h"
#include "core/parallel.h"
#include "core/sample_size.h"
#include "core/statistics.h"
#include "core/table_one.h"
#include "tests/support/anchors.h"

namespace radiopath {
namespace {

/// tests/data/statistics/survival.json, made by make/survival.R with R's survival.
TEST(Survival, MatchesRsSurvival) {
  std::ifstream stream(kTestData / "statistics/survival.json");
  const Json e = Json::parse(stream);
  const std::vector<double> times = e["time"], x = e["x"];
  const std::vector<int> events = e["event"], groups = e["group"];
  const KaplanMeier km = kaplan_meier(times, events);
  ASSERT_EQ(km.points.size(), e["km"]["time"].size());
  for (std::size_t i = 0; i < km.points.size(); ++i) {
    const SurvivalPoint& p = km.points[i];
    expect_close(p.survival, e["km"]["survival"][i], 1e-9, "survival");
    EXPECT_EQ(p.at_risk, e["km"]["at_risk"][i]);
    if (p.survival == 0) continue;
    expect_close(p.standard_error, e["km"]["std_err"][i], 1e-9, "error");
    expect_close(p.interval.lower, e["km"]["lower"][i], 1e-9, "lower"), expect_close(p.interval.upper, e["km"]["upper"][i], 1e-9, "upper");
  }
  expect_close(km.median, e["median"], 1e-12, "median");
  expect_close(km.median_interval.lower, e["median_lower"], 1e-12, "lower"), expect_close(km.median_interval.upper, e["median_upper"], 1e-12, "upper");
  const LogRank test = log_rank(times, events, groups);
  expect_close(test.test.statistic, e["log_rank"]["chisq"], 1e-9, "log-rank");
  expect_all_close(test.expected, e["log_rank"]["expected"], 1e-9, "expected");
  for (const auto& [name, ties] : {std::pair{"efron", CoxTies::efron}, {"breslow", CoxTies::breslow}}) {
    const CoxFit fit = cox(times, events, x, ties);
    expect_close(fit.coefficient, e[name]["coefficient"], 1e-8, name), expect_close(fit.standard_error, e[name]["se"], 1e-8, name);
    expect_close(fit.p, e[name]["p"], 1e-8, name), expect_close(fit.interval.lower, e[name]["lower"], 1e-8, name);
    expect_close(fit.null_log_likelihood, e[name]["loglik"][0], 1e-9, name), expect_close(fit.log_likelihood, e[name]["loglik"][1], 1e-9, name);
  }
  expect_close(concordance(times, events, x).c, e["concordance"], 1e-12, "C");
}

TEST(Survival, SaysSoWhereThereIsNoAnswer) {
  const std::vector<double> times = {1, 2, 3, 4}, same = {1, 1, 1, 1}, ordered = {4, 3, 2, 1};
  const std::vector<int> all = {1, 1, 1, 1}, none = {0, 0, 0, 0};
  EXPECT_FALSE(cox(times, all, same).converged);
  EXPECT_FALSE(cox(times, all, ordered).converged);  // monotone likelihood
  EXPECT_TRUE(std::isnan(cox(times, none, ordered).hazard_ratio));
  EXPECT_TRUE(std::isnan(kaplan_meier(times, none).median));
  EXPECT_TRUE(std::isnan(concordance(times, none, ordered).c));
  EXPECT_EQ(concordance(times, all, ordered).c, 1);
  EXPECT_THROW(kaplan_meier(std::vector<double>{-1}, std::vector<int>{1}), std::logic_error);
}

TEST(Bootstrap, IsTheSameForAnyNumberOfThreads) {
  const std::vector<double> scores = {0.1, 0.4, 0.35, 0.8, 0.7, 0.2, 0.9, 0.3};
  const std::vector<int> y = {0, 0, 1, 1, 1, 0, 1, 0};
  set_thread_count(1);
  const auto one = bootstrap({200, 5}, "auc", y, of_scores(scores, y, auc));
  set_thread_count(4);
  const auto four = bootstrap({200, 5}, "auc", y, of_scores(scores, y, auc));
  set_thread_count(0);
  EXPECT_EQ(one.mean, four.mean);
  EXPECT_EQ(one.percentile.lower, four.percentile.lower);
  EXPECT_NE(one.mean, bootstrap({200, 6}, "auc", y, of_scores(scores, y, auc)).mean);
}

TEST(Brier, PartsSumToIt) {
  const std::vector<double> p = {0.1, 0.1, 0.3, 0.35, 0.8, 0.8, 0.9, 0.2};
  const std::vector<int> y = {0, 1, 0, 1, 1, 1, 1, 0};
  const BrierParts exact = brier_parts(p, y);
  EXPECT_NEAR(exact.within, 0, 1e-15);
  EXPECT_NEAR(exact.reliability - exact.resolution + exact.uncertainty, exact.brier, 1e-15);
}

TEST(Degenerate, FiguresAreNanNotNumbers) {
  const std::vector<double> constant = {0.5, 0.5, 0.5, 0.5}, certain = {0, 0, 1, 1};
  const std::vector<int> y = {0, 0, 1, 1}, none = {0, 0, 0, 0};
  EXPECT_EQ(auc(constant, y), 0.5);
  EXPECT_TRUE(std::isnan(auc(constant, none)));
  EXPECT_TRUE(std::isnan(average_precision(constant, none)));
  EXPECT_TRUE(std::isnan(hosmer_lemeshow(constant, y).p));
  EXPECT_TRUE(std::isnan(calibration_slope(constant, y).slope));
  EXPECT_TRUE(std::isnan(calibration_slope(certain, y).slope));
  EXPECT_EQ(calibration_slope(certain, y).left_out, 4);
  EXPECT_TRUE(std::isnan(spiegelhalter(certain, y).p));
  EXPECT_TRUE(std::isnan(threshold_at_sensitivity(constant, none, 0.9)));
  EXPECT_TRUE(std::isnan(shapiro_wilk(constant).p));
  EXPECT_TRUE(std::isnan(pearson_test(constant, certain).p));
  EXPECT_TRUE(std::isnan(chi_squared_test(Eigen::Matrix2i{{3, 0}, {4, 0}}).p));
  EXPECT_EQ(mcnemar(Eigen::Matrix2i{{3, 0}, {0, 4}}).p_exact, 1);
}

TEST(HypothesisTests, DoNotDependOnTheScale) {
  const std::vector<double> a = {1, 2, 4, 8, 9}, b = {3, 5, 6, 7, 12, 14};
  auto big = [](std::vector<double> v) { for (double& x : v) x *= 1e12; return v; };
  EXPECT_EQ(mann_whitney(a, b).p_exact, mann_whitney(big(a), big(b)).p_exact);
  EXPECT_NEAR(t_test(a, b).p, t_test(big(a), big(b)).p, 1e-12);
  EXPECT_NEAR(shapiro_wilk(a).p, shapiro_wilk(big(a)).p, 1e-12);
  EXPECT_NEAR(anova({a, b}).p, t_test(a, b, Variances::pooled).p, 1e-12);
}

TEST(TableOne, ChoosesTheTestAndNamesWhatCannotBeTested) {
  const std::vector<int> groups = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1};
  const BaselineRow age = baseline_row({"age", {"61", "55", "70", "48", "66", "59", "71", "65", "80", "58", "76", ""}}, groups, 2);
  EXPECT_TRUE(age.numeric);
  EXPECT_EQ(age.test, "t");
  EXPECT_EQ(age.missing, (std::vector<int>{0, 1}));
  const BaselineRow sex = baseline_row({"sex", {"m", "f", "m", "f", "m", "m", "f", "f", "f", "f", "m", "f"}}, groups, 2);
  EXPECT_EQ(sex.test, "Fisher");
  EXPECT_EQ(sex.counts, (std::vector<std::vector<int>>{{2, 5}, {4, 1}}));
  const BaselineRow skewed = baseline_row({"ca125", {"1", "2", "3", "4", "5", "999", "6", "7", "8", "9", "10", "1e4"}}, groups, 2);
  EXPECT_EQ(skewed.test, "Mann-Whitney");
  EXPECT_EQ(baseline_row({"site", std::vector<std::string>(12, "A")}, groups, 2).remark, "constant");
  EXPECT_EQ(baseline_row({"gap", std::vector<std::string>(12, "")}, groups, 2).remark, "all missing");
  EXPECT_TRUE(std::isnan(baseline_row({"gap", std::vector<std::string>(12, "")}, groups, 2).p));
}

// pmsampsize 0.1.0 (Python), tests/test_pmsampsize.py: type "b", csrsquared 0.288, parameters 24, prevalence 0.174:
// 623, 662, 221 for the first three criteria (in R's and Stata's help too). It lacks the fourth, of BMJ 2020;368:m441,
// figure 1: exp((-0.508 + 0.259 ln 0.174 + 0.504 ln 24 - ln 0.05) / 0.544) = 800.2, by hand.
TEST(SampleSize, MatchesPmsampsizeAndTheFourthCriterion) {
  const SampleSizeNeeds needs = sample_size_needs(0.174, 24, 0.288);
  EXPECT_EQ(needs.shrinkage, 623);
  EXPECT_EQ(needs.optimism, 662);
  EXPECT_EQ(needs.prevalence, 221);
  EXPECT_EQ(needs.prediction_error, 801);
  EXPECT_EQ(needs.patients, 801);
  EXPECT_EQ(sample_size_needs(0.826, 24, 0.288).prediction_error, 801) << "the rarer class counts";
  EXPECT_EQ(sample_size_needs(0.174, 31, 0.288).prediction_error, 0) << "the regression was made for up to 30";
  EXPECT_EQ(sample_size_needs(0.174, 31, 0.288).patients, sample_size_needs(0.174, 31, 0.288).optimism);
}

TEST(SampleSize, AdjustsR2ByTheExpectedShrinkage) {
  // A likelihood ratio of 40 on 8 parameters and 100 patients: R2 = 1 - exp(-0.4), shrinkage 1 - 8 / 40.
  EXPECT_NEAR(adjusted_cox_snell_r2(40, 100, 8), 0.8 * (1 - std::exp(-0.4)), 1e-15);
  EXPECT_EQ(adjusted_cox_snell_r2(5, 100, 8), 0);
}

}  // namespace
}  // namespace radiopath
