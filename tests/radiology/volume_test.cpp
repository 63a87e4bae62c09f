#include "radiology/volume.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cmath>
#include <filesystem>
#include <functional>
#include <limits>
#include <thread>

#include "core/error.h"
#include "core/files.h"
#include "radiology/image_processing.h"
#include "tests/support/scratch.h"

namespace radiopath::radiology {
namespace {

namespace fs = std::filesystem;

Volume ramp() {
  Volume volume;
  volume.grid = {{5, 4, 3}, {0.5, 0.75, 3}, {-12.5, 30.25, 7}, {1, 0, 0, 0, -1, 0, 0, 0, 1}};
  for (int i = 0; i < 60; ++i) volume.voxels.push_back(static_cast<float>(i) * 0.25f - 3);
  return volume;
}

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "(no error)";
}

#define EXPECT_MESSAGE(statement, part)                       \
  do {                                                        \
    const std::string found = message_of([&] { statement; }); \
    EXPECT_NE(found.find(part), std::string::npos) << found;  \
  } while (false)

TEST(Volume, ComesBackFromEveryFormat) {
  const Scratch scratch;
  for (const char* name : {"a.nii.gz", "a.nii", "a.nrrd", "a.mha"}) {
    write_volume(scratch / name, ramp());
    const Volume back = read_volume(scratch / name);
    EXPECT_EQ(back.voxels, ramp().voxels);
    EXPECT_TRUE(same_grid(back.grid, ramp().grid)) << name << describe(back.grid);
    EXPECT_TRUE(same_grid(read_grid(scratch / name), ramp().grid));
  }
}

// The first uses of ITK in a process may be many at once: it fills a std::map of its globals without a lock.
TEST(Volume, ManyThreadsMayReadTheFirst) {
  const Scratch scratch;
  // Made without ITK, which each process below is to use for the first time.
  write_text(scratch / "a.mha",
             "ObjectType = Image\nNDims = 3\nDimSize = 2 1 1\nElementType = MET_UCHAR\nElementDataFile = LOCAL\n12");
  write_text(scratch / "a.nrrd",
             "NRRD0004\ntype: uchar\ndimension: 3\nspace: left-posterior-superior\nsizes: 2 1 1\nencoding: raw\n"
             "space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\n\n12");
  int failed = 0;
  for (int process = 0; process < 100; ++process) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);
      constexpr int kThreads = 8;
      std::barrier start(kThreads);
      std::atomic<int> right = 0;
      {
        std::vector<std::jthread> threads;
        for (int i = 0; i < kThreads; ++i) {
          threads.emplace_back([&, file = scratch / (i % 2 == 0 ? "a.mha" : "a.nrrd")] {
            start.arrive_and_wait();
            const Volume volume = read_volume(file);
            Grid finer = volume.grid;
            finer.size[0] = 3;
            finer.spacing_mm[0] = 0.5;
            right += resample(volume, finer, Interpolation::linear).voxels[0] == '1';
          });
        }
      }
      _exit(right == kThreads ? 0 : 1);
    }
    int status = 0;
    waitpid(child, &status, 0);
    failed += status != 0;
  }
  EXPECT_EQ(failed, 0) << "of 100 processes";
}

TEST(Volume, SameVoxelsGiveSameBytes) {
  const Scratch scratch;
  for (const std::string extension : {".nii.gz", ".nrrd", ".mha"}) {
    write_volume(scratch / ("a" + extension), ramp());
    write_volume(scratch / ("b" + extension), ramp());
    EXPECT_EQ(read_text(scratch / ("a" + extension)), read_text(scratch / ("b" + extension)));
  }
}

TEST(Volume, PositionsFollowDirectionAndSpacing) {
  const auto p = ramp().grid.position_mm(2, 1, 1);
  EXPECT_DOUBLE_EQ(p[0], -11.5);
  EXPECT_DOUBLE_EQ(p[1], 29.5);
  EXPECT_DOUBLE_EQ(p[2], 10);
}

TEST(Volume, InfiniteVoxelsBecomeNan) {
  const Scratch scratch;
  Volume volume = ramp();
  volume.voxels[3] = std::numeric_limits<float>::infinity();
  write_volume(scratch / "a.nrrd", volume);
  EXPECT_TRUE(std::isnan(read_volume(scratch / "a.nrrd").voxels[3]));
}

