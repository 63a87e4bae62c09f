#include "radiology/filters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace radiopath::radiology {

Image to_image(const Volume& volume) {
  Image image{volume.grid, {volume.voxels.begin(), volume.voxels.end()}, VoxelType::float32};
  if (std::all_of(image.voxels.begin(), image.voxels.end(), [](double v) { return v == std::floor(v); }))
    image.type = VoxelType::integer;
  return image;
}

Volume to_volume(const Image& image) {
  Volume volume{image.grid, std::vector<float>(image.voxels.size())};
  for (std::size_t i = 0; i < image.voxels.size(); ++i) volume.voxels[i] = static_cast<float>(image.voxels[i]);
  return volume;
}

Image cut(const Image& image, const Box& box) {
  for (int a = 0; a < 3; ++a) {
    if (box.low[a] < 0 || box.size[a] < 0 || box.low[a] + box.size[a] > image.grid.size[a])
      throw std::logic_error("cut: the box leaves the image");
  }
  Image part{cut(image.grid, box), {}, image.type};
  part.voxels.reserve(static_cast<std::size_t>(part.grid.voxel_count()));
  for (int z = 0; z < box.size[2]; ++z) {
    for (int y = 0; y < box.size[1]; ++y) {
      const std::size_t first = image.grid.index(box.low[0], box.low[1] + y, box.low[2] + z);
      const auto row = image.voxels.begin() + static_cast<std::ptrdiff_t>(first);
      part.voxels.insert(part.voxels.end(), row, row + box.size[0]);
    }
  }
  return part;
}

std::string voxel_text(double value, const std::array<int, 3>& index) {
  const std::string what = std::isnan(value) ? "a NaN" : std::isinf(value) ? "an infinity" : fmt::format("{}", value);
  return fmt::format("{} at ({}, {}, {})", what, index[0], index[1], index[2]);
}

std::string not_finite_voxels(const Image& image) {
  const auto is_not = [](double v) { return !std::isfinite(v); };
  const auto first = std::find_if(image.voxels.begin(), image.voxels.end(), is_not);
  if (first == image.voxels.end()) return "";
  const std::string text = voxel_text(*first, image.grid.place(static_cast<std::size_t>(first - image.voxels.begin())));
  const auto count = std::count_if(first, image.voxels.end(), is_not);
  return count == 1 ? text : fmt::format("{} voxels that are NaN or infinite, the first {}", count, text);
}

ImageSummary summary_of(std::span<const double> voxels) {
  constexpr std::size_t kLanes = 8;  // independent sums, which the processor works on at once
  std::array<double, kLanes> sums{}, lows, highs;
  lows.fill(std::numeric_limits<double>::infinity());
  highs.fill(-std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < voxels.size(); i += kLanes) {
    const std::size_t lanes = std::min(kLanes, voxels.size() - i);
    for (std::size_t k = 0; k < lanes; ++k) {
      const double v = voxels[i + k];
      sums[k] += v;
      lows[k] = v < lows[k] ? v : lows[k];
      highs[k] = v > highs[k] ? v : highs[k];
    }
  }
  double sum = 0;
  for (const double part : sums) sum += part;
  return {sum / static_cast<double>(voxels.size()), *std::min_element(lows.begin(), lows.end()),
          *std::max_element(highs.begin(), highs.end())};
}

std::vector<double> intensities_in(const Roi& roi, const Image& image) {
  std::vector<double> values;
  values.reserve(roi.voxels.size());
  roi.for_each_index([&](std::size_t index) { values.push_back(image.voxels.at(index)); });
  return values;
}

std::array<bool, 3> axes_of(Extent extent) {
  return {extent != Extent::slices_along_x, extent != Extent::slices_along_y, extent != Extent::slices_along_z};
}

}  // namespace radiopath::radiology
