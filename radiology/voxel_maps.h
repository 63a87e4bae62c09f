#pragma once

#include <functional>
#include <tuple>
#include <utility>
#include <vector>

#include "core/config.h"
#include "radiology/feature.h"
#include "radiology/filters.h"
#include "radiology/roi.h"
#include "radiology/texture_features.h"
#include "radiology/volume.h"

namespace radiopath::radiology {

/// PyRadiomics' voxelSetting.
struct VoxelMapsConfig {
  int kernel_radius = 1;
  bool masked_kernel = true;
  double initial_value = 0;

  static auto fields() {
    return std::tuple{
        field("kernel_radius", &VoxelMapsConfig::kernel_radius, "half the edge of the kernel, less half a voxel")
            .unit("voxels")
            .range(1, 100),
        field("masked_kernel", &VoxelMapsConfig::masked_kernel, "only the region's voxels count in a kernel"),
        field("initial_value", &VoxelMapsConfig::initial_value, "what maps hold outside the region; nan is a value")
            .or_nan(),
    };
  }
};

/// Which voxels of a kernel count: those of the region (PyRadiomics' maskedKernel), or all of them.
enum class Kernel : std::uint8_t { kMasked, kWhole };

struct VoxelMapOptions {
  std::vector<Family> families = {Family::kFirstOrder, Family::kGlcm, Family::kGlrlm,
                                  Family::kGlszm,      Family::kGldm, Family::kNgtdm};
  int kernel_radius = 1;  ///< in voxels; the kernel is a cube, a square with slices other than kVolume
  Kernel kernel = Kernel::kMasked;
  double voxel_array_shift = 0;  ///< of first_order_values()
  TextureOptions texture;        ///< slices kAveraged is refused
  /// Grey levels, once for all kernels: of the region, or of its box grown by the radius where the kernel is whole.
  std::function<Discretized(const std::vector<double>&)> discretize = [](const std::vector<double>& intensities) {
    return radiology::discretize(intensities, 25);
  };
};

/// Every feature at every voxel of a region.
struct VoxelMaps {
  std::vector<std::pair<Family, FeatureColumn>> features;
  std::vector<std::vector<double>> values;    ///< (feature, voxel of the region)
  std::vector<std::vector<Status>> statuses;  ///< likewise
};

/// Features of the kernel round every voxel of `roi`, which was made of a label map on the grid of `image`. The same
/// for any number of threads. PyRadiomics' voxel-based extraction (voxelBatch 1), to rounding. Throws InputError when
/// the radius is below 1, for shape families and for slices kAveraged.
VoxelMaps voxel_maps(const Image& image, const Roi& roi, const VoxelMapOptions& options);

/// One map as an image on the region's box grown by the kernel's radius, clipped to `grid`: what PyRadiomics writes.
/// `initial` stands where there is no voxel of the region (its initValue).
Image map_image(const std::vector<double>& values, const Roi& roi, const Grid& grid, int kernel_radius,
                double initial = 0);

}  // namespace radiopath::radiology
