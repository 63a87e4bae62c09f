// Batches of `radiopath features`: what cases share, how they fail, where rows come from.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "radiology/radiomics_config.h"
#include "tests/training/features_phantom.h"
#include "training/features_batch.h"

namespace radiopath {
namespace {

const std::string kFolder = RADIOPATH_TEST_DATA "/pyradiomics/";

/// The values of a row and its status.
std::vector<std::string> features_of(const CsvFile& table, std::size_t row) {
  const auto first = std::find_if(table.header.begin(), table.header.end(),
                                  [](const auto& name) { return name.starts_with("original_"); });
  return {table.rows.at(row).begin() + (first - table.header.begin()), table.rows.at(row).end()};
}

TEST(FeaturesBatch, ASpacingTooFineFailsItsRows) {
  const FeaturesFolder folder;
  const auto [status, text] =
      folder.features(folder.phantom() + "--set 'processing.resampled_spacing_mm=[5e-4,5e-4,5e-4]'");
  EXPECT_EQ(status, 3) << text;
  ASSERT_EQ(folder.table().rows.size(), 1u);
  const std::string reason = cell(folder.table(), 0, "status");
  // 5 x 5 x 4 voxels of 0.7, 0.7 and 3 mm, and 5 voxels more on each side; twice 8 bytes each.
  EXPECT_NE(reason.find("are 7010 x 7010 x 24010 voxels, which take 18.9 TB of memory or more; is the spacing too"),
            std::string::npos)
      << reason;
  EXPECT_EQ(cell(folder.table(), 0, "original_firstorder_Mean"), "");
}

/// A mask of two segments that overlap, as segmentations are stored in NRRD.
void write_channels(const FeaturesFolder& folder) {
  std::string voxels;
  for (const auto label : folder.mask.voxels) {
    voxels += static_cast<char>(label == 1 ? 1 : 0);
    voxels += static_cast<char>(label == 3 ? 3 : label == 1 ? 1 : 0);
  }
  write_text(folder.at("channels.nrrd"),
             "NRRD0004\ntype: uint8\nencoding: raw\ndimension: 4\nsizes: 2 16 16 6\n"
             "kinds: vector domain domain domain\nspace: left-posterior-superior\n"
             "space directions: none (0.7,0,0) (0,0.7,0) (0,0,3)\n"
             "space origin: (-12,8,100)\n\n" + voxels);
}

TEST(FeaturesBatch, ReadsAChannelOfTheMask) {
  const FeaturesFolder folder;
  write_channels(folder);
  const auto cases = folder.write("cases.csv",
                                  "Image,Mask,Label,Label_channel\nimage.nrrd,channels.nrrd,1,\n"
                                  "image.nrrd,channels.nrrd,3,1\nimage.nrrd,channels.nrrd,3,0\n"
                                  "image.nrrd,channels.nrrd,1,2\nimage.nrrd,channels.nrrd,1,x\n"
                                  "image.nrrd,mask.nrrd,1,1\nimage.nrrd,mask.nrrd,1,0\nimage.nrrd,mask.nrrd,3,0\n");
  EXPECT_EQ(folder.features(cases).status, 3);
  const CsvFile table = folder.table();
  ASSERT_EQ(table.rows.size(), 8u);
  EXPECT_EQ(features_of(table, 0), features_of(table, 6)) << "channel 0 where none is named, as PyRadiomics";
  EXPECT_EQ(features_of(table, 1), features_of(table, 7));
  const std::map<std::size_t, std::string> failed = {
      {2, "label 3: no voxel has label 3; the mask holds 1"},
      {3, "channels.nrrd: there is no channel 2: the file has 2, counted from 0"},
      {4, "Label_channel is 'x'; expected a whole number from 0"},
      {5, "mask.nrrd: there is no channel 1: the file has 1, counted from 0"}};
  for (const auto& [row, reason] : failed)
    EXPECT_NE(cell(table, row, "status").find(reason), std::string::npos) << cell(table, row, "status");
  ASSERT_EQ(folder.features(folder.at("image.nrrd").string() + " " + folder.at("channels.nrrd").string() +
                            " --labels 3 --set label_channel=1").status, 0);
  EXPECT_EQ(features_of(folder.table(), 0), features_of(table, 7));
}

/// Slice z = 9 of breast1 as two-dimensional files: slice_features.csv says where the values are from.
TEST(FeaturesBatch, TwoDimensionalImagesMatchPyRadiomics) {
  const FeaturesFolder folder;
  for (const std::string name : {"image", "label"}) {
    const auto volume = radiology::read_volume(kFolder + "breast1_" + name + ".nrrd");
    std::string voxels;
    for (std::size_t i = volume.grid.index(0, 0, 9); i < volume.grid.index(0, 0, 10); ++i)
      voxels += static_cast<char>(static_cast<int>(volume.voxels[i]));
    write_text(folder.at(name + "_2d.nrrd"), "NRRD0004\ntype: uint8\nencoding: raw\ndimension: 2\nsizes: 45 120\n"
                                             "spacings: 0.664062 0.664062\n\n" + voxels);
  }
  const auto [status, text] = folder.features(
      folder.at("image_2d.nrrd").string() + " " + folder.at("label_2d.nrrd").string() +
      " --set 'features.families=[\"firstorder\",\"shape\",\"shape2D\",\"glcm\",\"glrlm\",\"glszm\",\"gldm\","
      "\"ngtdm\"]'");
  ASSERT_EQ(status, 0) << text;
  const CsvFile golden = read_csv(kFolder + "slice_features.csv"), table = folder.table();
  ASSERT_EQ(golden.rows.size(), 102u);
  for (std::size_t row = 0; row < golden.rows.size(); ++row) {
    const double expected = parse_double(cell(golden, row, "value")).value();
    const double found = parse_double(cell(table, 0, cell(golden, row, "column"))).value();
    EXPECT_NEAR(found, expected, 1e-9 * std::max(std::abs(expected), 1e-3)) << cell(golden, row, "column");
  }
  EXPECT_EQ(cell(table, 0, "diagnostics_Image-original_Dimensionality"), "2D");
  EXPECT_EQ(cell(table, 0, "original_shape_MeshVolume"), "");
  EXPECT_NE(cell(table, 0, "status").find("the image is two-dimensional"), std::string::npos);
}

/// Rows of one image and mask are one call with all of their labels; words have calls of their own.
TEST(FeaturesBatch, CasesThatShareAMaskAreMeasuredAtOnce) {
  const FeaturesFolder folder;
  const auto csv = folder.write("cases.csv",
                                "Image,Mask,Label\nimage.nrrd,mask.nrrd,3\nimage.nrrd,mask.nrrd,all\n"
                                "image.nrrd,mask.nrrd,\"1,3,1\"\nimage.nrrd,mask.nrrd,none\nimage.nrrd,mask.nrrd,all\n");
  const radiology::RadiomicsConfig config;
  std::vector<training::LabelCall> calls;
  const auto keep = [&](const training::LabelCall& call, const auto&, const auto&) { calls.push_back(call); };
  const auto end = training::run_batch("test", training::read_cases(csv, config).cases, config, keep);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].labels, NumbersOrWord(std::vector<int>{3, 1}));
  ASSERT_EQ(calls[0].cases.size(), 2u);
  EXPECT_EQ(calls[0].cases[1].labels, NumbersOrWord(std::vector<int>{1, 3}));
  EXPECT_EQ(calls[1].cases.size(), 2u);
  EXPECT_NE(end.failures[3].find("'none'"), std::string::npos) << end.failures[3];
  EXPECT_EQ(end.failures[4], "");
}

