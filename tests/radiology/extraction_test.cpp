#include "radiology/extraction.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/parallel.h"
#include "radiology/engine.h"
#include "radiology/phantom.h"
#include "tests/support/scratch.h"

namespace radiopath::radiology {
namespace {

/// A cohort of phantoms on disk: `patients` with four sequences and a lesion each.
class PhantomCohort {
 public:
  explicit PhantomCohort(int patients, std::uint64_t seed = 1) {
    log::silence();
    std::string text = "patient_id,outcome,cohort,t2,ce,dwi,adc,lesion\n";
    for (int i = 0; i < patients; ++i) {
      const std::string id = "P" + std::to_string(i);
      Random random(seed, "phantom", {static_cast<std::uint64_t>(i)});
      MriPhantom phantom;
      phantom.size = {40, 40, 14};
      phantom.noise = 0.5;
      write_mri(scratch / id, paint_mri(phantom, random));
      text += id + "," + std::to_string(i % 2) + "," + (i < patients - 1 ? "train" : "test");
      for (const char* name : {"t2.nii.gz", "ce.nii.gz", "dwi.nii.gz", "adc.nii.gz", "lesion.nrrd"}) {
        text += "," + id + "/" + name;
      }
      text += "\n";
    }
    write_manifest(text);
    config.sequences = {"t2", "ce", "dwi", "adc"};
    config.habitats.n_init = 3;
    config.habitats.k_max = 6;
  }

  void write_manifest(const std::string& text) {
    write_text(scratch / "cohort.csv", text);
    manifest = text;
  }
  Cohort cohort() const {
    CohortConfig settings;
    settings.manifest = scratch / "cohort.csv";
    return read_cohort(settings);
  }

