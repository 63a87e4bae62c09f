#include "training/report.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <regex>

#include "core/error.h"
#include "core/files.h"
#include "made_up_predictions.h"
#include "tests/support/scratch.h"
#include "training/html.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;

/// A run folder with predictions and results, removed at the end.
struct MadeUpRun {
  Scratch scratch;
  fs::path folder = scratch.path();

  explicit MadeUpRun(const Predictions& predictions, const Truth& truth = {}) {
    write_predictions(folder / "predictions.csv", predictions);
    write_results(folder / "results.json", evaluate({}, predictions, truth));
  }

  std::string report() const {
    write_report(folder);
    return read_text(folder / "report.html");
  }
};

void add_further_files(const fs::path& run) {
  write_text(run / "config.toml",
             "name = \"demo\"\nnote = \"<script>alert(1)</script>\"\n[cohort]\nname = \"other\"\n");
  write_text(run / "failures.csv", "patient_id,stage,reason\nP<1>,radiology,\"mask \"\"&\"\" image differ\"\n");
  write_text(run / "run.json", R"({"radiopath": "0.1.0", "commit": "abc", "seed": 1, "inputs": {"cohort.csv": "12ab"},
                                   "libraries": {"Eigen": "3.4.0"}, "started": "2020-01-01T00:00:00Z"})");
  write_text(run / "flow.json", R"({"steps": [{"name": "Habitat", "total": 180, "train": 40, "validation": 40,
      "test": 40, "lost": [{"reason": "no t2 image", "count": 60, "train": 20, "validation": 20, "test": 20}]}]})");
  write_text(run / "models" / "Clinic.json", R"({"modality": "Clinic", "model": {"kind": "clinical", "univariable":
      [{"column": "age", "odds_ratio": 1.5, "odds_lower": 1.1, "odds_upper": 2.0, "p": 0.01, "separated": false},
       {"column": "ca125", "odds_ratio": 1.0004, "odds_lower": 1.0001, "odds_upper": 1.0012, "p": 0.1, "separated": false},
       {"column": "ascites", "odds_ratio": null, "odds_lower": null, "odds_upper": null, "p": 0.2, "separated": true}],
      "multivariable": [], "dropped": [], "remark": ""}, "ledger": [{"modality": "Clinic", "learner": "clinical",
      "auc": null, "patients": 9, "events": 4, "folds": 5, "chosen": true}]})");
  write_text(run / "models" / "Habitat.json", R"({"modality": "Habitat", "model": {"kind": "chain", "learner_name":
      "random_forest", "encoding": {"columns": ["a"], "dropped_missing": ["c"], "dropped_constant": []},
      "selection": {"columns": ["a"], "steps": [{"name": "t_test", "definition": "Welch", "before": 41, "kept": ["a"], "remark": ""}]}},
      "ledger": []})");
}

void add_habitats(const fs::path& run) {
  write_text(run / "habitats" / "model.json", R"({"channels": ["t2", "adc"], "k": 2, "habitats":
      [{"habitat": 1, "centroid": [-0.5, 0.25]}, {"habitat": 2, "centroid": [1.25, -1]}], "curve":
      [{"k": 2, "calinski_harabasz": 120000.5}, {"k": 3, "calinski_harabasz": 90000}, {"k": 4,
      "calinski_harabasz": null}], "patients": 40, "voxels": 5000})");
  write_text(run / "tables" / "Habitat.csv",
             "patient_id,h1_volume_ml,h2_volume_ml\nP1000,3,1\nP1001,,4\nP1150,1,1\n");
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Report, NamesEveryModelAndIsNotForClinicalUse) {
  const MadeUp made = made_up_predictions(60, 21);
  const std::string html = MadeUpRun(made.predictions, made.truth).report();
  for (const std::string& model : kStudyModels) EXPECT_GT(count(html, ">" + model + "<"), 5u) << model;
  EXPECT_NE(html.find("Not for clinical use"), std::string::npos);
  EXPECT_NE(html.find("MHA_CHP reached an AUC of"), std::string::npos);
}

TEST(Report, LoadsNothingAndClosesWhatItOpens) {
  const MadeUp made = made_up_predictions(60, 22);
  const MadeUpRun run(made.predictions, made.truth);
  add_further_files(run.folder);
  const std::string html = run.report();
  for (const char* load : {"http:", "https:", "src=", "@import", "url(", "<link", "<script"})
    EXPECT_EQ(html.find(load), std::string::npos) << load;
  for (const char* tag : {"table", "svg", "section", "div", "tr", "tbody", "text", "p", "ul", "li", "details"}) {
    const std::string opening = std::string("<") + tag;
    EXPECT_EQ(count(html, opening + " ") + count(html, opening + ">"), count(html, std::string("</") + tag + ">"))
        << tag;
  }
  EXPECT_FALSE(std::regex_search(html, std::regex(R"(\bnan\b|\binf\b)")));
}

