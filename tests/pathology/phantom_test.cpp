#include "pathology/phantom.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "pathology/slide.h"
#include "pathology/stain.h"
#include "tests/support/scratch.h"

namespace radiopath::pathology {
namespace {

SlidePicture paint(const SlidePhantom& phantom, std::uint64_t seed = 1) {
  Random random(seed, "test");
  return paint_slide(phantom, random);
}

double angle_deg(const std::array<double, 3>& planted, const Eigen::Vector3d& found) {
  const Eigen::Vector3d vector(planted[0], planted[1], planted[2]);
  return std::acos(std::min(1.0, vector.dot(found))) * 180 / std::numbers::pi;
}

TEST(SlidePhantom, OpensWithItsScaleAndLevels) {
  const Scratch scratch;
  SlidePhantom phantom;
  phantom.size_px = 1100;  // no multiple of a tile
  phantom.levels = 3;
  phantom.um_per_px = 0.25;
  Random random(1, "test");
  write_slide_phantom(scratch / "slide.tiff", phantom, random);
  const Slide slide(scratch / "slide.tiff", {});
  EXPECT_EQ(slide.width(), 1100);
  EXPECT_EQ(slide.height(), 1100);
  EXPECT_NEAR(slide.scale().um_per_px_x, 0.25, 1e-6);
  ASSERT_EQ(slide.downsamples().size(), 3U);
  EXPECT_NEAR(slide.downsamples()[2], 16, 0.3);  // 1100 / 68
}

TEST(SlidePhantom, MacenkoFindsThePlantedStains) {
  const Scratch scratch;
  for (const std::uint64_t seed : {1, 2, 3}) {
    SlidePhantom phantom;
    phantom.size_px = 768;
    Random random(seed, "test");
    phantom.stains = jittered({}, 3, random);
    write_slide_phantom(scratch / "slide.tiff", phantom, random);
    Slide slide(scratch / "slide.tiff", {});
    const auto region = slide.read(0, 0, 768, 768, phantom.um_per_px);  // through JPEG, as the pipeline sees it
    ASSERT_TRUE(region);
    const StainEstimate estimate = estimate_stain(region->image.pixels, {});
    ASSERT_TRUE(estimate.stain) << estimate.refusal;
    EXPECT_LT(angle_deg(phantom.stains.haematoxylin, estimate.stain->he.col(0)), 4);
    EXPECT_LT(angle_deg(phantom.stains.eosin, estimate.stain->he.col(1)), 4);
  }
}

TEST(SlidePhantom, PaintsTheSharesAskedFor) {
  for (const double share : {0.0, 0.1, 0.5, 1.0}) {
    SlidePhantom phantom;
    phantom.size_px = 1024;
    phantom.texture_b_share = share;
    const SlidePicture picture = paint(phantom);
    EXPECT_NEAR(picture.texture_b_share, share, 0.03);
    EXPECT_NEAR(picture.tissue_share, phantom.tissue_share, 0.03);
  }
}

TEST(SlidePhantom, TexturesDifferLittleInMeanColour) {
  SlidePhantom phantom;
  phantom.size_px = 1024;
  std::array<std::array<double, 3>, 2> mean{};
  for (const int b : {0, 1}) {
    phantom.texture_b_share = b;
    const SlidePicture picture = paint(phantom);
    for (std::size_t k = 0; k < picture.rgb.size(); ++k) mean[b][k % 3] += picture.rgb[k] / (picture.rgb.size() / 3.0);
  }
  for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(mean[0][c], mean[1][c], 15);
}

TEST(SlidePhantom, SameStreamPaintsTheSamePicture) {
  SlidePhantom phantom;
  phantom.size_px = 512;
  EXPECT_EQ(paint(phantom, 7).rgb, paint(phantom, 7).rgb);
  EXPECT_NE(paint(phantom, 7).rgb, paint(phantom, 8).rgb);
}

TEST(SlidePhantom, RefusesSharesAboveOne) {
  SlidePhantom phantom;
  phantom.texture_b_share = 1.5;
  EXPECT_THROW(paint(phantom), std::logic_error);
}

}  // namespace
}  // namespace radiopath::pathology
