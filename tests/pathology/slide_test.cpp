#include "pathology/slide.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "core/error.h"
#include "core/files.h"
#include "pathology/tiles.h"
#include "pathology/tissue.h"
#include "tests/support/scratch.h"

namespace radiopath::pathology {
namespace {

const std::filesystem::path kSlides = std::filesystem::path(RADIOPATH_TEST_DATA) / "wsi";

std::string message_of(const std::filesystem::path& file, const ScaleConfig& config = {}) {
  try {
    Slide(file, config);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

ScaleConfig given(double um_per_px) {
  ScaleConfig config;
  config.um_per_px = um_per_px;
  return config;
}

Slide cmu() { return Slide(kSlides / "CMU-1-Small-Region.svs", {}); }

double mean_of(const Raster& image) {
  double sum = 0;
  for (auto value : image.pixels) sum += value;
  return sum / static_cast<double>(image.pixels.size());
}

TEST(Scale, ComesFromTheSlide) {
  const Slide slide = cmu();
  EXPECT_EQ(slide.scale().um_per_px_x, 0.499);
  EXPECT_EQ(slide.scale().source, "slide");
  EXPECT_EQ(slide.width(), 2220);
  EXPECT_EQ(slide.height(), 2967);
}

TEST(Scale, ComesFromTheTiffResolution) {
  const Slide slide(kSlides / "hard/pyramid-mpp0499.tif", {});
  EXPECT_NEAR(slide.scale().um_per_px_x, 0.499, 1e-6);
  EXPECT_EQ(slide.scale().source, "TIFF resolution");
  EXPECT_NEAR(Slide(kSlides / "hard/single-level-mpp0350.tif", {}).scale().um_per_px_y, 0.35, 1e-5);
}

TEST(Scale, IsNeverInvented) {
  const std::string message = message_of(kSlides / "hard/single-level-no-mpp.tif");
  EXPECT_NE(message.find("states no scale"), std::string::npos) << message;
  EXPECT_NE(message.find("[pathology.scale] um_per_px ="), std::string::npos) << message;
  EXPECT_EQ(Slide(kSlides / "hard/single-level-no-mpp.tif", given(0.5)).scale().source, "config");
}

TEST(Scale, IsRefusedWhenImplausible) {
  const std::string message = message_of(kSlides / "hard/blank-glass.tif");
  EXPECT_NE(message.find("352.9 µm/px"), std::string::npos) << message;
  const Slide slide(kSlides / "hard/blank-glass.tif", given(0.5));
  EXPECT_EQ(slide.scale().um_per_px_x, 0.5);
  EXPECT_NE(slide.scale().note.find("352.9"), std::string::npos);
}

TEST(Scale, OfTheSlideOutranksTheConfig) {
  EXPECT_EQ(Slide(kSlides / "CMU-1-Small-Region.svs", given(0.25)).scale().um_per_px_x, 0.499);
}

TEST(Slide, RealSlideWithoutScaleAsks) {
  const char* reference = std::getenv("RADIOPATH_REFERENCE_DATA");
  if (!reference) GTEST_SKIP() << "set RADIOPATH_REFERENCE_DATA to the folder with wsi/tcga-cr-7395-01a-01-ts1.svs";
  const auto file = std::filesystem::path(reference) / "wsi/tcga-cr-7395-01a-01-ts1.svs";
  EXPECT_NE(message_of(file).find("states no scale"), std::string::npos);
  Slide slide(file, given(0.25));
  ASSERT_EQ(slide.downsamples().size(), 2u);
  EXPECT_NEAR(slide.downsamples()[1], 2.0005, 1e-3);
  EXPECT_TRUE(slide.read(2048, 1536, 512, 512, 0.25));
  const TissueMask mask = find_tissue(slide.thumbnail(8), {});
  const double slide_mm2 = 4443 * 3567 * 0.25 * 0.25 * 1e-6;
  EXPECT_NEAR(tissue_area_mm2(mask) / slide_mm2, 0.6, 0.06);  // 56 % by grey level, 63 % by saturation
}

TEST(Slide, SaysWhatIsWrongWithAFile) {
  struct Case {
    const char *file, *expected;
  };
  for (const Case& item : {Case{"hard/not-a-slide.svs", "(44 bytes): not a readable slide"},
                           Case{"hard/empty-file.svs", "(0 bytes): not a readable slide"},
                           Case{"hard/bad-compression-tag.tif", "Unsupported TIFF compression: 52479"},
                           Case{"hard/no-such-file.svs", "cannot be read: No such file"}}) {
    const std::string message = message_of(kSlides / item.file);
    EXPECT_NE(message.find(item.expected), std::string::npos) << message;
  }
}

TEST(Slide, TruncatedBeforeItsDirectoryIsNoSlide) {
  const Scratch scratch;
  write_text(scratch / "half.svs", read_text(kSlides / "CMU-1-Small-Region.svs").substr(0, 1'000'000));
  const std::string message = message_of(scratch / "half.svs");
  EXPECT_NE(message.find("(1000000 bytes): not a readable slide"), std::string::npos) << message;
}

TEST(Slide, ReadsOneToOneWithoutResampling) {
  Slide slide = cmu();
  const auto tile = slide.read(1024, 1536, 512, 512, 0.499);
  ASSERT_TRUE(tile);
  const Raster expected =
      read_png(std::filesystem::path(RADIOPATH_TEST_DATA) / "macenko/CMU-1-Small-Region_x1024_y1536_512.png");
  EXPECT_EQ(tile->image.pixels, expected.pixels);
}

TEST(Slide, ShowsTheSameFieldAtAnyScale) {
  Slide slide = cmu();
  const auto fine = slide.read(1024, 1536, 512, 512, 0.499);
  const auto coarse = slide.read(1024, 1536, 128, 128, 4 * 0.499);
  ASSERT_TRUE(fine && coarse);
  // Area means of area means; each is rounded to 8 bits once.
  EXPECT_NEAR(mean_of(fine->image), mean_of(coarse->image), 0.5);
}

TEST(Slide, UsesTheRealDownsampleOfALevel) {
  Slide slide(kSlides / "hard/pyramid-downsample-3p992.tif", given(0.5));
  EXPECT_NEAR(slide.downsamples()[1], 3.992, 1e-3);
  // At 2 µm/px level 1 is read: a whole-number downsample of 3 would show another field, a third larger or smaller.
  const auto from_level1 = slide.read(512, 512, 128, 128, 2.0);
  const auto from_level0 = slide.read(512, 512, 512, 512, 0.5);
  ASSERT_TRUE(from_level1 && from_level0);
  EXPECT_NEAR(mean_of(from_level1->image), mean_of(from_level0->image), 2.0);
}

TEST(Slide, IsReadAsScannedWhenItsScaleIsNear) {
  EXPECT_EQ(cmu().level_scale_near(0.5), 0.499);
  EXPECT_EQ(cmu().level_scale_near(0.25), 0.25);
}

TEST(Slide, LosesOnlyTheDamagedTiles) {
  Slide slide(kSlides / "hard/corrupt-tiles.tif", {});
  std::vector<std::pair<int, int>> lost;
  for (int y = 0; y < 1536; y += 256)
    for (int x = 0; x < 1536; x += 256)
      if (!slide.read(x, y, 256, 256, slide.scale().um_per_px_x)) lost.emplace_back(x, y);
  EXPECT_EQ(lost, (std::vector<std::pair<int, int>>{{512, 512}, {768, 768}}));
}

TEST(Slide, OutsideIsAbsentAndNotTissue) {
  Slide slide = cmu();
  const auto region = slide.read(2220 - 256, 1000, 512, 512, 0.499);
  ASSERT_TRUE(region);
  EXPECT_NEAR(region->share(Pixel::present), 0.5, 0.01);
  EXPECT_NEAR(region->share(Pixel::absent), 0.5, 0.01);
}

TEST(Tissue, BlankGlassHasNone) {
  Slide slide(kSlides / "hard/blank-glass.tif", given(0.5));
  const TissueMask mask = find_tissue(slide.thumbnail(8), {});
  EXPECT_EQ(tissue_area_mm2(mask), 0);
}

TEST(Tissue, CmuHasItsShare) {
  Slide slide = cmu();
  const TissueMask mask = find_tissue(slide.thumbnail(8), {});
  const double slide_mm2 = 2220 * 2967 * 0.499 * 0.499 * 1e-6;
  EXPECT_NEAR(tissue_area_mm2(mask) / slide_mm2, 0.38, 0.08);  // as measured by saturation and by grey level
  EXPECT_GT(mean_over(mask, mask.tissue, {1024 * 0.499, 1536 * 0.499, 255, 255}), 0.7);
  EXPECT_EQ(mean_over(mask, mask.tissue, {0, 2048 * 0.499, 255, 255}), 0);
}

TEST(FixedGrid, DoesNotDrift) {
  TilesConfig config;
  config.um_per_px = 0.5;
  const auto grid = fixed_grid({100'000, 2000, 0.3337, 0.3337}, config);
  const double side = 256 / 0.3337;
  for (const GridTile& tile : grid) EXPECT_NEAR(static_cast<double>(tile.x_level0), tile.column * side, 0.5);
  EXPECT_EQ(grid.size(), 2u * static_cast<std::size_t>(100'000 / side));
  EXPECT_TRUE(fixed_grid({100, 100, 0.5, 0.5}, config).empty());
}

TEST(OrderOfChoice, IsAPermutationThatThePatientFixes) {
  TilesConfig config;
  config.max_per_patient = 5;
  for (const char* selection : {"random", "even"}) {
    config.selection = selection;
    auto order = order_of_choice(40, "P1", config);
    EXPECT_EQ(order, order_of_choice(40, "P1", config));
    EXPECT_EQ(order == order_of_choice(40, "P2", config), config.selection == "even");
    std::sort(order.begin(), order.end());
    for (int i = 0; i < 40; ++i) EXPECT_EQ(order[i], i);
  }
}

}  // namespace
}  // namespace radiopath::pathology
