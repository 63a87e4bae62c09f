// `radiopath features` as a user meets it: tables, exit status, reasons.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/training/features_phantom.h"

namespace radiopath {
namespace {

const std::string kFolder = RADIOPATH_TEST_DATA "/pyradiomics/";

/// PyRadiomics' 107 values of the original image, and their columns.
TEST(FeaturesCommand, SingleCaseMatchesPyRadiomics) {
  const FeaturesFolder folder;
  const auto [status, text] = folder.features(kFolder + "breast1_image.nrrd " + kFolder + "breast1_label.nrrd");
  ASSERT_EQ(status, 0) << text;
  const CsvFile table = folder.table();
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(table.header.size(), 3u + 19 + 107 + 1);  // Image, Mask, Label; diagnostics; features; status
  EXPECT_EQ(cell(table, 0, "diagnostics_Mask-original_BoundingBox"), "(21, 64, 8, 9, 12, 3)");  // its README.md
  EXPECT_EQ(cell(table, 0, "diagnostics_Mask-original_VoxelNum"), "143");
  EXPECT_EQ(cell(table, 0, "status"),
            "intensities 102 to 162 fall into 3 bins of width 25; see --suggest-bins: original_firstorder_Entropy");
  const CsvFile golden = read_csv(kFolder + "segment_features.csv");
  int compared = 0;
  for (std::size_t row = 0; row < golden.rows.size(); ++row) {
    if (cell(golden, row, "case") != "breast1" || cell(golden, row, "image_type") != "original") continue;
    const double expected = parse_double(cell(golden, row, "value")).value();
    const std::string name = "original_" + cell(golden, row, "feature_class") + "_" + cell(golden, row, "feature");
    EXPECT_NEAR(parse_double(cell(table, 0, name)).value(), expected, 1e-9 * std::max(std::abs(expected), 1e-3))
        << name;
    ++compared;
  }
  EXPECT_EQ(compared, 107);
}

/// Relative paths, a label per row and foreign columns, as PyRadiomics' command line reads them; the same text as a
/// case alone.
TEST(FeaturesCommand, BatchTakesPyRadiomicsColumns) {
  const FeaturesFolder folder;
  const auto cases = folder.write("cases.csv",
                                  "Patient,Label,Image,Mask\nA,1,image.nrrd,mask.nrrd\nB,3,image.nrrd,mask.nrrd\n"
                                  "C,,image.nrrd,mask.nrrd\n");
  ASSERT_EQ(folder.features(cases + " --labels all").status, 0);
  const CsvFile batch = folder.table();
  ASSERT_EQ(batch.rows.size(), 4u);
  const std::vector<std::string> first(batch.header.begin(), batch.header.begin() + 4);
  EXPECT_EQ(first, (std::vector<std::string>{"Patient", "Label", "Image", "Mask"})) << "as they stand in the file";
  const char* const patients[] = {"A", "B", "C", "C"};
  const char* const labels[] = {"1", "3", "1", "3"};
  for (std::size_t row = 0; row < 4; ++row) {
    EXPECT_EQ(cell(batch, row, "Patient"), patients[row]);
    EXPECT_EQ(cell(batch, row, "Image"), "image.nrrd");
    EXPECT_EQ(cell(batch, row, "Label"), labels[row]);
  }
  ASSERT_EQ(folder.features(folder.phantom() + "--labels 3").status, 0);
  const CsvFile alone = folder.table();
  const auto features_of = [](const CsvFile& table, std::size_t row) {
    const auto& cells = table.rows[row];
    return std::vector<std::string>(cells.end() - 108, cells.end());
  };
  EXPECT_EQ(features_of(batch, 1), features_of(alone, 0));
  EXPECT_EQ(features_of(batch, 3), features_of(alone, 0));
  EXPECT_NE(features_of(batch, 0), features_of(alone, 0));
}

/// A mean over 3 voxels each way, computed here; --print-config gives the filter back.
TEST(FeaturesCommand, StandardFiltersAreColumns) {
  const FeaturesFolder folder;
  const auto params = folder.write("params.toml",
                                   "[features]\nfamilies = ['firstorder']\nimage_types = []\n"
                                   "[features.filters.mean.smooth]\nsupport = 3\nboundary = 'nearest'\n");
  ASSERT_EQ(folder.features(folder.phantom() + "--params " + params).status, 0);
  const CsvFile table = folder.table();
  double mean = 0;
  for (int z = 0; z < 4 * 3; ++z)
    for (int y = 0; y < 5 * 3; ++y)
      for (int x = 0; x < 5 * 3; ++x)
        mean += folder.image.voxels[folder.image.grid.index(x / 3 + x % 3 + 1, y / 3 + y % 3 + 1, z / 3 + z % 3)] /
                (27.0 * 100);
  EXPECT_NEAR(parse_double(cell(table, 0, "smooth_firstorder_Mean")).value(), mean, 1e-9 * mean);
  const auto printed = radiopath("features --print-config --params " + params);
  EXPECT_NE(printed.text.find("\n[features.filters.mean.smooth]\nsupport = 3\nboundary = \"nearest\"\n"),
            std::string::npos)
      << printed.text;
  ASSERT_EQ(folder.features(folder.phantom() + "--params " + folder.write("again.toml", printed.text)).status, 0);
  EXPECT_EQ(folder.table().rows, table.rows);
  const auto [status, text] = folder.features(folder.phantom() + "--set features.filters.mean.smooth.support=4");
  EXPECT_EQ(status, 1);
  EXPECT_EQ(text, "radiopath: filters.mean.smooth: mean filter: support is 4 voxels; expected an odd number\n");
}

TEST(FeaturesCommand, LabelsAreANumberAListOrAWord) {
  const FeaturesFolder folder;
  const auto labels_of = [&](const std::string& setting) {
    const auto params = folder.write("params.toml", "labels = " + setting + "\n");
    const auto [status, text] = folder.features(folder.phantom() + "--params " + params);
    EXPECT_EQ(status, 0) << text;
    std::string found;
    const CsvFile table = folder.table();
    for (std::size_t row = 0; row < table.rows.size(); ++row) found += cell(table, row, "Label") + " ";
    return found;
  };
  EXPECT_EQ(labels_of("3"), "3 ");
  EXPECT_EQ(labels_of("[3, 1]"), "3 1 ");
  EXPECT_EQ(labels_of("\"all\""), "1 3 ");
  EXPECT_EQ(labels_of("\"merge\""), "1 ");
  EXPECT_EQ(labels_of("\"each-component\""), "1 2 ");
  const auto wrong = folder.features(folder.phantom() + "--params " + folder.write("w.toml", "labels = \"merged\"\n"));
  EXPECT_EQ(wrong.status, 1);
  EXPECT_NE(wrong.text.find("w.toml:1:10: 'labels': found 'merged'; did you mean 'merge'?"), std::string::npos)
      << wrong.text;
}

/// A NRRD file of zeros with this header after its first line.
void write_zeros(const std::filesystem::path& file, const std::string& header, std::size_t bytes) {
  write_text(file, "NRRD0004\ntype: uint8\nencoding: raw\n" + header + "\n" + std::string(bytes, '\0'));
}

struct BadCase {
  std::string name;
  std::string reason;  ///< is in the row's status
};

TEST(FeaturesCommand, BadCasesAreRowsWithAReason) {
  const FeaturesFolder folder;
  const auto fill = [](auto& mask, std::int16_t label) { std::fill(mask.voxels.begin(), mask.voxels.end(), label); };
  folder.write_changed("empty", [&](auto&, auto& mask) { fill(mask, 0); });
  folder.write_changed("absent", [](auto&, auto& mask) {
    std::replace(mask.voxels.begin(), mask.voxels.end(), std::int16_t{1}, std::int16_t{7});
  });
  folder.write_changed("one", [&](auto&, auto& mask) { fill(mask, 0), mask.voxels[500] = 1; });
  folder.write_changed("flat", [&](auto& image, auto&) { std::fill(image.voxels.begin(), image.voxels.end(), 9); });
  folder.write_changed("nan", [&](auto& image, auto&) { image.voxels[image.grid.index(3, 3, 2)] = NAN; });
  folder.write_changed("inf", [&](auto& image, auto&) { image.voxels[image.grid.index(3, 3, 2)] = INFINITY; });
  folder.write_changed("larger", [&](auto&, auto& mask) {
    mask.grid.size = {16, 16, 7};
    mask.voxels.resize(16 * 16 * 7);
  });
  folder.write_changed("turned", [&](auto&, auto& mask) { mask.grid.direction = {-1, 0, 0, 0, -1, 0, 0, 0, 1}; });
  folder.write_changed("colour", [](auto&, auto&) {});
  write_zeros(folder.at("colour_image.nrrd"), "dimension: 4\nsizes: 3 16 16 6\nkinds: RGB-color domain domain domain\n",
              3 * 16 * 16 * 6);
  folder.write_changed("series", [](auto&, auto&) {});
  write_zeros(folder.at("series_image.nrrd"), "dimension: 4\nsizes: 16 16 6 2\n", 16 * 16 * 6 * 2);
  folder.write_changed("giant", [](auto&, auto&) {});
  const std::string giant = "type: int16\ndimension: 3\nsizes: 90000 90000 9000\nspacings: 1 1 1\n";
  write_text(folder.at("giant_image.nrrd"), "NRRD0004\n" + giant + "endian: little\nencoding: raw\n\n");
  folder.write_changed("packed", [](auto&, auto&) {});
  write_text(folder.at("packed_image.nrrd"),
             "NRRD0004\n" + giant + "endian: little\nencoding: gzip\n\n" + std::string(20, 'x'));
  const std::vector<BadCase> bad = {
      {"empty", "the mask is empty: no voxel is nonzero"},
      {"absent", "no voxel has label 1; the mask holds 3, 7"},
      {"one", "the region is a single voxel"},
      {"nan", "1 of the region's 100 voxels are NaN or infinite; leave them out of the mask; the first is a NaN at (3, "
              "3, 2)"},
      {"inf", "leave them out of the mask; the first is an infinity at (3, 3, 2)"},
      {"larger", "differ in size: (16, 16, 6) and (16, 16, 7)"},
      {"turned", "differ in direction"},
      {"colour", "3 numbers per voxel; expected one. Is it a colour image"},
      {"series", "has 4 dimensions (16 x 16 x 6 x 2); expected 3"},
      {"giant", "giant_image.nrrd: the header claims 146 TB of voxels, and 0 bytes are there; is the header damaged"},
      {"packed", "packed_image.nrrd: the header claims 146 TB of voxels, and 20 bytes are there; is the header"},
      {"missing", "missing_image.nrrd: no such file"},
  };
  std::string cases = "Image,Mask\n";
  for (const auto& [name, reason] : bad) cases += name + "_image.nrrd," + name + "_mask.nrrd\n";
  cases += "flat_image.nrrd,flat_mask.nrrd\nimage.nrrd,mask.nrrd\n";
  const auto [status, text] = folder.features(folder.write("cases.csv", cases));
  EXPECT_EQ(status, 3) << text;
  EXPECT_NE(text.find("12 of 14 rows failed"), std::string::npos) << text;
  const CsvFile table = folder.table();
  ASSERT_EQ(table.rows.size(), bad.size() + 2);
  for (std::size_t row = 0; row < bad.size(); ++row) {
    EXPECT_NE(cell(table, row, "status").find(bad[row].reason), std::string::npos)
        << bad[row].name << ": " << cell(table, row, "status");
    EXPECT_EQ(cell(table, row, "original_firstorder_Mean"), "") << bad[row].name;
  }
  const std::size_t flat = bad.size(), good = flat + 1;
  EXPECT_EQ(cell(table, flat, "original_glcm_Correlation"), "1");  // PyRadiomics' convention, and that it is one
  EXPECT_NE(cell(table, flat, "status").find("one grey level in the region: "), std::string::npos);
  EXPECT_EQ(cell(table, good, "status"), "");
  EXPECT_NE(cell(table, good, "original_ngtdm_Strength"), "");
}

/// NIfTI files, of which a common reader takes them for 0: so they are beyond the labels, as in PyRadiomics.
TEST(FeaturesCommand, NiftiVoxelsThatAreNotFiniteAreNoZerosInARegion) {
  const FeaturesFolder folder;
  const auto write = [&](const std::string& name, float inside, float outside) {
    auto image = folder.image;
    image.voxels[image.grid.index(3, 3, 2)] = inside;
    image.voxels[image.grid.index(1, 3, 2)] = outside;
    radiology::write_volume(folder.at(name), image);
  };
  const float value = folder.image.voxels[folder.image.grid.index(3, 3, 2)];
  write("inside.nii.gz", NAN, 0);
  write("beside.nii.gz", value, INFINITY);
  write("zero.nii.gz", value, 0);
  radiology::write_label_map(folder.at("mask.nii.gz"), folder.mask);
  const auto cases = folder.write(
      "cases.csv", "Image,Mask\ninside.nii.gz,mask.nii.gz\nbeside.nii.gz,mask.nii.gz\nzero.nii.gz,mask.nii.gz\n");
  const auto [status, text] = folder.features(cases + " --set 'features.image_types=[\"original\",\"wavelet\"]'");
  EXPECT_EQ(status, 3) << text;
  const CsvFile table = folder.table();
  EXPECT_NE(cell(table, 0, "status").find("the first is a NaN at (3, 3, 2)"), std::string::npos) << text;
  for (const std::string column : {"original_glcm_Contrast", "wavelet-HLL_firstorder_Mean", "status"})
    EXPECT_EQ(cell(table, 1, column), cell(table, 2, column)) << column;
  EXPECT_NE(cell(table, 1, "wavelet-HLL_firstorder_Mean"), "");
}

TEST(FeaturesCommand, TablesOfOtherProgramsAreRead) {
  const FeaturesFolder folder;
  std::filesystem::create_directory(folder.at("of A, \"B\""));
  std::filesystem::copy_file(folder.at("image.nrrd"), folder.at("of A, \"B\"") / "image.nrrd");
  for (const std::string text : {"Image,Mask,Label\r\nimage.nrrd,mask.nrrd,3\r\n",        // Windows
                                 "\xEF\xBB\xBFImage,Mask,Label\nimage.nrrd,mask.nrrd,3",  // a spreadsheet
                                 "\"Image\",Mask,Label\n\"of A, \"\"B\"\"/image.nrrd\",mask.nrrd,\"3\"\n\n"}) {
    ASSERT_EQ(folder.features(folder.write("cases.csv", text)).status, 0) << text;
    ASSERT_EQ(folder.table().rows.size(), 1u);
    EXPECT_EQ(cell(folder.table(), 0, "Label"), "3");
  }
  const auto wide = folder.features(folder.write("cases.csv", std::string("\xFF\xFEI\0m\0a\0g\0e\0,\0", 14)));
  EXPECT_EQ(wide.status, 1);
  EXPECT_NE(wide.text.find("cases.csv:1: no text in UTF-8; is it a spreadsheet, or UTF-16?"), std::string::npos);
}

/// Before the first image is read; nothing that was there is lost.
TEST(FeaturesCommand, OutputsThatCannotBeAreRefusedAtOnce) {
  const FeaturesFolder folder;
  const std::string cases = folder.write("cases.csv", "Image,Mask\nabsent.nrrd,mask.nrrd\nimage.nrrd,mask.nrrd\n");
  const std::string image = read_text(folder.at("image.nrrd")), table = read_text(cases);
  const std::string here = folder.at("").string();
  const std::map<std::string, std::string> wrong = {
      {"-o " + here, "is a folder; expected a file to write"},
      {"-o " + here + "mask.nrrd/out.csv", "mask.nrrd: cannot be created: Not a directory"},
      {"--maps " + here + "mask.nrrd", "mask.nrrd: cannot be created: "},
      {"-o " + here + "image.nrrd", "image.nrrd: is an input; name another file to write"},
      {"-o " + cases, "cases.csv: is an input; name another file to write"}};
  for (const auto& [output, message] : wrong) {
    const auto [status, text] = radiopath("features " + cases + " " + output);
    EXPECT_EQ(status, 1) << output;
    EXPECT_NE(text.find(message), std::string::npos) << output << "\n" << text;
    EXPECT_EQ(text.find('\n'), text.size() - 1) << "one line: " << text;
  }
  EXPECT_EQ(read_text(folder.at("image.nrrd")), image);
  EXPECT_EQ(read_text(cases), table);
  EXPECT_EQ(radiopath("features " + cases + " -o " + here + "new/folder/out.csv").status, 3);
  EXPECT_EQ(read_csv(folder.at("new/folder/out.csv")).rows.size(), 2u);
}

TEST(FeaturesCommand, WrongInputIsOneLine) {
  const FeaturesFolder folder;
  const auto bins = folder.features(folder.phantom() + "--set features.bin_width=0");
  EXPECT_EQ(bins.status, 1);
  EXPECT_EQ(bins.text, "radiopath: --set: 'features.bin_width': found 0, expected at least 1e-09\n");
  const auto column = folder.features(folder.write("cases.csv", "Image,Maks\na,b\n"));
  EXPECT_EQ(column.status, 1);
  EXPECT_NE(column.text.find("no column 'Mask'; did you mean 'Maks'? Known: Image, Maks"), std::string::npos)
      << column.text;
  const auto family = folder.features(folder.phantom() + "--set 'features.families=[\"glmc\"]'");
  EXPECT_EQ(family.status, 1);
  EXPECT_NE(family.text.find("unknown 'glmc'; did you mean 'glcm'?"), std::string::npos) << family.text;
  // Settings are read before images are: no table is written of cases that all fail for one reason.
  const std::string cases = folder.write("two.csv", "Image,Mask\nabsent.nrrd,mask.nrrd\nimage.nrrd,mask.nrrd\n");
  for (const std::string set : {"'features.distances=[0]'", "'processing.resampled_spacing_mm=[1,1]'",
                                "'processing.resegment_range=[3,2]'", "'features.only={glcm=[\"Idmm\"]}'"}) {
    const auto wrong = folder.features(cases + " --set " + set);
    EXPECT_EQ(wrong.status, 1) << wrong.text;
    EXPECT_FALSE(std::filesystem::exists(folder.at("out.csv"))) << set;
  }
  EXPECT_EQ(radiopath("features " + cases + " --maps " + folder.at("maps").string() + " --set maps.kernel_radius=0").status,
            1);
  EXPECT_FALSE(std::filesystem::exists(folder.at("maps")));
  EXPECT_EQ(radiopath("features").status, 2);
  EXPECT_EQ(radiopath("features " + folder.phantom()).status, 1);  // nothing to write
}

}  // namespace
}  // namespace radiopath
