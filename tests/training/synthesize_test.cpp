#include "training/synthesize.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/parallel.h"
#include "core/run_folder.h"
#include "core/statistics.h"
#include "core/table.h"
#include "radiology/extraction.h"
#include "tests/support/scratch.h"
#include "training/synthetic_cohort.h"

namespace radiopath::training {
namespace {

SyntheticCohort cohort_of(int patients, double signal = 1, const std::string& preset = "default") {
  SyntheticDesign design;
  design.patients = patients;
  design.signal = signal;
  design.preset = preset;
  return draw_cohort(design);
}

double auc_of(const SyntheticCohort& cohort, unsigned sources) {
  std::vector<double> risks;
  std::vector<int> outcomes;
  for (const SyntheticPatient& patient : cohort.patients) {
    risks.push_back(cohort.risk(patient, sources));
    outcomes.push_back(patient.resistant);
  }
  return auc(risks, outcomes);
}

SynthesisConfig small(const std::filesystem::path& output) {
  SynthesisConfig config;
  config.output = output;
  config.patients = 20;
  config.volume_size = 24;
  config.slide_size = 512;
  return config;
}

std::map<std::string, std::string> hashes_of(const std::filesystem::path& folder) {
  std::map<std::string, std::string> hashes;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      hashes[std::filesystem::relative(entry.path(), folder).generic_string()] = hash_file(entry.path());
    }
  }
  return hashes;
}

// Each figure is the design's own, met within three standard errors at 10,000 patients (about 0.005 each).
TEST(SyntheticCohort, EverySourceAddsToWhatIsReachable) {
  const SyntheticCohort cohort = cohort_of(10000);
  for (const unsigned alone : {kClinic, kHabitat, kPathology}) EXPECT_NEAR(auc_of(cohort, alone), 0.73, 0.02);
  for (const unsigned alone : {kClinic, kHabitat, kPathology}) {
    EXPECT_NEAR(auc_of(cohort, kAllSources & ~alone), 0.85, 0.02);
  }
  EXPECT_NEAR(auc_of(cohort, kAllSources), 0.935, 0.012);
}

TEST(SyntheticCohort, WithoutSignalNothingIsReachable) {
  const SyntheticCohort cohort = cohort_of(1000, 0);
  EXPECT_EQ(auc_of(cohort, kAllSources), 0.5);
  for (const SyntheticPatient& patient : cohort.patients) EXPECT_NEAR(cohort.risk(patient), 0.4, 1e-9);
}

TEST(SyntheticCohort, RiskIsCalibratedForEveryChoiceOfSources) {
  const SyntheticCohort cohort = cohort_of(10000);
  for (unsigned sources = 0; sources <= kAllSources; ++sources) {
    double expected = 0, events = 0;
    for (const SyntheticPatient& patient : cohort.patients) {
      expected += cohort.risk(patient, sources);
      events += patient.resistant;
    }
    EXPECT_NEAR(expected / events, 1, 3 * std::sqrt(10000 * 0.24) / events) << sources;
  }
}

TEST(SyntheticCohort, StudyPresetHasTheStudysNumbers) {
  int mri = 0, slides = 0, both = 0, neither = 0;
  for (const SyntheticPatient& patient : cohort_of(998, 1, "study").patients) {
    const bool has_slides = patient.slides > 0;
    mri += patient.has_mri;
    slides += has_slides;
    both += patient.has_mri && has_slides;
    neither += !patient.has_mri && !has_slides;
  }
  EXPECT_EQ(mri, 578);
  EXPECT_EQ(slides, 587);
  EXPECT_EQ(both, 183);
  EXPECT_EQ(neither, 16);
}

TEST(SyntheticCohort, DefaultHasTheStructureOfTheStudy) {
  std::map<std::string, int> cohorts, sites;
  int complete = 0;
  const SyntheticCohort cohort = cohort_of(220);
  for (const SyntheticPatient& patient : cohort.patients) {
    ++cohorts[patient.cohort];
    ++sites[patient.site];
    complete += patient.available() == kAllSources;
    EXPECT_EQ(patient.cohort == "test", patient.site != "A");
  }
  EXPECT_GE(complete, 0.7 * 220);
  EXPECT_EQ(sites.size(), 4U);
  EXPECT_NEAR(cohorts["train"], 0.7 * sites["A"], 1);
  EXPECT_EQ(cohorts["train"] + cohorts["validation"], sites["A"]);
}

TEST(SyntheticCohort, RefusesTooFewPatientsAndUnknownPresets) {
  EXPECT_THROW(cohort_of(19), InputError);
  EXPECT_THROW(cohort_of(50, 1, "paper"), InputError);
}

TEST(ExpectedAuc, IsTheAucWhereTheRisksAreCertain) {
  const std::vector<double> scores = {0.1, 0.4, 0.4, 0.8, 0.3}, risks = {0, 1, 0, 1, 1};
  EXPECT_DOUBLE_EQ(expected_auc(scores, risks), auc(scores, std::vector<int>{0, 1, 0, 1, 1}));
  EXPECT_TRUE(std::isnan(expected_auc(scores, std::vector<double>(5, 1.0))));
}

