// `radiopath statistics`: published tables, and the report's numbers from predictions.csv alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/error.h"
#include "core/files.h"
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
  EXPECT_NE(message("outcome,M\n1,0.2\n", {.outcome = {}, .cohort = {}, .models = {}, .threshold_cohort = "tets"}).find("no cohort 'tets'"), std::string::npos);
  EXPECT_EQ(message("outcome,\"A, \"\"b\"\"\"\n1,0.5\n0,0.2\n"), "");
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
  const Json compared = compare_scores(read_scored(scratch / "predictions.csv", {}), {{.resamples = 20, .seed = 1}, {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}});
  const Answer logistic = logistic_table(scratch / "study.csv", {{"outcome", "outcome"}, {"columns", "age,marker"}, {"stepwise", ""}});
  EXPECT_EQ(logistic.json["terms"].size(), 3u);
  narrow(logistic.text);
  narrow(baseline_table(scratch / "study.csv", {{"group", "outcome"}, {"columns", "age,marker"}}).text);
  narrow(survival_table(scratch / "study.csv", {{"time", ""}, {"event", "event"}, {"group", "outcome"}, {"columns", "age,marker"}}).text);
  for (const std::string& part : {roc_text(compared), pairs_text(compared), calibration_text(compared), decision_text(compared)}) narrow(part);
  narrow(icc_table(scratch / "study.csv", {{"columns", "age,marker"}}).text);
  narrow(describe(analyse_paper_tables(read_paper_tables(kPaper / "paper_tables.csv"))));
}

}  // namespace
}  // namespace radiopath::training
