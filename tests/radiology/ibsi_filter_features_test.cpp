#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "core/table.h"
#include "radiology/engine.h"
#include "radiology/standard_filters.h"
#include "tests/support/anchors.h"

// IBSI-2 phase 2: intensity statistics of the lung CT's response maps. Source: Whybra et al., Radiology 2024;310:e231319;
// values and parameters: github.com/theibsi/ibsi_2_reference_data (CC0), reference_feature_values/reference_values.csv.

namespace radiopath::radiology {
namespace {

/// Set-ups 1 to 9, A in slices and B in 3-D. Boundaries are mirrored. The standard mirrors the Simoncelli filters' too,
/// but its values are those of the periodic transform of the whole image.
std::vector<std::pair<std::string, std::optional<StandardFilter>>> set_ups(bool in_3d) {
  using Names = std::vector<std::string>;
  return {
      {"1", std::nullopt},
      {"2", MeanConfig{5}},
      {"3", LaplacianOfGaussianConfig{1.5, 4}},
      {"4", LawsConfig{in_3d ? Names{"L5", "E5", "E5"} : Names{"L5", "E5"}, 7, "max"}},
      {"5", GaborConfig{5, 2, 1.5, 0, 22.5, "mean"}},
      {"6", SeparableWaveletConfig{"db3", in_3d ? "LLH" : "LH", 1, "mean"}},
      {"7", SeparableWaveletConfig{"db3", in_3d ? "HHH" : "HH", 2, "mean"}},
      {"8", SimoncelliConfig{1, {}}},
      {"9", SimoncelliConfig{2, {}}},
  };
}

/// Values by set-up and tag.
std::map<std::string, std::map<std::string, double>> statistics_of(Image image, LabelMap map, bool in_3d) {
  if (in_3d) {
    const Grid grid = centred_grid(image.grid, {1, 1, 1});
    image = resample_image({image.grid, image.voxels, VoxelType::float64}, grid, "bspline");
    for (double& v : image.voxels) v = std::round(v);
    map = interpolate_label(map, 1, grid);
  }
  const Box box = bounding_box(Mask{map.grid, {map.voxels.begin(), map.voxels.end()}});
  const Image original = cut(image, box);
  const Grid grid = original.grid;
  const Roi roi = make_roi(cut(map, box), 1);
  std::vector<double> intensities;
  for (const auto place : roi.grid_voxels) intensities.push_back(original.voxels[static_cast<std::size_t>(place)]);
  ImageProcessingConfig processing;
  processing.resegment_range = {-1000, 400};
  const Roi kept = kept_voxels(roi, resegmentation(intensities, processing));
  std::vector<DerivedImage> images;
  const Extent extent = in_3d ? Extent::volume : Extent::slices_along_z;
  for (const auto& [name, filter] : set_ups(in_3d))
    images.push_back({name, filter ? standard_filter_in(image, box, *filter, extent) : original, ""});
  FeaturesConfig features;
  features.profile = "ibsi";
  features.families = {"intensity_statistics"};
  features.bin_count = 32;  // widths of 25 would make thousands of levels of some maps, for nothing
  const auto row = measure({roi, kept, images, grid}, features);
  const auto columns = family_columns(features).at(0).columns;
  std::map<std::string, std::map<std::string, double>> values;
  for (std::size_t v = 0; v < row.size(); ++v)
    values[images[v / columns.size()].name][std::string(columns[v % columns.size()].tag)] = row[v].value;
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

TEST(StandardFilters, InABoxAreThoseOfTheWholeImage) {
  Image image;
  image.grid.size = {24, 30, 21};
  image.grid.spacing_mm = {1, 1.5, 2};
  for (int i = 0; i < 24 * 30 * 21; ++i) image.voxels.push_back(std::sin(0.7 * i) * 50 + i % 13);
  for (const bool in_3d : {false, true}) {
    const Extent extent = in_3d ? Extent::volume : Extent::slices_along_z;
    for (const auto& [name, filter] : set_ups(in_3d)) {
      if (!filter) continue;
      for (const Box& box : {Box{{9, 11, 8}, {5, 7, 4}}, Box{{0, 20, 3}, {4, 10, 1}}}) {
        const auto whole = cut(standard_filter(image, *filter, extent), box).voxels;
        const auto part = standard_filter_in(image, box, *filter, extent).voxels;
        ASSERT_EQ(whole.size(), part.size());
        for (std::size_t v = 0; v < whole.size(); ++v) ASSERT_NEAR(part[v], whole[v], 1e-9) << name;
      }
    }
  }
}

}  // namespace
}  // namespace radiopath::radiology
