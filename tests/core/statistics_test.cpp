#include "core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "core/random.h"
#include "tests/support/anchors.h"

namespace radiopath {
namespace {

std::vector<double> normal_scores(const std::vector<int>& outcomes, double shift, std::uint64_t seed) {
  Random random(seed, "scores");
  std::vector<double> scores;
  for (const int outcome : outcomes) scores.push_back(random.normal() + shift * outcome);
  return scores;
}

std::vector<int> some_outcomes(int count, std::uint64_t seed) {
  Random random(seed, "outcomes");
  std::vector<int> outcomes;
  for (int i = 0; i < count; ++i) outcomes.push_back(random.chance(0.3));
  return outcomes;
}

// --- definitions and invariants ------------------------------------------------------------------------------------

TEST(Auc, IsTheShareOfPairsInOrder) {
  const auto y = some_outcomes(60, 1);
  auto scores = normal_scores(y, 0.5, 2);
  for (double& score : scores) score = std::round(score * 2);  // many ties
  double wins = 0, pairs = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    for (std::size_t j = 0; j < y.size(); ++j) {
      if (y[i] == 1 && y[j] == 0) pairs += 1, wins += scores[i] > scores[j] ? 1 : (scores[i] == scores[j] ? 0.5 : 0);
    }
  }
  EXPECT_DOUBLE_EQ(auc(scores, y), wins / pairs);
}

TEST(Auc, DoesNotChangeUnderAMonotoneMap) {
  const auto y = some_outcomes(200, 3);
  const auto scores = normal_scores(y, 1, 4);
  auto mapped = scores;
  for (double& score : mapped) score = 1e12 * std::exp(score);
  EXPECT_EQ(auc(mapped, y), auc(scores, y));
  EXPECT_EQ(auc_delong(mapped, y).standard_error, auc_delong(scores, y).standard_error);
}

TEST(AucDelong, CoversTheTruthAsOftenAsItSays) {
  const double truth = 0.5 * std::erfc(-0.5);  // Phi(1 / sqrt 2)
  int covered = 0;
  constexpr int kRepeats = 1000;
  for (int i = 0; i < kRepeats; ++i) {
    const auto y = some_outcomes(150, 100 + static_cast<std::uint64_t>(i));
    const auto ours = auc_delong(normal_scores(y, 1, 5000 + static_cast<std::uint64_t>(i)), y);
    covered += ours.interval.lower <= truth && truth <= ours.interval.upper;
  }
  EXPECT_NEAR(covered / double(kRepeats), 0.95, 0.025);  // 3.6 binomial standard errors
}

// A vector may begin anywhere that malloc likes: the last digit must not depend on it.
TEST(AucDelong, DoesNotDependOnWhereVectorsLie) {
  const auto outcomes = some_outcomes(301, 5);
  const Placements first = placements(normal_scores(outcomes, 0.4, 1), outcomes);
  const Placements second = placements(normal_scores(outcomes, 0.7, 2), outcomes);
  const Eigen::MatrixXd expected = delong_covariance({first, second});
  std::vector<std::vector<Placements>> kept;  // so that no address is used twice
  std::vector<std::vector<double>> between;
  std::set<std::uintptr_t> places;
  for (std::size_t trial = 0; trial < 64; ++trial) {
    const auto& moved = kept.emplace_back(std::vector<Placements>{first, second});
    places.insert(reinterpret_cast<std::uintptr_t>(moved[0].events.data()) % 32);
    EXPECT_EQ(delong_covariance(moved), expected);
    between.emplace_back(2 * trial + 1);
  }
  EXPECT_GT(places.size(), 1u) << "the test saw one alignment only";
}

TEST(DelongTest, IsAntisymmetric) {
  const auto y = some_outcomes(100, 6);
  const auto a = normal_scores(y, 1, 7), b = normal_scores(y, 0.5, 8);
  EXPECT_EQ(delong_test(a, b, y).z, -delong_test(b, a, y).z);
  EXPECT_EQ(delong_test(a, b, y).p, delong_test(b, a, y).p);
}

TEST(Youden, ThresholdsAreHalfwayAndNeverAScore) {
  const std::vector<int> y = {0, 0, 1, 1};
  EXPECT_DOUBLE_EQ(youden_threshold(std::vector<double>{1, 2, 4, 8}, y), 3);
  const double next = std::nextafter(1.0, 2.0);
  const double between = youden_threshold(std::vector<double>{0, 1, next, 2}, y);
  const auto metrics = threshold_metrics(std::vector<double>{0, 1, next, 2}, y, between);
  EXPECT_EQ(metrics.tp + metrics.tn, 4) << "neighbouring doubles are still told apart";
}

TEST(Thresholds, ReachWhatTheirRulesSay) {
  // Events at 3, 6, 8 and 9 among 1 ... 10.
  const std::vector<double> scores = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const std::vector<int> outcomes = {0, 0, 1, 0, 0, 1, 0, 1, 1, 0};
  EXPECT_EQ(threshold_by(ThresholdRule::youden, 0, scores, outcomes), 5.5);  // 3/4 and 4/6
  EXPECT_EQ(threshold_by(ThresholdRule::sensitivity, 0.75, scores, outcomes), 5.5);
  EXPECT_EQ(threshold_by(ThresholdRule::sensitivity, 0.76, scores, outcomes), 2.5);
  EXPECT_EQ(threshold_by(ThresholdRule::specificity, 0.8, scores, outcomes), 7.5);  // 5/6
  EXPECT_EQ(threshold_by(ThresholdRule::specificity, 1, scores, outcomes), 10);     // nobody positive
  EXPECT_EQ(threshold_by(ThresholdRule::cost, 0.1, scores, outcomes), 10);          // false alarms cost ten times more
  EXPECT_EQ(threshold_by(ThresholdRule::cost, 10, scores, outcomes), 2.5);
  // The lowest score is an event's: sensitivity 1 takes everybody, and the threshold stays a number.
  const double all = threshold_by(ThresholdRule::sensitivity, 1, {scores.data() + 2, 8}, {outcomes.data() + 2, 8});
  EXPECT_EQ(threshold_metrics({scores.data() + 2, 8}, {outcomes.data() + 2, 8}, all).sensitivity.value, 1);
  EXPECT_TRUE(std::isfinite(all));
}

TEST(Idi, IsTheChangeOfMeans) {
  const std::vector<int> y = {1, 1, 0, 0};
  const Improvement change = idi(std::vector<double>{0.5, 0.5, 0.5, 0.5}, std::vector<double>{0.8, 0.6, 0.5, 0.3}, y);
  EXPECT_NEAR(change.value, 0.2 + 0.1, 1e-15);
  EXPECT_NEAR(change.standard_error, std::sqrt(0.02 / 2 + 0.02 / 2), 1e-15);
}

// --- degenerate ----------------------------------------------------------------------------------------------------

TEST(Auc, IsNanForOneClass) {
  const std::vector<double> scores = {0.1, 0.2, 0.3};
  for (const int only : {0, 1}) {
    const std::vector<int> y(3, only);
    EXPECT_TRUE(std::isnan(auc(scores, y)));
    EXPECT_TRUE(std::isnan(auc_delong(scores, y).standard_error));
    EXPECT_TRUE(std::isnan(youden_threshold(scores, y)));
    EXPECT_TRUE(std::isnan(delong_test(scores, scores, y).p));
    EXPECT_TRUE(std::isnan(idi(scores, scores, y).p));
  }
  EXPECT_TRUE(std::isnan(auc({}, {})));
  EXPECT_TRUE(std::isnan(brier_score({}, {})));
}

TEST(Auc, OfCornerCasesFollowsFromTheDefinition) {
  const CsvFile csv = read_csv(kTestData / "statistics/edge_cases.csv");
  const auto y = outcomes_of(csv, "y");
  const auto perfect = auc_delong(column_of(csv, "s_perfect"), y);
  EXPECT_EQ(perfect.auc, 1);
  EXPECT_EQ(perfect.standard_error, 0);
  EXPECT_EQ(perfect.interval.lower, 1);
  EXPECT_EQ(auc(column_of(csv, "s_reversed"), y), 0);
  EXPECT_DOUBLE_EQ(auc(column_of(csv, "s_ties"), y), 38.5 / 48);
  const auto constant = column_of(csv, "s_constant");
  EXPECT_EQ(auc_delong(constant, y).auc, 0.5);
  EXPECT_EQ(auc_delong(constant, y).standard_error, 0);
  EXPECT_EQ(youden_threshold(constant, y), 0.5) << "nobody is positive";
  EXPECT_EQ(threshold_metrics(constant, y, 0.5).tp, 0);
  EXPECT_TRUE(std::isnan(threshold_metrics(constant, y, 0.5).ppv.value));
  const auto same = delong_test(column_of(csv, "s_ties"), column_of(csv, "s_ties"), y);
  EXPECT_EQ(same.z, 0);
  EXPECT_EQ(same.p, 1);
  EXPECT_TRUE(std::isnan(delong_test(column_of(csv, "s_perfect"), column_of(csv, "s_reversed"), y).p))
      << "no variance to compare the difference with";
}

TEST(Scores, ThatAreNanAreOurMistake) {
  const std::vector<int> y = {0, 1};
  EXPECT_THROW(auc(std::vector<double>{0.1, NAN}, y), std::logic_error);
  EXPECT_THROW(auc_delong(std::vector<double>{0.1, NAN}, y), std::logic_error);
  EXPECT_THROW(idi(std::vector<double>{0.1, 0.2}, std::vector<double>{0.1, NAN}, y), std::logic_error);
  EXPECT_THROW(auc(std::vector<double>{0.1}, y), std::logic_error);
  EXPECT_THROW(auc(std::vector<double>{0.1, 0.2}, std::vector<int>{0, 2}), std::logic_error);
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(auc(std::vector<double>{-infinity, infinity}, y), 1) << "infinite scores still have an order";
}

TEST(Proportion, StaysInsideZeroAndOne) {
  EXPECT_EQ(proportion(0, 10).interval.lower, 0);
  EXPECT_EQ(proportion(10, 10).interval.upper, 1);
  EXPECT_TRUE(std::isnan(proportion(0, 0).value));
}

TEST(TTest, WithoutSpreadTakesTheLimit) {
  const std::vector<double> same(7, 0.1), other(5, 0.3);
  EXPECT_EQ(t_test(same, std::vector<double>(5, 0.1)).p, 1);
  EXPECT_EQ(t_test(same, other).p, 0);
  EXPECT_EQ(t_test(same, other, Variances::pooled).p, 0);
  EXPECT_TRUE(std::isnan(t_test(same, std::vector<double>{1}).p));
  EXPECT_TRUE(std::isnan(pearson(same, same)));
  const double tiny = t_test(std::vector<double>{1e-200, 2e-200, 3e-200}, std::vector<double>{4e-200, 5e-200, 7e-200}).p;
  const double huge = t_test(std::vector<double>{1e12, 2e12, 3e12}, std::vector<double>{4e12, 5e12, 7e12}).p;
  EXPECT_TRUE(std::isnan(tiny) || tiny <= 1);
  EXPECT_NEAR(huge, t_test(std::vector<double>{1, 2, 3}, std::vector<double>{4, 5, 7}).p, 1e-14);
}

}  // namespace
}  // namespace radiopath
