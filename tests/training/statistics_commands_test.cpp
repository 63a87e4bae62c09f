// `radiopath statistics`: published tables, and the report's numbers from predictions.csv alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/contingency.h"
#include "core/decision_curve.h"
#include "core/error.h"
#include "core/files.h"
#include "core/operating_point.h"
#include "core/reclassification.h"
#include "core/sample_size.h"
#include "made_up_predictions.h"
#include "tests/support/scratch.h"
#include "training/paper_tables.h"
#include "training/statistics_compare.h"
#include "training/statistics_tables.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;
const std::filesystem::path kPaper = std::filesystem::path(RADIOPATH_SOURCE_DIR) / "experiments/paper_tables";

TEST(PaperTables, MatchTheExpectedFile) {
  const PaperTables ours = analyse_paper_tables(read_paper_tables(kPaper / "paper_tables.csv"));
  const CsvFile expected = read_csv(kPaper / "expected.csv");
  ASSERT_EQ(ours.rows.size(), expected.rows.size());
  for (std::size_t r = 0; r < expected.rows.size(); ++r) {
    const auto cell = [&](const char* name) { return *parse_double(expected.rows[r][expected.column(name)]); };
    const PaperFinding& f = ours.rows[r];
    const std::string what = f.row.table + f.row.cohort + f.row.model;
    ASSERT_FALSE(f.matrices.empty()) << what;
    const PaperMatrix& m = f.matrices.front();
    EXPECT_EQ(m.events(), cell("derived_positives")) << what;
    EXPECT_EQ(m.non_events(), cell("derived_negatives")) << what;
    EXPECT_EQ(m.tp, cell("tp")) << what;
    EXPECT_EQ(m.fp, cell("fp")) << what;
    EXPECT_EQ(f.auc_fits, expected.rows[r][expected.column("auc_fits_half_rank_grid")] == "yes") << what;
    EXPECT_NEAR(f.standard_error, cell("hanley_mcneil_se"), 0.0005 + 1e-9) << what;
    const std::string& interval = expected.rows[r][expected.column("approx_95ci")];  // made from the rounded error
    EXPECT_NEAR(f.lower, std::stod(interval.substr(0, 5)), 0.002) << what;
    EXPECT_NEAR(f.upper, std::stod(interval.substr(6)), 0.002) << what;
  }
}

TEST(PaperTables, OneTableMeetsItsTotalAndTheOtherCannot) {
  const PaperTables ours = analyse_paper_tables(read_paper_tables(kPaper / "paper_tables.csv"));
  int refused = 0;
  for (const PaperGroup& group : ours.groups) {
    if (group.table == "Table 2") {
      EXPECT_FALSE(group.total_met) << *group.total;
      ++refused;
      continue;
    }
    EXPECT_TRUE(group.total_met);
    using Pairs = std::vector<std::pair<int, int>>;
    EXPECT_EQ(group.sizes, (std::vector<Pairs>{{{18, 93}}, {{5, 36}}, {{14, 17}}}));
  }
  EXPECT_EQ(refused, 3);  // 754, 578 and 587
}

TEST(PaperTables, FindNothingForARowThatCannotBe) {
  const PaperTables ours = analyse_paper_tables({{"", "test", "M", 0.7, 0.9, 0.5, 0.5, 0.5, 0.5, 40}});
  EXPECT_TRUE(ours.rows[0].matrices.empty());
  EXPECT_NE(describe(ours).find("no confusion matrix"), std::string::npos);
}

