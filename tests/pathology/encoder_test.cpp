#include "pathology/encoder.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/files.h"
#include "core/random.h"
#include "pathology/vit.h"
#include "tests/support/scratch.h"

namespace radiopath::pathology {
namespace {

EncoderConfig tiny() {
  EncoderConfig config;
  config.image_size = 16;
  config.patch_size = 4;
  config.width = 16;
  config.depth = 2;
  config.heads = 2;
  return config;
}

Encoder made_up_encoder() {
  Encoder encoder;
  encoder.config = tiny();
  encoder.channel_mean = {120, 110, 130.5};
  encoder.channel_sd = {40, 41, 1.0 / 3};
  encoder.trained_on = "nobody";
  encoder.network = std::make_shared<SimpleVitImpl>(encoder.config);
  const torch::NoGradGuard no_grad;
  Random random(1, "weights");
  for (auto& parameter : encoder.network->parameters()) {
    auto flat = parameter.view({-1});
    for (std::int64_t i = 0; i < flat.size(0); ++i) flat[i] = random.normal(0, 0.3);
  }
  return encoder;
}

TileSet made_up_tiles(int count, int side) {
  TileSet tiles{"P", side, std::vector<Tile>(static_cast<std::size_t>(count)), {}};
  Random random(2, "tiles");
  tiles.pixels.resize(static_cast<std::size_t>(count) * side * side * 3);
  for (auto& value : tiles.pixels) value = static_cast<std::uint8_t>(random.below(256));
  return tiles;
}

TEST(SimpleVit, HasTheParametersOfItsDescription) {
  EncoderConfig config;  // ViT-S/16 at 224 px
  const SimpleVitImpl network(config);
  std::int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  const std::int64_t d = 384, block = 12 * d * d + 13 * d;  // qkv, projection, MLP, two norms
  EXPECT_EQ(count, 768 * d + d + 12 * block + 2 * d + d + 1);
  EXPECT_EQ(network.positions.sizes(), (std::vector<std::int64_t>{196, 384}));
}

TEST(SimpleVit, PositionsAreThoseOfTheReference) {
  // posemb_sincos_2d of big_vision for a 2 × 2 grid of width 8: omega = 1, 1e-4
  const auto positions = sincos_positions(2, 8);
  const double expected[8] = {std::sin(1), std::sin(1e-4), std::cos(1), std::cos(1e-4), 0, 0, 1, 1};
  for (int i = 0; i < 8; ++i) EXPECT_NEAR(positions[1][i].item<double>(), expected[i], 1e-6);  // x = 1, y = 0
}

TEST(SimpleVit, RefusesSizesThatDoNotDivide) {
  EncoderConfig config = tiny();
  config.patch_size = 5;
  EXPECT_THROW(validate(config), InputError);
  config = tiny();
  config.heads = 3;
  EXPECT_THROW(validate(config), InputError);
  EXPECT_NO_THROW(validate(EncoderConfig()));
}

TEST(WritePlanes, SymmetriesAreTheSquaresEight) {
  const TileSet tiles = made_up_tiles(1, 4);
  Encoder encoder = made_up_encoder();
  encoder.channel_mean = {0, 0, 0};
  encoder.channel_sd = {1, 1, 1};
  std::set<std::vector<float>> seen;
  for (int symmetry = 0; symmetry < kSymmetries; ++symmetry) {
    std::vector<float> planes(48);
    write_planes(tiles.pixels.data(), 4, symmetry, encoder, planes.data());
    seen.insert(planes);
    std::sort(planes.begin(), planes.begin() + 16);
    std::vector<float> red;
    for (int i = 0; i < 16; ++i) red.push_back(tiles.pixels[3 * i]);
    std::sort(red.begin(), red.end());
    EXPECT_TRUE(std::equal(red.begin(), red.end(), planes.begin()));
  }
  EXPECT_EQ(seen.size(), 8u);
}

TEST(Likelihoods, OfATileDoNotDependOnItsCompany) {
  const Encoder encoder = made_up_encoder();
  const TileSet tiles = made_up_tiles(40, 16);
  const auto together = likelihoods(encoder, tiles);
  ASSERT_EQ(together.size(), 40u);
  TileSet alone{"P", 16, {Tile{}}, {tiles.tile(37), tiles.tile(37) + 16 * 16 * 3}};
  EXPECT_EQ(likelihoods(encoder, alone)[0], together[37]);
  for (double value : together) EXPECT_TRUE(value > 0 && value < 1);
  EXPECT_NE(together[0], together[1]);
  EXPECT_TRUE(likelihoods(encoder, {}).empty());
  EXPECT_THROW(likelihoods(encoder, made_up_tiles(1, 20)), InputError);
}

TEST(Encoder, IsTheSameAfterSavingWhateverTheFileIsCalled) {
  const Scratch scratch;
  const Encoder encoder = made_up_encoder();
  save_encoder(scratch / "a.pt", encoder);
  save_encoder(scratch / "another_name.pt", encoder);
  EXPECT_EQ(read_text(scratch / "a.pt"), read_text(scratch / "another_name.pt"));
  const Encoder loaded = load_encoder(scratch / "a.pt");
  EXPECT_EQ(loaded.config.width, 16);
  EXPECT_EQ(loaded.config.learning_rate, encoder.config.learning_rate);
  EXPECT_EQ(loaded.channel_sd, encoder.channel_sd);
  EXPECT_EQ(loaded.trained_on, "nobody");
  const TileSet tiles = made_up_tiles(5, 16);
  EXPECT_EQ(likelihoods(loaded, tiles), likelihoods(encoder, tiles));
}

TEST(Encoder, BrokenFilesAreRefused) {
  const Scratch scratch;
  write_text(scratch / "text.pt", "no archive");
  EXPECT_THROW(load_encoder(scratch / "text.pt"), InputError);
  save_encoder(scratch / "whole.pt", made_up_encoder());
  write_text(scratch / "half.pt", read_text(scratch / "whole.pt").substr(0, 3000));
  EXPECT_THROW(load_encoder(scratch / "half.pt"), InputError);
}

}  // namespace
}  // namespace radiopath::pathology
