#include "pathology/extraction.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/parallel.h"
#include "tests/pathology/made_up_cohort.h"

namespace radiopath::pathology {
namespace {

namespace fs = std::filesystem;

const fs::path kSlides = fs::path(RADIOPATH_TEST_DATA) / "wsi";
const std::string kCmu = (kSlides / "CMU-1-Small-Region.svs").string();
const std::string kHard = (kSlides / "hard").string();

PathologyConfig small_config() {
  PathologyConfig config;
  config.slides = "slides";
  config.encoder.image_size = 64;
  config.encoder.patch_size = 8;
  return config;
}

Cohort cohort_of(const Scratch& scratch, const std::vector<std::string>& cells) {
  std::string text = "patient_id,outcome,cohort,slides\n";
  for (std::size_t i = 0; i < cells.size(); ++i)
    text += "P" + std::to_string(i) + "," + std::to_string(i % 2) + ",train," + cells[i] + "\n";
  return made_up_cohort(scratch, text);
}

std::string hash_of_slides(const RunFolder& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder / "slides"))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  Hasher hasher;
  for (const auto& file : files) hasher.add(fs::relative(file, folder.path()).string()).add_file(file);
  return hasher.hex();
}

TEST(PrepareTiles, ReadsARealSlide) {
  const Scratch scratch;
  const Cohort cohort = cohort_of(scratch, {kCmu, ""});
  RunFolder folder(scratch / "run");
  prepare_tiles(small_config(), locked_split(cohort).train, folder);
  EXPECT_TRUE(folder.failures.empty());
  ASSERT_TRUE(has_tiles(folder, "P0"));
  EXPECT_FALSE(has_tiles(folder, "P1"));  // has no slide

  const TileSet tiles = read_tiles(folder, "P0");
  EXPECT_EQ(tiles.side, 64);
  EXPECT_EQ(tiles.pixels.size(), static_cast<std::size_t>(tiles.size()) * 64 * 64 * 3);
  for (const Tile& tile : tiles.tiles) {
    EXPECT_EQ(tile.slide, "CMU-1-Small-Region.svs");
    EXPECT_GE(tile.tissue_share, 0.5);
    EXPECT_EQ(tile.stain, "slide");
  }
  const auto summary = nlohmann::json::parse(read_text(folder / "slides/P0/summary.json"));
  const auto& slide = summary.at("slides").at(0);
  EXPECT_EQ(slide.at("tiles").at("grid"), 20);
  int accounted = slide.at("tiles").at("kept").get<int>();
  for (const auto& [reason, count] : slide.at("tiles").at("dropped").items()) accounted += count.get<int>();
  EXPECT_EQ(accounted, 20);
  EXPECT_TRUE(fs::exists(folder / "slides/P0/preview.png"));
}

TEST(PrepareTiles, SameBytesForAnyThreadCountAndAfterResuming) {
  const Scratch scratch;
  const Cohort cohort =
      cohort_of(scratch, {kHard + "/pyramid-mpp0499.tif", kCmu + ";" + kHard + "/pyramid-mpp0499.tif"});
  PathologyConfig config = small_config();
  config.tiles.max_per_patient = 4;
  std::set<std::string> hashes;
  for (int threads : {1, 2}) {
    set_thread_count(threads);
    RunFolder folder(scratch / ("run" + std::to_string(threads)));
    prepare_tiles(config, locked_split(cohort).train, folder);
    EXPECT_EQ(read_tiles(folder, "P1").size(), 4);
    hashes.insert(hash_of_slides(folder));
    fs::remove(folder / "slides/P1/tiles.csv");  // as if killed before the last file
    prepare_tiles(config, locked_split(cohort).train, folder);
    hashes.insert(hash_of_slides(folder));
  }
  set_thread_count(0);
  EXPECT_EQ(hashes.size(), 1u);
}

