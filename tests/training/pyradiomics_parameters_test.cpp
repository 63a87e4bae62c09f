// PyRadiomics' parameter files through `radiopath features`: the README.md of tests/data/pyradiomics says where values
// are from.
#include <gtest/gtest.h>

#include <sstream>

#include "radiology/image_processing.h"
#include "tests/training/features_phantom.h"

namespace radiopath {
namespace {

const std::string kFolder = RADIOPATH_TEST_DATA "/pyradiomics/";

class ParameterFile : public testing::TestWithParam<std::string> {};

/// The columns and values that PyRadiomics gives with the same file, in its order, and no others.
TEST_P(ParameterFile, GivesPyRadiomicsTable) {
  const FeaturesFolder folder;
  const auto [status, text] =
      folder.features(kFolder + "brain1_image.nrrd " + kFolder + "brain1_label.nrrd --from-pyradiomics " + kFolder +
                      "parameters/" + GetParam() + ".yaml --set diagnostics=false");
  ASSERT_EQ(status, 0) << text;
  const CsvFile table = folder.table();
  const CsvFile golden = read_csv(kFolder + "parameters_features.csv");
  std::size_t compared = 0;
  for (std::size_t row = 0; row < golden.rows.size(); ++row) {
    if (cell(golden, row, "parameters") != GetParam()) continue;
    const std::string column = cell(golden, row, "column");
    const double expected = parse_double(cell(golden, row, "value")).value();
    EXPECT_NEAR(parse_double(cell(table, 0, column)).value(), expected, 1e-9 * std::max(std::abs(expected), 1e-3))
        << column;
    EXPECT_EQ(table.header[3 + compared], column);
    ++compared;
  }
  EXPECT_EQ(table.header.size(), 3 + compared + 1) << "Image, Mask, Label; features; status";
}

INSTANTIATE_TEST_SUITE_P(PyRadiomics, ParameterFile, testing::Values("mr", "ct", "slices", "bins", "bin_counts"),
                         [](const auto& info) { return info.param; });

/// What --print-config prints does the same as the file that it was made from.
TEST(PyRadiomicsParameters, AsTomlGiveTheSameTable) {
  const FeaturesFolder folder;
  const auto [status, toml] = radiopath("features --print-config --from-pyradiomics " + kFolder + "parameters/ct.yaml");
  ASSERT_EQ(status, 0) << toml;
  EXPECT_NE(toml.find("\n[features]\n"), std::string::npos) << toml;
  EXPECT_NE(toml.find("\nbin_count = 24\n"), std::string::npos) << toml;
  EXPECT_EQ(toml.find("bin_width"), std::string::npos) << "as by default";
  const std::string inputs = kFolder + "breast1_image.nrrd " + kFolder + "breast1_label.nrrd ";
  ASSERT_EQ(folder.features(inputs + "--params " + folder.write("ct.toml", toml)).status, 0);
  const auto from_toml = folder.table().rows;
  ASSERT_EQ(folder.features(inputs + "--from-pyradiomics " + kFolder + "parameters/ct.yaml").status, 0);
  EXPECT_EQ(folder.table().rows, from_toml);
  const auto bins = radiopath("features --print-config --from-pyradiomics " + kFolder + "parameters/bins.yaml");
  EXPECT_NE(bins.text.find("\n[features.bins.log]\nbin_width = 5.0\nbin_count = 0\n"), std::string::npos) << bins.text;
  EXPECT_EQ(radiopath("features --print-config --params " + folder.write("bins.toml", bins.text)).text, bins.text);
}

TEST(PyRadiomicsParameters, WhatCannotBeHonouredIsNamed) {
  const FeaturesFolder folder;
  const std::string file = folder.write("params.yaml", R"(imageType:
  Original: {distances: [2]}
  Wavelt: {}
  LoG: {sigma: [0]}
  Square: {binWidth: 0, binCount: }
featureClass:
  shape2D:
  glcm: [Contrst]
setting:
  force2DDimension: 0
  binWidth: 0
  interpolator: sitkCubic
  geometryTolerance: 100
  label_channel: -1
  gldm_a: -1
  binWidth: 20
voxelSetting:
  kernelRadius: 0
inputImage:
  Original: {}
setting: {}
)");
  const auto [status, text] = radiopath("features --print-config --from-pyradiomics " + file);
  EXPECT_EQ(status, 1);
  for (const std::string line : {
           ":2: imageType.Original.distances: this setting for one image type alone cannot be honoured",
           ":3: unknown imageType 'Wavelt'; did you mean 'Wavelet'?",
           ":4: imageType.LoG.sigma: is 0; expected a number above 0",
           ":5: imageType.Square.binWidth: is 0; expected a number above 0",
           ":5: imageType.Square.binCount: expected a number",
           ":7: featureClass shape2D: PyRadiomics leaves it out unless setting force2D is true",
           ":8: featureClass.glcm: a feature is 'Contrst'; did you mean 'Contrast'?",
           ":10: unknown setting 'force2DDimension'; did you mean 'force2Ddimension'?",
           ":11: setting.binWidth: is 0; expected a number above 0",
           ":12: setting.interpolator: is 'sitkCubic'",
           ":13: setting.geometryTolerance: grids that differ by more than 1 % of a voxel",
           ":14: setting.label_channel: is -1; expected a whole number from 0",
           ":15: setting.gldm_a: is -1; expected a number from 0",
           ":16: setting.binWidth stands twice, first in line 11",
           ":18: voxelSetting.kernelRadius: is 0; expected a whole number from 1 to 100",
           ":19: unknown section 'inputImage'",
           ":21: setting stands twice, first in line 9",
       })
    EXPECT_NE(text.find(line), std::string::npos) << line << "\n" << text;
  const auto tabs = radiopath("features --print-config --from-pyradiomics " +
                              folder.write("tabs.yaml", "setting:\n\tlabel: 1\n"));
  EXPECT_EQ(tabs.status, 1);
  EXPECT_NE(tabs.text.find("tabs.yaml:2: not YAML"), std::string::npos) << tabs.text;
}

TEST(PyRadiomicsParameters, WholeSigmasKeepTheirSpelling) {
  const FeaturesFolder folder;
  const auto columns_with = [&](const std::string& sigma) {
    const std::string yaml = folder.write("log.yaml", "imageType: {LoG: {sigma: " + sigma + "}}\n"
                                                      "featureClass: {firstorder: [Mean]}\n");
    const auto run = radiopath("features --dictionary " + folder.at("d.csv").string() + " --from-pyradiomics " + yaml);
    EXPECT_EQ(run.status, 0) << run.text;
    std::vector<std::string> names;
    for (const auto& row : read_csv(folder.at("d.csv")).rows) names.push_back(row[0]);
    return names;
  };
  EXPECT_EQ(columns_with("[2, 1.5]"), (std::vector<std::string>{"log-sigma-2-mm-3D_firstorder_Mean",
                                                                "log-sigma-1-5-mm-3D_firstorder_Mean"}));
  EXPECT_EQ(columns_with("[2.0]"), (std::vector<std::string>{"log-sigma-2-0-mm-3D_firstorder_Mean"}));
  const auto mixed = radiopath("features --print-config --from-pyradiomics " +
                               folder.write("mixed.yaml", "setting: {sigma: [2, 3.0]}\n"));
  EXPECT_EQ(mixed.status, 1);
  EXPECT_NE(mixed.text.find(":1: setting.sigma: whole numbers stand with and without a decimal point"),
            std::string::npos)
      << mixed.text;
}

std::vector<double> numbers_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<double> numbers;
  for (std::string word; stream >> word;) numbers.push_back(parse_double(word).value());
  return numbers;
}

/// Files of the maps that PyRadiomics' voxel-based extraction gives: geometry and values.
TEST(FeatureMaps, MatchPyRadiomics) {
  const FeaturesFolder folder;
  const auto [status, text] =
      radiopath("features " + kFolder + "breast1_image.nrrd " + kFolder + "breast1_label.nrrd --from-pyradiomics " +
                kFolder + "parameters/voxel.yaml --maps " + folder.at("maps").string());
  ASSERT_EQ(status, 0) << text;
  const CsvFile golden = read_csv(kFolder + "parameters_voxels.csv");
  const CsvFile index = read_csv(folder.at("maps") / "maps.csv");
  ASSERT_EQ(golden.rows.size(), 2u);
  ASSERT_EQ(index.header.size(), 3 + 2 + golden.rows.size() + 1) << "Image, Mask, Label; provenance; maps; status";
  for (std::size_t row = 0; row < golden.rows.size(); ++row) {
    const std::string column = cell(golden, row, "column");
    EXPECT_EQ(cell(index, 0, column), "case-1_label-1_" + column + ".nrrd");
    const radiology::Image map = radiology::load_image(folder.at("maps") / cell(index, 0, column));
    const auto expect_all = [&](const char* what, const auto& found, double tolerance) {
      const auto expected = numbers_of(cell(golden, row, what));
      ASSERT_EQ(found.size(), expected.size()) << what;
      for (std::size_t i = 0; i < expected.size(); ++i) {
        if (std::isnan(expected[i])) EXPECT_TRUE(std::isnan(found[i])) << column << " " << what << " " << i;
        else EXPECT_NEAR(found[i], expected[i], tolerance * (1 + std::abs(expected[i]))) << column << what << i;
      }
    };
    expect_all("size", map.grid.size, 0);
    expect_all("origin", map.grid.origin, 1e-6);  // as the writer prints headers
    expect_all("spacing", map.grid.spacing_mm, 1e-6);
    expect_all("direction", map.grid.direction, 1e-6);
    expect_all("values", map.voxels, 1e-9);
  }
}

TEST(FeatureMaps, OfABatchHaveARowForEveryCase) {
  const FeaturesFolder folder;
  folder.write("cases.csv", "Image,Mask,Label\nimage.nrrd,mask.nrrd,3\nabsent.nrrd,mask.nrrd,1\n");
  const auto [status, text] = radiopath("features " + folder.at("cases.csv").string() + " --maps " +
                                        folder.at("maps").string() + " --set 'features.families=[\"shape\", \"ngtdm\"]'");
  EXPECT_EQ(status, 3) << text;
  EXPECT_NE(text.find("5 maps of 1 regions: "), std::string::npos) << text;
  const CsvFile index = read_csv(folder.at("maps") / "maps.csv");
  ASSERT_EQ(index.rows.size(), 2u);
  EXPECT_EQ(index.header.size(), 3u + 2 + 5 + 1);
  EXPECT_EQ(cell(index, 0, "diagnostics_Configuration_Settings_Hash").size(), 32u);
  EXPECT_NE(cell(index, 0, "diagnostics_Versions_radiopath"), "");
  EXPECT_TRUE(std::filesystem::exists(folder.at("maps") / cell(index, 0, "original_ngtdm_Busyness")));
  EXPECT_NE(cell(index, 1, "status").find("absent.nrrd: no such file"), std::string::npos);
  const auto none = radiopath("features " + folder.phantom() + "--maps " + folder.at("maps").string() +
                              " --set 'features.families=[\"shape\"]'");
  EXPECT_EQ(none.status, 1);
  EXPECT_NE(none.text.find("none of the families has them"), std::string::npos) << none.text;
}

}  // namespace
}  // namespace radiopath
