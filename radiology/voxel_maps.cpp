#include "radiology/voxel_maps.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/parallel.h"
#include "radiology/first_order.h"

namespace radiopath::radiology {
namespace {

/// The region's box grown by `margin` and clipped to the grid.
Box box_of(const Roi& roi, const Grid& grid, int margin) {
  std::array<int, 3> low = grid.size, high = {-1, -1, -1};
  for (const std::int32_t voxel : roi.voxels) {
    const auto place = roi.grid_place(voxel);
    for (std::size_t a = 0; a < 3; ++a) low[a] = std::min(low[a], place[a]), high[a] = std::max(high[a], place[a]);
  }
  Box box;
  for (std::size_t a = 0; a < 3; ++a) {
    box.low[a] = std::max(0, low[a] - margin);
    box.size[a] = std::max(0, std::min(grid.size[a] - 1, high[a] + margin) - box.low[a] + 1);
  }
  return box;
}

/// All voxels of a box, as a region.
Roi whole(const Box& box, const Grid& grid) {
  LabelMap labels{grid, std::vector<std::int16_t>(static_cast<std::size_t>(grid.voxel_count()))};
  for (int z = 0; z < box.size[2]; ++z) {
    for (int y = 0; y < box.size[1]; ++y) {
      const auto row =
          labels.voxels.begin() + static_cast<std::ptrdiff_t>(grid.index(box.low[0], box.low[1] + y, box.low[2] + z));
      std::fill(row, row + box.size[0], std::int16_t{1});
    }
  }
  return make_roi(labels, 1);
}

/// What kernels are cut from: numbers of the voxels that count, in a box with a margin of the radius; -1 elsewhere.
class Kernels {
 public:
  Kernels(const Roi& source, const std::vector<double>& intensities, const Discretized& levels,
          const VoxelMapOptions& options)
      : intensities_(intensities), levels_(levels) {
    reach_.fill(options.kernel_radius);
    if (options.texture.slices != Slices::kVolume) reach_[static_cast<std::size_t>(options.texture.slice_axis)] = 0;
    for (std::size_t a = 0; a < 3; ++a) size_[a] = source.size[a] + 2 * (options.kernel_radius - 1);
    shift_ = options.kernel_radius - 1;
    number_.assign(static_cast<std::size_t>(size_[0]) * size_[1] * size_[2], -1);
    for (std::size_t v = 0; v < source.voxels.size(); ++v)
      number_[place_of(source.place(source.voxels[v]))] = static_cast<std::int32_t>(v);
    spacing_mm_ = source.spacing_mm;
  }

  /// One kernel's region, intensities and levels, in buffers that are used again.
  struct Cut {
    Roi roi;
    std::vector<double> intensities;
    Discretized levels;
    std::vector<int> rank;  // by level of the source; -1: not in the kernel
  };

  /// Round a voxel at a place of the source's box.
  void cut(const std::array<int, 3>& centre, Cut& kernel) const {
    const auto& reach = reach_;
    kernel.roi.spacing_mm = spacing_mm_;
    for (std::size_t a = 0; a < 3; ++a) kernel.roi.size[a] = 2 * reach[a] + 3;
    kernel.roi.voxels.clear();
    kernel.intensities.clear();
    kernel.levels.level_of_voxel.clear();
    kernel.rank.assign(levels_.levels.size(), -1);
    const std::size_t middle = place_of(centre);
    for (int z = -reach[2]; z <= reach[2]; ++z) {
      for (int y = -reach[1]; y <= reach[1]; ++y) {
        for (int x = -reach[0]; x <= reach[0]; ++x) {
          const std::int32_t number = number_[static_cast<std::size_t>(static_cast<std::int64_t>(middle) + x +
                                                                       size_[0] * (y + std::int64_t{size_[1]} * z))];
          if (number < 0) continue;
          kernel.roi.voxels.push_back(
              x + reach[0] + 1 + kernel.roi.size[0] * (y + reach[1] + 1 + kernel.roi.size[1] * (z + reach[2] + 1)));
          kernel.intensities.push_back(intensities_[static_cast<std::size_t>(number)]);
          const int level = levels_.level_of_voxel[static_cast<std::size_t>(number)];
          kernel.levels.level_of_voxel.push_back(level);
          kernel.rank[static_cast<std::size_t>(level)] = 0;
        }
      }
    }
    rank_levels(kernel);
  }

 private:
  std::size_t place_of(const std::array<int, 3>& place) const {
    return static_cast<std::size_t>(place[0] + shift_ +
                                    size_[0] * (place[1] + shift_ + std::int64_t{size_[1]} * (place[2] + shift_)));
  }

