#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/table.h"
#include "radiology/engine.h"
#include "tests/radiology/feature_tools.h"
#include "tests/support/anchors.h"

// IBSI-1 through the engine: families that need more than a texture matrix. Values: tests/data/ibsi/README.md.

namespace radiopath::radiology {
namespace {

double half_a_digit(double value) {
  return value == 0 ? 5e-4 : 0.5 * std::pow(10, std::floor(std::log10(std::abs(value))) - 2);
}

const std::map<std::string, std::string> kIds = {{"BTW3", "2D:avg"},   {"SUJT", "2D:mrg"}, {"JJUI", "2.5D:avg"},
                                                 {"ZW7Z", "2.5D:mrg"}, {"ITBB", "3D:avg"}, {"IAZD", "3D:mrg"},
                                                 {"8QNN", "2D:avg"},   {"62GR", "2.5D:avg"}, {"KOBO", "3D:avg"},
                                                 {"DHQ4", ""}};

CsvFile references() { return read_csv(RADIOPATH_TEST_DATA "/ibsi/ibsi1_reference_values.csv"); }

/// Compares every reference value of a data set; the number that was.
int compare(const std::string& dataset, const std::filesystem::path& folder, RadiomicsConfig config) {
  const bool in_plane = dataset == "config_A" || dataset == "config_B";
  config.features.profile = "ibsi";
  config.features.families = kIbsiFamilies;
  const Image image = load_image(folder / "image.nii.gz");
  const LabelMap map = read_label_map(folder / "mask.nii.gz");
  std::map<std::string, std::map<std::string, double>> found;  // by aggregation, by tag
  const auto values_of = [&](const std::string& aggregation) -> std::map<std::string, double>& {
    auto& values = found[aggregation];
    if (!values.empty()) return values;
    config.features.aggregation = aggregation;
    const auto rows = extract_regions(image, map, config);
    EXPECT_EQ(rows.at(0).failure, "");
    const auto columns = engine_columns(config.features);
    for (std::size_t c = 0; c < rows[0].values.size(); ++c)
      values[std::string(columns[c].feature.tag)] = rows[0].values[c].value;
    return values;
  };
  const CsvFile csv = references();
  int compared = 0;
  for (const auto& row : csv.rows) {
    const auto at = [&](const char* name) { return row[static_cast<std::size_t>(csv.column(name))]; };
    if (at("dataset") != dataset || at("value").empty()) continue;
    std::string aggregation = kIds.at(at("aggregation_id"));
    if (aggregation.empty()) aggregation = in_plane ? "2D:avg" : "3D:avg";
    const auto& values = values_of(aggregation);
    const std::string tag = at("tag");
    ++compared;
    if (!values.contains(tag)) {
      ADD_FAILURE() << "no column for " << tag;
      continue;
    }
    const double expected = parse_double(at("value")).value();
    const double tolerance = parse_double(at("tolerance")).value() + half_a_digit(expected);
    EXPECT_NEAR(values.at(tag), expected, tolerance * (1 + 1e-9)) << dataset << " " << tag << " " << aggregation;
  }
  return compared;
}

TEST(IbsiEngine, MatchesTheDigitalPhantom) {
  RadiomicsConfig config;
  config.features.bin_width = 1;
  EXPECT_EQ(compare("digital_phantom", RADIOPATH_TEST_DATA "/ibsi/digital_phantom", config), 482);
}

TEST(IbsiEngine, EveryColumnHasAReferenceValueAndItsId) {
  const CsvFile csv = references();
  std::map<std::string, std::string> ids;
  for (const auto& row : csv.rows) {
    const auto at = [&](const char* name) { return row[static_cast<std::size_t>(csv.column(name))]; };
    if (at("dataset") == "digital_phantom" && !at("value").empty()) ids[at("tag")] = at("ibsi_id");
  }
  FeaturesConfig features;
  features.profile = "ibsi";
  features.families = kIbsiFamilies;
  features.deprecated = true;
  const auto columns = engine_columns(features);
  for (const EngineColumn& column : columns) {
    const std::string tag(column.feature.tag);
    ASSERT_TRUE(ids.contains(tag)) << column.name << " is compared with nothing";
    EXPECT_EQ(column.feature.ibsi_id, ids.at(tag)) << column.name;
  }
  EXPECT_EQ(columns.size(), ids.size());
}

RadiomicsConfig configuration(const std::string& name) {
  RadiomicsConfig config;
  if (name == "config_A" || name == "config_B") config.processing.resegment_range = {-500, 400};
  if (name == "config_C" || name == "config_E") config.processing.resegment_range = {-1000, 400};
  if (name == "config_D" || name == "config_E") config.processing.resegment_outliers_sd = 3;
  if (name == "config_B") config.processing.resampled_spacing_mm = {2, 2, 0};
  if (name > "config_B") config.processing.resampled_spacing_mm = {2, 2, 2};
  config.processing.interpolator = name == "config_E" ? "bspline" : "linear";
  config.processing.round_intensities = true;
  if (name == "config_A" || name == "config_C")
    config.features.bin_width = 25;
  else
    config.features.bin_count = 32;
  if (name == "config_C") config.features.ivh_bin_width = 2.5;
  if (name == "config_E") config.features.ivh_bin_count = 1000;
  return config;
}

class IbsiLung : public testing::TestWithParam<std::string> {};

TEST_P(IbsiLung, MatchesTheConfiguration) {
  const auto folder = reference_data("ibsi/ct_phantom_ccbync");
  if (!folder) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: the lung CT phantom is CC BY-NC";
  EXPECT_EQ(compare(GetParam(), *folder, configuration(GetParam())),
            GetParam() < "config_C" ? 346 : GetParam() == "config_C" ? 209 : 210);
}

using Named = std::map<std::string, double>;

void put_spread(Named& found, const std::string& prefix, const std::string& stage, const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  found[prefix + "mean_int_" + stage] = sum / static_cast<double>(values.size());
  found[prefix + "min_int_" + stage] = *low;
  found[prefix + "max_int_" + stage] = *high;
}

void put_image(Named& found, const std::string& stage, const Image& image) {
  for (std::size_t a = 0; a < 3; ++a) {
    found[std::string("img_dim_") + "xyz"[a] + "_" + stage] = image.grid.size[a];
    found[std::string("vox_dim_") + "xyz"[a] + "_" + stage] = image.grid.spacing_mm[a];
  }
  put_spread(found, "", stage, image.voxels);
}

std::vector<double> intensities_of(const Roi& roi, const Image& image) {
  std::vector<double> values;
  roi.for_each_index([&](std::size_t index) { values.push_back(image.voxels[index]); });
  return values;
}

void put_region(Named& found, const std::string& stage, const Image& image, const Roi& intensity,
                const Roi& morphological) {
  for (std::size_t a = 0; a < 3; ++a) {
    found[std::string("int_mask_dim_") + "xyz"[a] + "_" + stage] = image.grid.size[a];
    found[std::string("int_mask_bb_dim_") + "xyz"[a] + "_" + stage] = intensity.size[a] - 2;  // a margin on each side
    found[std::string("morph_mask_bb_dim_") + "xyz"[a] + "_" + stage] = morphological.size[a] - 2;
  }
  found["int_mask_vox_count_" + stage] = static_cast<double>(intensity.count());
  found["morph_mask_vox_count_" + stage] = static_cast<double>(morphological.count());
  put_spread(found, "int_mask_", stage, intensities_of(intensity, image));
}

/// Image and mask as they are, after interpolation and after re-segmentation.
Named stages(const std::filesystem::path& phantom, const ImageProcessingConfig& processing) {
  Named found;
  Image image = load_image(phantom / "image.nii.gz");
  LabelMap map = read_label_map(phantom / "mask.nii.gz");
  Roi roi = make_roi(map, 1);
  put_image(found, "init_img", image);
  put_region(found, "init_roi", image, roi, roi);
  if (!processing.resampled_spacing_mm.empty()) {
    const Grid grid = centred_grid(image.grid, processing.resampled_spacing_mm);
    image = resample_image({image.grid, image.voxels, VoxelType::float64}, grid, processing.interpolator);
    for (double& v : image.voxels) v = std::round(v);
    roi = make_roi(interpolate_label(map, 1, grid), 1);
  }
  put_image(found, "interp_img", image);
  put_region(found, "interp_roi", image, roi, roi);
  put_region(found, "reseg_roi", image, kept_voxels(roi, resegmentation(intensities_of(roi, image), processing)), roi);
  return found;
}

/// The diagnostic values of IBSI's spreadsheet, to half a unit of the last digit printed beyond their tolerance.
TEST_P(IbsiLung, StagesMatchTheDiagnostics) {
  const auto folder = reference_data("ibsi");
  if (!folder) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: the lung CT phantom is CC BY-NC";
  const Named found = stages(*folder / "ct_phantom_ccbync", configuration(GetParam()).processing);
  const CsvFile csv = read_csv(*folder / "ibsi1_diagnostics.csv");
  int compared = 0;
  for (const auto& row : csv.rows) {
    const auto at = [&](const char* name) { return row[static_cast<std::size_t>(csv.column(name))]; };
    if (at("dataset") != GetParam()) continue;
    const std::string value = at("value");
    const std::size_t point = value.find('.');
    const double digit = point == std::string::npos ? 1 : std::pow(10, -static_cast<double>(value.size() - point - 1));
    EXPECT_NEAR(found.at(at("tag")), parse_double(value).value(), parse_double(at("tolerance")).value() + digit / 2)
        << at("stage") << " " << at("tag");
    ++compared;
  }
  EXPECT_EQ(compared, 60);
}

INSTANTIATE_TEST_SUITE_P(Configurations, IbsiLung,
                         testing::Values("config_A", "config_B", "config_C", "config_D", "config_E"));

}  // namespace
}  // namespace radiopath::radiology
