#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

#include "core/files.h"
#include "core/log.h"
#include "radiology/clustering.h"
#include "radiology/extraction.h"
#include "radiology/first_order.h"
#include "radiology/glcm.h"
#include "radiology/shape.h"
#include "tests/support/scratch.h"

// Real images: a lesion cut out of TCGA-DU-7294 (shipped), and the BraTS 2013 cohort (not free to be shipped).

namespace radiopath::radiology {
namespace {

const std::string kTcga = RADIOPATH_TEST_DATA "/tcga_du_7294/";

RadiologyConfig tcga_config() {
  RadiologyConfig config;
  config.sequences = {"t2", "t1c", "fla", "t1"};
  config.preprocessing.normalization = "nonzero";
  config.preprocessing.scale = 1;
  return config;
}

LesionImages tcga_images() {
  ExaminationFiles files;
  for (const auto& sequence : tcga_config().sequences) files.sequences.push_back(kTcga + sequence + ".nii.gz");
  files.mask = kTcga + "lesion.nii.gz";
  return load_lesion(tcga_config(), files);
}

TEST(RealImages, ClusteringOfAGliomaMatchesScikitLearn) {
  const LesionImages images = tcga_images();
  Points points;
  points.channels.resize(4);
  for (std::size_t i = 0; i < images.lesion.voxels.size(); ++i) {
    if (images.lesion.voxels[i] == 0) continue;
    for (std::size_t c = 0; c < 4; ++c) points.channels[c].push_back(images.channels[c].voxels[i]);
  }
  ASSERT_EQ(points.count(), 24188);
  KMeansOptions options;
  options.tolerance = 0;
  options.max_passes = 1000;
  for (const auto& row : read_csv(kTcga + "kmeans_expected.csv").rows) {
    const int k = std::stoi(row[0]);
    auto found = k_means(points, k, options, 1);
    // Voxels are floats here and doubles there; a few of 24188 lie on a border.
    EXPECT_NEAR(found.within, parse_double(row[1]).value(), 1e-5 * found.within) << k;
    EXPECT_NEAR(found.calinski_harabasz, parse_double(row[2]).value(), 1e-5 * found.calinski_harabasz) << k;
    if (k > 5) continue;
    std::sort(found.sizes.begin(), found.sizes.end());
    std::istringstream sizes(row[3]);
    for (const std::int64_t size : found.sizes) {
      std::int64_t expected = 0;
      sizes >> expected;
      EXPECT_NEAR(static_cast<double>(size), static_cast<double>(expected), 2) << k;
    }
  }
}

TEST(RealImages, FeaturesOfHabitatsMatchPyRadiomics) {
  const LabelMap habitats = read_label_map(kTcga + "habitats.nii.gz");
  std::map<std::string, Volume> images;
  for (const std::string name : {"t2", "fla"}) images[name] = read_volume(kTcga + name + ".nii.gz");
  std::map<std::string, double> found;
  for (int habitat = 1; habitat <= 4; ++habitat) {
    const Roi roi = make_roi(habitats, habitat);
    const auto shapes = shape(roi);
    for (const auto& [name, image] : images) {
      const std::string key = name + "_" + std::to_string(habitat) + "_";
      const auto intensities = intensities_in(roi, image);
      const Discretized levels = discretize(intensities, 25);
      const auto first = first_order(intensities, levels, image.grid.voxel_volume_mm3());
      const auto pairs = glcm(roi, levels);
      for (std::size_t i = 0; i < first.size(); ++i)
        found[key + "firstorder_" + std::string(kFirstOrderNames[i])] = first[i];
      for (std::size_t i = 0; i < shapes.size(); ++i) found[key + "shape_" + std::string(kShapeNames[i])] = shapes[i];
      for (std::size_t i = 0; i < pairs.size(); ++i) found[key + "glcm_" + std::string(kGlcmNames[i])] = pairs[i];
    }
  }
  const CsvFile expected = read_csv(kTcga + "features_expected.csv");
  EXPECT_EQ(expected.rows.size(), found.size());
  for (const auto& row : expected.rows) {
    const double value = parse_double(row[3]).value();
    EXPECT_NEAR(found.at(row[0] + "_" + row[1] + "_" + row[2]), value, 1e-9 * std::abs(value))
        << row[0] << row[1] << row[2];
  }
}

/// Everything from a manifest of real files to the table.
Table extract(const Scratch& scratch, const RadiologyConfig& config, const std::string& manifest, HabitatModel& model) {
  log::silence();
  write_text(scratch / "cohort.csv", manifest);
  CohortConfig settings;
  settings.manifest = scratch / "cohort.csv";
  const Cohort cohort = read_cohort(settings);
  const Split split = locked_split(cohort);
  EXPECT_TRUE(check_inputs(config, split.train).empty());
  RunFolder folder(scratch / "run");
  model = fit_habitats(config, split.train, 1, folder);
  const Table table = extract_features(config, model, split.train, folder);
  EXPECT_TRUE(folder.failures.empty());
  return table;
}

TEST(RealImages, AGliomaGoesThroughExtraction) {
  const Scratch scratch;
  std::string manifest = "patient_id,outcome,cohort,t2,t1c,fla,t1,lesion\n";
  for (const std::string patient : {"TCGA-DU-7294", "again"}) {
    manifest += patient + (patient == "again" ? ",0" : ",1") + ",train";
    for (const std::string name : {"t2", "t1c", "fla", "t1", "lesion"}) manifest += "," + kTcga + name + ".nii.gz";
    manifest += "\n";
  }
  RadiologyConfig config = tcga_config();
  config.habitats.n_init = 3;
  config.habitats.k_max = 5;
  config.preprocessing.scale = 100;
  HabitatModel model;
  const Table table = extract(scratch, config, manifest, model);
  ASSERT_EQ(table.rows(), 2);
  EXPECT_EQ(table.values.row(0), table.values.row(1));  // no NaN: every habitat is there
  EXPECT_GE(model.k(), 2);
}

TEST(RealImages, BratsCohortGoesThroughExtraction) {
  const char* reference = std::getenv("RADIOPATH_REFERENCE_DATA");
  if (reference == nullptr)
    GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: the BraTS 2013 images may not be shipped";
  const Scratch scratch;
  std::string manifest = "patient_id,outcome,cohort,t1c,flair,label\n";
  int outcome = 0;
  for (const std::string id :
       {"brats_2013_pat0001_1", "brats_2013_pat0002_1", "brats_2013_pat0005_1", "brats_2013_pat0006_1"}) {
    const std::string folder = std::string(reference) + "/mri/brats2013_mini_cohort/" + id + "/";
    manifest += id + "," + std::to_string(outcome++ % 2) + ",train," + folder + "t1c_x1000.nii.gz," + folder +
                "flair_x1000.nii.gz," + folder + "label.nii.gz\n";
  }
  RadiologyConfig config;
  config.sequences = {"t1c", "flair"};
  config.mask = "label";
  config.preprocessing.normalization = "none";
  config.features.bin_width = 100;
  config.habitats.n_init = 2;
  config.habitats.k_min = 4;
  config.habitats.k_max = 5;
  HabitatModel model;
  const Table table = extract(scratch, config, manifest, model);
  EXPECT_EQ(model.voxels, 111724 + 63061 + 80682 + 217380);
  ASSERT_EQ(table.rows(), 4);
  for (int row = 0; row < 4; ++row) {
    double sum = 0;
    for (int h = 1; h <= model.k(); ++h)
      sum += table.values(row, table.column("h" + std::to_string(h) + "_proportion"));
    EXPECT_NEAR(sum, 1, 1e-12);
  }
  EXPECT_TRUE(table.values.allFinite());
}

}  // namespace
}  // namespace radiopath::radiology
