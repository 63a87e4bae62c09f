#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/error.h"
#include "core/files.h"
#include "core/table.h"
#include "radiology/engine.h"
#include "tests/support/anchors.h"
#include "tests/support/scratch.h"

// IBSI-2 phase 2: intensity statistics of the lung CT's response maps. Source: Whybra et al., Radiology 2024;310:e231319;
// values and parameters: github.com/theibsi/ibsi_2_reference_data (CC0), reference_feature_values/reference_values.csv.

namespace radiopath::radiology {
namespace {

/// Set-ups 1 to 9 as a user states them, A in slices and B in 3-D; 1 is the original. Boundaries are mirrored. The
/// standard mirrors the Simoncelli filters' too, but its values are those of the periodic transform of the whole image.
const std::string kSetUps = R"(
[processing]
resegment_range = [-1000, 400]
[features]
profile = "ibsi"
families = ["intensity_statistics"]
bin_count = 32  # widths of 25 would make thousands of levels of some maps, for nothing
[features.filters]
mean.2 = { support = 5, boundary = "mirror" }
log.3 = { sigma_mm = 1.5, cutoff = 4, boundary = "mirror" }
laws.4 = { energy_distance = 7, pooling = "max", boundary = "mirror" }
gabor.5 = { sigma_mm = 5, wavelength_mm = 2, gamma = 1.5, theta_step_deg = 22.5, pooling = "mean", boundary = "mirror" }
wavelet.6 = { wavelet = "db3", level = 1, pooling = "mean", boundary = "mirror" }
wavelet.7 = { wavelet = "db3", level = 2, pooling = "mean", boundary = "mirror" }
simoncelli.8 = { level = 1 }
simoncelli.9 = { level = 2 }
)";
const std::vector<std::string> kInSlices = {"features.force_2d=true", "features.filters.laws.4.kernels=['L5', 'E5']",
                                            "features.filters.wavelet.6.band='LH'",
                                            "features.filters.wavelet.7.band='HH'"};
const std::vector<std::string> kIn3d = {"processing.resampled_spacing_mm=[1, 1, 1]",
                                        "processing.round_intensities=true",
                                        "features.filters.laws.4.kernels=['L5', 'E5', 'E5']",
                                        "features.filters.wavelet.6.band='LLH'",
                                        "features.filters.wavelet.7.band='HHH'"};

RadiomicsConfig config_of(const std::string& toml, const std::vector<std::string>& overrides = {}) {
  const Scratch folder;
  write_text(folder / "params.toml", toml);
  return load_config<RadiomicsConfig>(folder / "params.toml", overrides);
}

/// Values by set-up and tag.
std::map<std::string, std::map<std::string, double>> statistics_of(const Image& image, const LabelMap& map,
                                                                   bool in_3d) {
  const RadiomicsConfig config = config_of(kSetUps, in_3d ? kIn3d : kInSlices);
  const auto columns = engine_columns(config.features);
  const auto rows = extract_regions(image, map, config);
  std::map<std::string, std::map<std::string, double>> values;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const std::string set_up = columns[c].image == "original" ? "1" : columns[c].image;
    values[set_up][std::string(columns[c].feature.tag)] = rows.at(0).values.at(c).value;
  }
  return values;
}

class FilterFeatures : public testing::TestWithParam<std::string> {};

TEST_P(FilterFeatures, MatchIbsi) {
  const auto folder = reference_data("ibsi");
  if (!folder) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: the lung CT phantom is CC BY-NC";
  const auto phantom = *folder / "ct_phantom_ccbync";
  const bool in_3d = GetParam() == "B";
  const auto found = statistics_of(load_image(phantom / "image.nii.gz"), read_label_map(phantom / "mask.nii.gz"), in_3d);
  const CsvFile csv = read_csv(*folder / "ibsi2_reference_feature_values.csv");
  int compared = 0;
  for (const auto& row : csv.rows) {
    const auto at = [&](const char* name) { return row[static_cast<std::size_t>(csv.column(name))]; };
    const std::string id = at("filter_id"), tag = at("feature_tag");
    if (!id.ends_with("." + GetParam()) || at("consensus_value").empty()) continue;
    const double expected = parse_double(at("consensus_value")).value();
    const double digit = std::pow(10, std::floor(std::log10(std::abs(expected))) - 2);
    const double tolerance = parse_double(at("tolerance")).value() + (expected == 0 ? 5e-4 : digit / 2);
    EXPECT_NEAR(found.at(id.substr(0, 1)).at(tag), expected, tolerance * (1 + 1e-9)) << id << " " << tag;
    ++compared;
  }
  EXPECT_EQ(compared, in_3d ? 161 : 162);  // 8.B has no quartile coefficient of dispersion
}

INSTANTIATE_TEST_SUITE_P(Ibsi2Phase2, FilterFeatures, testing::Values("A", "B"));

Image waves() {
  Image image;
  image.grid.size = {24, 30, 21};
  image.grid.spacing_mm = {1, 1.5, 2};
  for (int i = 0; i < 24 * 30 * 21; ++i) image.voxels.push_back(std::sin(0.7 * i) * 50 + i % 13);
  return image;
}

