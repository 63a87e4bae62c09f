// `radiopath statistics`: what a biostatistician would object to, verb by verb.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/bootstrap.h"
#include "core/calibration.h"
#include "core/error.h"
#include "core/files.h"
#include "core/random.h"
#include "core/reclassification.h"
#include "core/roc.h"
#include "fusion/logistic_fit.h"
#include "fusion/logistic_inference.h"
#include "tests/support/anchors.h"
#include "tests/support/program.h"
#include "tests/support/message.h"
#include "tests/support/scratch.h"
#include "training/commands_statistics.h"
#include "training/paper_tables.h"
#include "training/statistics_compare.h"
#include "training/statistics_tables.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

/// What a verb says on a file.
class Verbs : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& text, const std::string& name = "study.csv") const {
    write_text(scratch_ / name, text);
    return scratch_ / name;
  }
  /// Outcome and columns of `patients` rows that know something of it.
  static std::string rows(int patients, const std::string& header,
                          const std::function<std::string(Random&, int, int)>& row) {
    Random random(11, "verbs");
    std::string text = header + "\n";
    for (int i = 0; i < patients; ++i) text += row(random, i, random.chance(0.4)) + "\n";
    return text;
  }
  std::filesystem::path two_models(int patients, double shift = 0) const {
    return write(rows(patients, "outcome,cohort,A,B", [&](Random& random, int i, int y) {
      const auto score = [&](double knows) { return 1 / (1 + std::exp(-random.normal(knows * y - 0.5 + shift, 1))); };
      return fmt_row({double(y)}) + (i % 2 == 0 ? ",train," : ",test,") + fmt_row({score(1), score(1.6)});
    }));
  }
  static std::string fmt_row(const std::vector<double>& values) {
    std::string text;
    for (const double value : values) text += (text.empty() ? "" : ",") + format_double(value);
    return text;
  }
  static Answer logistic(const std::filesystem::path& file, const TableOptions& change = {}) {
    TableOptions options;
    for (const char* name : {"outcome", "columns", "stepwise", "by", "enter", "stay", "firth", "r2", "nomogram"})
      options[name] = "";
    for (const auto& [name, value] : change) options[name] = value;
    return logistic_table(file, options);
  }
  static Answer survival(const std::filesystem::path& file, const std::string& columns = "") {
    return survival_table(file, {{"time", ""}, {"event", ""}, {"group", ""}, {"columns", columns}});
  }
  static void expect_narrow(const std::string& text) {
    std::stringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      EXPECT_LE(std::ranges::count_if(line, [](char c) { return (c & 0xC0) != 0x80; }), 80) << line;
  }
  static std::string whole(const Json& compared) {
    return roc_text(compared) + pairs_text(compared) + calibration_text(compared) + decision_text(compared) +
           ranges_text(compared);
  }

  Scratch scratch_;
};

// --- paper-table ---------------------------------------------------------------------------------------------------

TEST_F(Verbs, PaperTableTakesTheDecimalsFromTheText) {
  const std::string header = "table,cohort,model,auc,sensitivity,specificity,ppv,npv\n";
  const auto file = write(header + "T,test,A,0.80,0.75,0.80,0.60,0.89\n");  // TP 3, FP 2, TN 8, FN 1
  const PaperTables two = analyse_paper_tables(read_paper_tables(file));
  const auto& found = two.rows[0].matrices;
  EXPECT_TRUE(std::ranges::any_of(
      found, [](const PaperMatrix& m) { return m.tp == 3 && m.fp == 2 && m.tn == 8 && m.fn == 1; }));
  EXPECT_TRUE(two.rows[0].auc_fits);
  EXPECT_TRUE(says(describe(two), "T\n"));
  EXPECT_TRUE(says(describe(two), "taken as printed with 2 decimals")) << describe(two);
  EXPECT_TRUE(analyse_paper_tables(read_paper_tables(file, {}, 3)).rows[0].matrices.empty()) << "0.890 is no 8/9";
  // A spreadsheet drops the zeros: 0.8 and 0.6 are still of two decimals.
  const auto dropped = read_paper_tables(write(header + "T,test,A,0.8,0.75,0.8,0.6,0.89\n"));
  EXPECT_EQ(dropped[0].decimals, (PaperDecimals{2, 2, 2, 2, 2, 2}));
  // Two tables of a file have their own.
  const auto both = read_paper_tables(write(header +
      "T,test,A,0.80,0.75,0.80,0.60,0.89\nU,test,A,0.800,0.750,0.800,0.600,0.889\n"));
  EXPECT_EQ(both[0].decimals.npv, 2);
  EXPECT_EQ(both[1].decimals.npv, 3);
}

