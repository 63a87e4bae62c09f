#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/radiology/feature_tools.h"
#include "tests/support/anchors.h"

// The digital phantom of the image biomarker standardisation initiative: see tests/data/ibsi/README.md.

namespace radiopath::radiology {
namespace {

const std::string kFolder = RADIOPATH_TEST_DATA "/ibsi/";

/// The phantom's intensities are its grey levels.
Discretized phantom_levels(const std::vector<double>& intensities) { return discretize_ibsi_bin_size(intensities, 1); }

NamedValues phantom_values(const std::string& aggregation) {
  const Case phantom = digital_phantom();
  const Roi roi = make_roi(phantom.labels, 1);
  TextureOptions options;
  options.profile = Profile::kIbsi;
  std::tie(options.slices, options.directions) = kIbsiAggregations.at(aggregation);
  NamedValues found;
  put_textures(found, roi, phantom_levels(intensities_in(roi, phantom.image)), options);
  put(found, Family::kShape, Profile::kIbsi, shape_values(roi, Profile::kIbsi));
  return found;
}

/// Half a unit of the third significant digit.
double half_a_digit(double value) {
  return value == 0 ? 5e-4 : 0.5 * std::pow(10, std::floor(std::log10(std::abs(value))) - 2);
}

struct Reference {
  std::string tag, aggregation, ibsi_id;
  double value, tolerance;
};

std::vector<Reference> references_of(const std::string& dataset) {
  const CsvFile csv = read_csv(kFolder + "ibsi1_reference_values.csv");
  const auto at = [&](const auto& row, const char* name) { return row[static_cast<std::size_t>(csv.column(name))]; };
  std::vector<Reference> references;
  for (const auto& row : csv.rows) {
    if (at(row, "dataset") == dataset && !at(row, "value").empty())
      references.push_back({at(row, "tag"), at(row, "aggregation"), at(row, "ibsi_id"),
                            parse_double(at(row, "value")).value(), parse_double(at(row, "tolerance")).value()});
  }
  return references;
}

TEST(IbsiTexture, MatchesTheDigitalPhantom) {
  std::map<std::string, NamedValues> found;
  int matched = 0;
  for (const Reference& reference : references_of("digital_phantom")) {
    const std::string aggregation = kIbsiAggregations.contains(reference.aggregation) ? reference.aggregation : "3D";
    if (!found.contains(aggregation)) found[aggregation] = phantom_values(aggregation);
    const auto value = found[aggregation].find(reference.tag);
    if (value == found[aggregation].end()) continue;  // families of other files
    EXPECT_NEAR(value->second.value, reference.value, reference.tolerance + half_a_digit(reference.value))
        << reference.tag << " " << reference.aggregation;
    ++matched;
  }
  EXPECT_EQ(matched, 6 * (25 + 16) + 3 * (16 + 16 + 17 + 5) + 15);
}

/// Configuration A: the lung CT as it is, re-segmented to [-500, 400] HU, bins of 25 HU from -500, within slices.
TEST(IbsiTexture, MatchesConfigurationA) {
  const auto folder = reference_data("ibsi/ct_phantom_ccbync");
  if (!folder) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: the lung CT phantom is CC BY-NC";
  const Volume image = read_volume(*folder / "image.nii.gz");
  LabelMap labels = read_label_map(*folder / "mask.nii.gz");
  const Roi morphological = make_roi(labels, 1);
  for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
    if (image.voxels[i] < -500 || image.voxels[i] > 400) labels.voxels[i] = 0;
  }
  const Roi roi = make_roi(labels, 1);
  const Discretized levels = discretize_ibsi_bin_size(intensities_in(roi, image), 25, -500);
  std::map<std::string, NamedValues> found;
  for (const std::string aggregation : {"2D:avg", "2D:mrg", "2.5D:avg", "2.5D:mrg", "2D", "2.5D"}) {
    TextureOptions options;
    options.profile = Profile::kIbsi;
    std::tie(options.slices, options.directions) = kIbsiAggregations.at(aggregation);
    const auto values = texture_features(roi, levels, kIbsiTextures, options, &morphological);
    for (std::size_t f = 0; f < kIbsiTextures.size(); ++f)
      put(found[aggregation], kIbsiTextures[f], Profile::kIbsi, values[f]);
  }
  put(found["3D (by definition)"], Family::kShape, Profile::kIbsi, shape_values(morphological, Profile::kIbsi));
  int matched = 0;
  for (const Reference& reference : references_of("config_A")) {
    if (!found.contains(reference.aggregation)) continue;
    const auto value = found[reference.aggregation].find(reference.tag);
    if (value == found[reference.aggregation].end()) continue;  // families of other files
    EXPECT_NEAR(value->second.value, reference.value, reference.tolerance + half_a_digit(reference.value))
        << reference.tag << " " << reference.aggregation;
    ++matched;
  }
  EXPECT_EQ(matched, 4 * (25 + 16) + 2 * (16 + 16 + 17 + 5) + 15);
}

TEST(IbsiTexture, EveryFeatureHasItsReferenceAndId) {
  std::map<std::string, std::string> ids;
  for (const Reference& reference : references_of("digital_phantom")) ids[reference.tag] = reference.ibsi_id;
  std::size_t features = 0;
  auto families = kIbsiTextures;
  families.push_back(Family::kShape);
  for (const Family family : families) {
    for (const FeatureColumn& column : columns_of(family, Profile::kIbsi)) {
      ASSERT_TRUE(ids.contains(std::string(column.tag))) << column.tag;
      EXPECT_EQ(ids[std::string(column.tag)], column.ibsi_id);
      ++features;
    }
  }
  EXPECT_EQ(features, 25u + 16 + 16 + 16 + 17 + 5 + 15);
}

using Cells = std::map<std::pair<int, int>, double>;

Cells cells_of(const CountMatrix& matrix, bool symmetric) {
  Cells cells;
  for (const auto& cell : matrix.cells) {
    cells[{cell.i, cell.j}] = cell.count;
    if (symmetric) cells[{cell.j, cell.i}] = cell.count;
  }
  return cells;
}

/// A direction as the reference tables write it; theirs may be the reverse.
std::set<std::string> names_of(const Offset& offset) {
  const auto name = [](int x, int y, int z) {
    return "(" + std::to_string(x) + "," + std::to_string(y) + "," + std::to_string(z) + ")";
  };
  return {name(offset[0], offset[1], offset[2]), name(-offset[0], -offset[1], -offset[2])};
}

/// All matrices under `matrix|dimension|slice|direction`.
std::map<std::string, Cells> our_matrices() {
  const Case phantom = digital_phantom();
  const Roi roi = make_roi(phantom.labels, 1);
  const Discretized levels = phantom_levels(intensities_in(roi, phantom.image));
  std::map<std::string, Cells> ours;
  const auto put_all = [&](const TextureMatrices& found, const std::string& place, std::optional<int> slice_axis) {
    const auto offsets = half_neighbourhood({1}, slice_axis);
    for (std::size_t d = 0; d < offsets.size(); ++d) {
      for (const auto& direction : names_of(offsets[d])) {
        ours["glcm|" + place + direction] = cells_of(found.glcm[d], true);
        ours["glrlm|" + place + direction] = cells_of(found.glrlm[d], false);
      }
    }
    ours["glcm|" + place + "merged"] = cells_of(merge(found.glcm), true);
    ours["glrlm|" + place + "merged"] = cells_of(merge(found.glrlm), false);
    ours["glszm|" + place] = cells_of(found.glszm, false);
    ours["gldzm|" + place] = cells_of(found.gldzm, false);
    ours["ngldm|" + place] = cells_of(found.gldm, false);
  };
  MatrixOptions options;
  options.wanted = {true, true, true, true, true, true};
  options.profile = Profile::kIbsi;
  options.edge_distance = distances_to_edge(roi, roi, std::nullopt);
  put_all(texture_matrices(roi, levels, options), "3D|all|", std::nullopt);
  options.slice_axis = 2;
  options.edge_distance = distances_to_edge(roi, roi, 2);
  int slice = 0;
  for (const TextureMatrices& found : texture_matrices_by_slice(roi, levels, options))
    put_all(found, "2D|" + std::to_string(++slice) + "|", 2);
  return ours;
}

TEST(IbsiTexture, MatricesOfTheDigitalPhantom) {
  std::map<std::string, Cells> stored;
  for (const auto& row : read_csv(kFolder + "ibsi1_digital_phantom_matrices.csv").rows)
    stored[row[0] + "|" + row[1] + "|" + row[2] + "|" + row[3]][{std::stoi(row[4]), std::stoi(row[5])}] =
        parse_double(row[6]).value();
  const auto ours = our_matrices();
  EXPECT_EQ(stored.size(), 2u * (4 * 5 + 14) + 3 * 5);
  for (const auto& [name, cells] : stored) {
    ASSERT_TRUE(ours.contains(name)) << name;
    EXPECT_EQ(ours.at(name), cells) << name;
  }
}

TEST(IbsiTexture, ToneDifferencesOfTheDigitalPhantom) {
  const Case phantom = digital_phantom();
  const Roi roi = make_roi(phantom.labels, 1);
  const Discretized levels = phantom_levels(intensities_in(roi, phantom.image));
  MatrixOptions options;
  options.wanted.ngtdm = true;
  options.profile = Profile::kIbsi;
  std::map<std::string, ToneDifferences> found = {{"all", texture_matrices(roi, levels, options).ngtdm}};
  options.slice_axis = 2;
  int slice = 0;
  for (const auto& matrices : texture_matrices_by_slice(roi, levels, options))
    found[std::to_string(++slice)] = matrices.ngtdm;
  std::size_t rows = 0;
  for (const auto& row : read_csv(kFolder + "ibsi1_digital_phantom_ngtdm.csv").rows) {
    bool seen = false;
    for (const auto& level : found.at(row[1]).levels) {
      if (level.level != std::stoi(row[2])) continue;
      seen = true;
      EXPECT_NEAR(level.difference, parse_double(row[3]).value(), 5.1e-7);  // six printed digits
      EXPECT_EQ(level.voxels, parse_double(row[4]).value());
    }
    EXPECT_TRUE(seen) << row[1] << " " << row[2];
    ++rows;
  }
  std::size_t levels_found = 0;
  for (const auto& [name, differences] : found) levels_found += differences.levels.size();
  EXPECT_EQ(rows, levels_found);
}

}  // namespace
}  // namespace radiopath::radiology
