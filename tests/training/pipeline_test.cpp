// The whole way, from images to results, on small synthetic cohorts with a known signal.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <set>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/parallel.h"
#include "core/run_folder.h"
#include "tests/support/scratch.h"
#include "training/experiment.h"
#include "training/synthesize.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;

/// A folder that goes with the process: each test is one.
fs::path fresh(const std::string& name) {
  static const Scratch scratch;
  return scratch / name;
}

/// The demo's settings on smaller images, so that a study takes seconds.
ExperimentConfig small_study(const fs::path& cohort, std::int64_t seed) {
  ExperimentConfig config = load_config<ExperimentConfig>(fs::path(RADIOPATH_SOURCE_DIR) / "configs/demo.toml");
  config.seed = seed;
  config.cohort.manifest = cohort / "cohort.csv";
  config.evaluation.truth = cohort / "truth.csv";
  return config;
}

Synthesis make_cohort(const fs::path& folder, int patients, std::int64_t seed, double signal) {
  SynthesisConfig config;
  config.output = folder;
  config.patients = patients;
  config.seed = seed;
  config.signal = signal;
  config.volume_size = 32;
  config.slide_size = 1024;
  return synthesize(config);
}

Results run_synthetic(const std::string& name, int patients, std::int64_t seed, double signal) {
  log::silence();
  const fs::path folder = fresh(name);
  make_cohort(folder / "cohort", patients, seed, signal);
  RunFolder run_folder(folder / "run");
  const Results results = run(small_study(folder / "cohort", seed), run_folder);
  EXPECT_TRUE(run_folder.failures.empty());
  return results;
}

const std::vector<std::string> kModels = {"Clinic",      "Habitat",     "Pathology",    "Ensemble_CH",
                                          "Ensemble_CP", "Ensemble_HP", "Ensemble_CHP", "MHA_CHP"};

class PlantedSignal : public testing::TestWithParam<int> {};