/// Whatever goes wrong with a case, the others are done.
TEST(FeaturesBatch, NoExceptionLeavesACase) {
  const FeaturesFolder folder;
  const auto csv = folder.write("cases.csv",
                                "Image,Mask,Label\nimage.nrrd,mask.nrrd,all\nimage.nrrd,mask.nrrd,merge\n"
                                "image.nrrd,mask.nrrd,1\nimage.nrrd,mask.nrrd,each-component\n");
  const radiology::RadiomicsConfig config;
  const auto fail = [](const training::LabelCall& call, const auto&, const auto&) {
    if (call.labels == NumbersOrWord("all")) throw std::bad_alloc();
    if (call.labels == NumbersOrWord("merge")) throw std::logic_error("of ours");
    if (call.labels == NumbersOrWord("each-component"))
      throw std::runtime_error("Failed to allocate memory for image.");
  };
  const auto end = training::run_batch("test", training::read_cases(csv, config).cases, config, fail);
  EXPECT_NE(end.failures[0].find("memory ran out with an image of 16 x 16 x 6 voxels"), std::string::npos);
  EXPECT_NE(end.failures[1].find("internal error, please report it: of ours"), std::string::npos);
  EXPECT_EQ(end.failures[2], "");
  EXPECT_EQ(end.failures[3], end.failures[0]);
  EXPECT_FALSE(end.interrupted);
}

