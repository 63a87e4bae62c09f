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
  roi.grid_size = size;
  const auto row_at = [&](int y, int z) { return labels.voxels.data() + labels.grid.index(0, y, z); };
  std::size_t count = 0;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      const std::int16_t* const row = row_at(y, z);
      if (!any_equal(row, size[0], label)) continue;
      int first = 0, last = size[0] - 1;
      while (row[first] != label) ++first;
      while (row[last] != label) --last;
      low = {std::min(low[0], first), std::min(low[1], y), std::min(low[2], z)};
      high = {std::max(high[0], last), std::max(high[1], y), std::max(high[2], z)};
      count += static_cast<std::size_t>(std::count(row + first, row + last + 1, static_cast<std::int16_t>(label)));
    }
  }
  if (count == 0) return roi;
  std::int64_t box = 1;
  for (int a = 0; a < 3; ++a) {
    box *= roi.size[a] = high[a] - low[a] + 3;
    roi.low[a] = low[a] - 1;
  }
  if (box > std::numeric_limits<std::int32_t>::max()) throw InputError("the region's box has more than 2^31 voxels");
  roi.voxels.reserve(count);
  for (int z = low[2]; z <= high[2]; ++z) {
    for (int y = low[1]; y <= high[1]; ++y) {
      const std::int16_t* const row = row_at(y, z);
      const int start = roi.size[0] * (y - roi.low[1] + roi.size[1] * (z - roi.low[2])) - roi.low[0];
      for (int x = low[0]; x <= high[0]; ++x)
        if (row[x] == label) roi.voxels.push_back(start + x);
    }
  }
  return roi;
}

std::vector<double> intensities_in(const Roi& roi, const Volume& volume) {
  std::vector<double> values;
  values.reserve(roi.voxels.size());
  roi.for_each_index([&](std::size_t index) { values.push_back(volume.voxels.at(index)); });
  return values;
}

}  // namespace radiopath::radiology