// Every model of the comparison comes within three standard errors of what the true risks allow it, on the patients that
// all can score and on all its own.
TEST_P(PlantedSignal, IsRecovered) {
  const Results results = run_synthetic("signal" + std::to_string(GetParam()), 330, GetParam(), 1);
  EXPECT_EQ(results.models, kModels);
  for (const Population population : {Population::own, Population::common}) {
    for (const auto& model : kModels) {
      const Figures* pooled = results.find(model, Subset::pooled, population);
      ASSERT_NE(pooled, nullptr);
      EXPECT_GE(pooled->events, 60) << model;
      EXPECT_GE(pooled->patients - pooled->events, 60) << model;
      EXPECT_GT(pooled->auc.auc, pooled->reachable - 3 * pooled->auc.standard_error)
          << model << ": reachable " << pooled->reachable << ", standard error " << pooled->auc.standard_error;
      if (model == "Ensemble_CHP" || model == "MHA_CHP") {
        EXPECT_GT(pooled->auc.auc, 0.5 + 4 * pooled->auc.standard_error) << model;
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Pipeline, PlantedSignal, testing::Values(1, 2), testing::PrintToStringParamName());

TEST(Pipeline, FindsNothingWhereNothingIs) {
  const Results results = run_synthetic("null", 160, 3, 0);
  const double z = 3.290526731491896;  // of a 99.9 % interval
  for (const auto& model : kModels) {
    const Figures* pooled = results.find(model, Subset::pooled, Population::own);
    ASSERT_NE(pooled, nullptr) << model;
    EXPECT_NEAR(pooled->auc.auc, 0.5, z * pooled->auc.standard_error) << model;
  }
}

// --- The same bytes ---------------------------------------------------------------------------------------------------

/// Everything but times: run.json, log, ledger of runs, event files and the keys beside them.
std::map<std::string, std::string> hashes_of(const fs::path& run) {
  std::map<std::string, std::string> hashes;
  for (const char* part : {"tables", "models", "habitats", "slides"}) {
    if (!fs::exists(run / part)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(run / part)) {
      if (entry.is_regular_file()) hashes[fs::relative(entry.path(), run).string()] = hash_file(entry.path());
    }
  }
  for (const char* file : {"predictions.csv", "results.json", "report.html", "metrics.csv", "flow.json"})
    hashes[file] = hash_file(run / file);
  return hashes;
}

/// The files of two runs that are not the same; empty where all are.
std::set<std::string> differing(const std::map<std::string, std::string>& a, const std::map<std::string, std::string>& b) {
  std::set<std::string> names;
  for (const auto& [of, in] : {std::pair(&a, &b), std::pair(&b, &a)}) {
    for (const auto& [name, hash] : *of) {
      if (const auto other = in->find(name); other == in->end() || other->second != hash) names.insert(name);
    }
  }
  return names;
}

TEST(Pipeline, GivesTheSameBytesForAnyThreadCount) {
  log::silence();
  const fs::path folder = fresh("threads");
  make_cohort(folder / "cohort", 60, 5, 1);
  std::map<std::string, std::string> first;
  for (const int threads : {1, 2}) {
    set_thread_count(threads);
    RunFolder run_folder(folder / std::to_string(threads));
    run(small_study(folder / "cohort", 5), run_folder);
    const auto hashes = hashes_of(run_folder.path());
    if (first.empty()) first = hashes;
    EXPECT_GT(hashes.size(), 100u);
    EXPECT_EQ(differing(hashes, first), std::set<std::string>{}) << threads << " threads";
  }
  set_thread_count(0);
}

/// Starts the program in a process of its own, standard streams to /dev/null.
pid_t start(const std::vector<std::string>& arguments) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (!freopen("/dev/null", "w", stdout) || !freopen("/dev/null", "w", stderr)) _exit(126);
  std::vector<char*> argv = {const_cast<char*>(RADIOPATH_BINARY_PATH)};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(argv[0], argv.data());
  _exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Pipeline, ResumesToTheSameBytesAfterBeingKilled) {
  log::silence();
  const fs::path folder = fresh("kill");
  make_cohort(folder / "cohort", 60, 6, 1);
  write_text(folder / "study.toml", config_text(small_study(folder / "cohort", 6)));
  const auto run_into = [&](const std::string& name, bool resume) {
    std::vector<std::string> arguments = {"run", (folder / "study.toml").string(), "--output", (folder / name).string()};
    if (resume) arguments.push_back("--resume");
    return start(arguments);
  };
  ASSERT_EQ(wait_for(run_into("whole", false)), 0);
  const auto whole = hashes_of(folder / "whole");

  // Killed again and again, each time a little further on.
  int kills = 0;
  for (auto patience = std::chrono::milliseconds(700);; patience += std::chrono::milliseconds(1500)) {
    const pid_t child = run_into("killed", kills > 0);
    std::this_thread::sleep_for(patience);
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
      break;
    }
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    ++kills;
  }
  EXPECT_GE(kills, 2);
  EXPECT_EQ(differing(hashes_of(folder / "killed"), whole), std::set<std::string>{});
}

TEST(Pipeline, CostsNoOtherPatientWhatOneFileLacks) {
  log::silence();
  const fs::path folder = fresh("broken");
  make_cohort(folder / "cohort", 60, 7, 1);
  // One patient's DWI is cut short, another's slide is no slide.
  const CsvFile csv = read_csv(folder / "cohort/cohort.csv");
  const auto cell = [&](const std::string& column, int nth) {
    for (const auto& row : csv.rows) {
      const auto& text = row[static_cast<std::size_t>(csv.column(column))];
      if (!text.empty() && text.find(';') == std::string::npos && nth-- == 0) return std::pair(row[0], text);
    }
    throw std::logic_error("no such cell");
  };
  const auto [mri_patient, dwi] = cell("dwi", 3);
  const auto [slide_patient, slide] = cell("slides", 8);
  fs::resize_file(folder / "cohort" / dwi, fs::file_size(folder / "cohort" / dwi) / 2);
  write_text(folder / "cohort" / slide, "not a slide");
  RunFolder run_folder(folder / "run");
  const Results results = run(small_study(folder / "cohort", 7), run_folder);
  const auto entries = run_folder.failures.entries();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ((std::set<std::string>{entries[0].patient_id, entries[1].patient_id}), (std::set<std::string>{mri_patient, slide_patient}));
  EXPECT_TRUE(fs::exists(run_folder / "failures.csv"));
  EXPECT_EQ(results.models, kModels);
  EXPECT_NE(read_text(run_folder / "flow.json").find("failed, see failures.csv"), std::string::npos);
}

}  // namespace
}  // namespace radiopath::training