TEST(Report, IsTheSameBytesTwiceAndHoldsNoTime) {
  const MadeUp made = made_up_predictions(40, 23);
  const MadeUpRun run(made.predictions);
  add_further_files(run.folder);
  const std::string first = run.report();
  EXPECT_EQ(first, run.report());
  EXPECT_EQ(first.find("2020-01-01"), std::string::npos);
}

TEST(Report, ShowsWhatTheRunFolderHoldsAndEscapesIt) {
  const MadeUp made = made_up_predictions(60, 24);
  const MadeUpRun run(made.predictions);
  const std::string bare = run.report();
  EXPECT_EQ(bare.find("id=\"clinical\""), std::string::npos);
  EXPECT_EQ(bare.find("id=\"patients\""), std::string::npos);
  add_further_files(run.folder);
  const std::string html = run.report();
  EXPECT_NE(html.find("demo: comparison of models"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(1)"), std::string::npos);
  EXPECT_NE(html.find("P&lt;1&gt;"), std::string::npos);
  EXPECT_NE(html.find("mask &quot;&amp;&quot; image differ"), std::string::npos);
  EXPECT_NE(html.find("1.50 [1.10, 2.00]"), std::string::npos);
  EXPECT_NE(html.find("1.000 [1.000, 1.001]"), std::string::npos);
  EXPECT_NE(html.find("60 no t2 image"), std::string::npos);
  EXPECT_NE(html.find("Habitat: 1 column,"), std::string::npos);
  for (const char* left : {">42</text>", ">41</text>", ">1</text>"})  // extracted, usable, t_test
    EXPECT_NE(html.find(left), std::string::npos) << left;
}

TEST(Report, ShowsHabitatsAndTheirShareBySite) {
  const MadeUp made = made_up_predictions(60, 28);
  const MadeUpRun run(made.predictions);
  add_habitats(run.folder);
  const std::string html = run.report();
  EXPECT_NE(html.find("K = 2 by the largest"), std::string::npos);
  EXPECT_NE(html.find("−0.50"), std::string::npos);
  EXPECT_NE(html.find("<td>37.5 %</td><td>62.5 %</td>"), std::string::npos);  // site A: 3 of 8 ml
  EXPECT_NE(html.find("<td>50.0 %</td><td>50.0 %</td>"), std::string::npos);  // site B
}

TEST(Report, EscapesPatientIds) {
  MadeUp made = made_up_predictions(20, 25);
  for (auto& row : made.predictions.rows) row.patient_id = "<i>" + row.patient_id;
  const std::string html = MadeUpRun(made.predictions).report();
  EXPECT_EQ(html.find("<i>P1"), std::string::npos);
  EXPECT_NE(html.find("&lt;i&gt;P1"), std::string::npos);
}

TEST(Report, SurvivesDegenerateCohorts) {
  MadeUp made = made_up_predictions(12, 26);
  for (auto& row : made.predictions.rows)
    if (row.role != Role::train) row.outcome = 0;
  EXPECT_NE(MadeUpRun(made.predictions).report().find("no events"), std::string::npos);
  std::erase_if(made.predictions.rows, [](const auto& row) { return row.role != Role::train; });
  EXPECT_NO_THROW(MadeUpRun(made.predictions).report());
  made.predictions.rows.clear();
  EXPECT_NE(MadeUpRun(made.predictions).report().find("No cohort allows an AUC"), std::string::npos);
  made.predictions.models.clear();
  EXPECT_NO_THROW(MadeUpRun(made.predictions).report());
}

TEST(Report, NamesTheFileItCannotRead) {
  const MadeUp made = made_up_predictions(12, 27);
  const MadeUpRun run(made.predictions);
  write_text(run.folder / "flow.json", "{\"steps\": [{\"total\": 3}]}");
  try {
    run.report();
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("flow.json"), std::string::npos);
  }
}

TEST(Html, FormatsWhatIsUndefinedAsADash) {
  EXPECT_EQ(format_fixed(std::nan("")), "–");
  EXPECT_EQ(format_fixed(-0.0004), "0.000");
  EXPECT_EQ(format_signed(-0.25), "−0.250");
  EXPECT_EQ(format_signed(0.25, 1), "+0.2");
  EXPECT_EQ(format_p(0.0004), "< 0.001");
  EXPECT_EQ(format_count(1283344), "1,283,344");
  EXPECT_EQ(format_count(-999), "-999");
  EXPECT_EQ(format_interval(0.5, 0.4, 0.6, 2), "0.50 [0.40, 0.60]");
  EXPECT_EQ(format_interval(0.5, std::nan(""), std::nan("")), "0.500");
}

}  // namespace
}  // namespace radiopath::training
