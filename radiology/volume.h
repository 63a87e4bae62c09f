#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace radiopath::radiology {

/// Where voxels lie: physical position (LPS, mm) = origin + direction * (spacing_mm * index), index from 0.
struct Grid {
  std::array<int, 3> size = {0, 0, 0};
  std::array<double, 3> spacing_mm = {1, 1, 1};
  std::array<double, 3> origin = {0, 0, 0};                       ///< centre of voxel (0, 0, 0), mm
  std::array<double, 9> direction = {1, 0, 0, 0, 1, 0, 0, 0, 1};  ///< row-major; column a is the direction of axis a

  std::int64_t voxel_count() const { return std::int64_t{size[0]} * size[1] * size[2]; }
  double voxel_volume_mm3() const { return spacing_mm[0] * spacing_mm[1] * spacing_mm[2]; }
  /// Place of voxel (x, y, z) in the voxel arrays: x runs fastest.
  std::size_t index(int x, int y, int z) const {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(size[0]) * (static_cast<std::size_t>(y) + static_cast<std::size_t>(size[1]) * z);
  }
  /// (x, y, z) of a place in the voxel arrays.
  std::array<int, 3> place(std::size_t index) const;
  std::array<double, 3> position_mm(double x, double y, double z) const;
  bool operator==(const Grid&) const = default;
};

/// An image: one float per voxel; NaN where the image says nothing (outside its field of view).
struct Volume {
  Grid grid;
  std::vector<float> voxels;  ///< size[0] * size[1] * size[2], x fastest
};

/// A region: nonzero voxels belong to it.
struct Mask {
  Grid grid;
  std::vector<std::uint8_t> voxels;

  std::int64_t count() const;  ///< nonzero voxels
};

/// Whole-numbered labels, 0 = background.
struct LabelMap {
  Grid grid;
  std::vector<std::int16_t> voxels;
};

/// NIfTI, NRRD (.nrrd, .seg.nrrd) or MetaImage (.mha, .mhd), three-dimensional, one number per voxel.
/// Infinite voxels become NaN. Throws InputError when the file is missing, unreadable, cut short, of another
/// dimension, or holds colours or vectors.
Volume read_volume(const std::filesystem::path& file);
/// As read_volume; also throws when a voxel is no whole number (an interpolated mask) or does not fit 16 bits.
LabelMap read_label_map(const std::filesystem::path& file);
/// The voxels that carry `label`; 0 takes every nonzero voxel. Throws InputError when there is none, naming the
/// labels that the file holds.
Mask read_mask(const std::filesystem::path& file, int label = 0);
/// The header alone, with the same checks of dimension and components.
Grid read_grid(const std::filesystem::path& file);

/// Written atomically, compressed, in the format that the extension names; the same voxels give the same bytes.
void write_volume(const std::filesystem::path& file, const Volume& volume);
void write_mask(const std::filesystem::path& file, const Mask& mask);
void write_label_map(const std::filesystem::path& file, const LabelMap& labels);
/// As above, straight to a path that somebody else renames into place (RunFolder::keep).
void write_label_map_to(const std::filesystem::path& temporary, const LabelMap& labels);

/// Sizes agree and no corner is displaced by more than 1 % of the smallest spacing: what 32-bit headers can blur.
bool same_grid(const Grid& a, const Grid& b);
/// "(0.5, 0.5, 3) mm" style account of what differs between two grids and the likely cause; "" when they are the same.
std::string grid_difference(const std::string& name_a, const Grid& a, const std::string& name_b, const Grid& b);
/// "1.5 GB": the memory that so many bytes are.
std::string bytes_text(double bytes);
/// One line: size, spacing, origin, direction.
std::string describe(const Grid& grid);

}  // namespace radiopath::radiology
