#include "radiology/standard_filters.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <numbers>

#include "core/error.h"
#include "core/table.h"
#include "radiology/convolution.h"
#include "radiology/wavelet.h"

namespace radiopath::radiology {
namespace {

/// The kernels for the axes of `extent`, in order.
SeparableKernel on_axes(const std::vector<std::vector<double>>& kernels, Extent extent) {
  const auto axes = axes_of(extent);
  SeparableKernel result;
  std::size_t next = 0;
  for (std::size_t a = 0; a < 3; ++a) {
    if (axes[a]) result[a] = kernels.at(next++);
  }
  return result;
}

std::size_t dimensions(Extent extent) { return extent == Extent::volume ? 3 : 2; }

Image box_mean(const Image& image, int support, Boundary boundary, Extent extent) {
  const std::vector<double> box(static_cast<std::size_t>(support), 1.0 / support);
  return convolve(image, on_axes({box, box, box}, extent), boundary);
}

/// Laws' kernels with unit norm. Source: IBSI-2 reference manual, table of section 3.3; Laws, 1980.
std::vector<double> laws_kernel(const std::string& name) {
  static const std::map<std::string, std::vector<double>> known = {
      {"L3", {1, 2, 1}},         {"E3", {-1, 0, 1}},        {"S3", {-1, 2, -1}},
      {"L5", {1, 4, 6, 4, 1}},   {"E5", {-1, -2, 0, 2, 1}}, {"S5", {-1, 0, 2, 0, -1}},
      {"W5", {-1, 2, 0, -2, 1}}, {"R5", {1, -4, 6, -4, 1}}};
  const auto found = known.find(name);
  if (found == known.end())
    throw InputError(fmt::format("Laws kernel '{}' is not known; expected {}", name, join_names(detail::kLawsKernels)));
  std::vector<double> kernel = found->second;
  double squares = 0;
  for (const double v : kernel) squares += v * v;
  for (double& v : kernel) v /= std::sqrt(squares);
  return kernel;
}

/// Odd length, so that the middle stays when the filter is reversed; then zeros between the taps of deeper levels.
std::vector<double> dilated(std::vector<double> filter, int level) {
  if (filter.size() % 2 == 0) filter.push_back(0);
  const std::size_t step = std::size_t{1} << (level - 1);
  std::vector<double> result((filter.size() - 1) * step + 1);
  for (std::size_t i = 0; i < filter.size(); ++i) result[i * step] = filter[i];
  return result;
}

}  // namespace

Image standard_filter(const Image& image, const MeanConfig& config, Extent extent) {
  if (config.support < 1 || config.support % 2 == 0)
    throw InputError(fmt::format("mean filter: support is {} voxels; expected an odd number", config.support));
  return box_mean(image, config.support, boundary_named(config.boundary), extent);
}

Image standard_filter(const Image& image, const LaplacianOfGaussianConfig& config, Extent extent) {
  // Separable: the sum over axes of the second derivative along one and the Gaussian along the others.
  if (!(config.sigma_mm > 0))
    throw InputError(fmt::format("LoG: sigma is {:g} mm; expected a width above 0", config.sigma_mm));
  const auto axes = axes_of(extent);
  SeparableKernel smooth, curve;
  for (std::size_t a = 0; a < 3; ++a) {
    if (!axes[a]) continue;
    const double sigma = config.sigma_mm / image.grid.spacing_mm[a];
    const int reach = static_cast<int>(std::floor(config.cutoff * sigma + 0.5));
    for (int k = -reach; k <= reach; ++k) {
      const double r = k / sigma, g = std::exp(-r * r / 2) / (std::sqrt(2 * std::numbers::pi) * sigma);
      smooth[a].push_back(g);
      curve[a].push_back(g * (r * r - 1) / (sigma * sigma));
    }
  }
  Image result{image.grid, std::vector<double>(image.voxels.size()), VoxelType::float64};
  for (std::size_t a = 0; a < 3; ++a) {
    if (!axes[a]) continue;
    SeparableKernel kernel = smooth;
    kernel[a] = curve[a];
    pool(result, convolve(image, kernel, boundary_named(config.boundary)), Pooling::mean);
  }
  return result;
}

Image standard_filter(const Image& image, const LawsConfig& config, Extent extent) {
  if (config.kernels.size() != dimensions(extent))
    throw InputError(
        fmt::format("Laws: {} kernels; expected {}, one per axis", config.kernels.size(), dimensions(extent)));
  std::vector<std::vector<double>> kernels;
  for (const auto& name : config.kernels) kernels.push_back(laws_kernel(name));
  const Boundary boundary = boundary_named(config.boundary);
  Image response = pooled_over_rotations({on_axes(kernels, extent)}, extent, pooling_named(config.pooling),
                                         [&](const auto& turned) { return convolve(image, turned[0], boundary); });
  if (config.energy_distance == 0) return response;
  for (double& v : response.voxels) v = std::abs(v);
  return box_mean(response, 2 * config.energy_distance + 1, boundary, extent);
}

Image standard_filter(const Image& image, const SeparableWaveletConfig& config, Extent extent) {
  if (config.band.size() != dimensions(extent) || config.band.find_first_not_of("LH") != std::string::npos)
    throw InputError(fmt::format("wavelet band '{}'; expected {} letters L or H", config.band, dimensions(extent)));
  if (config.level < 1 || config.level > 8)
    throw InputError(fmt::format("wavelet level {}; expected 1 to 8", config.level));
  const WaveletFilters filters = wavelet_filters(config.wavelet);
  std::vector<SeparableKernel> stages;
  for (int level = 1; level <= config.level; ++level) {
    std::vector<std::vector<double>> kernels;
    for (const char letter : config.band)
      kernels.push_back(dilated(level == config.level && letter == 'H' ? filters.high : filters.low, level));
    stages.push_back(on_axes(kernels, extent));
  }
  const Boundary boundary = boundary_named(config.boundary);
  return pooled_over_rotations(stages, extent, pooling_named(config.pooling), [&](const auto& turned) {
    Image response = image;
    for (const auto& kernel : turned) response = convolve(response, kernel, boundary);
    return response;
  });
}

}  // namespace radiopath::radiology