TEST(ExpectedAuc, IsHalfForRisksThatAreAllTheSame) {
  EXPECT_DOUBLE_EQ(expected_auc(std::vector<double>{1, 2, 3, 3}, std::vector<double>(4, 0.3)), 0.5);
}

TEST(Synthesize, SameBytesForAnyThreadCount) {
  const Scratch scratch;
  set_thread_count(1);
  const Synthesis one = synthesize(small(scratch / "one"));
  set_thread_count(2);
  synthesize(small(scratch / "two"));
  set_thread_count(0);
  EXPECT_FALSE(one.was_there);
  EXPECT_GT(hashes_of(scratch / "one").size(), 100U);
  EXPECT_EQ(hashes_of(scratch / "one"), hashes_of(scratch / "two"));
}

TEST(Synthesize, CompletesWhatWasInterruptedAndLeavesWhatIsDone) {
  const Scratch scratch;
  const SynthesisConfig config = small(scratch / "cohort");
  synthesize(config);
  const auto whole = hashes_of(config.output);
  EXPECT_TRUE(synthesize(config).was_there);
  std::filesystem::remove(config.output / "cohort.csv");
  std::filesystem::remove_all(config.output / "mri" / "P0002");
  EXPECT_FALSE(synthesize(config).was_there);
  EXPECT_EQ(hashes_of(config.output), whole);
}

TEST(Synthesize, ReplacesItsOwnCohortButNobodyElses) {
  const Scratch scratch;
  SynthesisConfig config = small(scratch / "cohort");
  config.images = false;
  synthesize(config);
  config.seed = 2;
  EXPECT_FALSE(synthesize(config).was_there);
  std::filesystem::remove(config.output / "synthesis.key");
  EXPECT_THROW(synthesize(config), InputError);
}

TEST(Synthesize, ManifestNamesFilesThatAreThere) {
  const Scratch scratch;
  const Synthesis made = synthesize(small(scratch / "cohort"));
  const CsvFile manifest = read_csv(made.manifest);
  const Table truth = read_table(scratch / "cohort/truth.csv");
  ASSERT_EQ(manifest.rows.size(), 20U);
  EXPECT_EQ(truth.rows(), 20);
  int files = 0;
  for (const auto& row : manifest.rows) {
    for (const char* column : {"t2", "ce", "dwi", "adc", "lesion", "slides"}) {
      std::string cell = row[static_cast<std::size_t>(manifest.column(column))];
      cell = cell.substr(0, cell.find(';'));
      if (cell.empty()) continue;
      EXPECT_TRUE(std::filesystem::exists(scratch / "cohort" / cell)) << cell;
      ++files;
    }
  }
  EXPECT_GT(files, 90);
}

/// Share of lesion voxels that got the truth's habitat, once habitats are matched by their ADC (3, 1, 2, 4).
double agreement(const radiology::LabelMap& found, const radiology::LabelMap& truth) {
  constexpr std::array<int, 5> kByAdc = {0, 3, 1, 2, 4};
  double same = 0, lesion = 0;
  for (std::size_t v = 0; v < truth.voxels.size(); ++v) {
    if (truth.voxels[v] == 0) continue;
    ++lesion;
    same += kByAdc.at(static_cast<std::size_t>(found.voxels[v])) == truth.voxels[v];
  }
  return same / lesion;
}

TEST(Synthesize, ClusteringFindsThePlantedHabitatsAtEverySite) {
  const Scratch scratch;
  SynthesisConfig config = small(scratch / "cohort");
  config.patients = 40;
  config.volume_size = 36;
  config.slide_size = 256;
  CohortConfig manifest;
  manifest.manifest = synthesize(config).manifest;
  manifest.outcome = "platinum_resistant";
  const Cohort cohort = read_cohort(manifest);
  const Split split = locked_split(cohort);
  radiology::RadiologyConfig settings;
  settings.sequences = {"t2", "ce", "dwi", "adc"};
  settings.habitats.k_max = 6;
  settings.habitats.n_init = 5;
  RunFolder folder(scratch / "run");
  const radiology::HabitatModel model = radiology::fit_habitats(settings, split.train, 1, folder);
  ASSERT_EQ(model.k(), 4);
  const Table table = radiology::extract_features(settings, model, split.held_out, folder);
  EXPECT_TRUE(folder.failures.empty());
  for (const std::string& id : table.ids) {
    const radiology::LabelMap found = radiology::read_label_map(folder / ("habitats/" + id + ".nrrd"));
    const radiology::LabelMap truth =
        radiology::read_label_map(scratch / ("cohort/mri/" + id + "/habitats_truth.nrrd"));
    EXPECT_GT(agreement(found, truth), 0.95) << id;
  }
}

}  // namespace
}  // namespace radiopath::training