/// A little-endian NIfTI file in the other byte order: the fields of nifti1.h that a reader looks at, and float voxels.
std::string byte_swapped(std::string nifti) {
  const auto swap = [&](std::size_t first, std::size_t size, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = nifti.begin() + static_cast<std::ptrdiff_t>(first + i * size);
      std::reverse(at, at + static_cast<std::ptrdiff_t>(size));
    }
  };
  swap(0, 4, 1);     // sizeof_hdr
  swap(40, 2, 8);    // dim
  swap(70, 2, 2);    // datatype, bitpix
  swap(76, 4, 11);   // pixdim, vox_offset, scl_slope, scl_inter
  swap(252, 2, 2);   // qform_code, sform_code
  swap(256, 4, 18);  // quaternion, offsets, rows of the affine
  swap(352, 4, (nifti.size() - 352) / 4);
  return nifti;
}

/// ITK reads them as 0.
TEST(Nifti, VoxelsThatAreNotFiniteStayWhatTheyAre) {
  const Scratch scratch;
  Volume volume = ramp();
  volume.voxels[3] = std::numeric_limits<float>::infinity();
  volume.voxels[59] = std::numeric_limits<float>::quiet_NaN();
  write_volume(scratch / "packed.nii.gz", volume);
  write_volume(scratch / "plain.nii", volume);
  write_text(scratch / "swapped.nii", byte_swapped(read_text(scratch / "plain.nii")));
  Image doubles = to_image(volume);
  write_image(scratch / "double.nii.gz", doubles);
  for (const char* name : {"packed.nii.gz", "plain.nii", "swapped.nii", "double.nii.gz"}) {
    const Image image = load_image(scratch / name);
    const Volume read = read_volume(scratch / name);
    ASSERT_EQ(image.voxels.size(), 60u) << name;
    for (std::size_t i = 0; i < 59; ++i) EXPECT_EQ(image.voxels[i], doubles.voxels[i]) << name << " " << i;
    EXPECT_TRUE(std::isnan(image.voxels[59]) && std::isnan(read.voxels[59]) && std::isnan(read.voxels[3])) << name;
    EXPECT_EQ(read.voxels[4], volume.voxels[4]);
    EXPECT_TRUE(same_grid(image.grid, volume.grid)) << name;
  }
}

/// ITK takes it for 1 mm.
TEST(Nifti, AVoxelSizeOfZeroIsAnError) {
  const Scratch scratch;
  write_volume(scratch / "a.nii", ramp());
  std::string bytes = read_text(scratch / "a.nii");
  bytes.replace(84, 4, 4, '\0');  // pixdim[2]
  write_text(scratch / "zero.nii", bytes);
  for (const auto& read : std::vector<std::function<void()>>{[&] { read_volume(scratch / "zero.nii"); },
                                                             [&] { read_grid(scratch / "zero.nii"); },
                                                             [&] { read_mask(scratch / "zero.nii"); }})
    EXPECT_MESSAGE(read(), "zero.nii: the header holds voxels of (0.5, 0, 3) mm; expected sizes above 0");
}

TEST(Mask, KeepsLabelsAndSelectsThem) {
  const Scratch scratch;
  LabelMap labels{ramp().grid, std::vector<std::int16_t>(60)};
  labels.voxels[7] = 1;
  labels.voxels[8] = labels.voxels[9] = 4;
  write_label_map(scratch / "lesion.seg.nrrd", labels);
  EXPECT_EQ(read_label_map(scratch / "lesion.seg.nrrd").voxels, labels.voxels);
  EXPECT_EQ(read_mask(scratch / "lesion.seg.nrrd").count(), 3);
  EXPECT_EQ(read_mask(scratch / "lesion.seg.nrrd", 4).count(), 2);
  EXPECT_MESSAGE(read_mask(scratch / "lesion.seg.nrrd", 2), "no voxel has label 2; the file holds 1, 4");
}