TEST(FeaturesBatch, RowsAreThoseOfSingleRuns) {
  const FeaturesFolder folder;
  const std::string wavelet = " --set 'features.image_types=[\"original\",\"wavelet\",\"logarithm\"]'";
  const auto cases = folder.write("cases.csv", "Image,Mask,Label\nimage.nrrd,mask.nrrd,3\nimage.nrrd,mask.nrrd,1\n"
                                               "image.nrrd,mask.nrrd,merge\n");
  ASSERT_EQ(folder.features(cases + wavelet).status, 0);
  const CsvFile batch = folder.table();
  ASSERT_EQ(batch.rows.size(), 3u);
  for (const auto& [row, label] : {std::pair{0u, "3"}, std::pair{1u, "1,1"}, std::pair{2u, "merge"}}) {
    ASSERT_EQ(folder.features(folder.phantom() + "--labels " + label + wavelet).status, 0);
    ASSERT_EQ(folder.table().rows.size(), 1u) << "a label twice is one row";
    EXPECT_EQ(features_of(folder.table(), 0), features_of(batch, row)) << label;
  }
}

TEST(FeaturesBatch, AnInterruptedBatchKeepsWhatIsDone) {
  const FeaturesFolder folder;
  std::string cases = "Image,Mask\n";
  for (int i = 0; i < 4000; ++i) {  // each spelled otherwise, so that each is read
    const auto here = [](int slashes) { return "." + std::string(static_cast<std::size_t>(slashes) + 1, '/'); };
    cases += here(i / 64) + "image.nrrd," + here(i % 64) + "mask.nrrd\n";
  }
  // Interrupted soon after it catches the signal, which the system tells of a process.
  const std::string command =
      RADIOPATH_BINARY_PATH " features -o " + folder.at("out.csv").string() + " " + folder.write("cases.csv", cases) +
      " 2>&1 & p=$!; i=0; until grep -q 'SigCgt:.*[2367abef]$' /proc/$p/status || [ $i -gt 600 ]; do i=$((i+1)); "
      "sleep 0.05; done; sleep 0.3; kill -INT $p; wait $p";
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  for (int c; (c = fgetc(pipe)) != EOF;) text += static_cast<char>(c);
  EXPECT_EQ(WEXITSTATUS(pclose(pipe)), 130) << text;
  EXPECT_NE(text.find("the rows of cases that were not finished have the status 'interrupted'"), std::string::npos)
      << text;
  EXPECT_EQ(text.find("--resume"), std::string::npos) << text;
  const CsvFile table = folder.table();
  ASSERT_EQ(table.rows.size(), 4000u);
  EXPECT_EQ(cell(table, 3999, "status"), "interrupted");
  for (std::size_t row = 0; row < 4000; ++row)
    EXPECT_EQ(cell(table, row, "original_firstorder_Mean").empty(), cell(table, row, "status") == "interrupted");
}