TEST(StatisticsCompare, RecomputesEveryFigureOfTheResults) {
  const Scratch scratch;
  const MadeUp made = made_up_predictions(60, 21);
  write_predictions(scratch / "predictions.csv", made.predictions);
  const Results results = evaluate({}, made.predictions);
  write_results(scratch / "results.json", results);
  const Json stored = Json::parse(read_text(scratch / "results.json"));
  const Json ours = compare_scores(read_scored(scratch / "predictions.csv", {}), {});
  int figures = 0, pairs = 0;
  const auto cohort = [&](const Json& name) -> const Json& {
    for (const Json& one : ours["cohorts"]) if (one["cohort"] == name) return one;
    static const Json none = {{"figures", Json::array()}, {"pairs", Json::array()}};
    return none;
  };
  for (const Json& f : stored["figures"]) {
    for (const Json& mine : cohort(f["subset"])["figures"]) {
      if (mine["model"] != f["model"] || mine["population"] != f["population"]) continue;
      ++figures;
      for (const char* key : {"patients", "events", "threshold", "tp", "fp", "tn", "fn", "brier", "mean_score"}) EXPECT_EQ(mine[key], f[key]) << f["model"] << key;
      for (const char* key : {"auc", "accuracy", "sensitivity", "specificity", "ppv", "npv"})
        for (const char* part : {"value", "lower", "upper"}) EXPECT_EQ(mine[key][part], f[key][part]) << f["model"] << key;
    }
  }
  for (const Json& comparison : stored["comparisons"])
    for (const Json& pair : comparison["pairs"])
      for (const Json& mine : cohort(comparison["subset"])["pairs"]) {
        const bool same = mine["model"] == pair["model"] && mine["against"] == pair["against"];
        if (!same) continue;
        ++pairs;
        for (const char* key : {"auc_difference", "auc_lower", "auc_upper", "delong_z", "delong_p", "idi", "idi_lower", "idi_upper", "idi_p", "idi_events"})
          EXPECT_EQ(mine[key], pair[key]) << pair["model"] << key;
      }
  EXPECT_EQ(figures, int(stored["figures"].size()));
  EXPECT_EQ(pairs, 4 * 28);
  for (const std::string& text : {roc_text(ours), pairs_text(ours), calibration_text(ours), decision_text(ours)}) EXPECT_FALSE(text.empty());
}

/// A file of two models: 1 - p of the other outcome, rounded, so that there are ties.
std::filesystem::path two_models(const Scratch& scratch, int patients) {
  Random random(8, "two models");
  std::string text = "outcome,cohort,A,B\n";
  for (int i = 0; i < patients; ++i) {
    const int y = random.chance(0.4);
    const auto score = [&](double shift) {
      return format_double(std::round(100 / (1 + std::exp(-random.normal(shift * (y - 0.4), 1)))) / 100);
    };
    text += std::to_string(y) + "," + (i % 2 == 0 ? "train" : "test") + "," + score(1) + "," + score(2) + "\n";
  }
  write_text(scratch / "two.csv", text);
  return scratch / "two.csv";
}

TEST(StatisticsCompare, PairsEqualTheCoreStatistics) {
  const Scratch scratch;
  const ScoredFile file =
      read_scored(two_models(scratch, 120), {.threshold_cohort = "train", .rule = "sensitivity=0.8"});
  const CompareConfig config{{.resamples = 0, .seed = 1}, {0.2, 0.4}, {0.3, 0.6}};
  const Json all = compare_scores(file, config);
  const ScoredCohort& test = file.cohorts[1];
  EXPECT_EQ(test.name, "test");
  const Json& pair = all["cohorts"][1]["pairs"][0];
  const CategoricalNri nri = categorical_nri(test.scores[0], test.scores[1], test.outcomes, config.cuts);
  EXPECT_EQ(pair["categorical_nri"]["value"], nri.nri.value);
  EXPECT_EQ(pair["categorical_nri"]["non_events"], nri.nri.non_events);
  EXPECT_EQ(pair["categorical_nri"]["events_table"][1][2], nri.events(1, 2));
  EXPECT_EQ(pair["categorical_nri"]["non_events_table"][2][0], nri.non_events(2, 0));
  for (std::size_t t = 0; t < 2; ++t) {
    const auto d = net_benefit_difference(test.scores[0], test.scores[1], test.outcomes, config.decision_thresholds[t]);
    EXPECT_EQ(pair["net_benefit_difference"][t]["value"], d.value);
    EXPECT_EQ(pair["net_benefit_difference"][t]["lower"], d.interval.lower);
  }
  // The thresholds are those of the training cohort; McNemar's counts by hand.
  int only[2] = {0, 0}, only_events[2] = {0, 0};
  const ScoredCohort& train = file.cohorts[0];
  for (std::size_t m = 0; m < 2; ++m)
    EXPECT_EQ(file.thresholds[m], threshold_at_sensitivity(train.scores[m], train.outcomes, 0.8));
  for (std::size_t i = 0; i < test.outcomes.size(); ++i) {
    const bool a = (test.scores[0][i] > file.thresholds[0]) == (test.outcomes[i] == 1),
               b = (test.scores[1][i] > file.thresholds[1]) == (test.outcomes[i] == 1);
    if (a == b) continue;
    ++only[b], only_events[b] += test.outcomes[i];
  }
  EXPECT_EQ(pair["mcnemar"]["only_model_right"], only[1]);
  EXPECT_EQ(pair["mcnemar"]["only_against_right"], only[0]);
  EXPECT_EQ(pair["mcnemar"]["events"]["only_model_right"], only_events[1]);
  EXPECT_EQ(pair["mcnemar"]["p_exact"], mcnemar(Eigen::Matrix2i{{0, only[1]}, {only[0], 0}}).p_exact);
  EXPECT_NE(pairs_text(all).find("NRI with three or more classes"), std::string::npos);
  EXPECT_NE(roc_text(all).find("thresholds: sensitivity=0.8 on train"), std::string::npos);
  try {
    compare_scores(file, {{.resamples = 0, .seed = 1}, {}, {0.6, 0.3}});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "--cuts must ascend inside (0, 1); found 0.3 after 0.6");
  }
}

