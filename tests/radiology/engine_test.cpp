#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"
#include "radiology/engine.h"

// The engine against PyRadiomics: tests/data/pyradiomics/README.md says where the values come from.

namespace radiopath::radiology {
namespace {

const std::string kFolder = RADIOPATH_TEST_DATA "/pyradiomics/";

std::map<std::string, double> extract(const std::string& patient, const RadiomicsConfig& config) {
  const auto rows = extract_regions(load_image(kFolder + patient + "_image.nrrd"),
                                    read_label_map(kFolder + patient + "_label.nrrd"), config);
  EXPECT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].failure, "");
  const auto columns = engine_columns(config.features);
  EXPECT_EQ(rows[0].values.size(), columns.size());
  std::map<std::string, double> values;
  for (std::size_t c = 0; c < rows[0].values.size(); ++c) values[columns[c].name] = rows[0].values[c].value;
  return values;
}

RadiomicsConfig study() {
  RadiomicsConfig config;
  config.processing.minimum_roi_dimensions = 1;
  return config;
}

void expect_relative(double found, double expected, double tolerance, const std::string& name) {
  EXPECT_NEAR(found, expected, tolerance * std::max(std::abs(expected), 1e-3)) << name;
}

/// Every column of the 1,223 of a case, and no other.
TEST(Engine, MatchesTheRecomputedColumns) {
  RadiomicsConfig config = study();
  config.features.image_types = {"original", "wavelet", "square", "squareroot", "logarithm", "exponential"};
  const CsvFile csv = read_csv(kFolder + "segment_features.csv");
  for (const std::string patient : {"brain1", "breast1"}) {
    const auto found = extract(patient, config);
    int compared = 0;
    for (const auto& row : csv.rows) {
      const auto at = [&](const char* name) { return row[static_cast<std::size_t>(csv.column(name))]; };
      if (at("case") != patient) continue;
      const std::string name = at("image_type") + "_" + at("feature_class") + "_" + at("feature");
      ASSERT_TRUE(found.contains(name)) << name;
      expect_relative(found.at(name), parse_double(at("value")).value(), 1e-9, patient + " " + name);
      ++compared;
    }
    EXPECT_EQ(compared, 1223);
    EXPECT_EQ(found.size(), 1223u);
  }
}

struct Phantom {
  Image image;
  LabelMap map;
};

/// 16 x 16 x 6 voxels with labels 1 and 3 in two corners, and label 5 of one voxel.
Phantom phantom() {
  Phantom made;
  made.image.grid.size = made.map.grid.size = {16, 16, 6};
  for (int i = 0; i < 16 * 16 * 6; ++i) {
    made.image.voxels.push_back((i * 37 + i / 16 * 11) % 211);
    made.map.voxels.push_back(0);
  }
  for (int z = 1; z < 5; ++z)
    for (int y = 2; y < 7; ++y)
      for (int x = 2; x < 7; ++x) {
        made.map.voxels[made.map.grid.index(x, y, z)] = 1;
        made.map.voxels[made.map.grid.index(x + 8, y + 8, z)] = 3;
      }
  made.map.voxels[made.map.grid.index(14, 1, 1)] = 5;
  return made;
}

/// Made by filters/make_lbp3d.py. Few distinct values: bins of 0.25 rather than 25. One is no golden: 23 voxels of
/// brain1 hold the 90th percentile of m2, PyRadiomics in two doubles that differ in the last bit, so that its robust
/// deviation takes some of them only.
TEST(Engine, MatchesTheColumnsOfLbp3d) {
  RadiomicsConfig config = study();
  config.features.image_types = {"lbp-3D"};
  config.features.bin_width = 0.25;
  const CsvFile csv = read_csv(kFolder + "filters/lbp3d_features.csv");
  for (const std::string patient : {"brain1", "breast1"}) {
    const auto found = extract(patient, config);
    std::size_t compared = 0;
    for (const auto& row : csv.rows) {
      if (row[0] != patient) continue;
      const std::string name = row[1] + "_" + row[2] + "_" + row[3];
      ASSERT_TRUE(found.contains(name)) << name;
      ++compared;
      if (patient == "brain1" && name == "lbp-3D-m2_firstorder_RobustMeanAbsoluteDeviation") continue;
      expect_relative(found.at(name), parse_double(row[4]).value(), 1e-9, patient + " " + name);
    }
    EXPECT_EQ(compared, 3u * 93);
    EXPECT_EQ(found.size(), compared);
  }
}

TEST(Engine, AFilterWithoutAValueInTheRegionIsNanWithAReason) {
  Phantom p = phantom();
  p.image.type = VoxelType::integer;
  for (std::size_t i = 0; i < p.image.voxels.size(); ++i)  // equal samples have no kurtosis
    if (p.map.voxels[i] != 3 && i % 16 < 8) p.image.voxels[i] = 40;
  RadiomicsConfig config;
  config.labels = std::vector<int>{1, 3};
  config.features.image_types = {"original", "lbp-3D"};
  const auto rows = extract_regions(p.image, p.map, config);
  const auto columns = engine_columns(config.features);
  for (std::size_t r = 0; r < 2; ++r) {
    ASSERT_EQ(rows[r].failure, "");
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (columns[c].name != "lbp-3D-k_firstorder_Mean") continue;
      EXPECT_EQ(std::isnan(rows[r].values[c].value), r == 0);
      EXPECT_EQ(rows[r].values[c].reason, r == 0 ? "the filter has no value at some voxels of the region" : "");
    }
  }
}

