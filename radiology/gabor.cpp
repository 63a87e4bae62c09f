#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/parallel.h"
#include "radiology/convolution.h"
#include "radiology/fourier.h"
#include "radiology/standard_filters.h"

namespace radiopath::radiology {
namespace {

/// Slices of one orientation, laid out for the Fourier transform: the two axes in the plane, the extended sizes and how
/// far the image lies from their start. A mirrored image is periodic over twice its size and a zero one needs no more
/// than that; where the kernel's reach asks for less, that is taken, and the nearest rule cuts the reach off.
struct Plane {
  std::size_t first, second, across;
  std::array<int, 2> size, offset;
  std::array<int, 2> reach;
};

Plane plane_of(const Grid& grid, std::size_t across, double reach_mm, Boundary boundary) {
  Plane plane{across == 0 ? 1U : 0U, across == 2 ? 1U : 2U, across, {}, {}, {}};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::size_t axis = i == 0 ? plane.first : plane.second;
    const int n = grid.size[axis];
    plane.reach[i] = static_cast<int>(std::ceil(reach_mm / grid.spacing_mm[axis]));
    if (boundary == Boundary::zero) plane.reach[i] = std::min(plane.reach[i], n);
    const int reached = smooth_size(n + 2 * plane.reach[i]);
    plane.size[i] = boundary == Boundary::periodic                       ? n
                    : boundary == Boundary::nearest || reached < 2 * n ? reached
                                                                       : 2 * n;
    plane.offset[i] = plane.size[i] == reached && boundary != Boundary::periodic ? plane.reach[i] : 0;
  }
  return plane;
}

/// Transformed kernel: exp(-(r1^2 + gamma^2 r2^2) / (2 sigma^2) + 2 pi i r1 / lambda), r turned by theta, folded into
/// the period. Source: IBSI-2 reference manual, section 3.4.
Spectrum kernel_spectrum(const Grid& grid, const Plane& plane, const GaborConfig& config, double theta_deg) {
  const auto [nx, ny] = plane.size;
  Spectrum kernel(static_cast<std::size_t>(nx) * static_cast<std::size_t>(ny));
  const double theta = theta_deg * std::numbers::pi / 180, c = std::cos(theta), s = std::sin(theta);
  for (int j = -plane.reach[1]; j <= plane.reach[1]; ++j) {
    for (int i = -plane.reach[0]; i <= plane.reach[0]; ++i) {
      const double x = i * grid.spacing_mm[plane.first], y = j * grid.spacing_mm[plane.second];
      const double r1 = x * c + y * s, r2 = y * c - x * s;
      const double envelope =
          std::exp(-(r1 * r1 + config.gamma * config.gamma * r2 * r2) / (2 * config.sigma_mm * config.sigma_mm));
      const auto at = boundary_place(i, nx, Boundary::periodic) + nx * boundary_place(j, ny, Boundary::periodic);
      kernel[static_cast<std::size_t>(at)] += std::polar(envelope, 2 * std::numbers::pi * r1 / config.wavelength_mm);
    }
  }
  fourier(kernel, {nx, ny, 1}, {true, true, false}, FourierDirection::forward);
  return kernel;
}

Spectrum extended_slice(const Image& image, const Plane& plane, int slice, Boundary boundary) {
  const auto [nx, ny] = plane.size;
  Spectrum values(static_cast<std::size_t>(nx) * static_cast<std::size_t>(ny));
  std::array<int, 3> at{};
  at[plane.across] = slice;
  for (int j = 0; j < ny; ++j) {
    const auto second = boundary_place(j - plane.offset[1], image.grid.size[plane.second], boundary);
    for (int i = 0; i < nx; ++i) {
      const auto first = boundary_place(i - plane.offset[0], image.grid.size[plane.first], boundary);
      if (first < 0 || second < 0) continue;
      at[plane.first] = static_cast<int>(first);
      at[plane.second] = static_cast<int>(second);
      values[static_cast<std::size_t>(i) + static_cast<std::size_t>(nx) * static_cast<std::size_t>(j)] =
          image.voxels[image.grid.index(at[0], at[1], at[2])];
    }
  }
  return values;
}

void respond_in_slice(const Image& image, const Plane& plane, const std::vector<Spectrum>& kernels, int slice,
                      Boundary boundary, Pooling pooling, Image& result) {
  const std::array<int, 3> size = {plane.size[0], plane.size[1], 1};
  Spectrum values = extended_slice(image, plane, slice, boundary);
  fourier(values, size, {true, true, false}, FourierDirection::forward);
  std::array<int, 3> at{};
  at[plane.across] = slice;
  for (const Spectrum& kernel : kernels) {
    Spectrum response(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) response[i] = values[i] * kernel[i];
    fourier(response, size, {true, true, false}, FourierDirection::inverse);
    for (int j = 0; j < image.grid.size[plane.second]; ++j) {
      for (int i = 0; i < image.grid.size[plane.first]; ++i) {
        at[plane.first] = i;
        at[plane.second] = j;
        double& v = result.voxels[image.grid.index(at[0], at[1], at[2])];
        const std::int64_t place = i + plane.offset[0] + std::int64_t{size[0]} * (j + plane.offset[1]);
        const double m = std::abs(response[static_cast<std::size_t>(place)]);
        v = pooling == Pooling::max ? std::max(v, m) : v + m / static_cast<double>(kernels.size());
      }
    }
  }
}

Image in_planes(const Image& image, const GaborConfig& config, std::size_t across) {
  const Boundary boundary = boundary_named(config.boundary);
  const Plane plane = plane_of(image.grid, across, config.reach_mm(), boundary);
  std::vector<Spectrum> kernels;
  // Half a turn gives the complex conjugate and the same modulus.
  const double step = config.theta_step_deg;
  const int steps = step > 0 ? static_cast<int>(std::lround(180 / step)) : 1;
  for (int i = 0; i < steps; ++i)
    kernels.push_back(kernel_spectrum(image.grid, plane, config, config.theta_deg + i * step));
  Image result{image.grid, std::vector<double>(image.voxels.size()), VoxelType::float64};
  const Pooling pooling = pooling_named(config.pooling);
  parallel_for(image.grid.size[across], [&](std::int64_t slice) {
    respond_in_slice(image, plane, kernels, static_cast<int>(slice), boundary, pooling, result);
  });
  return result;
}

}  // namespace

Image standard_filter(const Image& image, const GaborConfig& config, Extent extent) {
  const double turns = config.theta_step_deg > 0 ? 180 / config.theta_step_deg : 1;
  const bool positive = config.sigma_mm > 0 && config.wavelength_mm > 0 && config.gamma > 0;
  if (!positive || std::abs(turns - std::round(turns)) > 1e-9)
    throw InputError(
        fmt::format("Gabor: sigma {:g} mm, wavelength {:g} mm, gamma {:g}, theta step {:g} degrees; expected positive "
                    "widths and a step that divides 180",
                    config.sigma_mm, config.wavelength_mm, config.gamma, config.theta_step_deg));
  if (extent == Extent::slices_along_x) return in_planes(image, config, 0);
  if (extent == Extent::slices_along_y) return in_planes(image, config, 1);
  if (extent == Extent::slices_along_z) return in_planes(image, config, 2);
  Image result = in_planes(image, config, 2);
  pool(result, in_planes(image, config, 1), Pooling::mean);
  pool(result, in_planes(image, config, 0), Pooling::mean);
  for (double& v : result.voxels) v /= 3;
  return result;
}

}  // namespace radiopath::radiology