  void rank_levels(Cut& kernel) const {
    Discretized& levels = kernel.levels;
    levels.levels.clear();
    for (std::size_t level = 0; level < kernel.rank.size(); ++level) {
      if (kernel.rank[level] < 0) continue;
      kernel.rank[level] = static_cast<int>(levels.levels.size());
      levels.levels.push_back(levels_.levels[level]);
    }
    levels.counts.assign(levels.levels.size(), 0);
    for (int& level : levels.level_of_voxel) {
      level = kernel.rank[static_cast<std::size_t>(level)];
      ++levels.counts[static_cast<std::size_t>(level)];
    }
    levels.grey_levels = levels_.grey_levels;
    levels.levels_of_whole = static_cast<int>(levels_.levels.size());
  }

  const std::vector<double>& intensities_;
  const Discretized& levels_;
  std::array<int, 3> reach_, size_;
  int shift_ = 0;
  std::vector<std::int32_t> number_;
  std::array<double, 3> spacing_mm_;
};

void require(const VoxelMapOptions& options) {
  if (options.kernel_radius < 1)
    throw InputError(fmt::format("kernel_radius is {}; expected 1 or more voxels", options.kernel_radius));
  if (options.texture.slices == Slices::kAveraged)
    throw InputError("voxel-based maps know kernels in space or in a slice, not features averaged over slices");
  for (const Family family : options.families) {
    if (family == Family::kShape || family == Family::kShape2D)
      throw InputError("voxel-based maps have no shape features");
    if (columns_of(family, options.texture.profile).empty())
      throw InputError(fmt::format("the profile has no features of {}", name_of(family)));
  }
}

}  // namespace

VoxelMaps voxel_maps(const Image& image, const Roi& roi, const VoxelMapOptions& options) {
  require(options);
  VoxelMaps maps;
  std::vector<Family> textures;
  bool first_order = false;
  for (const Family family : options.families) {
    if (family == Family::kFirstOrder)
      first_order = true;
    else
      textures.push_back(family);
  }
  const auto announce = [&](Family family) {
    for (const FeatureColumn& column : columns_of(family, options.texture.profile))
      maps.features.emplace_back(family, column);
  };
  if (first_order) announce(Family::kFirstOrder);
  for (const Family family : textures) announce(family);
  maps.values.assign(maps.features.size(), std::vector<double>(roi.voxels.size()));
  maps.statuses.assign(maps.features.size(), std::vector<Status>(roi.voxels.size(), Status::kEmptyRegion));
  if (roi.voxels.empty()) return maps;

  const Box box = box_of(roi, image.grid, options.kernel_radius);
  const Roi source = options.kernel == Kernel::kMasked ? roi : whole(box, image.grid);
  const auto intensities = intensities_in(source, image);
  const Discretized levels = options.discretize(intensities);
  const Kernels kernels(source, intensities, levels, options);
  const double voxel_mm3 = image.grid.voxel_volume_mm3();
  const auto voxel_count = static_cast<std::int64_t>(roi.voxels.size());
  constexpr std::int64_t kBlock = 64;
  parallel_for((voxel_count + kBlock - 1) / kBlock, [&](std::int64_t block) {
    Kernels::Cut kernel;
    for (std::int64_t v = block * kBlock; v < std::min(voxel_count, (block + 1) * kBlock); ++v) {
      std::array<int, 3> centre = roi.place(roi.voxels[static_cast<std::size_t>(v)]);
      if (options.kernel == Kernel::kWhole) {
        centre = roi.grid_place(roi.voxels[static_cast<std::size_t>(v)]);
        for (std::size_t a = 0; a < 3; ++a) centre[a] += 1 - box.low[a];
      }
      kernels.cut(centre, kernel);
      std::size_t feature = 0;
      const auto keep = [&](const FeatureValues& values) {
        for (const FeatureValue& value : values) {
          maps.values[feature][static_cast<std::size_t>(v)] = value.value;
          maps.statuses[feature++][static_cast<std::size_t>(v)] = value.status;
        }
      };
      if (first_order)
        keep(first_order_values(kernel.intensities, kernel.levels, voxel_mm3, options.voxel_array_shift));
      for (const FeatureValues& values : texture_features(kernel.roi, kernel.levels, textures, options.texture))
        keep(values);
    }
  });
  return maps;
}

Image map_image(const std::vector<double>& values, const Roi& roi, const Grid& grid, int kernel_radius,
                double initial) {
  const Box box = box_of(roi, grid, kernel_radius);
  Image map;
  map.grid = grid;
  map.grid.size = box.size;
  map.grid.origin = grid.position_mm(box.low[0], box.low[1], box.low[2]);
  map.voxels.assign(static_cast<std::size_t>(map.grid.voxel_count()), initial);
  for (std::size_t v = 0; v < values.size(); ++v) {
    const auto place = roi.grid_place(roi.voxels[v]);
    map.voxels[map.grid.index(place[0] - box.low[0], place[1] - box.low[1], place[2] - box.low[2])] = values[v];
  }
  return map;
}

}  // namespace radiopath::radiology
