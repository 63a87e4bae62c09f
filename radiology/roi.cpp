#include "radiology/roi.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "core/error.h"

namespace radiopath::radiology {

int Roi::dimensions() const {
  int n = 0;
  for (const int extent : size) n += extent > 3;
  return n;
}

namespace {

/// Without a branch per voxel, so that the compiler compares many at once.
bool any_equal(const std::int16_t* voxels, int count, int label) {
  int found = 0;
  for (int x = 0; x < count; ++x) found |= voxels[x] == label;
  return found != 0;
}

}  // namespace

Roi make_roi(const LabelMap& labels, int label) {
  const auto& size = labels.grid.size;
  std::array<int, 3> low = size, high = {-1, -1, -1};
  Roi roi;
  roi.spacing_mm = labels.grid.spacing_mm;
  const auto value = static_cast<std::int16_t>(label);
  roi.grid_voxels.reserve(static_cast<std::size_t>(std::count(labels.voxels.begin(), labels.voxels.end(), value)));
  std::int64_t i = 0;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      if (!any_equal(labels.voxels.data() + i, size[0], label)) {
        i += size[0];
        continue;
      }
      for (int x = 0; x < size[0]; ++x, ++i) {
        if (labels.voxels[static_cast<std::size_t>(i)] != label) continue;
        roi.grid_voxels.push_back(i);
        low = {std::min(low[0], x), std::min(low[1], y), std::min(low[2], z)};
        high = {std::max(high[0], x), std::max(high[1], y), std::max(high[2], z)};
      }
    }
  }
  if (roi.grid_voxels.empty()) return roi;
  std::int64_t box = 1;
  for (int a = 0; a < 3; ++a) box *= roi.size[a] = high[a] - low[a] + 3;
  if (box > std::numeric_limits<std::int32_t>::max()) throw InputError("the region's box has more than 2^31 voxels");
  roi.voxels.reserve(roi.grid_voxels.size());
  for (const std::int64_t place : roi.grid_voxels) {
    const auto x = static_cast<int>(place % size[0]), y = static_cast<int>(place / size[0] % size[1]);
    const auto z = static_cast<int>(place / (std::int64_t{size[0]} * size[1]));
    roi.voxels.push_back(x - low[0] + 1 + roi.size[0] * (y - low[1] + 1 + roi.size[1] * (z - low[2] + 1)));
  }
  return roi;
}

std::vector<double> intensities_in(const Roi& roi, const Volume& volume) {
  std::vector<double> values;
  values.reserve(roi.grid_voxels.size());
  for (const std::int64_t place : roi.grid_voxels) values.push_back(volume.voxels.at(static_cast<std::size_t>(place)));
  return values;
}

}  // namespace radiopath::radiology
