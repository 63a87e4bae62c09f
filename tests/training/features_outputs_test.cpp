// What `radiopath features` writes beside values: the dictionary of columns and the suggestion of a bin width.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <sstream>

#include "tests/training/features_phantom.h"

namespace radiopath {
namespace {

TEST(FeatureDictionary, HasARowForEveryColumn) {
  const FeaturesFolder folder;
  for (const std::string set : {"--set 'features.image_types=[\"original\", \"wavelet\"]'",
                                "--set features.deprecated=true", "--set features.filters.mean.smooth.support=3",
                                "--set features.force_2d=true --set 'features.families=[\"shape2D\", \"glrlm\"]'"}) {
    ASSERT_EQ(folder.features(folder.phantom() + "--dictionary " + folder.at("d.csv").string() + " " + set).status, 0);
    const CsvFile dictionary = read_csv(folder.at("d.csv")), table = folder.table();
    std::vector<std::string> columns;
    for (std::size_t row = 0; row < dictionary.rows.size(); ++row) {
      columns.push_back(cell(dictionary, row, "column"));
      EXPECT_FALSE(cell(dictionary, row, "definition").empty()) << columns.back();
    }
    const auto first = table.header.end() - 1 - static_cast<std::ptrdiff_t>(columns.size());
    EXPECT_EQ(columns, std::vector<std::string>(first, table.header.end() - 1));
  }
}

/// IBSI's ids of all features of that profile, from the standard's own tables.
TEST(FeatureDictionary, NamesIbsiIdsAndAggregation) {
  const FeaturesFolder folder;
  const auto ids_of = [&](const std::string& set) {
    EXPECT_EQ(radiopath("features --dictionary " + folder.at("d.csv").string() + " " + set).status, 0);
    const CsvFile dictionary = read_csv(folder.at("d.csv"));
    std::map<std::string, std::pair<std::string, std::string>> ids;
    for (std::size_t row = 0; row < dictionary.rows.size(); ++row) {
      ids[cell(dictionary, row, "column")] = {cell(dictionary, row, "ibsi_id"), cell(dictionary, row, "aggregation")};
    }
    return ids;
  };
  auto plain = ids_of("");
  using Entry = std::pair<std::string, std::string>;
  EXPECT_EQ(plain["original_firstorder_Mean"], Entry("Q4LE", ""));
  EXPECT_EQ(plain["original_firstorder_Entropy"], Entry("TLU2", ""));
  EXPECT_EQ(plain["original_firstorder_TotalEnergy"], Entry("", ""));  // not in the standard
  EXPECT_EQ(plain["original_glcm_JointEnergy"], Entry("8ZQL", "3D:avg"));
  EXPECT_EQ(plain["original_glszm_ZoneEntropy"], Entry("GU8N", "3D"));
  const auto merged = ids_of("--set features.weighting=no_weighting --set features.force_2d=true");
  EXPECT_EQ(merged.at("original_glrlm_RunEntropy"), Entry("HJ9O", "2.5D:mrg"));

  const CsvFile standard = read_csv(RADIOPATH_TEST_DATA "/ibsi/ibsi1_reference_values.csv");
  std::map<std::string, std::string> id_of_tag;
  for (std::size_t row = 0; row < standard.rows.size(); ++row)
    id_of_tag[cell(standard, row, "tag")] = cell(standard, row, "ibsi_id");
  const auto ibsi = radiopath("features --dictionary " + folder.at("d.csv").string() +
                              " --set features.profile=ibsi --set 'features.families=[\"shape\", \"morphology\", "
                              "\"local_intensity\", \"intensity_statistics\", \"intensity_histogram\", "
                              "\"intensity_volume_histogram\", \"glcm\", \"glrlm\", \"glszm\", \"gldzm\", \"gldm\", "
                              "\"ngtdm\"]'");
  ASSERT_EQ(ibsi.status, 0) << ibsi.text;
  const CsvFile dictionary = read_csv(folder.at("d.csv"));
  for (std::size_t row = 0; row < dictionary.rows.size(); ++row) {
    const std::string tag = cell(dictionary, row, "ibsi_tag");
    EXPECT_EQ(cell(dictionary, row, "ibsi_id"), id_of_tag[tag]) << tag;
    EXPECT_FALSE(cell(dictionary, row, "definition").empty()) << tag;
  }
  EXPECT_GT(dictionary.rows.size(), 160u);
}

TEST(FeatureDictionary, TellsTheSettingsOfAFilter) {
  const FeaturesFolder folder;
  ASSERT_EQ(radiopath("features --dictionary " + folder.at("d.csv").string() +
                      " --set features.families='[\"firstorder\"]' --set features.filters.mean.smooth.support=3")
                .status,
            0);
  const CsvFile dictionary = read_csv(folder.at("d.csv"));
  ASSERT_EQ(dictionary.rows.size(), 36u);
  EXPECT_EQ(cell(dictionary, 17, "filter"), "");
  EXPECT_EQ(cell(dictionary, 18, "column"), "smooth_firstorder_10Percentile");
  EXPECT_EQ(cell(dictionary, 18, "filter"), "mean: support = 3; boundary = \"mirror\"");
}

/// The numbers of a line of the suggestion, which starts with `what`.
std::vector<int> levels_after(const std::string& text, const std::string& what) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what << "\n" << text;
  std::istringstream line(text.substr(at + what.size(), text.find('\n', at) - at - what.size()));
  return {std::istream_iterator<int>(line), std::istream_iterator<int>()};
}

TEST(SuggestBins, CarriesOnPastBadCases) {
  const FeaturesFolder folder;
  folder.write_changed("flat", [](auto& image, auto&) { std::fill(image.voxels.begin(), image.voxels.end(), 9); });
  folder.write_changed("turned", [](auto&, auto& mask) { mask.grid.direction = {-1, 0, 0, 0, -1, 0, 0, 0, 1}; });
  const auto cases = folder.write("cases.csv",
                                  "Image,Mask,Label\nabsent.nrrd,mask.nrrd,1\nimage.nrrd,mask.nrrd,1\n"
                                  "flat_image.nrrd,flat_mask.nrrd,1\nturned_image.nrrd,turned_mask.nrrd,1\n"
                                  "image.nrrd,mask.nrrd,3\n,mask.nrrd,1\nimage.nrrd,mask.nrrd,7\n");
  const auto [status, text] = folder.features("--suggest-bins " + cases);
  EXPECT_EQ(status, 3) << text;
  for (const std::string part :
       {"cases.csv:2: ", "absent.nrrd: no such file", "flat_mask.nrrd, label 1: every voxel holds 9",
        "differ in direction", "cases.csv:7: Image is empty", "5 of 7 rows failed"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  // The labels hold 1 to 209 and 1 to 210, so that edges at multiples of the width give these by PyRadiomics' rule.
  EXPECT_EQ(levels_after(text, "grey levels at bin width "), (std::vector<int>{0}));  // 0.5 comes first
  EXPECT_EQ(levels_after(text, "of 2 within 30 to 130 "), (std::vector<int>{0, 0, 2, 2, 2, 0, 0}));
  EXPECT_NE(text.find("suggested   features.bin_width = 2.5\n"), std::string::npos) << text;
  const CsvFile table = folder.table();
  ASSERT_EQ(table.rows.size(), 7u);
  EXPECT_EQ(cell(table, 6, "status").find(folder.at("mask.nrrd").string() + ", label 7: no voxel has label 7"), 0u);
  for (const std::size_t row : {1u, 4u}) {
    const double low = parse_double(cell(table, row, "minimum")).value();
    const double high = parse_double(cell(table, row, "maximum")).value();
    for (const double width : {0.5, 2.5, 20.0})
      EXPECT_EQ(cell(table, row, fmt::format("levels_at_{:g}", width)),
                std::to_string(static_cast<int>(std::floor(high / width) - std::floor(low / width)) + 1));
  }
}

/// Intensities are those that features see, and units that differ are told.
TEST(SuggestBins, LooksAtWhatIsMeasured) {
  const FeaturesFolder folder;
  const std::string inputs = folder.phantom() + "--suggest-bins ";
  ASSERT_EQ(folder.features(inputs + "--set 'processing.resegment_range=[50, 99]'").status, 0);
  EXPECT_GE(parse_double(cell(folder.table(), 0, "minimum")).value(), 50);
  EXPECT_LE(parse_double(cell(folder.table(), 0, "maximum")).value(), 99);
  ASSERT_EQ(folder.features(inputs + "--set 'features.image_types=[\"square\", \"wavelet\"]'").status, 0);
  EXPECT_EQ(folder.table().rows.size(), 9u);
  EXPECT_EQ(cell(folder.table(), 1, "image_type"), "wavelet-LLH");
  folder.write_changed("small", [](auto& image, auto&) {
    for (float& voxel : image.voxels) voxel *= 1e-3f;
  });
  const auto mixed = folder.features("--suggest-bins " + folder.write("cases.csv", "Image,Mask\nimage.nrrd,mask.nrrd\n"
                                                                      "small_image.nrrd,small_mask.nrrd\n"));
  EXPECT_NE(mixed.text.find("no one width suits all: "), std::string::npos) << mixed.text;
}

/// ADC in mm2/s: the default width of 25 puts every voxel into one level.
TEST(SuggestBins, NamesTheTrapOfSmallUnits) {
  const FeaturesFolder folder;
  folder.write_changed("adc", [](auto& image, auto&) {
    for (float& voxel : image.voxels) voxel = 1e-3f + voxel * 1e-5f;  // about 0.001 to 0.0031 mm2/s
  });
  const auto [status, text] = radiopath("features --suggest-bins " + folder.at("adc_image.nrrd").string() + " " +
                                        folder.at("mask.nrrd").string());
  EXPECT_EQ(status, 0) << text;
  const auto at = text.find("features.bin_width = ");
  ASSERT_NE(at, std::string::npos) << text;
  const double width = std::stod(text.substr(at + 21));
  EXPECT_GT(width, 0.0021 / 130) << text;
  EXPECT_LT(width, 0.0021 / 30) << text;
  EXPECT_NE(text.find("is it an ADC map in mm2/s?"), std::string::npos) << text;
}

}  // namespace
}  // namespace radiopath
