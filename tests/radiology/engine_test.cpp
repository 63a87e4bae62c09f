#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"
#include "radiology/engine.h"
#include "tests/radiology/feature_tools.h"

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
  config.features.families = {"firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"};
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

/// Clipped voxels are plateaus, on which rounding decides whether a sample equals the centre: the bits of
/// normalisation have to be PyRadiomics'. Made by filters/make_lbp3d.py.
TEST(Engine, MatchesLbp3dOfNormalisedAndClippedImages) {
  RadiomicsConfig config = study();
  config.processing.normalize = true;
  config.processing.normalize_scale = 100;
  config.processing.remove_outliers = 1.5;
  config.features.image_types = {"lbp-3D"};
  config.features.families = {"firstorder"};
  config.features.bin_width = 0.25;
  const CsvFile csv = read_csv(kFolder + "filters/lbp3d_normalized.csv");
  std::size_t compared = 0;
  for (const std::string patient : {"brain1", "breast1"}) {
    const auto found = extract(patient, config);
    EXPECT_EQ(found.size(), 3u * 18);
    for (const auto& row : csv.rows) {
      if (row[0] != patient) continue;
      const std::string name = row[1] + "_" + row[2] + "_" + row[3];
      ASSERT_TRUE(found.contains(name)) << name;
      expect_relative(found.at(name), parse_double(row[4]).value(), 1e-9, patient + " " + name);
      ++compared;
    }
  }
  EXPECT_EQ(compared, 2u * 3 * 18);
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
  config.processing.pad_distance = 1;
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

/// Places of voxels that are not finite: those of the region, else those of the image as it was given.
TEST(Engine, VoxelsThatAreNotFiniteAreNamed) {
  Phantom p = phantom();
  RadiomicsConfig config;
  config.labels = std::vector<int>{3};
  p.image.voxels[p.image.grid.index(0, 0, 0)] = NAN;  // in no region
  p.image.voxels[p.image.grid.index(12, 12, 2)] = INFINITY;
  p.image.voxels[p.image.grid.index(12, 13, 2)] = NAN;
  const auto failure = [&] { return extract_regions(p.image, p.map, config).at(0).failure; };
  const std::string in_region = "2 of the region's 100 voxels are NaN or infinite; leave them out of the mask";
  const std::string in_image = "3 voxels that are NaN or infinite, the first a NaN at (0, 0, 0)";
  EXPECT_EQ(failure(), in_region + "; the first is an infinity at (12, 12, 2)");
  config.processing.resegment_range = {-2, 2};
  config.processing.resegment_mode = "sigma";
  EXPECT_EQ(failure(), in_region + "; the first is an infinity at (12, 12, 2)");
  config.processing.resegment_mode = "relative";
  EXPECT_EQ(failure(), in_region + "; the first is an infinity at (12, 12, 2)");
  config.processing.resegment_range = {};
  config.processing.pre_crop = true;
  EXPECT_EQ(failure(), in_region + "; the image holds " + in_image);
  const auto refusal = [&] {
    try {
      extract_regions(p.image, p.map, config);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  config.processing.normalize = true;
  EXPECT_EQ(refusal(), "cannot be normalised: the image holds " + in_image);
  config.processing.normalize = false;
  config.processing.resampled_spacing_mm = {0.5, 0.5, 0.5};
  EXPECT_EQ(refusal(), "the image holds " + in_image +
                           ", which the interpolator would spread; set interpolator = \"linear\"");
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

/// The value and reason of a column.
EngineValue value_of(const std::vector<EngineValue>& row, const FeaturesConfig& config, const std::string& name) {
  const auto columns = engine_columns(config);
  EXPECT_EQ(row.size(), columns.size());
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].name == name) return row[c];
  ADD_FAILURE() << "no column " << name;
  return {};
}

TEST(Engine, ANanInTheImageIsNamedWhereAFilterSpreadsIt) {
  Phantom p = phantom();
  for (auto [bad, words] : {std::pair{NAN, "a NaN at (14, 2, 5)"}, {INFINITY, "an infinity at (14, 2, 5)"}}) {
    p.image.voxels[p.image.grid.index(14, 2, 5)] = bad;  // in no region
    RadiomicsConfig config;
    config.features.image_types = {"original", "square", "exponential", "lbp-3D"};
    const auto row = extract_regions(p.image, p.map, config)[0];
    ASSERT_EQ(row.failure, "");
    for (const char* level : {"m1", "m2", "k"}) {
      const auto found = value_of(row.values, config.features, std::string("lbp-3D-") + level + "_firstorder_Mean");
      EXPECT_TRUE(std::isnan(found.value));
      EXPECT_EQ(found.reason, std::string("the image holds ") + words + ", which the spline spreads");
    }
    if (std::isnan(bad)) {
      EXPECT_EQ(value_of(row.values, config.features, "exponential_glcm_Idm").reason,
                std::string("the filter has no value at some voxels of the region; the image holds ") + words);
    }
    EXPECT_TRUE(std::isfinite(value_of(row.values, config.features, "original_firstorder_Mean").value));
  }
}

/// The wavelet's low band reaches higher than the image: its discretised columns alone are lost.
TEST(Engine, TooManyLevelsOfOneImageLoseNothingElse) {
  Phantom p = phantom();
  for (double& v : p.image.voxels) v = std::round(v / 16);
  RadiomicsConfig config;
  config.features.image_types = {"original", "wavelet"};
  config.features.bin_width = 13 / 65000.0;
  const auto row = extract_regions(p.image, p.map, config)[0];
  ASSERT_EQ(row.failure, "");
  const auto found = [&](const std::string& name) { return value_of(row.values, config.features, name); };
  const auto lost = found("wavelet-LLL_glcm_Idm");
  EXPECT_TRUE(std::isnan(lost.value));
  EXPECT_EQ(lost.reason.find("wavelet-LLL: intensities from "), 0u) << lost.reason;
  EXPECT_NE(lost.reason.find(" need more than 65536 grey levels of width 0.0002"), std::string::npos) << lost.reason;
  EXPECT_TRUE(std::isnan(found("wavelet-LLL_firstorder_Entropy").value));
  EXPECT_EQ(found("wavelet-LLL_firstorder_Entropy").reason, lost.reason);
  config.features.bin_width = 1;
  const auto coarse = extract_regions(p.image, p.map, config)[0];
  for (const char* name : {"wavelet-LLL_firstorder_90Percentile", "wavelet-LLL_firstorder_Mean",
                           "wavelet-LLL_firstorder_RobustMeanAbsoluteDeviation", "original_shape_Sphericity"}) {
    EXPECT_EQ(found(name).value, value_of(coarse.values, config.features, name).value) << name;
    EXPECT_EQ(found(name).reason, "") << name;
  }
  EXPECT_TRUE(std::isfinite(found("original_glcm_Idm").value));
  EXPECT_EQ(found("original_glcm_Idm").reason, "");
}

/// An ADC map in mm2/s under the usual width: every value is there, and so is what it is worth.
TEST(Engine, IntensitiesInOneBinAreNotCalledAFlatRegion) {
  Phantom p = phantom();
  RadiomicsConfig config;
  const auto reason = [&](const std::string& name) {
    return value_of(extract_regions(p.image, p.map, config)[0].values, config.features, name).reason;
  };
  EXPECT_EQ(reason("original_glcm_Idm"), "");
  for (double& v : p.image.voxels) v = 1e-3 + v * 1e-6;
  EXPECT_EQ(reason("original_glcm_Correlation"),
            "intensities 0.001 to 0.001209 fall into one bin of width 25; see --suggest-bins");
  EXPECT_EQ(reason("original_firstorder_Entropy"), reason("original_glcm_Correlation"));
  EXPECT_EQ(reason("original_firstorder_Mean"), "");
  EXPECT_EQ(reason("original_gldm_DependenceEntropy"), "");
  config.features.bin_width = 1e-4;
  EXPECT_EQ(reason("original_firstorder_Entropy"),
            "intensities 0.001 to 0.001209 fall into 3 bins of width 0.0001; see --suggest-bins");
  EXPECT_EQ(reason("original_glcm_Correlation"), "");
  config.features.bin_width = 4e-5;
  EXPECT_EQ(reason("original_firstorder_Entropy"), "");
}

/// PyRadiomics measures shape first, whatever the image types; classes and features come as they are named.
TEST(Engine, ColumnsAreInPyRadiomicsOrder) {
  const auto names = [](const FeaturesConfig& config) {
    std::vector<std::string> found;
    for (const auto& column : engine_columns(config)) found.push_back(column.name);
    return found;
  };
  FeaturesConfig config;
  std::vector<std::string> classes;
  for (const auto& column : engine_columns(config))
    if (classes.empty() || classes.back() != name_of(column.family)) classes.emplace_back(name_of(column.family));
  EXPECT_EQ(classes, (std::vector<std::string>{"shape", "firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm"}));
  config.families = {"ngtdm", "firstorder", "shape", "glcm"};
  config.only = {{"ngtdm", {"Strength"}}, {"firstorder", {"Range", "Mean"}}, {"shape", {"VoxelVolume", "Flatness"}},
                 {"glcm", {"Idm", "Contrast"}}};
  config.image_types = {"square"};
  EXPECT_EQ(names(config), (std::vector<std::string>{"original_shape_VoxelVolume", "original_shape_Flatness",
                                                     "square_ngtdm_Strength", "square_firstorder_Range",
                                                     "square_firstorder_Mean", "square_glcm_Idm",
                                                     "square_glcm_Contrast"}));
}

TEST(Engine, ShapeAndMorphologyAreThereWithoutTheOriginalImage) {
  const Phantom p = phantom();
  RadiomicsConfig config, with;
  for (RadiomicsConfig* c : {&config, &with}) {
    c->features.profile = "ibsi";
    c->features.families = {"shape", "morphology", "intensity_statistics"};
    c->features.image_types = {"square"};
  }
  with.features.image_types = {"original", "square"};
  const auto expected = extract_regions(p.image, p.map, with)[0], found = extract_regions(p.image, p.map, config)[0];
  std::size_t compared = 0;
  for (const auto& column : engine_columns(config.features)) {
    EXPECT_EQ(value_of(found.values, config.features, column.name).value,
              value_of(expected.values, with.features, column.name).value)
        << column.name;
    compared += column.image == "original";
  }
  EXPECT_EQ(compared, 25u);
}

TEST(Engine, SigmasAreNamedAsTheyAreWritten) {
  FeaturesConfig config;
  config.image_types = {"log"};
  config.sigma_mm = {2, 0.5};
  EXPECT_EQ(image_names(config), (std::vector<std::string>{"log-sigma-2-0-mm-3D", "log-sigma-0-5-mm-3D"}));
  config.sigma_as_integers = true;
  EXPECT_EQ(image_names(config), (std::vector<std::string>{"log-sigma-2-mm-3D", "log-sigma-0-5-mm-3D"}));
}

/// 16-bit images in bins of 1: level 65536 is a level like any other.
TEST(Engine, TheWholeRangeOf16BitsIsMeasured) {
  Phantom p = phantom();
  RadiomicsConfig config;
  config.features.bin_width = 1;
  config.processing.minimum_roi_dimensions = 1;
  const auto measure_with = [&](double first, double last) {
    const auto index = [&](int x) { return p.image.grid.index(x, 3, 2); };
    for (int x = 0; x < 16 * 16 * 6; ++x) p.map.voxels[static_cast<std::size_t>(x)] = 0;
    for (int x = 2; x < 6; ++x) p.map.voxels[index(x)] = 1, p.image.voxels[index(x)] = x % 2 == 0 ? first : last;
    return extract_regions(p.image, p.map, config)[0];
  };
  const auto row = measure_with(0, 65535);  // 1, 65536, 1, 65536 in a line
  ASSERT_EQ(row.failure, "");
  const auto value = [&](const std::string& name) { return value_of(row.values, config.features, name).value; };
  EXPECT_EQ(value("original_glcm_Contrast"), 65535.0 * 65535.0);
  EXPECT_EQ(value("original_glcm_JointAverage"), 32768.5);
  EXPECT_EQ(value("original_glrlm_LongRunEmphasis"), 1);
  EXPECT_EQ(value("original_glrlm_HighGrayLevelRunEmphasis"), (1 + 65536.0 * 65536) / 2);
  EXPECT_EQ(value("original_glszm_SmallAreaEmphasis"), 1);
  EXPECT_EQ(value("original_gldm_HighGrayLevelEmphasis"), (1 + 65536.0 * 65536) / 2);
  EXPECT_EQ(value("original_ngtdm_Contrast"), 0.25 * 65535.0 * 65535 * 65535);  // p1 p2 d^2 / 1 times mean |i - A|
  config.features.bin_width = 0.99;
  const auto beyond = measure_with(0, 65535);
  EXPECT_EQ(beyond.failure, "");
  EXPECT_NE(value_of(beyond.values, config.features, "original_glcm_Contrast").reason.find("65536 grey levels"),
            std::string::npos);
}

/// All 65,536 levels occur, each once: what neither 16-bit codes nor tables over levels can hold.
TEST(Engine, EveryLevelOf16BitsAtOnceIsMeasured) {
  RadiomicsConfig config;
  config.features.bin_width = 1;
  config.features.families = {"firstorder", "glrlm", "glszm", "gldm"};
  Phantom p;
  p.image.grid.size = p.map.grid.size = {64, 64, 16};
  for (int i = 0; i < 65536; ++i) p.image.voxels.push_back(i), p.map.voxels.push_back(1);
  const auto row = extract_regions(p.image, p.map, config)[0];
  ASSERT_EQ(row.failure, "");
  const auto value = [&](const std::string& name) { return value_of(row.values, config.features, name).value; };
  EXPECT_NEAR(value("original_firstorder_Entropy"), 16, 1e-10);  // PyRadiomics' epsilon
  for (const char* name : {"original_glszm_ZonePercentage", "original_gldm_SmallDependenceEmphasis",
                           "original_glrlm_RunPercentage", "original_glszm_SmallAreaEmphasis"})
    EXPECT_EQ(value(name), 1) << name;
  EXPECT_DOUBLE_EQ(value("original_glszm_HighGrayLevelZoneEmphasis"), 65537.0 * (2 * 65536.0 + 1) / 6);
}

struct WrongSetting {
  std::string words;  ///< are in the message
  std::function<void(RadiomicsConfig&)> set;
};

TEST(Engine, WrongSettingsAreFoundBeforeAnyImage) {
  require_settings(RadiomicsConfig());
  const std::vector<WrongSetting> wrong = {
      {"distances", [](auto& c) { c.features.distances = {}; }},
      {"distances", [](auto& c) { c.features.distances = {0}; }},
      {"resampled_spacing_mm is [1, 1]", [](auto& c) { c.processing.resampled_spacing_mm = {1, 1}; }},
      {"resampled_spacing_mm is [-1, 1, 1]", [](auto& c) { c.processing.resampled_spacing_mm = {-1, 1, 1}; }},
      {"resampled_spacing_mm is [nan, 1, 1]", [](auto& c) { c.processing.resampled_spacing_mm = {NAN, 1, 1}; }},
      {"resegment_range is [3, 1]", [](auto& c) { c.processing.resegment_range = {3, 1}; }},
      {"resegment_range is [1, 2, 3]", [](auto& c) { c.processing.resegment_range = {1, 2, 3}; }},
      {"sigma_mm holds -1", [](auto& c) { c.features.image_types = {"log"}, c.features.sigma_mm = {-1}; }},
      {"bin_width is 0", [](auto& c) { c.features.bin_width = 0; }},
      {"aggregation: has no effect under profile pyradiomics", [](auto& c) { c.features.aggregation = "2D:avg"; }},
      {"ivh_bin_count: has no", [](auto& c) { c.features.ivh_bin_count = 10; }},
      {"round_intensities: has no", [](auto& c) { c.processing.round_intensities = true; }},
      {"force_2d: has no effect under profile ibsi",
       [](auto& c) { c.features.profile = "ibsi", c.features.force_2d = true; }},
      {"weighting: has no effect under profile ibsi",
       [](auto& c) { c.features.profile = "ibsi", c.features.weighting = "euclidean"; }},
  };
  for (const auto& [words, set] : wrong) {
    RadiomicsConfig config;
    set(config);
    try {
      require_settings(config);
      ADD_FAILURE() << words;
    } catch (const InputError& error) {
      EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
    }
  }
  RadiomicsConfig filtered;  // force_2d has an effect on filters
  filtered.features.profile = "ibsi";
  filtered.features.force_2d = true;
  filtered.features.image_types = {"wavelet"};
  require_settings(filtered);
  RadiomicsConfig slices;
  slices.features.profile = "ibsi";
  slices.features.aggregation = "2D:avg";
  require_settings(slices);
  EXPECT_THROW(require_map_settings(slices), InputError);
}

TEST(Engine, AProfileAloneMeasuresItsOwnFamilies) {
  RadiomicsConfig config;
  config.features.profile = "ibsi";
  EXPECT_EQ(default_families(Profile::kIbsi), kIbsiFamilies);
  const Phantom p = phantom();
  const auto row = extract_regions(p.image, p.map, config)[0];
  EXPECT_EQ(row.failure, "");
  EXPECT_TRUE(std::isfinite(value_of(row.values, config.features, "original_gldzm_ZoneDistanceEntropy").value));
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