class Baseline : public testing::TestWithParam<std::string> {};

TEST_P(Baseline, OfThisScenarioIsMatched) {
  RadiomicsConfig config = study();
  if (GetParam() == "normalization") {
    config.processing.normalize = true;
    config.processing.normalize_scale = 100;
    config.features.bin_width = 5;
  } else if (GetParam() == "resampling") {
    config.processing.resampled_spacing_mm = {2, 2, 2};
  } else {
    config.processing.resegment_range = {-3, 3};
    config.processing.resegment_mode = "sigma";
  }
  int compared = 0;
  for (const std::string patient : {"brain1", "breast1"}) {
    const auto found = extract(patient, config);
    for (const std::string family : {"firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm", "shape"}) {
      const CsvFile csv = read_csv(kFolder + "baseline/baseline_" + family + ".csv");
      for (const auto& row : csv.rows) {
        const auto at = [&](const char* name) { return row[static_cast<std::size_t>(csv.column(name))]; };
        if (at("case") != patient || at("scenario") != GetParam()) continue;
        const std::string name = "original_" + family + "_" + at("feature");
        ASSERT_TRUE(found.contains(name)) << name;
        expect_relative(found.at(name), parse_double(at("value")).value(), 1e-9, patient + " " + name);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 20);
}

INSTANTIATE_TEST_SUITE_P(PyRadiomics, Baseline, testing::Values("normalization", "resampling", "resegmentation"));

/// Made by interpolators.py.
TEST(Engine, MatchesEveryInterpolatorOfSimpleItk) {
  const std::map<std::string, std::string> ours = {
      {"sitkNearestNeighbor", "nearest"},
      {"sitkLinear", "linear"},
      {"sitkBSpline", "bspline"},
      {"sitkGaussian", "gaussian"},
      {"sitkLabelGaussian", "label_gaussian"},
      {"sitkHammingWindowedSinc", "hamming_windowed_sinc"},
      {"sitkCosineWindowedSinc", "cosine_windowed_sinc"},
      {"sitkWelchWindowedSinc", "welch_windowed_sinc"},
      {"sitkLanczosWindowedSinc", "lanczos_windowed_sinc"},
      {"sitkBlackmanWindowedSinc", "blackman_windowed_sinc"}};
  std::map<std::pair<std::string, std::string>, std::map<std::string, double>> goldens;
  for (const auto& row : read_csv(kFolder + "interpolators.csv").rows)
    goldens[{row[0], row[1]}]["original_firstorder_" + row[2]] = parse_double(row[3]).value();
  EXPECT_EQ(goldens.size(), 2 * ours.size());
  RadiomicsConfig config = study();
  config.features.families = {"firstorder"};
  for (const auto& [key, golden] : goldens) {
    config.processing.interpolator = ours.at(key.second);
    config.processing.resampled_spacing_mm =
        key.first == "brain1" ? std::vector<double>{2.5, 3, 7} : std::vector<double>{0.5, 0.8, 1.5};
    const auto found = extract(key.first, config);
    EXPECT_EQ(found.size(), golden.size());
    for (const auto& [name, value] : golden)
      expect_relative(found.at(name), value, 1e-9, key.first + " " + key.second + " " + name);
  }
}

bool same(const RegionRow& a, const RegionRow& b) {
  if (a.values.size() != b.values.size()) return false;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    const double u = a.values[i].value, v = b.values[i].value;
    if (!(u == v || (std::isnan(u) && std::isnan(v)))) return false;
  }
  return !a.values.empty();
}

TEST(Engine, OrderOfLabelsAndThreadsChangeNoBit) {
  const Phantom p = phantom();
  RadiomicsConfig config;
  config.features.image_types = {"original", "wavelet", "squareroot"};
  config.labels = std::vector<int>{1, 3};
  const auto rows = extract_regions(p.image, p.map, config);
  config.labels = std::vector<int>{3, 1};
  for (const int threads : {1, 2, 5}) {
    set_thread_count(threads);
    const auto turned = extract_regions(p.image, p.map, config);
    EXPECT_TRUE(same(rows[0], turned[1]));
    EXPECT_TRUE(same(rows[1], turned[0]));
  }
  set_thread_count(0);
  config.labels = std::vector<int>{3};
  EXPECT_TRUE(same(rows[1], extract_regions(p.image, p.map, config)[0]));
}

TEST(Engine, NamesLabels) {
  const auto labels_of = [](const std::string& text) {
    Phantom p = phantom();
    return choose_labels(p.map, parse_labels(text));
  };
  EXPECT_EQ(labels_of("all"), (std::vector<int>{1, 3, 5}));
  EXPECT_EQ(labels_of("merge"), (std::vector<int>{1}));
  EXPECT_EQ(labels_of("each-component"), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(labels_of("3,1"), (std::vector<int>{3, 1}));
  for (const char* text : {"", "0", "1,", "two", "1.5"}) EXPECT_THROW(labels_of(text), InputError) << text;
}

TEST(Engine, BadRegionsAreRowsWithAReason) {
  Phantom p = phantom();
  RadiomicsConfig config;
  config.labels = std::vector<int>{1, 3, 5, 7};
  p.image.voxels[p.image.grid.index(12, 12, 2)] = NAN;  // in label 3
  const auto rows = extract_regions(p.image, p.map, config);
  EXPECT_EQ(rows[0].failure, "");
  EXPECT_NE(rows[1].failure.find("NaN or infinite"), std::string::npos) << rows[1].failure;
  EXPECT_EQ(rows[2].failure, "the region is a single voxel");
  EXPECT_EQ(rows[3].failure, "no voxel has label 7; the mask holds 1, 3, 5");
}

TEST(Engine, AFlatRegionHasPyRadiomicsConventionsWithTheirReason) {
  Phantom p = phantom();
  std::fill(p.image.voxels.begin(), p.image.voxels.end(), 7);
  RadiomicsConfig config;
  const auto rows = extract_regions(p.image, p.map, config);
  const auto columns = engine_columns(config.features);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].name != "original_glcm_Correlation") continue;
    EXPECT_EQ(rows[0].values[c].value, 1);
    EXPECT_EQ(rows[0].values[c].reason, "one grey level in the region");
  }
}

