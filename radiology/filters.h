#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "radiology/preprocessing.h"
#include "radiology/roi.h"
#include "radiology/volume.h"

namespace radiopath::radiology {

/// What the voxels of an image are held as in PyRadiomics: decides the precision of its filters' results.
enum class VoxelType { integer, float32, float64 };

/// An image in double precision: what filters take and give. Non-finite voxels spread as far as a filter's support
/// reaches (over the whole image for recursive and Fourier filters, and through a maximum over it).
struct Image {
  Grid grid;
  std::vector<double> voxels;  ///< size[0] * size[1] * size[2], x fastest
  VoxelType type = VoxelType::float64;
};

/// A derived image under PyRadiomics' name, as `wavelet-LLH`, `log-sigma-2-0-mm-3D`, `lbp-3D-m1`.
struct NamedImage {
  std::string name;
  Image image;
};

/// VoxelType::integer where every voxel is a whole number, else float32.
Image to_image(const Volume& volume);
Volume to_volume(const Image& image);  ///< rounded to float
/// The voxels of `box`; throws std::logic_error when it leaves the image.
Image cut(const Image& image, const Box& box);

/// "a NaN at (3, 4, 5)", "7 voxels that are NaN or infinite, the first an infinity at (3, 4, 5)"; "" when all are
/// finite.
std::string not_finite_voxels(const Image& image);
/// "a NaN at (3, 4, 5)": one voxel.
std::string voxel_text(double value, const std::array<int, 3>& index);

struct ImageSummary {
  double mean, minimum, maximum;  ///< the mean is NaN where a voxel is; the others are of numbers
};
ImageSummary summary_of(std::span<const double> voxels);

/// Intensities of `image` at the region's voxels. The grids must be the same.
std::vector<double> intensities_in(const Roi& roi, const Image& image);

/// Axes along which a filter runs: all three, or only the two within slices perpendicular to one
/// (PyRadiomics' force2Ddimension 2, 1, 0 = slices along x, y, z).
enum class Extent { volume, slices_along_x, slices_along_y, slices_along_z };
/// {runs along x, along y, along z}
std::array<bool, 3> axes_of(Extent extent);

}  // namespace radiopath::radiology
