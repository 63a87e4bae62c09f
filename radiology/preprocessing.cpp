#include "radiology/preprocessing.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/error.h"

namespace radiopath::radiology {
namespace {

/// The intensities that a z-score is taken over.
std::vector<float> reference_voxels(const Volume& volume, const std::string& normalization, const Mask& lesion) {
  std::vector<float> kept;
  if (normalization == "surroundings") {
    const Mask inside = resample(lesion, volume.grid);
    for (std::size_t v = 0; v < volume.voxels.size(); ++v) {
      if (inside.voxels[v] == 0) kept.push_back(volume.voxels[v]);
    }
  } else {
    kept = volume.voxels;
  }
  double least = -std::numeric_limits<double>::infinity();
  if (normalization == "surroundings" || normalization == "body") least = otsu_threshold(kept);
  const bool skip_zero = normalization == "nonzero";
  std::erase_if(kept, [&](float v) { return !(v >= least) || (skip_zero && v == 0); });  // NaN goes too
  return kept;
}

}  // namespace

Interpolation interpolation_named(const std::string& name) {
  if (name == "nearest") return Interpolation::nearest;
  if (name == "linear") return Interpolation::linear;
  if (name == "bspline") return Interpolation::bspline;
  throw std::logic_error("unknown interpolation " + name);
}

Grid isotropic_grid(const Grid& grid, double voxel_size_mm) {
  Grid cubes = grid;
  const std::array<double, 3> corner = grid.position_mm(-0.5, -0.5, -0.5);
  for (int a = 0; a < 3; ++a) {
    // The last voxel may stick out by less than a millionth of itself, no more.
    cubes.size[a] = std::max(1, static_cast<int>(std::ceil(grid.size[a] * grid.spacing_mm[a] / voxel_size_mm - 1e-6)));
    cubes.spacing_mm[a] = voxel_size_mm;
  }
  cubes.origin = corner;
  cubes.origin = cubes.position_mm(0.5, 0.5, 0.5);
  return cubes;
}

Box bounding_box(const Mask& mask) {
  const auto& size = mask.grid.size;
  std::array<int, 3> low = size, high = {-1, -1, -1};
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) {
        if (mask.voxels[mask.grid.index(x, y, z)] == 0) continue;
        low = {std::min(low[0], x), std::min(low[1], y), std::min(low[2], z)};
        high = {std::max(high[0], x), std::max(high[1], y), std::max(high[2], z)};
      }
    }
  }
  if (high[0] < 0) return {};
  return {low, {high[0] - low[0] + 1, high[1] - low[1] + 1, high[2] - low[2] + 1}};
}

bool is_whole(const Box& box, const Grid& grid) { return box.low == std::array{0, 0, 0} && box.size == grid.size; }

Grid cut(const Grid& grid, const Box& box) {
  Grid part = grid;
  part.size = box.size;
  part.origin = grid.position_mm(box.low[0], box.low[1], box.low[2]);
  return part;
}

Mask cut(const Mask& mask, const Box& box) {
  Mask part{cut(mask.grid, box), {}};
  part.voxels.reserve(static_cast<std::size_t>(part.grid.voxel_count()));
  for (int z = 0; z < box.size[2]; ++z) {
    for (int y = 0; y < box.size[1]; ++y) {
      const auto row = mask.voxels.begin() +
                       static_cast<std::ptrdiff_t>(mask.grid.index(box.low[0], box.low[1] + y, box.low[2] + z));
      part.voxels.insert(part.voxels.end(), row, row + box.size[0]);
    }
  }
  return part;
}

double otsu_threshold(const std::vector<float>& voxels) {
  constexpr int kBins = 256;
  std::vector<float> finite;
  std::copy_if(voxels.begin(), voxels.end(), std::back_inserter(finite), [](float v) { return std::isfinite(v); });
  if (finite.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto high_place = finite.begin() + static_cast<std::ptrdiff_t>(0.995 * static_cast<double>(finite.size() - 1));
  std::nth_element(finite.begin(), high_place, finite.end());
  const double high = *high_place, low = *std::min_element(finite.begin(), finite.end());
  if (!(high > low)) return low;
  std::array<double, kBins> counts{};
  for (const float v : finite)
    counts[std::clamp(static_cast<int>((v - low) / (high - low) * kBins), 0, kBins - 1)] += 1;

  double total = 0, total_sum = 0;
  for (int b = 0; b < kBins; ++b) total += counts[b], total_sum += b * counts[b];
  double below = 0, below_sum = 0, best = -1;
  int cut_after = 0;
  for (int b = 0; b + 1 < kBins; ++b) {
    below += counts[b];
    below_sum += b * counts[b];
    if (below == 0 || below == total) continue;
    const double difference = below_sum / below - (total_sum - below_sum) / (total - below);
    const double between = below * (total - below) * difference * difference;
    if (between > best) best = between, cut_after = b;
  }
  return low + (cut_after + 1) * (high - low) / kBins;
}

Volume normalize(Volume volume, const PreprocessingConfig& config, const Mask& lesion) {
  if (config.normalization == "none") return volume;
  const std::vector<float> reference = reference_voxels(volume, config.normalization, lesion);
  const auto n = static_cast<double>(reference.size());
  double sum = 0, squares = 0;
  for (const float v : reference) sum += v;
  const double mean = sum / n;
  for (const float v : reference) squares += (v - mean) * (v - mean);
  const double sd = std::sqrt(squares / n);
  if (!(sd > 0)) {
    const bool whole = config.normalization != "surroundings";
    throw InputError(
        fmt::format("cannot be normalised: the {} voxels of its {} {}; {}", reference.size(),
                    whole ? "body" : "body outside the lesion",
                    reference.empty() ? "give no mean" : fmt::format("all hold {}", mean),
                    whole ? "is the volume blank?"
                          : "is the volume blank, or cut to the lesion? Then set normalization = \"body\""));
  }
  for (float& v : volume.voxels) v = static_cast<float>((v - mean) / sd * config.scale);
  return volume;
}

}  // namespace radiopath::radiology
