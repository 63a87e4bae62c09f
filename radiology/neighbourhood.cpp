#include "radiology/neighbourhood.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "core/error.h"

namespace radiopath::radiology {

std::vector<Offset> half_neighbourhood(const std::vector<int>& distances, std::optional<int> slice_axis) {
  int farthest = 0;
  for (const int d : distances) {
    if (d < 1) throw InputError(fmt::format("a distance between neighbours is {}; expected 1 or more voxels", d));
    farthest = std::max(farthest, d);
  }
  std::vector<Offset> offsets;
  offsets.reserve(13);  // of distance 1 in space
  for (int z = farthest; z >= 0; --z) {
    for (int y = farthest; y >= -farthest; --y) {
      for (int x = farthest; x >= -farthest; --x) {
        const bool forward = z > 0 || y > 0 || (y == 0 && x > 0);
        const Offset offset = {x, y, z};
        const int distance = std::max({std::abs(x), std::abs(y), z});
        if (!forward || (slice_axis && offset[static_cast<std::size_t>(*slice_axis)] != 0)) continue;
        if (z == 0 && y < 0) continue;
        if (std::find(distances.begin(), distances.end(), distance) != distances.end()) offsets.push_back(offset);
      }
    }
  }
  return offsets;
}

}  // namespace radiopath::radiology