TEST(StandardFilters, InABoxAreThoseOfTheWholeImage) {
  const Image image = waves();
  for (const bool in_3d : {false, true}) {
    const FeaturesConfig features = config_of(kSetUps, in_3d ? kIn3d : kInSlices).features;
    const Extent extent = extent_of(features);
    for (const auto& [name, kind, filter] : named_filters(features.filters, extent)) {
      for (const Box& box : {Box{{9, 11, 8}, {5, 7, 4}}, Box{{0, 20, 3}, {4, 10, 1}}}) {
        const auto whole = cut(standard_filter(image, filter, extent), box).voxels;
        const auto part = standard_filter_in(image, box, filter, extent).voxels;
        ASSERT_EQ(whole.size(), part.size());
        for (std::size_t v = 0; v < whole.size(); ++v) ASSERT_NEAR(part[v], whole[v], 1e-9) << kind << name;
      }
    }
  }
}

/// The engine's columns of a filter are the features of the filter's response.
TEST(StandardFilters, AreImagesOfTheEngine) {
  const Image image = waves();
  LabelMap map{image.grid, std::vector<std::int16_t>(image.voxels.size())};
  for (int z = 5; z < 12; ++z)
    for (int y = 9; y < 20; ++y)
      for (int x = 6; x < 17; ++x) map.voxels[map.grid.index(x, y, z)] = 1;
  const RadiomicsConfig config = config_of(R"(
[features]
families = ["shape", "firstorder", "glrlm"]
image_types = ["original", "square"]
bin_count = 16
[features.filters]
riesz_log.edges-2mm = { laplacian.sigma_mm = 2, laplacian.boundary = "zero", riesz = [1, 0, 0] }
simoncelli.band = { riesz = [0, 1, 1] }
mean.smooth = { support = 3, boundary = "nearest" }
laws.texture = { kernels = ["L5", "E5", "S5"], energy_distance = 2, boundary = "periodic" }
)");
  RieszLaplacianOfGaussianConfig edges;
  edges.laplacian = {2, 4, "zero"};
  edges.riesz = {1, 0, 0};
  const std::vector<std::pair<std::string, StandardFilter>> filters = {
      {"smooth", MeanConfig{3, "nearest"}},
      {"texture", LawsConfig{{"L5", "E5", "S5"}, 2, "none", "periodic"}},
      {"band", SimoncelliConfig{1, {0, 1, 1}}},
      {"edges-2mm", edges}};
  const auto columns = engine_columns(config.features);
  const auto row = extract_regions(image, map, config).at(0);
  ASSERT_EQ(row.failure, "");
  ASSERT_EQ(columns.size(), 14 + (2 + filters.size()) * (18 + 16));
  FeaturesConfig plain;
  plain.families = {"firstorder", "glrlm"};
  plain.bin_count = 16;
  const Roi roi = make_roi(map, 1);
  std::size_t column = 14 + 2 * (18 + 16);
  for (const auto& [name, filter] : filters) {
    const std::vector<DerivedImage> response = {
        {"original", std::make_shared<const Image>(standard_filter(image, filter)), ""}};
    const auto expected = measure({roi, roi, response, image.grid}, plain);
    for (const auto& [value, reason] : expected) {
      EXPECT_EQ(columns[column].image, name);
      EXPECT_NEAR(row.values[column].value, value, 1e-9 * std::max(1.0, std::abs(value))) << columns[column].name;
      ++column;
    }
  }
}

TEST(StandardFilters, OnesThatCannotBeAreNamed) {
  const auto message_of = [](const std::string& filter) {
    try {
      engine_columns(config_of("[features.filters]\n" + filter).features);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(message_of("mean.a = { support = 4 }"),
            "filters.mean.a: mean filter: support is 4 voxels; expected an odd number");
  EXPECT_EQ(message_of("laws.a = { kernels = ['L5', 'E5'] }"),
            "filters.laws.a: Laws: 2 kernels; expected 3, one per axis");
  EXPECT_EQ(message_of("wavelet.a = { wavelet = 'coif9' }").substr(0, 18), "filters.wavelet.a:");
  EXPECT_EQ(message_of("riesz_log.a = { riesz = [1] }").substr(0, 20), "filters.riesz_log.a:");
  EXPECT_EQ(message_of("mean.a_b = {}"),
            "filters.mean.a_b: expected a name of letters, digits, '-' and '.', for columns NAME_class_Feature");
  EXPECT_EQ(message_of("mean.a = {}\ngabor.a = {}"),
            "filters.gabor.a: another image has this name; call it otherwise");
  EXPECT_EQ(message_of("mean.original = {}"),
            "filters.mean.original: another image has this name; call it otherwise");
  const auto contains = [&](const std::string& filter, const std::string& text) {
    EXPECT_NE(message_of(filter).find(text), std::string::npos) << message_of(filter);
  };
  contains("log.a = { sigma_mm = 0 }", "'features.filters.log.a.sigma_mm': found 0, expected from 0.001 to 1000");
  contains("laws.a = { kernels = ['L4', 'E5', 'E5'] }", "found 'L4'; did you mean 'L3'?");
  contains("lws.a = {}", "unknown key 'lws' in [features.filters]; did you mean 'laws'?");
  contains("laws.a = { boundary = 'miror' }", "found 'miror'; did you mean 'mirror'?");
}

}  // namespace
}  // namespace radiopath::radiology
