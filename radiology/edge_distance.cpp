#include <algorithm>
#include <stdexcept>

#include "radiology/texture_matrices.h"

namespace radiopath::radiology {

std::vector<std::int32_t> distances_to_edge(const Roi& region, const Roi& edge_region, std::optional<int> slice_axis) {
  const auto& size = edge_region.size;
  const std::int64_t step[3] = {1, size[0], std::int64_t{size[0]} * size[1]};
  std::vector<std::int32_t> distance(static_cast<std::size_t>(step[2] * size[2]));
  for (const auto voxel : edge_region.voxels) distance[static_cast<std::size_t>(voxel)] = 1 << 30;
  // City-block distances need one sweep each way (Rosenfeld & Pfaltz 1966).
  const auto relax = [&](std::int32_t voxel, int sign) {
    auto& here = distance[static_cast<std::size_t>(voxel)];
    for (int a = 0; a < 3; ++a) {
      if (slice_axis != a) here = std::min(here, distance[static_cast<std::size_t>(voxel + sign * step[a])] + 1);
    }
  };
  for (const auto voxel : edge_region.voxels) relax(voxel, -1);
  for (auto voxel = edge_region.voxels.rbegin(); voxel != edge_region.voxels.rend(); ++voxel) relax(*voxel, 1);
  std::vector<std::int32_t> of_region;
  of_region.reserve(region.voxels.size());
  for (const auto voxel : region.voxels) {
    std::int64_t place = 0;
    bool in_box = true;
    for (std::size_t a = 0; a < 3; ++a) {
      const int at = region.grid_place(voxel)[a] - edge_region.low[a];
      in_box = in_box && at >= 0 && at < size[a];
      place += step[a] * at;
    }
    if (!in_box || distance[static_cast<std::size_t>(place)] == 0)
      throw std::logic_error("a voxel of the region lies outside the region of the edge");
    of_region.push_back(distance[static_cast<std::size_t>(place)]);
  }
  return of_region;
}

}  // namespace radiopath::radiology