TEST(StatisticsCompare, TakesThresholdsAsAsked) {
  const Scratch scratch;
  const auto file = two_models(scratch, 80);
  EXPECT_EQ(read_scored(file, {}).thresholds, (std::vector<double>{0.5, 0.5}));
  EXPECT_EQ(read_scored(file, {.threshold = 0.3}).thresholds, (std::vector<double>{0.3, 0.3}));
  for (const auto& [rule, kind, value] : {std::tuple{"", ThresholdRule::youden, 0.0},
                                          {"youden", ThresholdRule::youden, 0.0},
                                          {"specificity=0.9", ThresholdRule::specificity, 0.9},
                                          {"cost=3", ThresholdRule::cost, 3.0}}) {
    const ScoredFile scored = read_scored(file, {.threshold_cohort = "train", .rule = rule});
    for (std::size_t m = 0; m < 2; ++m)
      EXPECT_EQ(scored.thresholds[m],
                threshold_by(kind, value, scored.cohorts[0].scores[m], scored.cohorts[0].outcomes))
          << rule;
  }
  std::stringstream lines(read_text(file));
  std::string text;
  for (std::string line; std::getline(lines, line);) text += line + (text.empty() ? ",threshold_B\n" : ",0.25\n");
  write_text(scratch / "own.csv", text);
  const ScoredFile own = read_scored(scratch / "own.csv", {.threshold = 0.4});
  EXPECT_EQ(own.thresholds, (std::vector<double>{0.4, 0.25}));
  EXPECT_EQ(own.threshold_rule, "fixed at 0.4; 1 of 2 from columns");
}