TEST(Engine, ForeignGridsAreNamedAndResampledOnlyWhenAsked) {
  Phantom p = phantom();
  p.map.grid.direction = {1, 0, 0, 0, -1, 0, 0, 0, 1};
  p.map.grid.origin = {0, 15, 0};
  RadiomicsConfig config;
  try {
    extract_regions(p.image, p.map, config);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("direction"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("resample_mask"), std::string::npos);
  }
  config.processing.resample_mask = true;
  EXPECT_EQ(extract_regions(p.image, p.map, config)[0].voxels, 100);
}

/// PyRadiomics: "Bounding box of ROI is larger than image space".
TEST(Engine, AResampledMaskThatReachesBeyondTheImageIsRefused) {
  Phantom p = phantom();
  p.map.grid.origin = {0, 0, 3};  // of labels 1 and 3, slices 1 and 2 of 1 to 4 stay within
  RadiomicsConfig config;
  config.labels = std::vector<int>{1, 5};
  config.processing.resample_mask = true;
  const auto rows = extract_regions(p.image, p.map, config);
  EXPECT_EQ(rows[0].failure,
            "the region reaches beyond the image: 50 of its voxels lie outside, 50 inside; it spans x 1.5 to 6.5, y "
            "1.5 to 6.5, z 3.5 to 7.5 mm, the image x -0.5 to 15.5, y -0.5 to 15.5, z -0.5 to 5.5 mm; was the mask "
            "drawn on another series?");
  EXPECT_EQ(rows[1].failure, "the region is a single voxel");
  p.map.grid.origin = {0, 0, 1};
  EXPECT_EQ(extract_regions(p.image, p.map, config)[0].failure, "");
}

TEST(Engine, AMaskThatMissesTheImageSaysSoAndNoResamplingIsOffered) {
  Phantom p = phantom();
  p.map.grid.origin = {100, 0, 0};
  RadiomicsConfig config;
  try {
    extract_regions(p.image, p.map, config);
    FAIL();
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("all its 201 voxels lie outside; it spans x 101.5 to 114.5"), std::string::npos) << text;
    EXPECT_EQ(text.find("resample_mask"), std::string::npos) << text;
  }
  config.processing.resample_mask = true;
  const std::string failure = extract_regions(p.image, p.map, config)[0].failure;
  EXPECT_EQ(failure.find("the region misses the image: all its 100 voxels lie outside"), 0u) << failure;
}

/// Peak memory rests on it.
TEST(Engine, TheOriginalIsNoCopyWhereTheBoxIsTheWholeImage) {
  const auto image = std::make_shared<const Image>(phantom().image);
  const Box whole = {{0, 0, 0}, image->grid.size}, part = {{1, 0, 0}, {3, 4, 2}};
  EXPECT_EQ(derived_images(image, whole, {}).at(0).image, image);
  EXPECT_EQ(derived_images(image, part, {}).at(0).image->voxels, cut(*image, part).voxels);
}

TEST(Engine, UnknownWordsAreNamed) {
  FeaturesConfig config;
  config.image_types = {"wavelt"};
  EXPECT_THROW(engine_columns(config), InputError);
  config.image_types = {"log"};
  EXPECT_THROW(engine_columns(config), InputError);
  config.image_types = {};
  EXPECT_THROW(engine_columns(config), InputError);
  config = {};
  config.families = {"gldzm"};
  EXPECT_THROW(engine_columns(config), InputError);
}

}  // namespace
}  // namespace radiopath::radiology
