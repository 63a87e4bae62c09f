#include "radiology/local_intensity.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace radiopath::radiology {
namespace {

/// Voxel steps that end within the sphere of 1 cm3 round a voxel's centre.
std::vector<std::array<int, 3>> sphere_steps(const std::array<double, 3>& spacing_mm) {
  const double radius = 10 * std::cbrt(3 / (4 * std::numbers::pi));
  std::array<int, 3> reach;
  for (std::size_t a = 0; a < 3; ++a) reach[a] = static_cast<int>(std::floor(radius / spacing_mm[a]));
  std::vector<std::array<int, 3>> steps;
  for (int z = -reach[2]; z <= reach[2]; ++z) {
    for (int y = -reach[1]; y <= reach[1]; ++y) {
      for (int x = -reach[0]; x <= reach[0]; ++x) {
        const double dx = x * spacing_mm[0], dy = y * spacing_mm[1], dz = z * spacing_mm[2];
        if (dx * dx + dy * dy + dz * dz <= radius * radius) steps.push_back({x, y, z});
      }
    }
  }
  return steps;
}

}  // namespace

std::span<const FeatureColumn> local_intensity_columns() {
  using enum FeatureColumn::Use;
  static constexpr FeatureColumn kColumns[] = {{"LocalPeak", "loc_peak_loc", "VJGA", kIbsi},
                                               {"GlobalPeak", "loc_peak_glob", "0F91", kIbsi}};
  return kColumns;
}

FeatureValues local_intensity_values(const Roi& roi, const Grid& grid, const std::vector<double>& image) {
  if (roi.voxels.empty()) return FeatureValues(local_intensity_columns().size());
  const auto steps = sphere_steps(grid.spacing_mm);
  const auto mean_round = [&](const std::array<int, 3>& place) {
    const auto [x, y, z] = place;
    double sum = 0, count = 0;
    for (const auto& step : steps) {
      const int i = x + step[0], j = y + step[1], k = z + step[2];
      if (i < 0 || j < 0 || k < 0 || i >= grid.size[0] || j >= grid.size[1] || k >= grid.size[2]) continue;
      const double value = image[grid.index(i, j, k)];
      if (std::isnan(value)) continue;
      sum += value;
      ++count;
    }
    return sum / count;
  };
  double highest = -std::numeric_limits<double>::infinity(), local = highest, global = highest;
  roi.for_each_index([&](std::size_t index) { highest = std::max(highest, image[index]); });
  for (const std::int32_t voxel : roi.voxels) {
    const auto place = roi.grid_place(voxel);
    const double mean = mean_round(place);
    global = std::max(global, mean);
    if (image[grid.index(place[0], place[1], place[2])] == highest) local = std::max(local, mean);
  }
  return {{local, Status::kValue}, {global, Status::kValue}};
}

}  // namespace radiopath::radiology
