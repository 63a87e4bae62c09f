#include "radiology/wavelet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/table.h"
#include "radiology/stationary_transform.h"
#include "radiology/wavelet_coefficients.h"

namespace radiopath::radiology {
namespace {

using namespace stationary;

/// The voxels of a window that may leave the image; an odd size has been extended by a copy of the first voxel.
template <class T>
Block<T> gather(const Image& image, const Window& window, const std::array<std::int64_t, 3>& period) {
  std::array<std::vector<int>, 3> places;
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::int64_t i = 0; i < window.size[a]; ++i)
      places[a].push_back(static_cast<int>(wrapped(window.low[a] + i, period[a]) % image.grid.size[a]));
  }
  Block<T> block{window, std::vector<T>(static_cast<std::size_t>(window.count()))};
  T* out = block.values.data();
  for (const int z : places[2]) {
    for (const int y : places[1]) {
      const double* row = image.voxels.data() + image.grid.index(0, y, z);
      for (const int x : places[0]) *out++ = static_cast<T>(row[x]);
    }
  }
  return block;
}

/// The middle of a block that is `box`.
template <class T>
Image middle(Block<T>& block, const Image& image, const Box& box) {
  Image result{cut(image.grid, box), {}, sizeof(T) == 4 ? VoxelType::float32 : VoxelType::float64};
  if constexpr (sizeof(T) == 8) {
    if (block.window.count() == result.grid.voxel_count()) {  // the last level: nothing lies around the box
      result.voxels = std::move(block.values);
      return result;
    }
  }
  result.voxels.resize(static_cast<std::size_t>(result.grid.voxel_count()));
  auto out = result.voxels.begin();
  const Window& w = block.window;
  for (int z = 0; z < box.size[2]; ++z) {
    for (int y = 0; y < box.size[1]; ++y) {
      const T* row = block.values.data() + (box.low[0] - w.low[0]) +
                     w.size[0] * ((box.low[1] + y - w.low[1]) + w.size[1] * (box.low[2] + z - w.low[2]));
      out = std::copy(row, row + box.size[0], out);
    }
  }
  return result;
}

/// Single precision as PyWavelets holds it: its coiflets are a single-precision table times a single-precision sqrt(2).
template <class T>
Taps<T> rounded_taps(const std::string& wavelet, const std::vector<double>& filter) {
  Taps<T> taps;
  const bool coiflet = wavelet.starts_with("coif") && sizeof(T) == 4;
  for (const double v : filter)
    taps.values.push_back(coiflet ? static_cast<T>(v / std::sqrt(2.0)) * static_cast<T>(std::sqrt(2.0))
                                  : static_cast<T>(v));
  return taps;
}

template <class T>
std::vector<NamedImage> bands_of(const Image& image, const WaveletConfig& config, Extent extent, const Box& box) {
  const WaveletFilters filters = wavelet_filters(config.wavelet);
  const std::array<Taps<T>, 2> taps = {rounded_taps<T>(config.wavelet, filters.low),
                                       rounded_taps<T>(config.wavelet, filters.high)};
  const std::array<bool, 3> axes = axes_of(extent);
  const int levels = config.start_level + config.level;
  std::array<std::int64_t, 3> period;
  Window window;
  for (std::size_t a = 0; a < 3; ++a) {
    period[a] = image.grid.size[a] + image.grid.size[a] % 2;
    window.low[a] = box.low[a] - (axes[a] ? levels * taps[0].before() : 0);
    window.size[a] = box.size[a] + (axes[a] ? levels * (taps[0].size() - 1) : 0);
  }
  Block<T> approximation = gather<T>(image, window, period);
  std::vector<NamedImage> images;
  std::string prefix;
  for (int level = 0; level < levels; ++level) {
    auto bands = decompose(std::move(approximation), axes, period, taps);
    approximation = std::move(bands.approximation);
    if (level < config.start_level) continue;
    const int number = level - config.start_level + 1;
    prefix = number == 1 ? "wavelet-" : fmt::format("wavelet{}-", number);
    for (auto& [name, band] : bands.details) images.push_back({prefix + name, middle(band, image, box)});
  }
  const std::string name(static_cast<std::size_t>(std::count(axes.begin(), axes.end(), true)), 'L');
  images.push_back({prefix + name, middle(approximation, image, box)});
  return images;
}

}  // namespace

std::vector<std::string> wavelet_names() {
  std::vector<std::string> names = {"haar"};
  for (const WaveletTable& table : wavelet_tables()) names.push_back(table.name);
  for (const WaveletTable& table : wavelet_tables()) {
    if (!table.decomposition_low.empty()) names.push_back("rbio" + table.name.substr(4));
  }
  return names;
}

WaveletFilters wavelet_filters(const std::string& name) {
  const bool reversed = name.starts_with("rbio");
  const std::string stored = name == "haar" ? "db1" : reversed ? "bior" + name.substr(4) : name;
  const auto& tables = wavelet_tables();
  const auto table = std::find_if(tables.begin(), tables.end(), [&](const auto& t) { return t.name == stored; });
  if (table == tables.end()) {
    const auto nearest = nearest_name(name, wavelet_names());
    throw InputError(
        fmt::format("wavelet '{}' is not known{}; expected haar, db1-20, sym2-20, coif1-5, dmey, bior or rbio", name,
                    nearest ? "; did you mean '" + *nearest + "'?" : ""));
  }
  std::vector<double> rebuild = table->scaling, low = table->decomposition_low;
  if (low.empty()) low.assign(rebuild.rbegin(), rebuild.rend());
  if (reversed) {
    std::swap(rebuild, low);
    std::reverse(rebuild.begin(), rebuild.end());
    std::reverse(low.begin(), low.end());
  }
  // The high-pass filter is the scaling filter with alternating signs, the last tap positive at index length - 1.
  WaveletFilters filters{low, rebuild};
  for (std::size_t i = 0; i < rebuild.size(); ++i) {
    if ((rebuild.size() - 1 - i) % 2 == 1) filters.high[i] = -rebuild[i];
  }
  return filters;
}

std::vector<NamedImage> wavelet_bands(const Image& image, const WaveletConfig& config, Extent extent,
                                      const std::optional<Box>& box) {
  const Box wanted = box ? *box : Box{{0, 0, 0}, image.grid.size};
  return image.type == VoxelType::float32 ? bands_of<float>(image, config, extent, wanted)
                                          : bands_of<double>(image, config, extent, wanted);
}

}  // namespace radiopath::radiology