// --- columns -------------------------------------------------------------------------------------------------------

TEST_F(Verbs, OneBadCellIsAnErrorNotAMissingPredictor) {
  const std::string text = rows(40, "outcome,time,ca125,marker,stage", [](Random& random, int i, int y) {
    return std::to_string(y) + "," + std::to_string(1 + i % 7) + "," +
        (i == 7 ? ">1000" : format_double(random.normal(90, 20))) +
           "," + format_double(random.normal(y, 1)) + "," + (i % 3 == 0 ? "I" : "II");
  });
  const auto file = write(text);
  const std::string expected = "study.csv:9: ca125 is '>1000'; expected a finite number or nothing";
  EXPECT_TRUE(says(message_of([&] { logistic(file); }), expected)) << message_of([&] { logistic(file); });
  EXPECT_TRUE(says(message_of([&] { survival(file); }), expected));
  EXPECT_TRUE(says(message_of([&] { icc_table(file, {{"columns", ""}}); }), expected));
  EXPECT_TRUE(says(message_of([&] { baseline_table(file, {{"group", "outcome"}, {"columns", ""}}); }), expected));
  const Answer without = logistic(file, {{"columns", "marker"}});
  EXPECT_EQ(without.json["terms"].size(), 2u);
}

TEST_F(Verbs, TextIsLeftOutByNameOrDummyCoded) {
  const std::string text = rows(90, "outcome,marker,stage,time", [](Random& random, int i, int y) {
    const char* stage[] = {"I", "II", "III"};
    return std::to_string(y) + "," + format_double(random.normal(y, 1)) + "," +
        (i == 5 ? "" : stage[random.below(3)]) + "," +
           std::to_string(1 + random.below(20));
  });
  const auto file = write(text);
  EXPECT_TRUE(says(logistic(file).text, "left out as text: stage"));
  EXPECT_EQ(logistic(file).json["left_out"][0], "stage");
  EXPECT_TRUE(says(survival(file).text, "left out as text: stage"));
  const Answer coded = logistic(file, {{"columns", "marker,stage"}});
  ASSERT_EQ(coded.json["terms"].size(), 4u) << coded.text;
  EXPECT_EQ(coded.json["terms"][2]["term"], "stage=II");
  EXPECT_TRUE(says(coded.text, "stage: levels against I"));
  EXPECT_TRUE(says(coded.text, "(1 rows with gaps left out)"));
  EXPECT_EQ(coded.json["terms"][2]["likelihood_ratio_p"], coded.json["terms"][3]["likelihood_ratio_p"])
      << "tested together";
  EXPECT_TRUE(says(message_of([&] { survival(file, "stage"); }), "text with 3 levels"));
  EXPECT_TRUE(says(message_of([&] { logistic(file, {{"columns", "stage"}, {"stepwise", "forward"}}); }),
      "columns of numbers"));
  // The same levels as columns of numbers give the same model.
  const CsvFile csv = read_csv(file);
  std::string numbers = "outcome,marker,two,three\n";
  for (const auto& row : csv.rows)
    numbers += row[0] + "," + row[1] + "," + (row[2].empty() ? "" : row[2] == "II" ? "1" : "0") + "," +
               (row[2].empty() ? "" : row[2] == "III" ? "1" : "0") + "\n";
  const Answer by_hand = logistic(write(numbers, "numbers.csv"));
  EXPECT_EQ(by_hand.json["terms"][3]["odds_ratio"], coded.json["terms"][3]["odds_ratio"]);
}

