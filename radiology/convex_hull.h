#pragma once

#include <array>
#include <vector>

namespace radiopath::radiology {

/// The convex hull of points as triangles that turn outwards; empty when all points lie in a plane. Orientations are
/// decided in whole numbers, exactly; coordinates up to 2^19. Incremental: Barber et al., ACM TOMS 1996;22:469.
std::vector<std::array<std::array<int, 3>, 3>> convex_hull(const std::vector<std::array<int, 3>>& points);

}  // namespace radiopath::radiology