TEST(FeaturesBatch, MessagesNameThePlaceAndTheCause) {
  const FeaturesFolder folder;
  const std::map<std::string, std::string> wrong = {
      {folder.at("image.nrrd").string(), "image.nrrd: an image alone; expected IMAGE MASK or a CSV of cases. Is the"},
      {folder.write("semicolons.csv", "Image;Mask\na;b\n"),
       ":1: one column, 'Image;Mask'; are cells separated by ';'?"},
      {folder.write("status.csv", "Image,Mask,status\na,b,c\n"),
       ":1: column 'status' has the name of one that is written"},
      {folder.write("mean.csv", "Image,original_firstorder_Mean,Mask\na,b,c\n"),
       ":1: column 'original_firstorder_Mean'"}};
  for (const auto& [file, message] : wrong) {
    const auto [status, text] = folder.features(file);
    EXPECT_EQ(status, 1) << file;
    EXPECT_NE(text.find(message), std::string::npos) << text;
  }
  folder.write("short.nrrd", read_text(folder.at("image.nrrd")).substr(0, 600));
  const auto [status, text] = folder.features(folder.write(
      "cases.csv", "Image,Mask,Label\n,mask.nrrd,1\nimage.nrrd, ,1\nabsent.nrrd,mask.nrrd,1\nimage.nrrd,mask.nrrd,9\n"
                   "short.nrrd,mask.nrrd,1\n"));
  EXPECT_EQ(status, 3);
  const std::string csv = folder.at("cases.csv").string(), here = folder.at("").string();
  for (const std::string& line :
       {csv + ":2: Image is empty\n", csv + ":3: Mask is empty\n", csv + ":4: " + here + "absent.nrrd: no such file\n",
        csv + ":5: " + here + "mask.nrrd, label 9: no voxel has label 9; the mask holds 1, 3\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
  const std::string cut = cell(folder.table(), 4, "status");
  EXPECT_EQ(cut.find("[nrrd]"), std::string::npos) << "calls of the library: " << cut;
  EXPECT_NE(cut.find("is the file cut short or damaged"), std::string::npos) << cut;
}

/// PyRadiomics 3.0.1 with SimpleITK 2.5: RadiomicsFeatureExtractor(resampledPixelSpacing=[1, 1, 2],
/// interpolator="sitkLinear", resegmentRange=[90, 150]).execute("breast1_image.nrrd", "breast1_label.nrrd"); the same
/// with resegmentShape=True.
const std::map<std::string, std::vector<double>> kDiagnosticsOfBreast1 = {
    {"Image-original_Spacing", {0.664062, 0.664062, 2.1}},
    {"Image-original_Size", {45, 120, 21}},
    {"Image-original_Mean", {63.380440917107585}},
    {"Image-original_Maximum", {248}},
    {"Mask-original_BoundingBox", {21, 64, 8, 9, 12, 3}},
    {"Mask-original_VoxelNum", {143}},
    {"Mask-original_VolumeNum", {1}},
    {"Mask-original_CenterOfMassIndex", {24.58041958041958, 69.27272727272727, 9.132867132867133}},
    {"Mask-original_CenterOfMass", {-100.22011741258741, -2.1432681818181933, 28.629020979021007}},
    {"Image-interpolated_Spacing", {1, 1, 2}},
    {"Image-interpolated_Size", {18, 20, 16}},
    {"Image-interpolated_Mean", {61.95034722222222}},
    {"Image-interpolated_Minimum", {43}},
    {"Image-interpolated_Maximum", {176}},
    {"Mask-interpolated_BoundingBox", {6, 5, 6, 6, 8, 4}},
    {"Mask-interpolated_VoxelNum", {72}},
    {"Mask-interpolated_VolumeNum", {1}},
    {"Mask-interpolated_CenterOfMassIndex", {8.319444444444445, 8.527777777777779, 7.597222222222222}},
    {"Mask-interpolated_CenterOfMass", {-100.05562655555556, -2.448907222222232, 28.594444444444477}},
    {"Mask-interpolated_Mean", {122.06944444444444}},
    {"Mask-interpolated_Minimum", {84}},
    {"Mask-interpolated_Maximum", {156}},
    {"Mask-resegmented_Size", {18, 20, 16}},
    {"Mask-resegmented_BoundingBox", {6, 5, 6, 6, 8, 4}},
    {"Mask-resegmented_VoxelNum", {66}},
    {"Mask-resegmented_CenterOfMassIndex", {8.333333333333334, 8.621212121212121, 7.575757575757576}},
    {"Mask-resegmented_CenterOfMass", {-100.04173766666668, -2.3554728787878894, 28.551515151515183}},
    {"Mask-resegmented_Mean", {121.27272727272727}},
    {"Mask-resegmented_Maximum", {150}}};

/// Likewise, of brain1 with resampledPixelSpacing=[1.5, 1.5, 4], normalize=True, normalizeScale=100,
/// resegmentRange=[-1, 1], resegmentMode="sigma".
const std::map<std::string, std::vector<double>> kDiagnosticsOfBrain1 = {
    {"Image-interpolated_Size", {36, 48, 23}},
    {"Image-interpolated_Mean", {49.469618758897724}},
    {"Image-interpolated_Minimum", {-125.08203598754602}},
    {"Image-interpolated_Maximum", {441.2429525622924}},
    {"Mask-interpolated_BoundingBox", {5, 6, 6, 25, 36, 11}},
    {"Mask-interpolated_VoxelNum", {1944}},
    {"Mask-interpolated_VolumeNum", {2}},
    {"Mask-interpolated_CenterOfMassIndex", {17.916666666666668, 16.60545267489712, 11.635802469135802}},
    {"Mask-interpolated_CenterOfMass", {46.12500000000003, 17.341820987654316, 15.293209876543251}},
    {"Mask-interpolated_Mean", {104.42755094034968}},
    {"Mask-interpolated_Minimum", {23.114520611198277}},
    {"Mask-interpolated_Maximum", {217.35454400092104}},
    {"Mask-resegmented_VoxelNum", {1230}},
    {"Mask-resegmented_VolumeNum", {3}},
    {"Mask-resegmented_CenterOfMass", {44.91097560975612, 17.91829268292682, 16.223170731707363}},
    {"Mask-resegmented_Mean", {101.06052000433833}},
    {"Mask-resegmented_Minimum", {66.1321113438028}},
    {"Mask-resegmented_Maximum", {142.62403135321017}}};

std::vector<double> numbers_in(std::string text) {
  std::vector<double> numbers;
  text.erase(std::remove_if(text.begin(), text.end(), [](char c) { return c == '(' || c == ')'; }), text.end());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t comma = std::min(text.find(", ", at), text.size());
    numbers.push_back(parse_double(text.substr(at, comma - at)).value());
    at = comma + 2;
  }
  return numbers;
}

TEST(FeatureProvenance, MatchesPyRadiomics) {
  const FeaturesFolder folder;
  const auto compare = [&](const std::string& patient, const auto& golden, const std::string& settings) {
    const auto [status, text] =
        folder.features(kFolder + patient + "_image.nrrd " + kFolder + patient + "_label.nrrd " + settings);
    ASSERT_EQ(status, 0) << text;
    const CsvFile table = folder.table();
    for (const auto& [column, expected] : golden) {
      const auto found = numbers_in(cell(table, 0, "diagnostics_" + column));
      ASSERT_EQ(found.size(), expected.size()) << column;
      for (std::size_t i = 0; i < found.size(); ++i)
        EXPECT_NEAR(found[i], expected[i], 1e-9 * std::abs(expected[i])) << patient << " " << column;
    }
  };
  compare("brain1", kDiagnosticsOfBrain1,  // whose region shape is of changes no figure
          "--set processing.resegment_shape=true --set 'processing.resampled_spacing_mm=[1.5,1.5,4]' --set "
          "processing.normalize=true --set processing.normalize_scale=100 --set 'processing.resegment_range=[-1,1]' "
          "--set processing.resegment_mode=sigma");
  compare("breast1", kDiagnosticsOfBreast1,
          "--set 'processing.resampled_spacing_mm=[1,1,2]' --set processing.interpolator=linear --set "
          "'processing.resegment_range=[90,150]'");
  const CsvFile table = folder.table();
  EXPECT_EQ(cell(table, 0, "diagnostics_Image-original_Dimensionality"), "3D");
  EXPECT_EQ(cell(table, 0, "diagnostics_Configuration_EnabledImageTypes"), "[\"original\"]");
  EXPECT_NE(cell(table, 0, "diagnostics_Configuration_Settings").find("\"resampled_spacing_mm\":[1.0,1.0,2.0]"),
            std::string::npos);
  EXPECT_NE(radiopath("--version").text.find(cell(table, 0, "diagnostics_Versions_radiopath")), std::string::npos);
}

/// Hashes are of voxels: however they are packed. Figures of the mask are of the file's, also where it is resampled.
TEST(FeatureProvenance, IsOfTheInputs) {
  const FeaturesFolder folder;
  radiology::write_volume(folder.at("image.nii.gz"), folder.image);
  folder.write_changed("coarse", [](auto& image, auto& mask) {
    image.voxels[0] += 1;
    mask.grid.size = {8, 8, 6};
    mask.grid.spacing_mm = {1.4, 1.4, 3};
    mask.grid.origin = {-11.65, 8.35, 100};
    mask.voxels.assign(8 * 8 * 6, 0);
    for (int z = 2; z < 4; ++z)
      for (int y = 1; y < 4; ++y)
        for (int x = 1; x < 4; ++x) mask.voxels[mask.grid.index(x, y, z)] = 1;
    mask.voxels[mask.grid.index(6, 6, 2)] = 1;
  });
  const auto cases = folder.write("cases.csv",
                                  "Image,Mask\nimage.nrrd,mask.nrrd\nimage.nii.gz,mask.nrrd\n"
                                  "coarse_image.nrrd,coarse_mask.nrrd\n");
  ASSERT_EQ(folder.features(cases + " --resample-mask").status, 0);
  const CsvFile table = folder.table();
  const std::string hash = "diagnostics_Image-original_Hash", mask = "diagnostics_Mask-original_";
  EXPECT_EQ(cell(table, 0, hash), cell(table, 1, hash));
  EXPECT_NE(cell(table, 0, hash), cell(table, 2, hash));
  EXPECT_EQ(cell(table, 2, mask + "Size"), "(8, 8, 6)");
  EXPECT_EQ(cell(table, 2, mask + "VoxelNum"), "19");
  EXPECT_EQ(cell(table, 2, mask + "VolumeNum"), "2");
  EXPECT_EQ(cell(table, 2, mask + "BoundingBox"), "(1, 1, 2, 6, 6, 2)");
  EXPECT_EQ(cell(table, 2, "diagnostics_Mask-corrected_VoxelNum"), "76");
}

}  // namespace
}  // namespace radiopath