TEST_F(Verbs, OptionsThatCannotBeMeantAreErrors) {
  const auto file = two_models(60);
  const auto scored = [&](std::vector<std::string> models, std::optional<double> threshold = {}) {
    return message_of([&] { read_scored(file, {.models = std::move(models), .threshold = threshold}); });
  };
  EXPECT_TRUE(says(scored({"outcome", "A"}), "--models names 'outcome', which is the outcome"));
  EXPECT_TRUE(says(scored({"cohort", "A"}), "which is the cohort"));
  EXPECT_TRUE(says(scored({"A", "A"}), "--models names 'A' twice"));
  EXPECT_TRUE(says(scored({"A"}, NAN), "--threshold is nan; expected a finite number"));
  EXPECT_TRUE(says(scored({"C"}), "no column 'C'; did you mean") || says(scored({"C"}), "no column 'C'. Known:"))
      << scored({"C"});
  const auto study = write("outcome,time,x\n1,2,3\n0,3,4\n1,4,1\n0,1,7\n");
  EXPECT_TRUE(says(message_of([&] { logistic(study, {{"columns", "outcome,x"}}); }),
      "column 'outcome' has another part here"));
  EXPECT_TRUE(says(message_of([&] { survival(study, "time"); }), "column 'time' has another part here"));
  EXPECT_TRUE(says(message_of([&] { logistic(study, {{"columns", "x,x"}}); }), "names 'x' twice"));
  EXPECT_TRUE(says(message_of([&] { logistic(study, {{"by", "p"}}); }), "--by needs --stepwise"));
  EXPECT_TRUE(says(message_of([&] { logistic(study, {{"enter", "0.1"}}); }), "--enter needs --stepwise"));
}

TEST_F(Verbs, ModelsMayHaveCommasInTheirNames) {
  write("outcome,\"A, late\",B\n1,0.7,0.6\n0,0.2,0.3\n1,0.4,0.9\n0,0.5,0.1\n");
  const auto [status, text] = radiopath("statistics roc " + (scratch_ / "study.csv").string() +
      " --models '\"A, late\",B'");
  EXPECT_EQ(status, 0) << text;
  EXPECT_TRUE(says(text, "A, late"));
  const auto wrong = radiopath("statistics roc " + (scratch_ / "study.csv").string() + " --threshold nan");
  EXPECT_NE(wrong.status, 0) << wrong.text;
}

// --- compare -------------------------------------------------------------------------------------------------------

TEST_F(Verbs, ScoresThatAreNoProbabilitiesHaveNoFiguresOfProbabilities) {
  const auto file = write(rows(60, "outcome,P,Z", [](Random& random, int, int y) {
    const double z = random.normal(y, 1);
    return std::to_string(y) + "," + format_double(1 / (1 + std::exp(-z))) + "," + format_double(10 * z);
  }));
  const Json all = compare_scores(read_scored(file, {}), {{.resamples = 30, .seed = 1}, {0.2}});
  const Json& cohort = all["cohorts"][0];
  const Json& pair = cohort["pairs"][0];
  for (const char* key : {"idi", "idi_p", "idi_events", "continuous_nri"}) EXPECT_TRUE(pair[key].is_null()) << key;
  EXPECT_FALSE(pair["bootstrap"].contains("idi"));
  EXPECT_EQ(pair["auc_difference"], 0);
  EXPECT_TRUE(cohort["figures"][1]["brier"].is_null());
  EXPECT_TRUE(cohort["figures"][0]["brier"].is_number());
  ASSERT_EQ(all["no_probabilities"].size(), 1u);
  EXPECT_EQ(all["no_probabilities"][0]["model"], "Z");
  EXPECT_TRUE(says(ranges_text(all), "Z is no probability (-")) << ranges_text(all);
  EXPECT_TRUE(says(radiopath("statistics calibration " + file.string()).text, "Z is no probability"));
}

