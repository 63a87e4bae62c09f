#include "radiology/phantom.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "tests/support/scratch.h"

namespace radiopath::radiology {
namespace {

MriPicture paint(const MriPhantom& phantom, std::uint64_t seed = 1) {
  Random random(seed, "test");
  return paint_mri(phantom, random);
}

double mean_in(const Volume& volume, const LabelMap& labels, int label) {
  double sum = 0;
  int count = 0;
  for (std::size_t v = 0; v < labels.voxels.size(); ++v) {
    if (labels.voxels[v] != label) continue;
    sum += volume.voxels[v];
    ++count;
  }
  return sum / count;
}

TEST(MriPhantom, HabitatsHaveTheirSharesToTheVoxel) {
  MriPhantom phantom;
  phantom.habitat_shares = {0.4, 0.3, 0.25, 0.05};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const MriPicture picture = paint(phantom, seed);
    std::array<int, 5> counts{};
    for (const auto label : picture.habitats.voxels) ++counts[static_cast<std::size_t>(label)];
    const int lesion = counts[1] + counts[2] + counts[3] + counts[4];
    EXPECT_GE(lesion, 1200);
    for (std::size_t h = 0; h < 4; ++h) EXPECT_NEAR(counts[h + 1], phantom.habitat_shares[h] * lesion, 1);
    for (std::size_t v = 0; v < picture.lesion.voxels.size(); ++v) {
      ASSERT_EQ(picture.lesion.voxels[v] != 0, picture.habitats.voxels[v] != 0);
    }
  }
}

TEST(MriPhantom, HabitatsShowTheStudysPatterns) {
  const MriPicture p = paint({});
  const auto& h = p.habitats;
  for (const int other : {1, 3, 4}) EXPECT_GT(mean_in(p.ce, h, 2), mean_in(p.ce, h, other));
  for (const int other : {1, 2, 4}) EXPECT_GT(mean_in(p.dwi, h, 3), mean_in(p.dwi, h, other));
  for (const int other : {1, 2, 4}) EXPECT_LT(mean_in(p.adc, h, 3), mean_in(p.adc, h, other));
  for (const int other : {1, 2, 3}) EXPECT_GT(mean_in(p.adc, h, 4), mean_in(p.adc, h, other));
  for (const int other : {1, 2, 3}) EXPECT_LT(mean_in(p.ce, h, 4), mean_in(p.ce, h, other));
  for (const int other : {1, 2, 3}) EXPECT_LT(mean_in(p.dwi, h, 4), mean_in(p.dwi, h, other));
}

TEST(MriPhantom, ScannerChangesEverythingButAdc) {
  MriPhantom phantom;
  const MriPicture plain = paint(phantom);
  phantom.scanner = {{2, 1.5, 0.5}, {10, 0, 0}};
  const MriPicture scanned = paint(phantom);
  EXPECT_EQ(plain.adc.voxels, scanned.adc.voxels);
  EXPECT_EQ(plain.habitats.voxels, scanned.habitats.voxels);
  for (std::size_t v = 0; v < plain.t2.voxels.size(); ++v) {
    ASSERT_NEAR(scanned.t2.voxels[v], 2 * plain.t2.voxels[v] + 10, 1.01);  // each is rounded to a whole number
    ASSERT_NEAR(scanned.dwi.voxels[v], 0.5 * plain.dwi.voxels[v], 0.76);
  }
}

TEST(MriPhantom, WithoutNoiseEveryHabitatIsOneValue) {
  MriPhantom phantom;
  phantom.noise = 0;
  const MriPicture picture = paint(phantom);
  for (std::size_t v = 0; v < picture.habitats.voxels.size(); ++v) {
    if (picture.habitats.voxels[v] == 3) {
      ASSERT_EQ(picture.dwi.voxels[v], 780);
    }
  }
}

TEST(MriPhantom, ComesBackFromItsFiles) {
  const Scratch scratch;
  const MriPicture picture = paint({});
  write_mri(scratch.path(), picture);
  const Volume adc = read_volume(scratch / "adc.nii.gz");
  EXPECT_EQ(adc.voxels, picture.adc.voxels);
  EXPECT_TRUE(same_grid(adc.grid, picture.adc.grid));
  EXPECT_EQ(read_label_map(scratch / "habitats_truth.nrrd").voxels, picture.habitats.voxels);
  EXPECT_TRUE(same_grid(read_grid(scratch / "lesion.nrrd"), adc.grid));
}

TEST(MriPhantom, RefusesSharesThatDoNotSumToOne) {
  MriPhantom phantom;
  phantom.habitat_shares = {0.5, 0.5, 0.5, 0};
  EXPECT_THROW(paint(phantom), std::logic_error);
}

}  // namespace
}  // namespace radiopath::radiology
