#pragma once

#include <array>
#include <vector>

#include "radiology/roi.h"

namespace radiopath::radiology {

/// The marching-cubes surface of a region.
struct Surface {
  double area_mm2 = 0;
  double volume_mm3 = 0;
  /// Vertices in half voxels of the box, (x, y, z): two even and one odd number each.
  std::vector<std::array<int, 3>> vertices;
};

/// PyRadiomics' surface (cube_triangles()).
Surface surface_of(const Roi& roi);

/// A closed surface whose area and volume do not depend on how the image is turned or mirrored, beyond rounding
/// (closed_cube_triangles()).
Surface closed_surface_of(const Roi& roi);

/// Largest distances between vertices, in mm; NaN without vertices.
struct Diameters {
  double in_3d = 0;
  std::array<double, 3> in_plane = {0, 0, 0};  ///< between vertices of equal x, equal y, equal z
};

/// Exact: only the ends of lines of vertices along an axis can be farthest apart, and pairs are tried from the outside
/// in.
Diameters diameters_of(const std::vector<std::array<int, 3>>& vertices, const std::array<double, 3>& spacing_mm);

}  // namespace radiopath::radiology