TEST(PrepareTiles, BadSlidesAreListedAndTheOthersGoOn) {
  const Scratch scratch;
  const Cohort cohort = cohort_of(
      scratch, {kHard + "/not-a-slide.svs", kCmu + ";" + kHard + "/empty-file.svs", kHard + "/single-level-no-mpp.tif",
                kHard + "/truncated-opens.tif", kHard + "/corrupt-tiles.tif", "nowhere.svs"});
  RunFolder folder(scratch / "run");
  for (int round = 0; round < 2; ++round) {  // the second finds what the first made, and reports the same
    folder.failures.add("", "", "");         // so that both rounds are seen to add nothing new
    prepare_tiles(small_config(), locked_split(cohort).train, folder);
    std::map<std::string, std::string> reasons;
    for (const auto& entry : folder.failures.entries()) reasons[entry.patient_id] = entry.reason;
    reasons.erase("");
    ASSERT_EQ(reasons.size(), 6u);
    EXPECT_NE(reasons["P0"].find("not a readable slide"), std::string::npos);
    EXPECT_NE(reasons["P1"].find("empty-file.svs (0 bytes)"), std::string::npos);
    EXPECT_NE(reasons["P2"].find("states no scale"), std::string::npos);
    EXPECT_NE(reasons["P3"].find("could not be read"), std::string::npos) << reasons["P3"];
    EXPECT_NE(reasons["P4"].find("1 tiles could not be read"), std::string::npos) << reasons["P4"];
    EXPECT_NE(reasons["P5"].find("No such file"), std::string::npos);
  }
  EXPECT_TRUE(has_tiles(folder, "P1"));
  for (const char* id : {"P0", "P2", "P3", "P4", "P5"}) EXPECT_FALSE(has_tiles(folder, id)) << id;
}

TEST(PrepareTiles, KeepsASlideThatLostNoMoreThanAllowed) {
  const Scratch scratch;
  const Cohort cohort = cohort_of(scratch, {kHard + "/corrupt-tiles.tif", ""});
  PathologyConfig config = small_config();
  config.tiles.max_lost_share = 0.2;
  config.tiles.min_tissue = 0;
  RunFolder folder(scratch / "run");
  prepare_tiles(config, locked_split(cohort).train, folder);
  EXPECT_TRUE(folder.failures.empty());
  EXPECT_EQ(read_tiles(folder, "P0").size(), 8);  // of nine, one holds both damaged places
  const auto summary = nlohmann::json::parse(read_text(folder / "slides/P0/summary.json"));
  EXPECT_EQ(summary.at("slides").at(0).at("tiles").at("dropped").at("unreadable"), 1);
}

TEST(PrepareTiles, BlankGlassIsAnEntryNotATile) {
  const Scratch scratch;
  const Cohort cohort = cohort_of(scratch, {kHard + "/blank-glass.tif", ""});
  PathologyConfig config = small_config();
  config.scale.um_per_px = 0.5;
  RunFolder folder(scratch / "run");
  prepare_tiles(config, locked_split(cohort).train, folder);
  ASSERT_EQ(folder.failures.entries().size(), 1u);
  EXPECT_NE(folder.failures.entries()[0].reason.find("no tissue found"), std::string::npos);
}

TEST(CheckInputs, FindsEverythingAtOnce) {
  const Scratch scratch;
  const Cohort cohort = cohort_of(scratch, {kCmu, kHard + "/not-a-slide.svs", kHard + "/blank-glass.tif"});
  const auto train = locked_split(cohort).train;
  EXPECT_EQ(check_inputs(small_config(), train).size(), 2u);
  PathologyConfig config = small_config();
  config.slides = "slide";
  const auto entries = check_inputs(config, train);
  ASSERT_EQ(entries.size(), 1u);
  EXPECT_NE(entries[0].reason.find("did you mean 'slides'?"), std::string::npos) << entries[0].reason;
}

}  // namespace
}  // namespace radiopath::pathology
