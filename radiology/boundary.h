#pragma once

#include <cstdint>
#include <string>

namespace radiopath::radiology {

/// What lies beyond the image (IBSI-2 reference manual, arXiv:2006.05470, section 2.2): the image mirrored with its
/// border voxels repeated (abc|cba), its nearest voxel, its other end, or zero.
enum class Boundary { mirror, nearest, periodic, zero };
Boundary boundary_named(const std::string& name);  ///< throws InputError naming the nearest rule

/// Place in a line of n voxels that position i, inside or not, reads; -1 where it is zero.
std::int64_t boundary_place(std::int64_t i, std::int64_t n, Boundary boundary);

}  // namespace radiopath::radiology
