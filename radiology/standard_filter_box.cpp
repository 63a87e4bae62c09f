#include <cmath>
#include <optional>

#include "radiology/convolution.h"
#include "radiology/image_processing.h"
#include "radiology/standard_filters.h"
#include "radiology/wavelet.h"

namespace radiopath::radiology {
namespace {

// Voxels on either side, along an axis of this spacing, that a response depends on; nothing: the whole image.

std::optional<int> reach(const MeanConfig& config, double) { return config.support / 2; }
std::optional<int> reach(const LaplacianOfGaussianConfig& config, double spacing_mm) {
  return static_cast<int>(std::ceil(config.cutoff * config.sigma_mm / spacing_mm)) + 1;
}
std::optional<int> reach(const LawsConfig& config, double) { return 2 + config.energy_distance; }
std::optional<int> reach(const GaborConfig& config, double spacing_mm) {
  return static_cast<int>(std::ceil(config.reach_mm() / spacing_mm));
}
std::optional<int> reach(const SeparableWaveletConfig& config, double) {
  const auto taps = static_cast<int>(wavelet_filters(config.wavelet).low.size());
  return (taps / 2) * ((1 << config.level) - 1);  // level l dilates by 2^(l - 1)
}
std::optional<int> reach(const SimoncelliConfig&, double) { return std::nullopt; }
std::optional<int> reach(const RieszLaplacianOfGaussianConfig&, double) { return std::nullopt; }

/// `part` of a piece that was cut from the grid at `piece_low`.
Box within(const Box& part, const std::array<int, 3>& piece_low) {
  Box moved = part;
  for (std::size_t a = 0; a < 3; ++a) moved.low[a] -= piece_low[a];
  return moved;
}

}  // namespace

Image standard_filter_in(const Image& image, const Box& box, const StandardFilter& filter, Extent extent) {
  if (std::holds_alternative<GaborConfig>(filter) && extent == Extent::volume) {
    // Plane by plane: none of the three needs slices beyond the box.
    Image sum;
    for (const Extent slices : {Extent::slices_along_z, Extent::slices_along_y, Extent::slices_along_x}) {
      Image response = standard_filter_in(image, box, filter, slices);
      if (sum.voxels.empty()) {
        sum = std::move(response);
      } else {
        pool(sum, response, Pooling::mean);
      }
    }
    for (double& v : sum.voxels) v /= 3;
    return sum;
  }
  const auto axes = axes_of(extent);
  std::array<int, 3> margin = {0, 0, 0};
  bool whole = false;
  for (std::size_t a = 0; a < 3; ++a) {
    if (!axes[a]) continue;
    const auto voxels = std::visit([&](const auto& config) { return reach(config, image.grid.spacing_mm[a]); }, filter);
    whole = whole || !voxels;
    margin[a] = voxels.value_or(0);
  }
  if (whole) return cut(standard_filter(image, filter, extent), box);
  const Box piece = grown(box, margin, image.grid.size);
  return cut(standard_filter(cut(image, piece), filter, extent), within(box, piece.low));
}

}  // namespace radiopath::radiology