TEST_F(Verbs, BootstrapGivesIntervalsOfEveryImprovement) {
  const ScoredFile file = read_scored(two_models(160), {});
  const Json all = compare_scores(file, {{.resamples = 200, .seed = 2}, {}, {0.3, 0.6}});
  const Json& pair = all["cohorts"][0]["pairs"][0];
  const std::map<std::string, Json> values = {{"auc_difference", pair["auc_difference"]},
                                              {"idi", pair["idi"]},
                                              {"idi_events", pair["idi_events"]},
                                              {"idi_non_events", pair["idi_non_events"]},
                                              {"continuous_nri", pair["continuous_nri"]["value"]},
                                              {"continuous_nri_events", pair["continuous_nri"]["events"]},
                                              {"continuous_nri_non_events", pair["continuous_nri"]["non_events"]},
                                              {"categorical_nri", pair["categorical_nri"]["value"]},
                                              {"categorical_nri_events", pair["categorical_nri"]["events"]},
                                              {"categorical_nri_non_events", pair["categorical_nri"]["non_events"]}};
  for (const auto& [name, value] : values) {
    const Json& limits = pair["bootstrap"][name];
    EXPECT_LT(limits["lower"].get<double>(), value.get<double>()) << name;
    EXPECT_GT(limits["upper"].get<double>(), value.get<double>()) << name;
  }
  // On the same resamples, figure by figure.
  const ScoredCohort& cohort = file.cohorts[0];
  const auto expected = bootstrap({200, 2}, "pair/train/B/A", cohort.outcomes,
                                  of_pairs(cohort.scores[0], cohort.scores[1], cohort.outcomes, [](auto a, auto b,
                                      auto y) {
                                    return categorical_nri(a, b, y, std::vector<double>{0.3, 0.6}).nri.events;
                                  }));
  EXPECT_NEAR(pair["bootstrap"]["categorical_nri_events"]["lower"].get<double>(), expected.type7.lower, 1e-12);
  EXPECT_NEAR(pair["bootstrap"]["categorical_nri_events"]["bca"]["upper"].get<double>(), expected.bca.upper, 1e-12);
  const std::string text = pairs_text(all);
  for (const char* part : {"200 resamples stratified by outcome", "dAUC", "IDI, events", "NRI, others", "cat, events"})
    EXPECT_TRUE(says(text, part)) << part << text;
}

TEST_F(Verbs, AThousandResamplesOfManyPatientsTakeSeconds) {
  const ScoredFile file = read_scored(two_models(20000), {});
  const auto start = std::chrono::steady_clock::now();
  compare_scores(file, {{.resamples = 100, .seed = 1}, {}});  // a tenth, and a jackknife that must not be quadratic
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 10);
}

TEST_F(Verbs, ConstantAndSeparatingScoresAreToldApart) {
  const auto file = write(rows(30, "outcome,level,perfect", [](Random&, int i, int y) {
    return std::to_string(y) + ",0.5," + format_double(0.1 + 0.7 * y + 0.001 * i);
  }));
  const Json all = compare_scores(read_scored(file, {}), {});
  const Json& figures = all["cohorts"][0]["figures"];
  EXPECT_EQ(figures[0]["note"], "constant score: no interval");
  EXPECT_FALSE(figures[0].contains("auc_exact"));
  EXPECT_TRUE(says(figures[1]["note"], "complete separation"));
  const int rarer = std::min(all["cohorts"][0]["events"].get<int>(), 30 - all["cohorts"][0]["events"].get<int>());
  EXPECT_NEAR(figures[1]["auc_exact"]["lower"].get<double>(), std::pow(0.025, 1.0 / rarer), 1e-12);
  EXPECT_TRUE(says(roc_text(all), "exact 0."));
}

TEST_F(Verbs, AModelWithoutScoresDoesNotEmptyTheOthers) {
  const auto file = write(rows(50, "outcome,A,B,C", [](Random& random, int i, int y) {
    return std::to_string(y) + "," + format_double(random.normal(y, 1)) + ",," +
        (i < 4 ? "" : format_double(random.normal(y, 1)));
  }));
  const Json all = compare_scores(read_scored(file, {}), {});
  const Json& cohort = all["cohorts"][0];
  EXPECT_EQ(cohort["patients"], 46);
  EXPECT_EQ(cohort["rows_with_gaps"], 4);
  EXPECT_EQ(cohort["without_scores"], Json::array({"B"}));
  EXPECT_EQ(cohort["pairs"].size(), 1u);
  const std::string text = roc_text(all);
  EXPECT_TRUE(says(text, "(4 with gaps left out)"));
  EXPECT_TRUE(says(text, "B scores nobody here"));
}

