// A study of ready tables, run whole: what stands in its results and its report follows from predictions.csv alone.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/files.h"
#include "core/log.h"
#include "planted_tables.h"
#include "tests/support/scratch.h"
#include "training/check.h"
#include "training/experiment.h"
#include "training/html.h"
#include "training/importance.h"
#include "training/report.h"
#include "training/statistics_compare.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

/// Three sources as tables, attention of one short seed.
ExperimentConfig study_of_tables(const Scratch& scratch, int patients) {
  const Planted planted = plant_tables(patients, 1.5, 4);
  const std::vector<int> outcomes = outcomes_for_evaluation(planted.cohort);
  std::string manifest = "patient_id,outcome,cohort,site\n";
  for (int i = 0; i < patients; ++i)
    manifest += planted.cohort[i].id + "," + std::to_string(outcomes[static_cast<std::size_t>(i)]) + "," +
                (i % 5 < 3    ? "train"
                 : i % 5 == 3 ? "val"
                              : "test") +
                "," + (i % 2 == 0 ? "A" : "B") + "\n";
  write_text(scratch / "manifest.csv", manifest);
  ExperimentConfig config;
  config.cohort.manifest = scratch / "manifest.csv";
  for (const auto& [name, table] : planted.tables) {
    write_table(scratch / (name + ".csv"), table);
    config.tables[name].table = scratch / (name + ".csv");
  }
  config.clinic.columns.clear();
  config.models.selection.steps = {"univariable", "pearson"};
  config.models.learners = {"logistic_regression", "naive_bayes"};
  config.models.attention.seeds = 1, config.models.attention.epochs = 2;
  return config;
}

class StudyOfTables : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    log::silence();
    scratch_ = new Scratch;
    ExperimentConfig config = study_of_tables(*scratch_, 150);
    config.resampling = {.bootstraps = 6, .repeats = 2, .permutations = 4, .folds = 3};
    RunFolder folder(*scratch_ / "run");
    write_text(folder / "config.toml", config_text(config));
    run(config, folder);
  }
  static void TearDownTestSuite() { delete scratch_; }
  static std::filesystem::path file(const std::string& name) { return *scratch_ / "run" / name; }
  static Json json(const std::string& name) { return Json::parse(read_text(file(name))); }
  static Scratch* scratch_;
};
Scratch* StudyOfTables::scratch_ = nullptr;

/// Every leaf of `theirs` but `left_out` stands in `ours` under the same key, with the same bits.
void expect_same(const Json& ours, const Json& theirs, const std::vector<std::string>& left_out,
                 const std::string& what, int& compared) {
  for (const auto& [key, value] : theirs.items()) {
    if (std::find(left_out.begin(), left_out.end(), key) != left_out.end()) continue;
    ASSERT_TRUE(ours.contains(key)) << what << " " << key;
    if (value.is_object()) {
      expect_same(ours[key], value, {}, what + " " + key, compared);
    } else {
      EXPECT_EQ(ours[key], value) << what << " " << key;
      compared += value.is_number();
    }
  }
}

const Json& named(const Json& array, const std::vector<std::pair<std::string, Json>>& keys) {
  for (const Json& one : array) {
    if (std::all_of(keys.begin(), keys.end(), [&](const auto& key) { return one.at(key.first) == key.second; }))
      return one;
  }
  throw std::logic_error("no such entry");
}

TEST_F(StudyOfTables, EveryNumberOfTheResultsFollowsFromItsPredictions) {
  const Json stored = json("results.json");
  const ScoredFile file_read = read_scored(file("predictions.csv"), {});
  const Json ours = compare_scores(file_read, {});
  int compared = 0;
  for (const Json& f : stored["figures"]) {
    const Json& cohort = named(ours["cohorts"], {{"cohort", f["subset"]}});
    // What can be reached is known of synthetic cohorts with a table of true risks only: not of this one.
    EXPECT_TRUE(f["reachable_auc"].is_null() && f["reachable_z"].is_null());
    expect_same(named(cohort["figures"], {{"model", f["model"]}, {"population", f["population"]}}), f,
                {"subset", "reachable_auc", "reachable_z"}, f["model"], compared);
  }
  for (const Json& comparison : stored["comparisons"]) {
    const Json& cohort = named(ours["cohorts"], {{"cohort", comparison["subset"]}});
    EXPECT_EQ(cohort["patients"], comparison["patients"]);
    EXPECT_EQ(cohort["events"], comparison["events"]);
    for (const Json& pair : comparison["pairs"])
      expect_same(named(cohort["pairs"], {{"model", pair["model"]}, {"against", pair["against"]}}), pair, {},
                  pair["model"], compared);
  }
  for (const Json& point : stored["thresholds"]) {
    const auto m = std::find(file_read.models.begin(), file_read.models.end(), point["model"].get<std::string>()) -
                   file_read.models.begin();
    EXPECT_EQ(Json(file_read.thresholds[static_cast<std::size_t>(m)]), point["threshold"]);
  }
  EXPECT_EQ(stored["models"].size(), 8u);
  EXPECT_GT(compared, 5 * 2 * 8 * 25);
}

