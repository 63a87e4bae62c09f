#include "radiology/convolution.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"

namespace radiopath::radiology {
namespace {

std::size_t place_of(const std::string& what, const std::string& name, const std::vector<std::string>& known) {
  const auto found = std::find(known.begin(), known.end(), name);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  const auto nearest = nearest_name(name, known);
  throw InputError(fmt::format("{} '{}' is not known{}", what, name,
                               nearest ? "; did you mean '" + *nearest + "'?" : "; expected one of its names"));
}

/// out[i] += tap * in[i + shift * stride] over whole rows; `axis` 0 goes along the row.
std::vector<double> along(const Grid& grid, const std::vector<double>& voxels, int axis,
                          const std::vector<double>& kernel, Boundary boundary) {
  const std::int64_t n = grid.size[static_cast<std::size_t>(axis)], reach = static_cast<std::int64_t>(kernel.size()) / 2;
  std::vector<double> result(voxels.size());
  const std::int64_t width = grid.size[0];
  parallel_for(grid.size[2], [&](std::int64_t z) {
    std::vector<double> padded(static_cast<std::size_t>(width + 2 * reach));
    for (int y = 0; y < grid.size[1]; ++y) {
      double* out = result.data() + grid.index(0, y, static_cast<int>(z));
      if (axis == 0) {
        const double* row = voxels.data() + grid.index(0, y, static_cast<int>(z));
        for (std::int64_t i = -reach; i < n + reach; ++i) {
          const std::int64_t from = boundary_place(i, n, boundary);
          padded[static_cast<std::size_t>(i + reach)] = from < 0 ? 0 : row[from];
        }
      }
      for (std::int64_t k = -reach; k <= reach; ++k) {
        const double tap = kernel[static_cast<std::size_t>(k + reach)];
        if (tap == 0) continue;
        const double* row = padded.data() + reach - k;
        if (axis != 0) {
          const std::int64_t from = boundary_place((axis == 1 ? y : z) - k, n, boundary);
          if (from < 0) continue;
          row = voxels.data() + grid.index(0, static_cast<int>(axis == 1 ? from : y), static_cast<int>(axis == 1 ? z : from));
        }
        for (std::int64_t x = 0; x < width; ++x) out[x] += tap * row[x];
      }
    }
  });
  return result;
}

struct Rotation {
  std::array<std::size_t, 3> from;  // axis a takes the kernel of axis from[a]
  std::array<bool, 3> reversed;
};

/// Signed permutations of determinant +1 that keep to the axes of `extent`.
std::vector<Rotation> rotations_in(Extent extent) {
  const auto axes = axes_of(extent);
  std::vector<Rotation> rotations;
  std::array<std::size_t, 3> from = {0, 1, 2};
  do {
    if (!axes[0] && from[0] != 0) continue;
    if (!axes[1] && from[1] != 1) continue;
    if (!axes[2] && from[2] != 2) continue;
    const int inversions = (from[0] > from[1]) + (from[0] > from[2]) + (from[1] > from[2]);
    for (unsigned flips = 0; flips < 8; ++flips) {
      const std::array<bool, 3> reversed = {(flips & 1) != 0, (flips & 2) != 0, (flips & 4) != 0};
      const int turned = reversed[0] + reversed[1] + reversed[2];
      const bool outside = (reversed[0] && !axes[0]) || (reversed[1] && !axes[1]) || (reversed[2] && !axes[2]);
      if (!outside && (inversions + turned) % 2 == 0) rotations.push_back({from, reversed});
    }
  } while (std::next_permutation(from.begin(), from.end()));
  return rotations;
}

SeparableKernel rotated(const SeparableKernel& kernel, const Rotation& rotation) {
  SeparableKernel result;
  for (std::size_t a = 0; a < 3; ++a) {
    result[a] = kernel[rotation.from[a]];
    if (rotation.reversed[a]) std::reverse(result[a].begin(), result[a].end());
  }
  return result;
}

}  // namespace

Boundary boundary_named(const std::string& name) {
  return std::array{Boundary::mirror, Boundary::nearest, Boundary::periodic,
                    Boundary::zero}[place_of("boundary", name, {"mirror", "nearest", "periodic", "zero"})];
}

Pooling pooling_named(const std::string& name) {
  return std::array{Pooling::none, Pooling::max, Pooling::mean}[place_of("pooling", name, {"none", "max", "mean"})];
}

std::int64_t boundary_place(std::int64_t i, std::int64_t n, Boundary boundary) {
  if (i >= 0 && i < n) return i;
  switch (boundary) {
    case Boundary::zero: return -1;
    case Boundary::nearest: return i < 0 ? 0 : n - 1;
    case Boundary::periodic: return ((i % n) + n) % n;
    case Boundary::mirror: break;
  }
  const std::int64_t rest = ((i % (2 * n)) + 2 * n) % (2 * n);
  return rest < n ? rest : 2 * n - 1 - rest;
}

Image convolve(const Image& image, const SeparableKernel& kernel, Boundary boundary) {
  Image result = image;
  result.type = VoxelType::float64;
  for (int a = 0; a < 3; ++a) {
    const auto& taps = kernel[static_cast<std::size_t>(a)];
    if (taps.empty()) continue;
    if (taps.size() % 2 == 0)
      throw InputError(fmt::format("a kernel of {} voxels has no middle; expected an odd number", taps.size()));
    result.voxels = along(image.grid, result.voxels, a, taps, boundary);
  }
  return result;
}

void pool(Image& into, const Image& from, Pooling pooling) {
  for (std::size_t i = 0; i < into.voxels.size(); ++i) {
    double& v = into.voxels[i];
    v = pooling == Pooling::max ? std::max(v, from.voxels[i]) : v + from.voxels[i];
  }
}

Image pooled_over_rotations(const std::vector<SeparableKernel>& kernels, Extent extent, Pooling pooling,
                            const std::function<Image(const std::vector<SeparableKernel>&)>& respond) {
  if (pooling == Pooling::none) return respond(kernels);
  // Symmetric kernels repeat themselves: each distinct set is computed once and counted as often as it occurs.
  std::vector<std::pair<std::vector<SeparableKernel>, int>> sets;
  int count = 0;
  for (const Rotation& rotation : rotations_in(extent)) {
    std::vector<SeparableKernel> turned;
    for (const auto& kernel : kernels) turned.push_back(rotated(kernel, rotation));
    const auto known = std::find_if(sets.begin(), sets.end(), [&](const auto& set) { return set.first == turned; });
    if (known == sets.end()) {
      sets.emplace_back(turned, 1);
    } else {
      ++known->second;
    }
    ++count;
  }
  Image result;
  for (const auto& [turned, times] : sets) {
    Image response = respond(turned);
    if (pooling == Pooling::mean) {
      for (double& v : response.voxels) v *= static_cast<double>(times) / count;
    }
    if (result.voxels.empty()) {
      result = std::move(response);
    } else {
      pool(result, response, pooling);
    }
  }
  return result;
}

}  // namespace radiopath::radiology