TEST_F(Verbs, OneClassHasNoTestsOfCalibration) {
  const auto file = write(rows(30, "outcome,A", [](Random& random, int, int) { return "1," +
      format_double(random.uniform()); }));
  const Json all = compare_scores(read_scored(file, {}), {{.resamples = 0, .seed = 1}, {0.2}});
  const Json& calibration = all["cohorts"][0]["calibration"][0];
  EXPECT_TRUE(calibration["hosmer_lemeshow"]["p"].is_null() && calibration["hosmer_lemeshow"]["chi_squared"].is_null());
  EXPECT_TRUE(calibration["spiegelhalter_p"].is_null());
  EXPECT_TRUE(all["cohorts"][0]["figures"][0]["average_precision"].is_null());
  EXPECT_EQ(whole(all).find("nan"), std::string::npos);
}

TEST_F(Verbs, CalibrationPrintsWhatItsGroupsWere) {
  const auto file = write(rows(80, "outcome,A", [](Random& random, int, int y) {
    return std::to_string(y) + "," + format_double(0.2 * double(1 + random.below(3)) + 0.1 * y);
  }));
  const Json all = compare_scores(read_scored(file, {}), {});
  const Json& f = all["cohorts"][0]["calibration"][0];
  const std::string text = calibration_text(all);
  const int groups = f["hosmer_lemeshow"]["groups"];
  EXPECT_LT(groups, 10) << "ties";
  EXPECT_TRUE(says(text, "(" + std::to_string(groups) + " groups, df " + std::to_string(groups - 2) + ")")) << text;
  EXPECT_TRUE(says(text, "slope (95% CI)") && says(text, "intercept "));
  int patients = 0;
  for (const Json& bin : f["bins"]) patients += bin["patients"].get<int>();
  EXPECT_EQ(patients, 80);
  EXPECT_NEAR(f["reliability"].get<double>() - f["resolution"].get<double>() + f["uncertainty"].get<double>() +
                  f["within"].get<double>(),
              f["brier"].get<double>(), 1e-14);
}

TEST_F(Verbs, OneModelIsComparedBetweenCohorts) {
  const ScoredFile file = read_scored(two_models(120), {});
  const Json all = compare_scores(file, {});
  ASSERT_EQ(all["between_cohorts"].size(), 2u);
  const auto& train = file.cohorts[0];
  const auto& test = file.cohorts[1];
  const UnpairedAucTest expected =
      delong_test_unpaired(auc_delong(test.scores[1], test.outcomes), auc_delong(train.scores[1], train.outcomes));
  EXPECT_EQ(all["between_cohorts"][1]["p"], expected.p);
  EXPECT_EQ(all["between_cohorts"][1]["model"], "B");
  EXPECT_EQ(all["between_cohorts"][1]["cohort"], "test");
  EXPECT_TRUE(says(pairs_text(all), "unpaired test"));
  EXPECT_TRUE(says(roc_text(all), "LR+ (95% CI)") && says(roc_text(all), "kappa"));
}

TEST_F(Verbs, ThresholdsOnTheirOwnCohortAreSaidToBe) {
  const Json all = compare_scores(read_scored(two_models(80), {.threshold_cohort = "test"}), {});
  const std::string text = roc_text(all);
  EXPECT_GT(text.find("chosen on these very patients"), text.find("\ntest:"));
  EXPECT_TRUE(says(text, "chosen on these very patients"));
  EXPECT_FALSE(says(roc_text(compare_scores(read_scored(two_models(80), {}), {})), "these very patients"));
}

