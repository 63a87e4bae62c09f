#pragma once

#include <array>
#include <optional>
#include <vector>

namespace radiopath::radiology {

/// A step in voxels, (x, y, z).
using Offset = std::array<int, 3>;

/// One of each pair of opposite steps whose largest coordinate (Chebyshev distance) is among `distances`: 13 in space
/// and 4 in a plane for distance 1. Steps along `slice_axis` (0 = x) are left out where it is given. The order is that
/// of PyRadiomics' generate_angles: by z, then y, then x, from the largest step down.
/// Throws InputError when a distance is below 1.
std::vector<Offset> half_neighbourhood(const std::vector<int>& distances, std::optional<int> slice_axis);

}  // namespace radiopath::radiology
