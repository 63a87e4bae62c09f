// Fields of the stored answers beside the main figures, and the closed forms against what they replace.
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/bootstrap.h"
#include "core/contingency.h"
#include "core/hypothesis_tests.h"
#include "core/random.h"
#include "core/statistics.h"
#include "tests/support/anchors.h"

namespace radiopath {
namespace {

#define NEED_REFERENCE_DATA(folder)                                                                          \
  const auto reference = reference_data(folder);                                                             \
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: " folder " is not shipped (GPL tables)"

const std::map<std::string, std::string> kOutcome = {
    {"aSAH", "outcome_poor"}, {"birthwt", "low"}, {"mtcars", "am"}, {"df_binary", "cancer"}, {"edge", "y"}};

TEST(Published, ValuesEqualTheCasesTheyName) {
  NEED_REFERENCE_DATA("statistics");
  int checked = 0;
  for (const Json& one : read_cases(*reference / "expected/published.json")) {
    // "roc.json: aSAH.paired.ndka_wfns / -z"
    const std::string same = one["same_as"];
    const auto colon = same.find(": "), slash = same.find(" / ");
    const std::string id = same.substr(colon + 2, slash - colon - 2);
    std::string field = same.substr(slash + 3);
    const double sign = field[0] == '-' ? -1 : 1;
    if (field[0] == '-') field.erase(0, 1);
    const Json value = case_of(*reference / "expected" / same.substr(0, colon), id).at("expected").at(field);
    ++checked;
    if (one["value"].is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i) EXPECT_NEAR(number(value[i]), number(one["value"][i]), 0.005)
          << id;
    } else {
      expect_close(sign * number(value), one["value"], 1e-9, id);
    }
  }
  EXPECT_EQ(checked, 9);
}

TEST(Roc, OfProcsOwnDirectionIsOursOrItsComplement) {
  NEED_REFERENCE_DATA("statistics");
  int checked = 0;
  for (const Json& one : read_cases(*reference / "expected/roc.json")) {
    const std::string id = one["id"];
    if (!id.ends_with(".auc_auto")) continue;
    const std::string study = id.substr(0, id.find('.'));
    std::string name = id.substr(study.size() + 1, id.rfind('.') - study.size() - 1);
    if (study == "mtcars") name = name.substr(0, name.find("_am"));
    const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
    const double ours = auc(column_of(csv, name), outcomes_of(csv, kOutcome.at(study)));
    expect_close(one["expected"]["direction"] == "<" ? ours : 1 - ours, one["expected"]["auc"], 1e-8, id);
    ++checked;
  }
  EXPECT_EQ(checked, 12);
}

TEST(Calibration, DiscriminationAndBreaksMatchRmsAndHoslem) {
  NEED_REFERENCE_DATA("statistics");
  int checked = 0;
  for (const Json& one : read_cases(*reference / "expected/calibration.json")) {
    const std::string id = one["id"], call = one["call"];
    const Json& e = one["expected"];
    const bool figures = e.contains("dxy"), hosmer = e.contains("breaks");
    if (!figures && !hosmer) continue;
    const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
    const auto from = call.find(hosmer ? "(y, " : "val.prob(") + (hosmer ? 4 : 9);
    const std::vector<double> p = column_of(csv, call.substr(from, call.find(',', from) - from));
    const std::vector<int> y = outcomes_of(csv, kOutcome.at(id.substr(0, id.find('.'))));
    ++checked;
    if (figures) {
      // Theirs counts pairs of binned risks, so that near ones tie: a little off.
      EXPECT_NEAR(auc(p, y), number(e["c"]), 1e-4) << id;
      EXPECT_NEAR(2 * auc(p, y) - 1, number(e["dxy"]), 2e-4) << id;
      EXPECT_NEAR(calibration_slope(p, y).slope, number(e["slope"]), 1e-6 * std::abs(number(e["slope"])) + 1e-7) << id;
      continue;
    }
    const HosmerLemeshow ours = hosmer_lemeshow(p, y, id.ends_with("g5") ? 5 : 10);
    for (std::size_t g = 0; g < ours.groups.size(); ++g) {
      EXPECT_EQ(ours.groups[g].patients - ours.groups[g].events, e["observed"][g][0]) << id;
      expect_close(ours.groups[g].patients - ours.groups[g].expected, e["expected"][g][0], 1e-8, id);
    }
  }
  EXPECT_EQ(checked, 14);
}

TEST(Reclassification, ZIntervalAndCountsMatchHmisc) {
  NEED_REFERENCE_DATA("statistics");
  for (const Json& one : read_cases(*reference / "expected/reclassification.json")) {
    const std::string id = one["id"];
    const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
    const auto y = outcomes_of(csv, kOutcome.at(id.substr(0, id.find('.'))));
    const auto base = column_of(csv, "p_base"), full = column_of(csv, "p_full");
    const Json& e = one["expected"];
    std::vector<double> cuts;
    if (const auto at = id.find(".cut_"); at != std::string::npos)
      for (std::size_t from = at + 5; from != std::string::npos + 1; from = id.find('_', from) + 1)
        cuts.push_back(std::stod(id.substr(from)));
    const Improvement ours = cuts.empty() ? continuous_nri(base, full, y) : categorical_nri(base, full, y, cuts).nri;
    expect_close(ours.z, e["z_nri"], 1e-8, id);
    expect_close(ours.interval.lower, e["nri_ci95"][0], 1e-8, id);
    expect_close(ours.interval.upper, e["nri_ci95"][1], 1e-8, id);
    if (!cuts.empty()) {  // overall, up and down among events, and among non-events
      expect_close(ours.value, e["nricens_estimates"][0], 1e-8, id);
      expect_close(ours.events, e["nricens_estimates"][1], 1e-8, id);
      expect_close(ours.non_events, e["nricens_estimates"][2], 1e-8, id);
      continue;
    }
    double moved[2][2] = {{0, 0}, {0, 0}}, all[2] = {0, 0};
    for (std::size_t i = 0; i < y.size(); ++i) {
      all[y[i]] += 1;
      if (full[i] != base[i]) moved[y[i]][full[i] > base[i]] += 1;
    }
    EXPECT_NEAR(moved[1][1] / all[1], number(e["up_event"]), 1e-12);
    EXPECT_NEAR(moved[1][0] / all[1], number(e["down_event"]), 1e-12);
    EXPECT_NEAR(moved[0][1] / all[0], number(e["up_nonevent"]), 1e-12);
    EXPECT_NEAR(ours.events, number(e["up_event"]) - number(e["down_event"]), 1e-12);
    EXPECT_NEAR(ours.non_events, number(e["down_nonevent"]) - number(e["up_nonevent"]), 1e-12);
  }
}

TEST(ThresholdMetrics, RatiosMatchScikitLearn) {
  const auto file = kTestData / "sklearn/expected/metrics.json";
  const CsvFile scores = read_csv(kTestData / "sklearn/inputs/scores.csv");
  const auto y = outcomes_of(scores, "y");
  for (const std::string name : {"p_lr", "p_nb", "p_ties"}) {
    const auto p = column_of(scores, name);
    const Json e = case_of(file, "scores." + name + ".label")["expected"];
    const ThresholdMetrics t = threshold_metrics(p, y, std::nextafter(0.5, 0));
    const DiagnosticRatios ratios = diagnostic_ratios(t);
    expect_close(ratios.kappa, e["kappa"], 1e-8, name);
    expect_close((ratios.youden.value + 1) / 2, e["balanced_accuracy"], 1e-8, name);
    if (name != "p_lr") continue;  // the others have 0 and 1, which scikit-learn moves inwards
    const Json probability = case_of(file, "scores." + name + ".probability")["expected"];
    expect_close(calibration(p, y).log_loss, probability["log_loss"], 1e-8, name);
  }
}

TEST(HypothesisTests, DegreesOfFreedomAndStatisticsMatchR) {
  NEED_REFERENCE_DATA("statistics");
  for (const Json& one : read_cases(*reference / "expected/tests.json")) {
    const std::string id = one["id"];
    const Json& e = one["expected"];
    if (e.contains("names")) {  // matrices of correlations
      const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
      for (std::size_t i = 0; i < e["names"].size(); ++i)
        for (std::size_t j = 0; j < i; ++j) {
          const auto a = column_of(csv, e["names"][i]), b = column_of(csv, e["names"][j]);
          expect_close(pearson(a, b), e["pearson"][i][j], 1e-8, id);
          expect_close(spearman_test(a, b).r, e["spearman"][i][j], 1e-8, id);
        }
    }
    if (one["input"] != "table in expected") continue;
    Eigen::MatrixXi t(e["table"].size(), e["table"][0].size());
    for (Eigen::Index r = 0; r < t.rows(); ++r)
      for (Eigen::Index c = 0; c < t.cols(); ++c) t(r, c) = e["table"][r][c];
    expect_close(chi_squared_test(t).df, e["df"], 1e-12, id);
    const Eigen::MatrixXd expected = expected_counts(t);
    for (Eigen::Index r = 0; r < t.rows(); ++r)
      for (Eigen::Index c = 0; c < t.cols(); ++c) expect_close(expected(r, c), e["expected"][r][c], 1e-8, id);
    if (!e.contains("chisq_yates")) continue;
    expect_close(chi_squared_test(t, Continuity::yates).statistic, e["chisq_yates"], 1e-6, id);
    expect_close(mcnemar(t).corrected.statistic, e["mcnemar_chisq_corrected"], 1e-6, id);
    expect_close(mcnemar(t).plain.statistic, e["mcnemar_chisq"], 1e-6, id);
  }
}

// --- recalibration of the intercept --------------------------------------------------------------------------------

TEST(Recalibration, OfTheInterceptIsRsGlmWithAnOffset) {
  NEED_REFERENCE_DATA("statistics");  // glm(y ~ offset(qlogis(p)), binomial), R 4.2.2
  const Json e = case_of(*reference / "expected/calibration.json", "birthwt.miscalibrated")["expected"];
  const CsvFile csv = read_csv(*reference / "inputs/birthwt_miscalibrated.csv");
  const auto p = column_of(csv, "p_miscalibrated");
  const auto y = outcomes_of(csv, "low");
  const double shift = calibration_in_the_large(p, y).intercept;
  expect_close(shift, e["calibration_in_the_large"], 1e-6, "shift");
  double sum = 0;
  std::vector<double> shifted;
  for (const double one : p) shifted.push_back(shift_probability(one, shift)), sum += shifted.back();
  EXPECT_NEAR(sum, double(std::count(y.begin(), y.end(), 1)), 1e-6) << "as many events as there are";
  EXPECT_NEAR(calibration_in_the_large(shifted, y).intercept, 0, 1e-8);
  EXPECT_NEAR(calibration_slope(shifted, y).slope, calibration_slope(p, y).slope, 1e-7) << "the slope stays";
}

// --- closed forms --------------------------------------------------------------------------------------------------

struct Scored {
  std::vector<int> y;
  std::vector<double> a, b;
};
Scored scored(int patients) {
  Scored made;
  Random random(4, "closed forms");
  for (int i = 0; i < patients; ++i) {
    made.y.push_back(random.chance(0.3));
    const auto score = [&](double shift) {
      return std::round(50 / (1 + std::exp(-random.normal(shift * made.y.back() - 0.5, 1)))) / 50;  // with ties
    };
    made.a.push_back(score(0.7)), made.b.push_back(score(1.2));
  }
  return made;
}

void expect_same(const BootstrapIntervals& ours, const BootstrapIntervals& generic) {
  for (const auto& [x, z] : {std::pair{ours.estimate, generic.estimate}, {ours.mean, generic.mean},
                             {ours.percentile.lower, generic.percentile.lower}, {ours.type7.upper, generic.type7.upper},
                             {ours.bca.lower, generic.bca.lower}, {ours.bca.upper, generic.bca.upper}})
    EXPECT_NEAR(x, z, 1e-10);
}

TEST(Bootstrap, ClosedFormsEqualTheFiguresOfEachResample) {
  const Scored s = scored(70);
  const BootstrapConfig config{200, 3};
  expect_same(bootstrap_auc(config, "x", s.y, s.a), bootstrap(config, "x", s.y, of_scores(s.a, s.y, auc)));
  expect_same(bootstrap_auc_difference(config, "x", s.y, s.a, s.b),
              bootstrap(config, "x", s.y, of_pairs(s.a, s.b, s.y, [](auto a, auto b, auto y) {
                          return auc(b, y) - auc(a, y);
                        })));
  std::vector<double> rise;
  for (std::size_t i = 0; i < s.y.size(); ++i) rise.push_back((s.b[i] - s.a[i]) * (s.y[i] == 1 ? 1 : -1));
  expect_same(bootstrap_means(config, "x", s.y, {rise})[0],
              bootstrap(config, "x", s.y,
                        of_pairs(s.a, s.b, s.y, [](auto a, auto b, auto y) { return idi(a, b, y).value; })));
}

TEST(Brier, PartsOfBinsSumToItWithWhatTheBinsLeave) {
  const Scored s = scored(300);
  for (const Bins kind : {Bins::equal_width, Bins::quantile}) {
    const BrierParts parts = brier_parts(s.b, s.y, 10, kind);
    EXPECT_NEAR(parts.reliability - parts.resolution + parts.uncertainty + parts.within, parts.brier, 1e-14);
    EXPECT_LE(parts.groups, 10);
    EXPECT_GT(parts.groups, 5);
    EXPECT_NE(parts.within, 0);
    // Continuous scores, each its own group, would have a resolution as large as the uncertainty.
    EXPECT_LT(parts.resolution, 0.6 * parts.uncertainty);
  }
}

TEST(Auc, OfOneHasAnExactBound) {
  const std::vector<double> scores = {0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8};
  const std::vector<int> up = {0, 0, 0, 0, 1, 1, 1}, down = {1, 1, 1, 0, 0, 0, 0};
  const Interval of_one = separated_auc_interval(auc_delong(scores, up));
  EXPECT_NEAR(of_one.lower, std::pow(0.025, 1.0 / 3), 1e-12) << "three disjoint pairs, all in order";
  EXPECT_EQ(of_one.upper, 1);
  const Interval of_none = separated_auc_interval(auc_delong(scores, down));
  EXPECT_NEAR(of_none.upper, 1 - std::pow(0.025, 1.0 / 3), 1e-12);
  EXPECT_EQ(of_none.lower, 0);
  EXPECT_TRUE(std::isnan(separated_auc_interval(auc_delong(std::vector<double>(7, 0.5), up)).lower));
}

}  // namespace
}  // namespace radiopath