TEST_F(StudyOfTables, TheReportPrintsTheseNumbers) {
  const std::string report = read_text(file("report.html"));
  const Json ours = compare_scores(read_scored(file("predictions.csv"), {}), {});
  const auto number = [](const Json& json) { return json.is_null() ? std::nan("") : json.get<double>(); };
  int rows = 0;
  for (const Json& cohort : ours["cohorts"]) {
    for (const Json& f : cohort["figures"]) {
      const Json& auc = f["auc"];
      const std::string interval = format_interval(number(auc["value"]), number(auc["lower"]), number(auc["upper"]));
      EXPECT_NE(report.find("<td>" + interval + "</td>"), std::string::npos)
          << f["model"] << cohort["cohort"] << interval;
      std::string cells;
      for (const char* key : {"accuracy", "sensitivity", "specificity", "ppv", "npv"})
        cells += "<td>" + format_fixed(number(f[key]["value"])) + "</td>";
      EXPECT_NE(report.find(cells + "<td>" + format_fixed(number(f["brier"])) + "</td>"), std::string::npos)
          << f["model"] << cohort["cohort"] << cells;
      ++rows;
    }
  }
  EXPECT_EQ(rows, 5 * 2 * 8);
}

/// In each table the first column carries the outcome, more of it than any other.
TEST_F(StudyOfTables, ThePlantedColumnsAreWorthMost) {
  const auto importance = read_importance(file("importance.csv"));
  const std::string report = read_text(file("report.html"));
  std::string modality;
  int modalities = 0;
  for (const auto& one : importance) {
    EXPECT_TRUE(std::isnan(one.shap)) << "no learner of trees takes part";
    if (one.modality == modality) continue;
    modality = one.modality, ++modalities;
    EXPECT_EQ(one.column, modality + "0");
    EXPECT_GT(one.auc_loss, 0.05) << modality;
    EXPECT_NE(report.find(one.column + "</th><td>" + format_signed(one.auc_loss)), std::string::npos) << modality;
  }
  EXPECT_EQ(modalities, 3);
}

TEST_F(StudyOfTables, TheReportDefinesTheStepsOfSelection) {
  const std::string report = read_text(file("report.html"));
  for (const char* words : {"Student's t, Welch's t or Mann-Whitney, as Shapiro-Wilk and Levene decide, P < 0.05",
                            "no two columns with |r| at or above 0.9; the one that shares most with the others stays"})
    EXPECT_NE(report.find(escape_html(words)), std::string::npos) << words;
}

/// What would fail hours later is found before.
TEST_F(StudyOfTables, CheckFindsWhatNoModelCanBeFittedOn) {
  const Scratch scratch;
  ExperimentConfig config = study_of_tables(scratch, 40);
  EXPECT_TRUE(check(config).problems.empty());
  config.models.tuning.grid["svm.cc"] = {"1"};
  EXPECT_EQ(check(config).problems.at(0), "[models.tuning] grid: 'svm.cc': no setting 'cc'; did you mean 'c'?");
  config.models.tuning.grid.clear();

  const Table table = read_table(config.tables.at("Habitat").table);
  Table few = table;
  for (int r = 7; r < few.rows(); ++r) few.values.row(r).setConstant(std::nan(""));
  write_table(config.tables.at("Habitat").table, few);
  const auto found = check(config).problems;
  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].find("a model needs at least 4 of each outcome"), std::string::npos) << found[0];
  EXPECT_TRUE(found[0].starts_with("Habitat: ")) << found[0];

  few = table;
  few.values(3, 1) = std::numeric_limits<double>::infinity();
  write_table(config.tables.at("Habitat").table, few);
  EXPECT_EQ(check(config).problems.at(0), config.tables.at("Habitat").table.string() + ":5: column 'Habitat1' is infinite; "
                                          "expected a number or an empty cell (a division by zero?)");
}

TEST_F(StudyOfTables, ResamplingIsWrittenAndReported) {
  const Json all = json("resampling.json");
  ASSERT_EQ(all["modalities"].size(), 3u);
  for (const Json& of : all["modalities"]) {
    const Json &auc = of["bootstrap"]["auc"], &learners = of["repeated_cross_validation"]["learners"];
    EXPECT_NEAR(auc["corrected"].get<double>(), auc["apparent"].get<double>() - auc["optimism"].get<double>(), 1e-12);
    EXPECT_NEAR(auc["point632"].get<double>(),
                0.368 * auc["apparent"].get<double>() + 0.632 * auc["out_of_bag"].get<double>(), 1e-12);
    EXPECT_EQ(learners.size(), of["modality"] == "Clinic" ? 1u : 2u);
    if (learners.size() > 1) {
      EXPECT_NEAR(learners[1]["difference"].get<double>(),
                  learners[1]["auc"].get<double>() - learners[0]["auc"].get<double>(), 1e-12);
    }
    EXPECT_FALSE(learners[0].contains("p"));
    const Json& slope = of["bootstrap"]["calibration_slope"];
    EXPECT_NEAR(slope["corrected"].get<double>(), slope["apparent"].get<double>() - slope["optimism"].get<double>(), 1e-12);
    // The first column of each table carries the outcome; four permutations cannot give less than 1/5.
    EXPECT_EQ(of["permutation_test"]["p"], 0.2) << of["modality"];
    EXPECT_EQ(of["bootstrap"]["selection_frequency"][of["modality"].get<std::string>() + "0"], 1) << of["modality"];
  }
  const std::string report = read_text(file("report.html"));
  EXPECT_NE(report.find("id=\"resampling\""), std::string::npos);
  EXPECT_NE(report.find(format_fixed(all["modalities"][1]["bootstrap"]["auc"]["corrected"].get<double>())),
            std::string::npos);
  EXPECT_NE(report.find("Share of the inner folds that chose a column: Habitat0 100 %"), std::string::npos);
}

}  // namespace
}  // namespace radiopath::training