TEST(StatisticsInput, SaysWhatIsWrong) {
  const Scratch scratch;
  const auto message = [&](const std::string& text, const ScoredColumns& columns = {}) -> std::string {
    write_text(scratch / "scores.csv", text);
    try {
      read_scored(scratch / "scores.csv", columns);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("outcome,M\n2,0.5\n").find("scores.csv:2: outcome is '2'; expected 0 or 1"), std::string::npos);
  EXPECT_NE(message("outcome,M\n1,high\n").find("M is 'high'; expected a finite number"), std::string::npos);
  EXPECT_NE(message("outcome,M\n1,inf\n").find("M is 'inf'"), std::string::npos);
  EXPECT_NE(message("outcome\n1\n").find("no column of scores"), std::string::npos);
  EXPECT_NE(message("a,b\n1,2\n").find("--outcome"), std::string::npos);
  EXPECT_NE(message("outcome,M\n1,0.2\n", {.threshold_cohort = "tets"}).find("no cohort 'tets'"), std::string::npos);
  EXPECT_NE(message("outcome,M\n1,0.2\n", {.rule = "sensitivity=0.9"}).find("--rule needs --threshold-cohort"),
            std::string::npos);
  EXPECT_NE(message("outcome,M\n1,0.2\n", {.threshold_cohort = "all", .rule = "sensitivity=90"})
                .find("--rule is 'sensitivity=90'; expected youden"),
            std::string::npos);
  EXPECT_NE(message("outcome,M\n1,0.2\n", {.threshold_cohort = "all", .threshold = 0.5}).find("exclude each other"),
            std::string::npos);
  EXPECT_NE(
      message("outcome,M,threshold_M\n1,0.2,0.3\n0,0.1,0.4\n").find("scores.csv:3: threshold_M is '0.4' after '0.3'"),
      std::string::npos);
  EXPECT_EQ(message("outcome,\"A, \"\"b\"\"\"\n1,0.5\n0,0.2\n"), "");
}

TableOptions logistic_options(const TableOptions& change) {
  TableOptions options = {{"outcome", "outcome"}, {"columns", "age,marker"},
                          {"stepwise", ""},       {"by", ""},
                          {"enter", ""},          {"stay", ""},
                          {"firth", ""},          {"r2", ""},
                          {"nomogram", ""}};
  for (const auto& [name, value] : change) options[name] = value;
  return options;
}

TEST(StatisticsTables, LogisticByStepsWithALassoBesideIt) {
  std::ifstream stream(std::filesystem::path(RADIOPATH_TEST_DATA) / "statistics/stepwise.json");
  const Json stored = Json::parse(stream);
  std::string text = "y,X1,X2,X3,X4,X5,X6,X7\n";
  for (std::size_t r = 0; r < stored["y"].size(); ++r) {
    text += std::to_string(stored["y"][r].get<int>());
    for (const Json& value : stored["z"][r]) text += "," + format_double(value.get<double>());
    text += "\n";
  }
  const Scratch scratch;
  write_text(scratch / "study.csv", text);
  const Answer answer =
      logistic_table(scratch / "study.csv",
                     logistic_options({{"outcome", "y"}, {"columns", ""}, {"stepwise", "forward"}, {"by", "p"}}));
  std::vector<std::string> terms;
  for (const Json& term : answer.json["terms"]) terms.push_back(term["term"]);
  EXPECT_EQ(terms, (std::vector<std::string>{"(Intercept)", "X2", "X3", "X5"}));
  EXPECT_EQ(answer.json["steps"].size(), stored["forward"]["steps"].size());
  EXPECT_EQ(answer.json["lasso"].size(), 7u);
  EXPECT_EQ(answer.json["events_per_parameter"], events_per_parameter(140, answer.json["events"], 7))
      << "of the candidates, not of what is left";
  const Json& size = answer.json["sample_size"];
  const SampleSizeNeeds needs = sample_size_needs(answer.json["events"].get<double>() / 140, 7, size["cox_snell_r2"]);
  EXPECT_EQ(size["patients"], needs.patients);
  EXPECT_EQ(size["prediction_error"], needs.prediction_error);
  EXPECT_NE(answer.text.find("descriptive"), std::string::npos);
  EXPECT_EQ(logistic_table(scratch / "study.csv", logistic_options({{"outcome", "y"}, {"columns", ""}, {"r2", "0.25"}}))
                .json["sample_size"]["cox_snell_r2"],
            0.25);
  EXPECT_THROW(logistic_table(scratch / "study.csv",
                              logistic_options({{"outcome", "y"}, {"columns", ""}, {"stepwise", "both"}})),
               InputError);
  EXPECT_THROW(
      logistic_table(scratch / "study.csv",
                     logistic_options({{"outcome", "y"}, {"columns", ""}, {"stepwise", "forward"}, {"enter", "5"}})),
      InputError);
}

TEST(StatisticsTables, AnswerWithinEightyColumns) {
  const Scratch scratch;
  std::string text = "time,event,outcome,age,marker\n";
  Random random(3, "rows");
  for (int i = 0; i < 60; ++i) {
    const int y = random.chance(0.4);
    text += format_double(1 + random.below(20)) + "," + std::to_string(random.below(2)) + "," + std::to_string(y) + "," +
            format_double(random.normal(60, 9)) + "," + format_double(random.normal(y, 1)) + "\n";
  }
  write_text(scratch / "study.csv", text);
  const auto narrow = [](const std::string& table) {
    std::stringstream lines(table);
    for (std::string line; std::getline(lines, line);) {
      const auto width = std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; });
      EXPECT_LE(width, 80) << line;
    }
  };
  write_predictions(scratch / "predictions.csv", made_up_predictions(40, 4).predictions);
  const Json compared = compare_scores(read_scored(scratch / "predictions.csv", {}),
                                       {{.resamples = 20, .seed = 1}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}, {0.2, 0.5}});
  for (const TableOptions& change :
       {TableOptions{}, {{"stepwise", "forward"}, {"by", "p"}}, {{"firth", "true"}, {"r2", "0.2"}}}) {
    const Answer logistic = logistic_table(scratch / "study.csv", logistic_options(change));
    EXPECT_EQ(logistic.json["terms"].size(), change.contains("stepwise") ? 2u : 3u) << logistic.text;
    narrow(logistic.text);
  }
  narrow(baseline_table(scratch / "study.csv", {{"group", "outcome"}, {"columns", "age,marker"}}).text);
  narrow(survival_table(scratch / "study.csv", {{"time", ""}, {"event", "event"}, {"group", "outcome"}, {"columns", "age,marker"}}).text);
  for (const std::string& part : {roc_text(compared), pairs_text(compared), calibration_text(compared), decision_text(compared)}) narrow(part);
  narrow(icc_table(scratch / "study.csv", {{"columns", "age,marker"}}).text);
  narrow(describe(analyse_paper_tables(read_paper_tables(kPaper / "paper_tables.csv"))));
}

}  // namespace
}  // namespace radiopath::training
