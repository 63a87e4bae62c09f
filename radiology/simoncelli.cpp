#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "core/error.h"
#include "core/parallel.h"
#include "radiology/convolution.h"
#include "radiology/fourier.h"
#include "radiology/standard_filters.h"

namespace radiopath::radiology {
namespace {

/// Frequencies of the transform's places: (i - (n-1)/2) / ((n-1)/2), i = 0 … n - 1, shifted so that place 0 is the
/// middle. On this grid the IBSI-2 reference maps are made; it has no zero for even n.
std::vector<double> frequencies(int n, bool used) {
  std::vector<double> result(static_cast<std::size_t>(n), 0.0);
  const double middle = (n - 1) / 2.0;
  for (int i = 0; used && n > 1 && i < n; ++i) result[static_cast<std::size_t>(i)] = ((i + n / 2) % n - middle) / middle;
  return result;
}

using Multiplier = std::function<std::complex<double>(const std::array<double, 3>& frequency, double magnitude)>;

/// Real part of the image times `multiplier` in the Fourier domain; periodic.
Image multiplied(const Image& image, Extent extent, const Multiplier& multiplier) {
  const auto axes = axes_of(extent);
  const auto& size = image.grid.size;
  std::array<std::vector<double>, 3> nu;
  for (std::size_t a = 0; a < 3; ++a) nu[a] = frequencies(size[a], axes[a]);
  Spectrum values(image.voxels.begin(), image.voxels.end());
  fourier(values, size, axes, FourierDirection::forward);
  parallel_for(size[2], [&](std::int64_t z) {
    std::size_t i = image.grid.index(0, 0, static_cast<int>(z));
    for (const double y : nu[1]) {
      for (const double x : nu[0]) {
        const double at_z = nu[2][static_cast<std::size_t>(z)];
        values[i++] *= multiplier({x, y, at_z}, std::sqrt(x * x + y * y + at_z * at_z));
      }
    }
  });
  fourier(values, size, axes, FourierDirection::inverse);
  Image result{image.grid, std::vector<double>(values.size()), VoxelType::float64};
  for (std::size_t i = 0; i < values.size(); ++i) result.voxels[i] = values[i].real();
  return result;
}

/// (-i)^L sqrt(L! / (l1! l2! l3!)) nu^l / |nu|^L with L = l1 + l2 + l3; 0 at frequency 0.
/// Source: IBSI-2 reference manual, section 3.7; Chenouard and Unser, IEEE TIP 2012;21:1.
Multiplier riesz(const std::vector<int>& order, Extent extent) {
  const auto axes = axes_of(extent);
  bool valid = order.size() == 3;
  for (std::size_t a = 0; valid && a < 3; ++a) valid = order[a] >= 0 && order[a] <= 16 && (axes[a] || order[a] == 0);
  if (!valid)
    throw InputError("Riesz transform: expected three orders of 0 to 16, for x, y and z, and 0 across the slices");
  const int total = order[0] + order[1] + order[2];
  double norm = std::tgamma(total + 1.0);
  for (const int l : order) norm /= std::tgamma(l + 1.0);
  const std::complex<double> factor =
      std::array<std::complex<double>, 4>{{{1, 0}, {0, -1}, {-1, 0}, {0, 1}}}[static_cast<std::size_t>(total % 4)] *
      std::sqrt(norm);
  return [factor, order](const std::array<double, 3>& nu, double magnitude) -> std::complex<double> {
    if (magnitude == 0) return 0;
    double product = 1;
    for (std::size_t a = 0; a < 3; ++a) product *= std::pow(nu[a] / magnitude, order[a]);
    return factor * product;
  };
}

}  // namespace

/// Source: IBSI-2 reference manual, section 3.6; Simoncelli and Freeman, ICIP 1995; Portilla and Simoncelli, IJCV 2000.
Image standard_filter(const Image& image, const SimoncelliConfig& config, Extent extent) {
  if (config.level < 1 || config.level > 8) throw InputError(fmt::format("Simoncelli level {}; expected 1 to 8", config.level));
  const double scale = std::exp2(config.level - 1);
  const Multiplier transform = config.riesz.empty() ? Multiplier() : riesz(config.riesz, extent);
  return multiplied(image, extent, [&](const std::array<double, 3>& nu, double magnitude) -> std::complex<double> {
    const double q = magnitude * scale;
    if (!(q > 0.25) || q > 1) return 0;
    const double band = std::cos(std::numbers::pi / 2 * std::log2(2 * q));
    return transform ? band * transform(nu, magnitude) : band;
  });
}

Image standard_filter(const Image& image, const RieszLaplacianOfGaussianConfig& config, Extent extent) {
  const auto axes = axes_of(extent);
  const Boundary boundary = boundary_named(config.laplacian.boundary);
  Box inner{{0, 0, 0}, image.grid.size};
  Image wide{image.grid, {}, VoxelType::float64};
  for (std::size_t a = 0; a < 3; ++a) {
    inner.low[a] = axes[a] ? image.grid.size[a] / 2 : 0;
    wide.grid.size[a] += 2 * inner.low[a];
  }
  wide.voxels.reserve(static_cast<std::size_t>(wide.grid.voxel_count()));
  for (int z = 0; z < wide.grid.size[2]; ++z) {
    const auto from_z = boundary_place(z - inner.low[2], image.grid.size[2], boundary);
    for (int y = 0; y < wide.grid.size[1]; ++y) {
      const auto from_y = boundary_place(y - inner.low[1], image.grid.size[1], boundary);
      for (int x = 0; x < wide.grid.size[0]; ++x) {
        const auto from_x = boundary_place(x - inner.low[0], image.grid.size[0], boundary);
        const bool outside = from_x < 0 || from_y < 0 || from_z < 0;
        wide.voxels.push_back(outside ? 0 : image.voxels[image.grid.index(static_cast<int>(from_x), static_cast<int>(from_y), static_cast<int>(from_z))]);
      }
    }
  }
  Image result = cut(multiplied(standard_filter(wide, config.laplacian, extent), extent, riesz(config.riesz, extent)), inner);
  result.grid = image.grid;
  return result;
}

}  // namespace radiopath::radiology