TEST_F(Verbs, RecalibrationIsFittedOnOneCohortAndShownOnTheOthers) {
  const ScoredFile file = read_scored(two_models(240, 1.0), {});  // one logit too high
  const ScoredCohort &train = file.cohorts[0], &test = file.cohorts[1];
  for (const std::string method : {"intercept", "platt", "isotonic"}) {
    Json all = compare_scores(file, {});
    add_recalibration(all, file, method, "train", {});
    const Json& cohorts = all["recalibration"]["cohorts"];
    ASSERT_EQ(cohorts.size(), 1u);
    EXPECT_EQ(cohorts[0]["cohort"], "test");
    EXPECT_LT(cohorts[0]["calibration"][0]["brier"].get<double>(),
        all["cohorts"][1]["calibration"][0]["brier"].get<double>()) << method;
    EXPECT_TRUE(says(calibration_text(all), "Recalibrated (" + method + ", fitted on train)"));
    std::vector<double> by_hand;
    const double shift = calibration_in_the_large(train.scores[0], train.outcomes).intercept;
    const PlattScaling platt = fit_platt_scaling(train.scores[0], train.outcomes);
    const IsotonicScaling steps = fit_isotonic(train.scores[0], train.outcomes);
    for (const double p : test.scores[0])
      by_hand.push_back(method == "platt" ? platt(p) : method == "isotonic" ? steps(p) : shift_probability(p, shift));
    EXPECT_EQ(cohorts[0]["calibration"][0]["brier"], brier_score(by_hand, test.outcomes));
  }
  const auto said = [&](const std::string& method, const std::string& on) {
    return message_of([&] {
      Json all = compare_scores(file, {});
      add_recalibration(all, file, method, on, {});
    });
  };
  EXPECT_TRUE(says(said("plat", "train"), "expected platt, isotonic or intercept"));
  EXPECT_TRUE(says(said("platt", ""), "need each other"));
  EXPECT_TRUE(says(said("platt", "tarin"), "no cohort 'tarin'; known: train, test"));
}

// --- logistic, survival, table1 ------------------------------------------------------------------------------------

TEST_F(Verbs, OddsAndHazardRatiosPerUnitAndPerDeviation) {
  const std::string text = rows(120, "outcome,time,x,z", [](Random& random, int, int y) {
    return std::to_string(y) + "," + format_double(1 + random.uniform(0, 9) / (1 + y)) + "," +
           format_double(random.normal(60 + 4 * y, 9)) + "," + format_double(random.normal(y, 1));
  });
  const auto file = write(text);
  const Answer answer = logistic(file, {{"columns", "x,z"}, {"nomogram", "true"}});
  const CsvFile csv = read_csv(file);
  const std::vector<double> x = column_of(csv, "x");
  const double sd = std::sqrt(moments(x).variance);
  const Json& term = answer.json["terms"][1];
  EXPECT_NEAR(term["odds_ratio_per_sd"].get<double>(), std::exp(term["coefficient"].get<double>() * sd), 1e-12);
  std::string scaled = "outcome,x,z\n";  // a fit on the z-scored column gives it as its OR per unit
  for (std::size_t i = 0; i < x.size(); ++i) scaled += csv.rows[i][0] + "," + format_double(x[i] / sd) + "," +
      csv.rows[i][3] + "\n";
  const Answer per_sd = logistic(write(scaled, "scaled.csv"));
  EXPECT_NEAR(per_sd.json["terms"][1]["odds_ratio"].get<double>(), term["odds_ratio_per_sd"].get<double>(), 1e-9);
  EXPECT_NEAR(per_sd.json["terms"][1]["wald_upper"].get<double>(), term["per_sd_upper"].get<double>(), 1e-8);
  ASSERT_EQ(answer.json["univariable"].size(), 2u);
  EXPECT_EQ(answer.json["univariable"][0]["odds_ratio"], logistic(file, {{"columns",
      "x"}}).json["terms"][1]["odds_ratio"]);
  EXPECT_TRUE(says(answer.text, "univariable") && says(answer.text, "OR per SD") && says(answer.text, "Nomogram"));
  const Answer cox = survival_table(file, {{"time", ""}, {"event", "outcome"}, {"group", ""}, {"columns", "x"}});
  EXPECT_NEAR(cox.json["cox"][0]["hazard_ratio_per_sd"].get<double>(),
              std::exp(cox.json["cox"][0]["coefficient"].get<double>() * sd), 1e-12);
  EXPECT_TRUE(says(cox.text, "per SD ("));
}