TEST(Mask, EmptyOrInterpolatedIsAnError) {
  const Scratch scratch;
  write_mask(scratch / "empty.nii.gz", {ramp().grid, std::vector<std::uint8_t>(60)});
  EXPECT_MESSAGE(read_mask(scratch / "empty.nii.gz"), "the mask is empty");
  write_volume(scratch / "soft.nii.gz", ramp());
  EXPECT_MESSAGE(read_mask(scratch / "soft.nii.gz"), "Was the mask interpolated");
  Volume half = ramp();
  std::fill(half.voxels.begin(), half.voxels.end(), 0.0f);
  half.voxels[half.grid.index(2, 1, 1)] = 0.5f;
  write_volume(scratch / "half.nrrd", half);
  EXPECT_MESSAGE(read_mask(scratch / "half.nrrd"), "half.nrrd: holds 0.5 at (2, 1, 1); expected labels");
}

TEST(Volume, BrokenFilesAreNamedWithAReason) {
  const Scratch scratch;
  EXPECT_MESSAGE(read_volume(scratch / "none.nii.gz"), "none.nii.gz: no such file");
  write_text(scratch / "text.nii.gz", "not an image");
  EXPECT_MESSAGE(read_volume(scratch / "text.nii.gz"), "text.nii.gz: ");
  write_text(scratch / "empty.nrrd", "");
  EXPECT_MESSAGE(read_volume(scratch / "empty.nrrd"), "empty");
  for (const std::string name : {"a.nii.gz", "a.nii", "a.nrrd", "a.mha"}) {
    Volume big = ramp();
    big.grid.size = {40, 40, 40};
    big.voxels.assign(64000, 1.5f);
    for (std::size_t i = 0; i < big.voxels.size(); ++i) big.voxels[i] = static_cast<float>(i * 2654435761u % 1000);
    write_volume(scratch / name, big);
    const std::string bytes = read_text(scratch / name);
    write_text(scratch / ("cut_" + name), bytes.substr(0, bytes.size() / 2));
    EXPECT_MESSAGE(read_volume(scratch / ("cut_" + name)), "was the copy interrupted");
    if (name != "a.nrrd") EXPECT_MESSAGE(read_grid(scratch / ("cut_" + name)), "was the copy interrupted");
  }
}

TEST(Volume, SeriesAndColoursAreRefused) {
  const Scratch scratch;
  const std::string head = "NRRD0004\ntype: uchar\nencoding: raw\n";
  write_text(scratch / "series.nrrd", head + "dimension: 4\nsizes: 2 2 2 3\n\n" + std::string(24, 'x'));
  EXPECT_MESSAGE(read_volume(scratch / "series.nrrd"), "has 4 dimensions (2 x 2 x 2 x 3)");
  write_text(scratch / "rgb.nrrd",
             head + "dimension: 4\nsizes: 3 2 2 2\nkinds: RGB-color domain domain domain\n\n" + std::string(24, 'x'));
  EXPECT_MESSAGE(read_volume(scratch / "rgb.nrrd"), "3 numbers per voxel");
  write_text(scratch / "flat.nrrd", head + "dimension: 2\nsizes: 3 2\n\n" + std::string(6, 'x'));
  EXPECT_MESSAGE(read_volume(scratch / "flat.nrrd"), "has 2 dimensions");
}

TEST(Grid, DifferencesNameBothGeometriesAndACause) {
  const Grid a = ramp().grid;
  EXPECT_EQ(grid_difference("t2", a, "mask", a), "");
  Grid b = a;
  b.spacing_mm[2] = 3.3;
  EXPECT_EQ(
      grid_difference("t2.nii.gz", a, "mask.nii.gz", b),
      "t2.nii.gz and mask.nii.gz differ in spacing: (0.5, 0.75, 3) and (0.5, 0.75, 3.3) mm; was one of them cropped, "
      "shifted or resampled?");
  b = a;
  b.direction[4] = 1;
  EXPECT_EQ(grid_difference("ce", a, "mask", b),
            "ce and mask differ in direction: (1 0 0; 0 -1 0; 0 0 1) and (1 0 0; 0 1 0; 0 0 1); was the mask saved in "
            "another "
            "orientation?");
  b = a;
  b.origin[0] += 0.004;  // within what 32-bit headers blur
  EXPECT_TRUE(same_grid(a, b));
  b.origin[0] += 0.004;
  EXPECT_FALSE(same_grid(a, b));
}

}  // namespace
}  // namespace radiopath::radiology