  Scratch scratch;
  RadiologyConfig config;
  std::string manifest;
};

struct Fitted {
  HabitatModel model;
  Table train, held_out;
  std::vector<Failures::Entry> failures;
};

Fitted run(const PhantomCohort& phantoms, const std::string& folder_name) {
  const Cohort cohort = phantoms.cohort();
  const Split split = locked_split(cohort);
  RunFolder folder(phantoms.scratch / folder_name);
  Fitted fitted;
  fitted.model = fit_habitats(phantoms.config, split.train, 5, folder);
  fitted.train = extract_features(phantoms.config, fitted.model, split.train, folder);
  fitted.held_out = extract_features(phantoms.config, fitted.model, split.held_out, folder);
  fitted.failures = folder.failures.entries();
  return fitted;
}

double agreement(const LabelMap& found, const LabelMap& truth) {
  double same = 0, lesion = 0;
  for (std::size_t i = 0; i < truth.voxels.size(); ++i) {
    if (truth.voxels[i] == 0) continue;
    lesion += 1;
    same += found.voxels[i] == truth.voxels[i];
  }
  return same / lesion;
}

TEST(Habitats, RecoverThePlantedOnes) {
  const PhantomCohort phantoms(5);
  const Fitted fitted = run(phantoms, "run");
  EXPECT_TRUE(fitted.failures.empty());
  ASSERT_EQ(fitted.model.k(), 4);
  EXPECT_EQ(fitted.train.rows(), 4);
  EXPECT_EQ(fitted.held_out.rows(), 1);
  EXPECT_EQ(fitted.train.columns, feature_columns(phantoms.config, 4));
  EXPECT_EQ(fitted.train.cols(), 4 * (2 + 14 + 4 * (18 + 24)));
  // Numbered by rising ADC, while the phantom's truth has its own numbers: match by centre.
  const LabelMap found = read_label_map(phantoms.scratch / "run/habitats/P4.nrrd");
  LabelMap truth = read_label_map(phantoms.scratch / "P4/habitats_truth.nrrd");
  ASSERT_TRUE(same_grid(found.grid, truth.grid));
  std::map<std::pair<int, int>, int> overlap;
  for (std::size_t i = 0; i < truth.voxels.size(); ++i) {
    if (truth.voxels[i] > 0) ++overlap[{truth.voxels[i], found.voxels[i]}];
  }
  std::map<int, int> best;
  for (const auto& [pair, count] : overlap) {
    if (!best.contains(pair.first) || count > overlap[{pair.first, best[pair.first]}]) best[pair.first] = pair.second;
  }
  for (auto& voxel : truth.voxels) voxel = static_cast<std::int16_t>(voxel == 0 ? 0 : best[voxel]);
  EXPECT_GT(agreement(found, truth), 0.9);
}

TEST(Habitats, ProportionsSumToOneAndMatchTheMap) {
  const PhantomCohort phantoms(3);
  const Fitted fitted = run(phantoms, "run");
  const LabelMap map = read_label_map(phantoms.scratch / "run/habitats/P0.nrrd");
  double sum = 0;
  for (int h = 1; h <= fitted.model.k(); ++h) {
    const auto voxels = std::count(map.voxels.begin(), map.voxels.end(), h);
    const int column = fitted.train.column("h" + std::to_string(h) + "_volume_ml");
    EXPECT_NEAR(fitted.train.values(0, column), voxels * map.grid.voxel_volume_mm3() / 1000, 1e-9);
    sum += fitted.train.values(0, fitted.train.column("h" + std::to_string(h) + "_proportion"));
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  const int adc_low = fitted.train.column("adc_h1_original_firstorder_Mean");
  const int adc_high = fitted.train.column("adc_h" + std::to_string(fitted.model.k()) + "_original_firstorder_Mean");
  EXPECT_LT(fitted.train.values(0, adc_low), fitted.train.values(0, adc_high));
}

/// Filters see what lies round the lesion: the same bits as those of the whole sequence under the habitats' map.
TEST(Extraction, HabitatsAreOfFiltersOverTheWholeImage) {
  PhantomCohort phantoms(3);
  auto& features = phantoms.config.features;
  features.image_types = {"original", "wavelet", "log", "square"};
  features.sigma_mm = {2};
  features.filters.mean["smooth"].support = 5;
  features.families = {"firstorder", "glrlm"};
  const Fitted fitted = run(phantoms, "run");
  ASSERT_TRUE(fitted.failures.empty());
  RadiomicsConfig config;
  config.features = features;
  config.labels = "all";
  const auto columns = engine_columns(features);
  const LabelMap habitats = read_label_map(phantoms.scratch / "run/habitats/P0.nrrd");
  Image adc = to_image(read_volume(phantoms.scratch / "P0/adc.nii.gz"));  // the sequence that is not normalised
  adc.grid = habitats.grid;                                               // NIfTI holds spacings in single precision
  const auto rows = extract_regions(adc, habitats, config);
  ASSERT_EQ(rows.size(), static_cast<std::size_t>(fitted.model.k()));
  EXPECT_EQ(columns.size(), (1 + 8 + 1 + 1 + 1) * (18u + 16u));
  for (std::size_t h = 0; h < rows.size(); ++h) {
    ASSERT_EQ(rows[h].failure, "");
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::string name = "adc_h" + std::to_string(h + 1) + "_" + columns[c].name;
      EXPECT_EQ(fitted.train.values(0, fitted.train.column(name)), rows[h].values[c].value) << name;
    }
  }
}

TEST(Extraction, ShapeIsThereWithoutTheOriginalImage) {
  PhantomCohort phantoms(3);
  auto& features = phantoms.config.features;
  features.image_types = {};
  features.filters.mean["smooth"].support = 3;
  features.families = {"shape", "firstorder"};
  const Fitted fitted = run(phantoms, "run");
  ASSERT_TRUE(fitted.failures.empty());
  EXPECT_DOUBLE_EQ(fitted.train.values(0, fitted.train.column("h1_original_shape_VoxelVolume")),
                   fitted.train.values(0, fitted.train.column("h1_volume_ml")) * 1000);
  EXPECT_TRUE(std::isfinite(fitted.train.values(0, fitted.train.column("adc_h1_smooth_firstorder_Variance"))));
}

/// A profile alone is a config: the families that are measured by default are called otherwise under ibsi.
TEST(Extraction, DefaultFamiliesFollowTheProfile) {
  PhantomCohort phantoms(3);
  const auto columns_of = [&](const std::string& profile, const std::vector<std::string>& families) {
    phantoms.config.features.profile = profile;
    phantoms.config.features.families = families;
    return feature_columns(phantoms.config, 2);
  };
  EXPECT_EQ(columns_of("pyradiomics", {}), columns_of("pyradiomics", {"firstorder", "shape", "glcm"}));
  const auto expected = columns_of("ibsi", {"intensity_statistics", "shape", "glcm"});
  EXPECT_EQ(columns_of("ibsi", {}), expected);
  EXPECT_TRUE(check_inputs(phantoms.config, locked_split(phantoms.cohort()).train).empty());
  const Fitted fitted = run(phantoms, "run");
  EXPECT_TRUE(fitted.failures.empty());
  EXPECT_TRUE(std::isfinite(fitted.train.values(0, fitted.train.column("adc_h1_original_intensity_statistics_Mean"))));
}

TEST(Habitats, SameBytesForAnyThreadCountAndOnResuming) {
  const PhantomCohort phantoms(4);
  std::map<std::string, std::string> files;
  for (const int threads : {1, 2, 7}) {
    set_thread_count(threads);
    const std::string folder = "run" + std::to_string(threads);
    run(phantoms, folder);
    run(phantoms, folder);  // again: everything is there
    for (const char* name : {"model.json", "curve.csv", "P0.csv", "P0.nrrd", "P3.csv", "P3.nrrd"}) {
      const std::string hash = hash_file(phantoms.scratch / (folder + "/habitats/" + name));
      EXPECT_EQ(files.try_emplace(name, hash).first->second, hash) << name << " with " << threads;
    }
  }
  set_thread_count(0);
}

TEST(Habitats, ModelComesBackFromItsFile) {
  const PhantomCohort phantoms(3);
  const HabitatModel model = run(phantoms, "run").model;
  write_habitat_model(phantoms.scratch / "copy.json", model);
  EXPECT_EQ(read_habitat_model(phantoms.scratch / "copy.json").hash(), model.hash());
  write_text(phantoms.scratch / "bad.json", "{\"format\": 3}");
  EXPECT_THROW(read_habitat_model(phantoms.scratch / "bad.json"), InputError);
}

TEST(Habitats, DoNotDependOnPatientsOutsideTheTrainingView) {
  const PhantomCohort phantoms(4);
  const HabitatModel before = run(phantoms, "before").model;
  write_text(phantoms.scratch / "P3/t2.nii.gz", "broken");  // the test patient
  const Fitted after = run(phantoms, "after");
  EXPECT_EQ(after.model.hash(), before.hash());
  EXPECT_EQ(after.held_out.rows(), 0);
  ASSERT_EQ(after.failures.size(), 1u);
  EXPECT_EQ(after.failures[0].patient_id, "P3");
}

TEST(Extraction, FailingPatientsAreNamedAndTheOthersFinish) {
  PhantomCohort phantoms(8);
  const auto mri = [&](int i, const std::string& name) {
    return phantoms.scratch / ("P" + std::to_string(i) + "/" + name);
  };
  std::filesystem::remove(mri(0, "ce.nii.gz"));
  const std::string bytes = read_text(mri(1, "t2.nii.gz"));
  write_text(mri(1, "t2.nii.gz"), bytes.substr(0, bytes.size() / 3));
  LabelMap lesion = read_label_map(mri(2, "lesion.nrrd"));
  lesion.grid.spacing_mm[2] *= 1.1;
  write_label_map(mri(2, "lesion.nrrd"), lesion);
  lesion.voxels.assign(lesion.voxels.size(), 0);
  write_label_map(mri(3, "lesion.nrrd"), lesion);
  Volume adc = read_volume(mri(4, "adc.nii.gz"));
  adc.grid.origin[0] += 500;
  write_volume(mri(4, "adc.nii.gz"), adc);
  const auto half = phantoms.manifest.find("P5/adc.nii.gz");
  phantoms.write_manifest(phantoms.manifest.erase(half, std::string("P5/adc.nii.gz").size()));

  const Fitted fitted = run(phantoms, "run");
  EXPECT_EQ(fitted.train.ids, (std::vector<std::string>{"P6"}));
  EXPECT_EQ(fitted.held_out.ids, (std::vector<std::string>{"P7"}));
  const std::vector<std::string> reasons = {"ce.nii.gz: no such file", "copy interrupted", "differ in spacing",
                                            "the mask is empty",       "lie outside it",   "no file for adc"};
  ASSERT_EQ(fitted.failures.size(), reasons.size());
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    EXPECT_EQ(fitted.failures[i].patient_id, "P" + std::to_string(i));
    EXPECT_NE(fitted.failures[i].reason.find(reasons[i]), std::string::npos) << fitted.failures[i].reason;
  }