TEST_F(Verbs, UnivariableTableMatchesR) {
  const auto reference = reference_data("statistics");
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: statistics is not shipped (GPL tables)";
  const auto file = *reference / "expected/logistic_regression.json";
  const auto e = case_of(file, "aSAH.univariate")["expected"];
  const Answer ours = logistic(*reference / "inputs/aSAH.csv", {{"outcome", "outcome_poor"}, {"columns",
      "age,female,wfns,s100b,ndka"}});
  int checked = 0;
  for (const Json& row : ours.json["univariable"])
    for (std::size_t t = 0; t < e["term"].size(); ++t) {
      if (row["term"] != e["term"][t].get<std::string>()) continue;
      expect_close(row["odds_ratio"].get<double>(), e["or"][t], 1e-6, "or");
      expect_close(row["wald_lower"].get<double>(), e["lo"][t], 1e-6, "lo");
      expect_close(row["p"].get<double>(), e["p"][t], 1e-6, "p");
      ++checked;
    }
  EXPECT_GE(checked, 4);
  // What the table is made of: log-likelihood, the test against the intercept, fitted risks.
  for (const auto& [id, outcome, columns] : {std::tuple<std::string, std::string, std::vector<std::string>>{
           "birthwt.numeric", "low", {"age", "lwt", "smoke", "ht", "ui"}},
       {"infert", "case", {"spontaneous", "induced", "parity"}}, {"mtcars.am_wt", "am", {"wt"}}}) {
    const auto one = case_of(file, id);
    const auto& x = one["expected"];
    const CsvFile csv = read_csv(*reference / one["input"].get<std::string>());
    fusion::Design design{columns, Eigen::MatrixXd(csv.rows.size(), columns.size()), {}};
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto values = column_of(csv, columns[c]);
      design.x.col(Eigen::Index(c)) = Eigen::Map<const Eigen::VectorXd>(values.data(), design.x.rows());
    }
    const auto y = outcomes_of(csv, outcome);
    const fusion::LogisticInference model = fusion::infer_logistic(design, y);
    expect_close(model.log_likelihood, x["loglik"], 1e-6, id), expect_close(model.likelihood_ratio, x["lr_chisq"],
        1e-6, id);
    EXPECT_EQ(model.degrees_of_freedom, x["lr_df"]) << id;
    EXPECT_EQ(int(y.size()) - model.degrees_of_freedom - 1, x["df_residual"]) << id;
    double sum = 0;
    for (Eigen::Index r = 0; r < design.x.rows(); ++r) {
      double f = model.terms[0].coefficient;
      for (std::size_t t = 1; t < model.terms.size(); ++t) f += model.terms[t].coefficient * design.x(r,
          Eigen::Index(t) - 1);
      sum += fusion::logistic(f);
      if (r < 5) expect_close(fusion::logistic(f), x["fitted_first5"][std::size_t(r)], 1e-6, id);
    }
    expect_close(sum, x["fitted_sum"], 1e-6, id);
  }
}

TEST_F(Verbs, MessagesCountWhatWasGiven) {
  std::string header = "outcome";
  for (int c = 0; c < 80; ++c) header += ",x" + std::to_string(c);
  const auto wide = write(rows(60, header, [](Random& random, int, int y) {
    std::string row = std::to_string(y);
    for (int c = 0; c < 80; ++c) row += "," + format_double(random.normal());
    return row;
  }));
  EXPECT_TRUE(says(message_of([&] { logistic(wide); }), "80 columns for 60 complete patients"));
  EXPECT_TRUE(says(message_of([&] { logistic(write("outcome,x\n1,2\n")); }),
      "1 complete row; expected patients with and"));
  EXPECT_TRUE(says(survival(write("time,event,x\n1,0,2\n2,0,3\n3,0,5\n")).text, "no events: no hazard ratio"));
  const auto table1 = [&](const std::string& text) {
    return baseline_table(write(text), {{"group", "outcome"}, {"columns", ""}});
  };
  EXPECT_TRUE(says(table1("outcome,x\n1,2\n1,3\n1,7\n").text, "x: one group alone: no test"));
  EXPECT_TRUE(says(message_of([&] { table1("outcome,x\n"); }), "has no rows"));
}

TEST_F(Verbs, SeparationPrintsNoFigureOfTheDivergedFit) {
  const auto file = write(rows(40, "outcome,x", [](Random& random, int, int y) {
    return std::to_string(y) + "," + format_double(10 * y + random.uniform());
  }));
  const Answer answer = logistic(file);
  EXPECT_TRUE(answer.json["firth"] && answer.json["deviance"].is_null());
  EXPECT_TRUE(says(answer.text, "deviance – (null"));
  EXPECT_FALSE(answer.json.contains("sample_size"));
  EXPECT_TRUE(says(answer.text, "no R2 of this model"));
}

