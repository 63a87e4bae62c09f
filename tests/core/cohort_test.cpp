#include "core/cohort.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <type_traits>

#include "core/error.h"
#include "core/files.h"
#include "core/inclusion.h"
#include "core/predictions.h"
#include "tests/support/scratch.h"

namespace radiopath {
namespace {

static_assert(!std::is_convertible_v<EvaluationView, TrainingView>, "what is held out must not be learned from");
static_assert(!std::is_constructible_v<TrainingView, PatientView>);
static_assert(!std::is_constructible_v<TrainingView, EvaluationView>);

CohortConfig config_for(const std::string& text) {
  CohortConfig config;
  static const Scratch scratch;
  config.manifest = scratch / "cohort.csv";
  write_text(config.manifest, text);
  return config;
}

std::string error_of(const std::string& text) {
  try {
    read_cohort(config_for(text));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// 30 training patients, 10 with the event, and 6 held out.
Cohort sample() {
  std::string text = "patient_id,site,cohort,outcome,nact,slides\n";
  for (int i = 0; i < 30; ++i) {
    text += "P" + std::to_string(i) + ",A,train," + (i % 3 == 0 ? "1" : "0") + "," + std::to_string(i % 2) + ",a.svs;b.svs\n";
  }
  for (int i = 30; i < 36; ++i) text += "P" + std::to_string(i) + ",B,test," + std::to_string(i % 2) + ",,\n";
  return read_cohort(config_for(text));
}

TEST(Cohort, ReadsPatientsFilesAndRoles) {
  const Cohort cohort = sample();
  ASSERT_EQ(cohort.size(), 36);
  EXPECT_EQ(cohort[31].role, Role::test);
  const auto files = cohort.files(cohort[0], "slides");
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[1].filename(), "b.svs");
  EXPECT_TRUE(files[1].is_absolute());
  EXPECT_TRUE(cohort.files(cohort[31], "slides").empty());
  EXPECT_EQ(cohort[0].cell("outcome"), "") << "the outcome is not a cell";
}

TEST(Cohort, ReportsEveryBadRowAtOnce) {
  const std::string error = error_of("patient_id,cohort,outcome\nA,train,0\nA,train,1\nB,trian,1\nC,test,2\n,test,\n");
  EXPECT_NE(error.find("cohort.csv:3: patient 'A' stands twice (first in line 2)"), std::string::npos) << error;
  EXPECT_NE(error.find("cohort.csv:4: column 'cohort': found 'trian', expected one of train"), std::string::npos) << error;
  EXPECT_NE(error.find("cohort.csv:5: column 'outcome': found '2', expected 0 or 1"), std::string::npos) << error;
  EXPECT_NE(error.find("cohort.csv:6: column 'patient_id' is empty"), std::string::npos) << error;
}

TEST(Cohort, NeedsBothClassesInTraining) {
  EXPECT_NE(error_of("patient_id,cohort,outcome\nA,train,0\nB,train,0\nC,test,1\n").find("0 with and 2 without"),
            std::string::npos);
}

TEST(Split, TrainAndHeldOutShareNobodyAndMissNobody) {
  const Cohort cohort = sample();
  const Split split = locked_split(cohort);
  EXPECT_EQ(split.train.size(), 30);
  EXPECT_EQ(split.held_out.size(), 6);
}

TEST(Folds, HoldEveryTrainingPatientOutOnceAndNobodyElse) {
  const Cohort cohort = sample();
  const TrainingView train = locked_split(cohort).train;
  std::multiset<int> held_out;
  for (const Split& fold : train.folds(5, 7, "test")) {
    held_out.insert(fold.held_out.rows().begin(), fold.held_out.rows().end());
    EXPECT_EQ(fold.train.size() + fold.held_out.size(), train.size());
    const auto outcomes = fold.train.outcomes();
    EXPECT_EQ(std::accumulate(outcomes.begin(), outcomes.end(), 0), 8) << "stratified: two events are held out";
    for (const int row : fold.held_out.rows()) EXPECT_EQ(cohort[row].role, Role::train);
  }
  EXPECT_EQ(held_out, std::multiset<int>(train.rows().begin(), train.rows().end()));
}

TEST(Folds, FollowTheSeedAndTheNameOnly) {
  const Cohort cohort = sample();
  const TrainingView train = locked_split(cohort).train;
  const auto rows = [&](std::uint64_t seed, const char* name) { return train.folds(5, seed, name)[0].held_out.rows(); };
  EXPECT_EQ(rows(1, "a"), rows(1, "a"));
  EXPECT_NE(rows(1, "a"), rows(2, "a"));
  EXPECT_NE(rows(1, "a"), rows(1, "b"));
}

TEST(Folds, AreFewerWhereAClassIsSmall) {
  const Cohort cohort = sample();
  const TrainingView few = locked_split(cohort).train.among({"P0", "P3", "P1", "P2", "P4"});
  EXPECT_EQ(few.folds(5, 1, "x").size(), 2u);
  EXPECT_THROW(few.among({"P0", "P1"}).folds(5, 1, "x"), InputError);
}

TEST(Inclusion, ComparesNumbersWordsAndMissingCells) {
  Patient patient;
  patient.cells = {{"nact", "0"}, {"age", "61.5"}, {"histology", "serous"}, {"ca125", ""}};
  EXPECT_TRUE(InclusionRule().includes(patient));
  EXPECT_TRUE(InclusionRule("nact == 0").includes(patient));
  EXPECT_TRUE(InclusionRule("nact == 0.0 and age >= 60 and histology != clear_cell").includes(patient));
  EXPECT_FALSE(InclusionRule("age < 60").includes(patient));
  EXPECT_FALSE(InclusionRule("ca125 != 3").includes(patient)) << "a missing cell fails every comparison";
  EXPECT_EQ(InclusionRule("nact == 0 and age > 1").columns(), (std::vector<std::string>{"nact", "age"}));
}

TEST(Inclusion, RefusesWhatItCannotRead) {
  for (const char* text : {"nact", "nact = 0", "nact == 0 or age > 3", "age > old", "nact == 0 and"}) {
    EXPECT_THROW(InclusionRule{text}, InputError) << text;
  }
}

TEST(Predictions, RoundTrip) {
  const Cohort cohort = sample();
  Predictions predictions;
  predictions.add({{"P0", "P1"}, {{"Clinic", {0.25, std::nan("")}}}}, cohort, Scored::out_of_fold);
  predictions.add({{"P30"}, {{"Clinic", {0.5}}, {"MHA_CHP", {1.0 / 3}}}}, cohort, Scored::held_out);
  const auto file = config_for("").manifest.parent_path() / "predictions.csv";
  write_predictions(file, predictions);
  const Predictions back = read_predictions(file);
  EXPECT_EQ(back.models, (std::vector<std::string>{"Clinic", "MHA_CHP"}));
  ASSERT_EQ(back.rows.size(), 3u);
  EXPECT_EQ(back.rows[0].outcome, 1);
  EXPECT_TRUE(std::isnan(back.rows[1].scores[0]));
  EXPECT_EQ(back.rows[2].scores[1], 1.0 / 3);
  EXPECT_EQ(back.rows[2].scored, Scored::held_out);
  EXPECT_EQ(back.rows[2].role, Role::test);
}

}  // namespace
}  // namespace radiopath
