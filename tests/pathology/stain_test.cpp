#include "pathology/stain.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "core/files.h"

namespace radiopath::pathology {
namespace {

const std::filesystem::path kData = std::filesystem::path(RADIOPATH_TEST_DATA) / "macenko";

nlohmann::json reference_case(const std::string& x, const std::string& y) {
  const auto reference = nlohmann::json::parse(read_text(kData / "torchstain_numpy_reference.json"));
  for (const auto& item : reference.at("cases"))
    if (item.at("x") == std::stoi(x) && item.at("y") == std::stoi(y)) return item;
  throw std::runtime_error("no such case");
}

std::string crop_name(const std::string& x, const std::string& y) {
  return "CMU-1-Small-Region_x" + x + "_y" + y + "_512";
}

class Macenko : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(Macenko, MatchesTorchstain) {
  const auto [x, y] = GetParam();
  const auto expected = reference_case(x, y);
  Raster tile = read_png(kData / (crop_name(x, y) + ".png"));
  const StainEstimate estimate = estimate_stain(tile.pixels, {});
  ASSERT_TRUE(estimate.stain) << estimate.refusal;
  EXPECT_EQ(estimate.stained_pixels, expected.at("kept_pixels").get<std::int64_t>());
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 2; ++column)
      EXPECT_NEAR(estimate.stain->he(row, column), expected.at("HE")[row][column].get<double>(), 1e-9);
  // torchstain's concentrations pass through float32
  for (int i = 0; i < 2; ++i) EXPECT_NEAR(estimate.stain->max_c[i], expected.at("maxC")[i].get<double>(), 1e-6);

  StainNormalizer(*estimate.stain, reference_stain(), 240).apply(tile);
  const Raster wanted = read_png(kData / (crop_name(x, y) + "__default.png"));
  ASSERT_EQ(tile.pixels.size(), wanted.pixels.size());
  std::size_t off = 0;
  for (std::size_t i = 0; i < tile.pixels.size(); ++i) {
    const int difference = std::abs(tile.pixels[i] - wanted.pixels[i]);
    ASSERT_LE(difference, 1);
    off += difference;
  }
  // The share that double and float32 concentrations truncate differently, as measured for the reference numbers.
  EXPECT_LE(static_cast<double>(off), 0.000012 * static_cast<double>(tile.pixels.size()));
}

INSTANTIATE_TEST_SUITE_P(Crops, Macenko, testing::Values(std::pair{"1024", "1536"}, std::pair{"512", "2048"}));

TEST(Macenko, RefusesNearBlankTiles) {
  const Raster nearly = read_png(kData / (crop_name("1536", "0") + ".png"));
  EXPECT_EQ(estimate_stain(nearly.pixels, {}).refusal, "only 183 of 262144 pixels are stained");
  StainConfig eager;  // without the gate on pixels, the gate on concentrations holds
  eager.min_pixels = 2;
  eager.min_share = 0;
  EXPECT_FALSE(estimate_stain(nearly.pixels, eager).stain);
  const Raster blank = read_png(kData / (crop_name("0", "2048") + ".png"));
  EXPECT_FALSE(estimate_stain(blank.pixels, eager).stain);
  EXPECT_FALSE(estimate_stain({}, {}).stain);
}

TEST(Macenko, RefusesOneStainOnly) {
  Raster image(64, 64);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    const double c = 0.5 + static_cast<double>(i % 97) / 97;
    for (int channel = 0; channel < 3; ++channel)
      image.pixels[i + channel] = static_cast<std::uint8_t>(240 * std::exp(-c * std::array{0.56, 0.72, 0.41}[channel]));
  }
  const StainEstimate estimate = estimate_stain(image.pixels, {});
  EXPECT_FALSE(estimate.stain);
  EXPECT_NE(estimate.refusal.find("apart"), std::string::npos) << estimate.refusal;
}

TEST(StainNormalizer, KeepsTheReferenceAsItIs) {
  Raster image(16, 16);
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {  // colours within the reference's plane
    const Eigen::Vector2d c(static_cast<double>(i % 7) / 4, static_cast<double>(i % 11) / 11);
    const Eigen::Vector3d density = reference_stain().he * c;
    for (int channel = 0; channel < 3; ++channel)
      image.pixels[i + channel] = static_cast<std::uint8_t>(std::max(0.0, 240 * std::exp(-density[channel]) - 1));
  }
  Raster same = image;
  StainNormalizer(reference_stain(), reference_stain(), 240).apply(same);
  // I + 1 in, I out, and the projection of rounded values: within two grey levels.
  for (std::size_t i = 0; i < image.pixels.size(); ++i) EXPECT_NEAR(same.pixels[i], image.pixels[i], 2);
}

TEST(CollectStained, TakesEveryNthPixelThatIsStained) {
  const Raster tile = read_png(kData / (crop_name("1024", "1536") + ".png"));
  std::vector<std::uint8_t> all, some;
  collect_stained(tile, {}, 1, all);
  collect_stained(tile, {}, 4, some);
  EXPECT_EQ(all.size(), 3u * 203767);
  EXPECT_EQ(some.size(), 3u * ((203767 + 3) / 4));
}

}  // namespace
}  // namespace radiopath::pathology
