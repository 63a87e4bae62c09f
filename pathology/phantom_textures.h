#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/random.h"

namespace radiopath::pathology::phantom {

inline constexpr int kPatch = 720;  // px, period of the fine textures; no divisor or multiple of a tile
inline constexpr int kStamp = 23;   // px, width of a nucleus stamp
inline constexpr int kStamps = 24;  // shapes per texture

using Plane = std::vector<std::uint8_t>;

/// A smooth random field: waves of `wavelength_px` (within a factor of two) in random directions, about unit variance.
struct Waves {
  std::array<std::array<double, 3>, 12> waves;  // frequency in x and y, phase

  Waves(double wavelength_px, Random& random);
  double at(double x, double y) const;
};

/// What all slides share, made once. Each picks its own offsets and shapes.
struct Textures {
  Plane stroma;                           ///< kPatch * kPatch, periodic, evenly distributed over 0 … 255
  Plane nests;                            ///< the same, coarser
  std::vector<Plane> nuclei_a, nuclei_b;  ///< kStamp * kStamp coverage masks
};
const Textures& textures();

}  // namespace radiopath::pathology::phantom