// --- width ---------------------------------------------------------------------------------------------------------

TEST_F(Verbs, EveryVerbFitsEightyColumns) {
  const auto study = write(rows(70, "time,event,outcome,a_long_name_of_a_variable,ca125,huge,stage,site,twelve",
                                [](Random& random, int i, int y) {
    const char* stages[] = {"\"IA, with words\"", "II", "III", "IV"};
    return format_double(1 + random.below(20)) + "," + std::to_string(random.below(2)) + "," + std::to_string(y) + "," +
           format_double(random.normal(60, 9)) + "," + (i % 9 == 0 ? "" : format_double(std::exp(random.normal(5,
               2)))) + "," +
           format_double(1e-7 * random.normal(y, 1)) + "," + stages[random.below(4)] + "," +
               std::to_string(random.below(2)) + "," +
           std::to_string(i % 6);
  }));
  for (const TableOptions& change : {TableOptions{}, {{"firth", "true"}}, {{"nomogram", "true"}}, {{"stepwise",
      "backward"}},
                                     {{"columns", "ca125,stage,huge"}, {"outcome", "outcome"}}}) {
    TableOptions options = change;
    if (!options.contains("outcome")) options["outcome"] = "outcome";
    if (!options.contains("columns")) options["columns"] = "a_long_name_of_a_variable,ca125,huge";
    expect_narrow(logistic(study, options).text);
  }
  const auto separated = write(rows(40, "outcome,xxxxxxxxxxxxxxxxxxxxxxxx,zz", [](Random& random, int, int y) {
    return std::to_string(y) + "," + format_double(1e-4 * (10 * y + random.uniform())) + ",1";
  }), "separated.csv");
  expect_narrow(logistic(separated).text);
  for (const char* group : {"outcome", "stage"}) {
    const Answer table = baseline_table(study, {{"group", group}, {"columns", ""}});
    expect_narrow(table.text);
    EXPECT_TRUE(says(table.text, "missing")) << table.text;
  }
  expect_narrow(survival_table(study, {{"time", ""}, {"event", ""}, {"group", "stage"}, {"columns", ""}}).text);
  expect_narrow(icc_table(study, {{"columns", "ca125,huge,a_long_name_of_a_variable"}}).text);
  const auto scores = write(rows(90, "outcome,cohort,a_very_long_model_name_from_wavelets,B,Z", [](Random& random,
      int i, int y) {
    return std::to_string(y) + (i % 2 ? ",a cohort with quite a long name of its own" : ",train") + "," +
           format_double(1 / (1 + std::exp(-random.normal(y, 1)))) + "," + format_double(random.uniform()) + "," +
           (i % 11 == 0 ? "" : format_double(1e6 * random.normal(y, 1)));
  }), "scores.csv");
  const ScoredFile file = read_scored(scores, {.threshold_cohort = "train"});
  std::vector<double> many;
  for (int t = 1; t < 30; ++t) many.push_back(0.03 * t);
  Json compared = compare_scores(file, {{.resamples = 20, .seed = 1}, many, {0.2, 0.5}});
  add_recalibration(compared, file, "platt", "train", {});
  expect_narrow(whole(compared));
  const auto paper = write("table,cohort,model,auc,sensitivity,specificity,ppv,npv\n"
                           "A table with a rather long name of its own and more words than fit a line,A cohort with a long name,"
                           "a model with a long name,0.80,0.75,0.80,0.60,0.89\n", "paper.csv");
  expect_narrow(describe(analyse_paper_tables(read_paper_tables(paper))));
  CLI::App app("radiopath", "radiopath");
  add_statistics(app);
  for (const char* verb : {"roc", "compare", "calibration", "decision", "logistic", "table1", "icc", "survival",
      "paper-table"}) {
    const std::string help = app.get_subcommand("statistics")->get_subcommand(verb)->help();
    EXPECT_TRUE(says(help, "--json")) << verb;
    expect_narrow(help);
  }
}

}  // namespace
}  // namespace radiopath::training
