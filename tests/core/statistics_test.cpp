#include "core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/random.h"
#include "tests/support/anchors.h"

namespace radiopath {
namespace {

const std::filesystem::path kSklearn = kTestData / "sklearn";

#define NEED_REFERENCE_DATA(folder)                                                                          \
  const auto reference = reference_data(folder);                                                             \
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: " folder " is not shipped (GPL tables)"

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

// --- oracles -------------------------------------------------------------------------------------------------------

TEST(Auc, MatchesScikitLearn) {
  const CsvFile scores = read_csv(kSklearn / "inputs/scores.csv");
  const std::vector<int> y = outcomes_of(scores, "y");
  for (const std::string name : {"p_lr", "p_nb", "p_ties"}) {
    std::vector<double> p = column_of(scores, name);
    if (name == "p_nb") for (double& value : p) value = std::clamp(value, 1e-15, 1 - 1e-15);
    const Json ranking = case_of(kSklearn / "expected/metrics.json", "scores." + name + ".ranking").at("expected");
    expect_close(auc(p, y), ranking["auc"], 1e-8, name);
    expect_close(auc_delong(p, y).auc, ranking["auc"], 1e-8, name);
    // scikit-learn drops collinear points: each of its points is one of ours.
    const auto curve = roc_curve(p, y);
    for (std::size_t i = 0; i < ranking["roc_fpr"].size(); ++i) {
      const double fpr = number(ranking["roc_fpr"][i]), tpr = number(ranking["roc_tpr"][i]);
      EXPECT_TRUE(std::any_of(curve.begin(), curve.end(), [&](const RocPoint& point) {
        return std::abs(1 - point.specificity - fpr) < 1e-12 && std::abs(point.sensitivity - tpr) < 1e-12;
      })) << name << " (" << fpr << ", " << tpr << ")";
    }
    const Json probability = case_of(kSklearn / "expected/metrics.json", "scores." + name + ".probability")["expected"];
    expect_close(brier_score(p, y), probability["brier"], 1e-8, name);
  }
}

TEST(ThresholdMetrics, MatchScikitLearn) {
  const CsvFile scores = read_csv(kSklearn / "inputs/scores.csv");
  for (const std::string name : {"p_lr", "p_nb", "p_ties"}) {
    const Json label = case_of(kSklearn / "expected/metrics.json", "scores." + name + ".label").at("expected");
    // Its rule is p >= 0.5, ours p > threshold.
    const auto ours = threshold_metrics(column_of(scores, name), outcomes_of(scores, "y"), std::nextafter(0.5, 0));
    EXPECT_EQ(ours.tp, label["tp"]) << name;
    EXPECT_EQ(ours.fp, label["fp"]) << name;
    EXPECT_EQ(ours.tn, label["tn"]) << name;
    EXPECT_EQ(ours.fn, label["fn"]) << name;
    expect_close(ours.accuracy.value, label["accuracy"], 1e-8, name);
    expect_close(ours.ppv.value, label["precision"], 1e-8, name);
    expect_close(ours.sensitivity.value, label["recall"], 1e-8, name);
  }
}

TEST(TTest, PooledMatchesScikitLearnsAnova) {
  for (const std::string name : {"synthetic_hard", "breast_cancer", "wine_binary"}) {
    const CsvFile csv = read_csv(kSklearn / "inputs" / (name + ".csv"));
    const Json expected = case_of(kSklearn / "expected/preprocessing.json", name + ".f_classif").at("expected");
    for (std::size_t j = 0; j < expected["F"].size(); ++j) {
      std::vector<double> events, others;
      for (const auto& row : csv.rows) {
        if (row[1] == "0") (row[0] == "1" ? events : others).push_back(parse_double(row[j + 3]).value());
      }
      const TTest test = t_test(events, others, Variances::pooled);
      expect_close(test.t * test.t, expected["F"][j], 1e-7, csv.header[j + 3]);
      expect_close(test.p, expected["p"][j], 1e-7, csv.header[j + 3]);
    }
  }
}

TEST(Roc, MatchesProc) {
  NEED_REFERENCE_DATA("statistics");
  int checked = 0;
  for (const Json& one : read_cases(*reference / "expected/roc.json")) {
    const auto id = one["id"].get<std::string>();
    const Json& expected = one["expected"];
    const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
    const auto dot = id.find('.');
    const std::string study = id.substr(0, dot), rest = id.substr(dot + 1), name = rest.substr(0, rest.find('.'));
    const std::string kind = rest.substr(rest.find('.') + 1);
    const std::string outcome = study == "aSAH" ? "outcome_poor" : study == "birthwt" ? "low" : study == "mtcars" ? "am" : "y";
    const std::vector<int> y = outcomes_of(csv, outcome);
    const auto scores = [&](std::string of) {
      if (study == "mtcars") of = of.substr(0, of.find("_am"));
      return column_of(csv, of);
    };
    if (name == "paired") {
      static const std::map<std::string, std::pair<std::string, std::string>> pairs = {
          {"s100b_ndka", {"s100b", "ndka"}}, {"s100b_wfns", {"s100b", "wfns"}}, {"ndka_wfns", {"ndka", "wfns"}},
          {"p_base_p_full", {"p_base", "p_full"}}, {"s_ties_s_reversed", {"s_ties", "s_reversed"}},
          {"same", {"s_ties", "s_ties"}}, {"s_perfect_s_ties", {"s_perfect", "s_ties"}}};
      const auto& [first, second] = pairs.at(kind);
      const DelongTest test = delong_test(scores(first), scores(second), y);
      expect_close(test.z, expected["z"], 1e-8, id);
      expect_close(test.p, expected["p_two_sided"], 1e-8, id);
      expect_close(test.interval.lower, expected["diff_ci95"][0], 1e-8, id);
      expect_close(test.interval.upper, expected["diff_ci95"][1], 1e-8, id);
    } else if (kind == "auc_delong") {
      const AucDelong ours = auc_delong(scores(name), y);
      expect_close(ours.auc, expected["auc"], 1e-8, id);
      expect_close(ours.standard_error * ours.standard_error, expected["var"], 1e-8, id);
      expect_close(ours.interval.lower, expected["ci95"][0], 1e-8, id);
      expect_close(ours.interval.upper, expected["ci95"][1], 1e-8, id);
      EXPECT_EQ(ours.events, expected["n_case"]) << id;
    } else if (kind == "curve") {
      const auto curve = roc_curve(scores(name), y);  // ours starts at +inf, theirs at -inf
      ASSERT_EQ(curve.size(), expected["threshold"].size()) << id;
      for (std::size_t i = 0; i < curve.size(); ++i) {
        const RocPoint& point = curve[curve.size() - 1 - i];
        expect_close(point.threshold, expected["threshold"][i], 1e-8, id);
        expect_close(point.sensitivity, expected["sensitivity"][i], 1e-8, id);
        expect_close(point.specificity, expected["specificity"][i], 1e-8, id);
      }
    } else if (kind == "best_youden") {
      const double threshold = youden_threshold(scores(name), y);
      const ThresholdMetrics ours = threshold_metrics(scores(name), y, threshold);
      const bool unique = !expected["threshold"].is_array();
      if (unique) expect_close(threshold, expected["threshold"], 1e-8, id);
      const auto value = [&](const char* of) { return number(unique ? expected[of] : expected[of][1]); };
      expect_close(ours.sensitivity.value, value("sensitivity"), 1e-8, id);
      expect_close(ours.specificity.value, value("specificity"), 1e-8, id);
      expect_close(ours.ppv.value, value("ppv"), 1e-8, id);
      expect_close(ours.npv.value, value("npv"), 1e-8, id);
      expect_close(ours.accuracy.value, value("accuracy"), 1e-8, id);
    } else {
      continue;
    }
    ++checked;
  }
  EXPECT_GE(checked, 40);
}

TEST(ThresholdMetrics, MatchHmiscsWilsonIntervals) {
  NEED_REFERENCE_DATA("statistics");
  const auto check = [&](const std::string& id, const std::string& column, const std::string& outcome, double at) {
    const Json one = case_of(*reference / "expected/threshold_metrics.json", id);
    const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
    const ThresholdMetrics ours = threshold_metrics(column_of(csv, column), outcomes_of(csv, outcome), at);
    const auto compare = [&](const Proportion& share, const char* name) {
      const Json& expected = one["expected"][name];
      expect_close(share.value, expected[0], 1e-7, id + name);
      expect_close(share.interval.lower, expected[1], 1e-7, id + name);
      expect_close(share.interval.upper, expected[2], 1e-7, id + name);
    };
    EXPECT_EQ(ours.tp, one["expected"]["tp"]);
    EXPECT_EQ(ours.fn, one["expected"]["fn"]);
    compare(ours.sensitivity, "sensitivity_wilson");
    compare(ours.specificity, "specificity_wilson");
    expect_close(ours.ppv.value, one["expected"]["ppv_exact"][0], 1e-7, id);
    expect_close(ours.npv.value, one["expected"]["npv_exact"][0], 1e-7, id);
  };
  check("aSAH.s100b_gt_0.205", "s100b", "outcome_poor", 0.205);
  check("aSAH.wfns_gt_3", "wfns", "outcome_poor", 3);
  check("birthwt.p_full_gt_0.5", "p_full", "low", 0.5);
}

TEST(Reclassification, MatchesHmiscsImproveProb) {
  NEED_REFERENCE_DATA("statistics");
  for (const auto& [study, outcome] : {std::pair<std::string, std::string>{"aSAH", "outcome_poor"}, {"birthwt", "low"}}) {
    const CsvFile csv = read_csv(*reference / ("inputs/" + study + ".csv"));
    const std::vector<int> y = outcomes_of(csv, outcome);
    const std::vector<double> base = column_of(csv, "p_base"), full = column_of(csv, "p_full");
    const Json e = case_of(*reference / "expected/reclassification.json", study + ".idi_continuous_nri").at("expected");
    const Improvement change = idi(base, full, y), net = continuous_nri(base, full, y);
    expect_close(change.value, e["idi"], 1e-8, study);
    expect_close(change.standard_error, e["se_idi"], 1e-8, study);
    expect_close(change.z, e["z_idi"], 1e-8, study);
    expect_close(change.p, e["p_idi"], 1e-8, study);
    expect_close(change.interval.lower, e["idi_ci95"][0], 1e-8, study);
    expect_close(change.interval.upper, e["idi_ci95"][1], 1e-8, study);
    expect_close(change.events, e["discrimination_slope_event_change"], 1e-8, study);
    expect_close(change.non_events, e["discrimination_slope_nonevent_change"], 1e-8, study);
    expect_close(net.value, e["nri"], 1e-8, study);
    expect_close(net.standard_error, e["se_nri"], 1e-8, study);
    expect_close(net.p, e["p_nri"], 1e-8, study);
    expect_close(net.events, e["nri_event"], 1e-8, study);
    expect_close(net.non_events, e["nri_nonevent"], 1e-8, study);
    expect_close(net.standard_error_events, e["se_nri_event"], 1e-8, study);
    expect_close(net.standard_error_non_events, e["se_nri_nonevent"], 1e-8, study);
  }
}

TEST(TTest, MatchesR) {
  NEED_REFERENCE_DATA("statistics");
  const auto check = [&](const std::string& id, const std::string& value, const std::string& group, const char* first,
                         const char* second) {
    const Json one = case_of(*reference / "expected/tests.json", id);
    const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
    std::vector<double> a, b;
    for (const auto& row : csv.rows) {
      const std::string& of = row[csv.column(group)];
      if (of == first) a.push_back(parse_double(row[csv.column(value)]).value());
      if (of == second) b.push_back(parse_double(row[csv.column(value)]).value());
    }
    for (const auto& [name, variances] : {std::pair{"welch", Variances::separate}, {"student", Variances::pooled}}) {
      const Json& expected = one["expected"][name];
      const TTest test = t_test(a, b, variances);
      const double tolerance = one["rel_tol"];
      expect_close(test.t, expected["t"], tolerance, id + name);
      expect_close(test.degrees_of_freedom, expected["df"], tolerance, id + name);
      expect_close(test.p, expected["p"], tolerance, id + name);
      expect_close(interval_of(test).lower, expected["ci95"][0], tolerance, id + name);
      expect_close(interval_of(test).upper, expected["ci95"][1], tolerance, id + name);
    }
  };
  check("ToothGrowth.len_by_supp", "len", "supp", "0", "1");
  check("mtcars.mpg_by_am", "mpg", "am", "0", "1");
  check("iris.petal_width_1_2", "petal_width", "species", "1", "2");
  check("aSAH.s100b", "s100b", "outcome_poor", "0", "1");
  check("aSAH.ndka", "ndka", "outcome_poor", "0", "1");
  const CsvFile cars = read_csv(*reference / "inputs/mtcars.csv");
  const Json correlation = case_of(*reference / "expected/tests.json", "mtcars.mpg_wt")["expected"]["pearson"];
  expect_close(pearson(column_of(cars, "mpg"), column_of(cars, "wt")), correlation["r"], 1e-8, "pearson");
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
