// Other programs' answers to the same questions.
#include "core/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/support/anchors.h"

namespace radiopath {
namespace {

const std::filesystem::path kSklearn = kTestData / "sklearn";

#define NEED_REFERENCE_DATA(folder)                                                                          \
  const auto reference = reference_data(folder);                                                             \
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: " folder " is not shipped (GPL tables)"

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

/// One case of roc.json: `aSAH.s100b.curve`, `aSAH.paired.s100b_ndka`.
struct RocCase {
  RocCase(const std::filesystem::path& reference, const Json& json)
      : id(json["id"]), expected(json["expected"]), csv(read_csv(reference / json["input"].get<std::string>())) {
    const auto first = id.find('.'), second = id.find('.', first + 1);
    study = id.substr(0, first);
    name = id.substr(first + 1, second - first - 1);
    kind = id.substr(second + 1);
    static const std::map<std::string, std::string> outcome = {
        {"aSAH", "outcome_poor"}, {"birthwt", "low"}, {"mtcars", "am"}, {"edge", "y"}};
    y = outcomes_of(csv, outcome.at(study));
  }
  std::vector<double> scores(const std::string& of) const {
    return column_of(csv, study == "mtcars" ? of.substr(0, of.find("_am")) : of);
  }

  std::string id, study, name, kind;
  Json expected;
  CsvFile csv;
  std::vector<int> y;
};

void check_pair(const RocCase& one) {
  static const std::map<std::string, std::pair<std::string, std::string>> pairs = {
      {"s100b_ndka", {"s100b", "ndka"}}, {"s100b_wfns", {"s100b", "wfns"}}, {"ndka_wfns", {"ndka", "wfns"}},
      {"p_base_p_full", {"p_base", "p_full"}}, {"s_ties_s_reversed", {"s_ties", "s_reversed"}},
      {"same", {"s_ties", "s_ties"}}, {"s_perfect_s_ties", {"s_perfect", "s_ties"}}};
  const auto& [first, second] = pairs.at(one.kind);
  const DelongTest test = delong_test(one.scores(first), one.scores(second), one.y);
  expect_close(test.z, one.expected["z"], 1e-8, one.id);
  expect_close(test.p, one.expected["p_two_sided"], 1e-8, one.id);
  expect_close(test.interval.lower, one.expected["diff_ci95"][0], 1e-8, one.id);
  expect_close(test.interval.upper, one.expected["diff_ci95"][1], 1e-8, one.id);
}

void check_auc(const RocCase& one) {
  const AucDelong ours = auc_delong(one.scores(one.name), one.y);
  expect_close(ours.auc, one.expected["auc"], 1e-8, one.id);
  expect_close(ours.standard_error * ours.standard_error, one.expected["var"], 1e-8, one.id);
  expect_close(ours.interval.lower, one.expected["ci95"][0], 1e-8, one.id);
  expect_close(ours.interval.upper, one.expected["ci95"][1], 1e-8, one.id);
  EXPECT_EQ(ours.events, one.expected["n_case"]) << one.id;
}

/// Ours starts at +inf, theirs at -inf.
void check_curve(const RocCase& one) {
  const auto curve = roc_curve(one.scores(one.name), one.y);
  ASSERT_EQ(curve.size(), one.expected["threshold"].size()) << one.id;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const RocPoint& point = curve[curve.size() - 1 - i];
    expect_close(point.threshold, one.expected["threshold"][i], 1e-8, one.id);
    expect_close(point.sensitivity, one.expected["sensitivity"][i], 1e-8, one.id);
    expect_close(point.specificity, one.expected["specificity"][i], 1e-8, one.id);
  }
}

/// Where no threshold is better than none, theirs lists -inf and +inf; ours takes the one with nobody positive.
void check_youden(const RocCase& one) {
  const double threshold = youden_threshold(one.scores(one.name), one.y);
  const ThresholdMetrics ours = threshold_metrics(one.scores(one.name), one.y, threshold);
  const bool unique = !one.expected["threshold"].is_array();
  if (unique) expect_close(threshold, one.expected["threshold"], 1e-8, one.id);
  const auto compare = [&](const Proportion& share, const char* name) {
    expect_close(share.value, unique ? one.expected[name] : one.expected[name][1], 1e-8, one.id + name);
  };
  compare(ours.sensitivity, "sensitivity");
  compare(ours.specificity, "specificity");
  compare(ours.ppv, "ppv");
  compare(ours.npv, "npv");
  compare(ours.accuracy, "accuracy");
}

TEST(Roc, MatchesProc) {
  NEED_REFERENCE_DATA("statistics");
  static const std::map<std::string, void (*)(const RocCase&)> checks = {
      {"auc_delong", check_auc}, {"curve", check_curve}, {"best_youden", check_youden}};
  int checked = 0;
  for (const Json& json : read_cases(*reference / "expected/roc.json")) {
    const RocCase one(*reference, json);
    const auto check = one.name == "paired" ? check_pair : checks.contains(one.kind) ? checks.at(one.kind) : nullptr;
    if (check != nullptr) check(one), ++checked;
  }
  EXPECT_EQ(checked, 44);
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

}  // namespace
}  // namespace radiopath
