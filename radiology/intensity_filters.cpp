#include "radiology/intensity_filters.h"

#include <algorithm>
#include <cmath>

namespace radiopath::radiology {
namespace {

double largest_magnitude(const std::vector<double>& voxels) {
  double largest = 0;
  for (const double v : voxels) {
    if (std::isnan(v)) return v;
    largest = std::max(largest, std::abs(v));
  }
  return largest;
}

template <class Function>
Image transformed(const Image& image, Function&& f) {
  Image result{image.grid, std::vector<double>(image.voxels.size()), VoxelType::float64};
  std::transform(image.voxels.begin(), image.voxels.end(), result.voxels.begin(), f);
  return result;
}

}  // namespace

Image square(const Image& image) {
  const double c = 1 / std::sqrt(largest_magnitude(image.voxels));
  return transformed(image, [c](double v) { return (c * v) * (c * v); });
}

Image square_root(const Image& image) {
  const double c = largest_magnitude(image.voxels);
  return transformed(image, [c](double v) { return v < 0 ? -std::sqrt(-v * c) : v > 0 ? std::sqrt(v * c) : v; });
}

Image logarithm(const Image& image) {
  Image result = transformed(
      image, [](double v) { return v < 0 ? -std::log(-(v - 1)) : v > 0 ? std::log(v + 1) : v; });
  const double scale = largest_magnitude(image.voxels) / largest_magnitude(result.voxels);
  for (double& v : result.voxels) v *= scale;
  return result;
}

Image exponential(const Image& image) {
  const double m = largest_magnitude(image.voxels), c = std::log(m) / m;
  return transformed(image, [c](double v) { return std::exp(c * v); });
}

}  // namespace radiopath::radiology