  const Cohort cohort = phantoms.cohort();
  const auto checked = check_inputs(phantoms.config, locked_split(cohort).train);
  std::vector<std::string> ids;
  for (const auto& entry : checked) ids.push_back(entry.patient_id);
  EXPECT_EQ(ids, (std::vector<std::string>{"P0", "P1", "P2", "P3", "P5"}));  // P4's ADC needs its voxels
}

TEST(Extraction, MaskOnAnotherGridIsResampledWhenAsked) {
  PhantomCohort phantoms(3);
  LabelMap lesion = read_label_map(phantoms.scratch / "P0/lesion.nrrd");
  LabelMap cropped{lesion.grid, {}};
  cropped.grid.size[2] -= 1;  // one slice less: another grid, the same place
  cropped.voxels.assign(lesion.voxels.begin(), lesion.voxels.begin() + cropped.grid.voxel_count());
  write_label_map(phantoms.scratch / "P0/lesion.nrrd", cropped);
  const Fitted refused = run(phantoms, "refused");
  ASSERT_EQ(refused.failures.size(), 1u);
  EXPECT_NE(refused.failures[0].reason.find("resample_mask = true"), std::string::npos) << refused.failures[0].reason;
  phantoms.config.resample_mask = true;
  const Fitted taken = run(phantoms, "taken");
  EXPECT_TRUE(taken.failures.empty());
  EXPECT_EQ(taken.train.rows(), 2);
  cropped.grid.origin[2] += 40;  // part of the lesion beyond the images
  write_label_map(phantoms.scratch / "P0/lesion.nrrd", cropped);
  const Fitted beyond = run(phantoms, "beyond");
  ASSERT_EQ(beyond.failures.size(), 1u);
  EXPECT_NE(beyond.failures[0].reason.find("the region reaches beyond the image"), std::string::npos)
      << beyond.failures[0].reason;
}

TEST(Extraction, UnknownNamesAreErrorsWithTheNearest) {
  PhantomCohort phantoms(3);
  const Cohort cohort = phantoms.cohort();
  const auto first_problem = [&] { return check_inputs(phantoms.config, locked_split(cohort).train).at(0).reason; };
  phantoms.config.sequences = {"t2", "adcc"};
  EXPECT_NE(first_problem().find("did you mean 'adc'"), std::string::npos) << first_problem();
  phantoms.config.sequences = {"t2"};
  phantoms.config.features.families = {"glmc"};
  EXPECT_NE(first_problem().find("did you mean 'glcm'"), std::string::npos) << first_problem();
  phantoms.config.habitats.order_by = "dwi";
  EXPECT_NE(first_problem().find("none of the sequences t2"), std::string::npos) << first_problem();
  phantoms.config.habitats.k_max = 1;
  EXPECT_NE(first_problem().find("below k_min"), std::string::npos) << first_problem();
}

TEST(Extraction, NoImagesNeedNoModel) {
  PhantomCohort phantoms(3);
  phantoms.config.sequences.clear();
  EXPECT_EQ(run(phantoms, "none").train.rows(), 0);
}

}  // namespace
}  // namespace radiopath::radiology
