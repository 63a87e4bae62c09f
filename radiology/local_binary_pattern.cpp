#include "radiology/local_binary_pattern.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/error.h"
#include "core/parallel.h"

namespace radiopath::radiology {
namespace {

struct Sample {
  double row, column;
};

/// Samples anticlockwise from the right, to five decimals, as scikit-image rounds them.
std::vector<Sample> circle(const LocalBinaryPattern2dConfig& config) {
  const auto rounded = [](double v) { return std::nearbyint(v * 1e5) / 1e5; };
  std::vector<Sample> samples;
  for (int i = 0; i < config.samples; ++i) {
    const double angle = 2 * std::numbers::pi * i / config.samples;
    samples.push_back({rounded(-config.radius * std::sin(angle)), rounded(config.radius * std::cos(angle))});
  }
  return samples;
}

/// One slice of the image: rows and columns as in PyRadiomics' array (z, y, x) with the slice axis swapped to the front.
struct Slice {
  const Image& image;
  int along, row_axis, column_axis, place;

  std::size_t index(int row, int column) const {
    std::array<int, 3> at{};
    at[static_cast<std::size_t>(along)] = place;
    at[static_cast<std::size_t>(row_axis)] = row;
    at[static_cast<std::size_t>(column_axis)] = column;
    return image.grid.index(at[0], at[1], at[2]);
  }
  int rows() const { return image.grid.size[static_cast<std::size_t>(row_axis)]; }
  int columns() const { return image.grid.size[static_cast<std::size_t>(column_axis)]; }
  double at(int row, int column) const {
    if (row < 0 || row >= rows() || column < 0 || column >= columns()) return 0;
    return image.voxels[index(row, column)];
  }
  double interpolated(double row, double column) const {
    const int r0 = static_cast<int>(std::floor(row)), r1 = static_cast<int>(std::ceil(row));
    const int c0 = static_cast<int>(std::floor(column)), c1 = static_cast<int>(std::ceil(column));
    const double dr = row - r0, dc = column - c0;
    const double top = (1 - dc) * at(r0, c0) + dc * at(r0, c1);
    const double bottom = (1 - dc) * at(r1, c0) + dc * at(r1, c1);
    return (1 - dr) * top + dr * bottom;
  }
};

double variance(const std::vector<double>& texture) {
  double sum = 0, squares = 0;
  for (const double v : texture) {
    sum += v;
    squares += v * v;
  }
  const double n = static_cast<double>(texture.size()), found = (squares - sum * sum / n) / n;
  return found != 0 ? found : std::numeric_limits<double>::quiet_NaN();
}

double pattern(const std::vector<double>& texture, double centre, const std::string& method) {
  const std::size_t n = texture.size();
  std::uint32_t code = 0;
  int set = 0, changes = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool above = texture[i] - centre >= 0;
    if (above) code |= std::uint32_t{1} << i;
    set += above;
    // The step from the last sample to the first is not counted, as in scikit-image.
    if (i > 0 && above != (texture[i - 1] - centre >= 0)) ++changes;
  }
  if (method == "uniform") return changes <= 2 ? set : static_cast<double>(n) + 1;
  if (method == "default") return code;
  std::uint32_t least = code;
  for (std::size_t i = 1; i < n; ++i) {
    code = (code >> 1) | ((code & 1U) << (n - 1));
    least = std::min(least, code);
  }
  return least;
}

}  // namespace

Image local_binary_pattern_2d(const Image& image, const LocalBinaryPattern2dConfig& config, Extent slices) {
  if (config.samples < 1 || config.samples > 24 || !(config.radius > 0))
    throw InputError(fmt::format("LBP: {} samples at radius {:g}; expected 1 to 24 samples and a radius above 0",
                                 config.samples, config.radius));
  const int along = slices == Extent::slices_along_x ? 0 : slices == Extent::slices_along_y ? 1 : 2;
  const int row_axis = along == 1 ? 2 : 1, column_axis = along == 0 ? 2 : 0;
  const std::vector<Sample> samples = circle(config);
  Image result{image.grid, std::vector<double>(image.voxels.size()), image.type};
  parallel_for(image.grid.size[static_cast<std::size_t>(along)], [&](std::int64_t place) {
    const Slice slice{image, along, row_axis, column_axis, static_cast<int>(place)};
    std::vector<double> texture(samples.size());
    for (int row = 0; row < slice.rows(); ++row) {
      for (int column = 0; column < slice.columns(); ++column) {
        for (std::size_t i = 0; i < samples.size(); ++i)
          texture[i] = slice.interpolated(row + samples[i].row, column + samples[i].column);
        double value = config.method == "var" ? variance(texture) : pattern(texture, slice.at(row, column), config.method);
        if (image.type == VoxelType::integer) value = std::isnan(value) ? 0 : std::trunc(value);
        if (image.type == VoxelType::float32) value = static_cast<float>(value);
        result.voxels[slice.index(row, column)] = value;
      }
    }
  });
  return result;
}

}  // namespace radiopath::radiology
