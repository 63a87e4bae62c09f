#include "radiology/wavelet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"
#include "radiology/wavelet_coefficients.h"

namespace radiopath::radiology {
namespace {

/// Voxels low … low + size - 1 of each axis in positions that go on periodically beyond the image.
struct Window {
  std::array<std::int64_t, 3> low = {0, 0, 0}, size = {0, 0, 0};

  std::int64_t count() const { return size[0] * size[1] * size[2]; }
};

template <class T>
struct Block {
  Window window;
  std::vector<T> values;  // x fastest
};

/// One filter as a sum over inputs: output(p) = sum over j of taps[j] * input(p + length / 2 - j), periodic.
template <class T>
struct Taps {
  std::vector<T> values;

  std::int64_t size() const { return static_cast<std::int64_t>(values.size()); }
  /// Inputs before and after an output.
  std::int64_t before() const { return size() - 1 - size() / 2; }
  std::int64_t after() const { return size() / 2; }
};

std::int64_t wrapped(std::int64_t position, std::int64_t period) {
  const std::int64_t rest = position % period;
  return rest < 0 ? rest + period : rest;
}

/// Order in which PyWavelets adds the taps for the output at `position`: ascending, but where the filter reaches beyond
/// the end of the line, first the taps there, descending (convolution.template.c, periodization).
void order_taps(std::int64_t position, std::int64_t period, std::int64_t taps, std::vector<std::int64_t>& order) {
  order.resize(static_cast<std::size_t>(taps));
  const std::int64_t beyond = std::clamp(wrapped(position, period) + taps / 2 - period + 1, std::int64_t{0}, taps);
  for (std::int64_t j = 0; j < taps; ++j) order[static_cast<std::size_t>(j)] = j < beyond ? beyond - 1 - j : j;
}

/// Rows of x: out[x] = sum of taps over x, for outputs first … first + count - 1 in positions; `in` starts at
/// position first - before.
template <class T>
void filter_row(const T* in, T* out, std::int64_t first, std::int64_t count, std::int64_t period, const Taps<T>& taps) {
  const std::int64_t n = taps.size();
  std::fill(out, out + count, T{0});
  for (std::int64_t j = 0; j < n; ++j) {
    const T tap = taps.values[static_cast<std::size_t>(j)];
    const T* shifted = in + (n - 1 - j);
    for (std::int64_t i = 0; i < count; ++i) out[i] += tap * shifted[i];
  }
  std::vector<std::int64_t> order;
  for (std::int64_t i = 0; i < count; ++i) {
    if (wrapped(first + i, period) + n / 2 < period) continue;
    order_taps(first + i, period, n, order);
    T sum = 0;
    for (const std::int64_t j : order) sum += taps.values[static_cast<std::size_t>(j)] * in[i + n - 1 - j];
    out[i] = sum;
  }
}

/// out[x] = sum over j of taps[j] * rows[j][x] in the given order; rows[j] = in + (n - 1 - j) * stride.
template <class T>
void combine_rows(const T* in, std::int64_t stride, T* out, std::int64_t count, const Taps<T>& taps,
                  const std::vector<std::int64_t>& order) {
  const std::int64_t n = taps.size();
  constexpr std::int64_t kChunk = 16;  // sums held in registers while the taps run
  std::int64_t i = 0;
  for (; i + kChunk <= count; i += kChunk) {
    std::array<T, kChunk> sum{};
    for (const std::int64_t j : order) {
      const T tap = taps.values[static_cast<std::size_t>(j)];
      const T* row = in + (n - 1 - j) * stride + i;
      for (std::int64_t k = 0; k < kChunk; ++k) sum[static_cast<std::size_t>(k)] += tap * row[k];
    }
    std::copy(sum.begin(), sum.end(), out + i);
  }
  for (; i < count; ++i) {
    T sum = 0;
    for (const std::int64_t j : order) sum += taps.values[static_cast<std::size_t>(j)] * in[(n - 1 - j) * stride + i];
    out[i] = sum;
  }
}

/// Low-pass and high-pass of a block along one axis; the outputs' window is narrower by the filter's support there.
template <class T>
std::array<Block<T>, 2> split(const Block<T>& block, int axis, std::int64_t period, const std::array<Taps<T>, 2>& filters) {
  const Window& in = block.window;
  Window window = in;
  window.low[axis] += filters[0].before();
  window.size[axis] -= filters[0].size() - 1;
  std::array<Block<T>, 2> halves;
  for (auto& half : halves) half = {window, std::vector<T>(static_cast<std::size_t>(window.count()))};
  parallel_for(window.size[2], [&](std::int64_t z) {
    std::vector<std::int64_t> order;
    for (std::int64_t y = 0; y < window.size[1]; ++y) {
      const T* row = block.values.data() + in.size[0] * (y + in.size[1] * z);
      const std::int64_t position = window.low[axis] + (axis == 1 ? y : z);
      if (axis != 0) order_taps(position, period, filters[0].size(), order);
      for (std::size_t h = 0; h < 2; ++h) {
        T* out = halves[h].values.data() + window.size[0] * (y + window.size[1] * z);
        if (axis == 0)
          filter_row(row, out, window.low[0], window.size[0], period, filters[h]);
        else
          combine_rows(row, axis == 1 ? in.size[0] : in.size[0] * in.size[1], out, window.size[0], filters[h], order);
      }
    }
  });
  return halves;
}

template <class T>
struct Bands {
  std::vector<std::pair<std::string, Block<T>>> details;
  Block<T> approximation;
};

/// One level: details LLH, LHL, … in the order of their names and the approximation.
template <class T>
Bands<T> decompose(Block<T> block, const std::array<bool, 3>& axes, const std::array<std::int64_t, 3>& period,
                   const std::array<Taps<T>, 2>& filters) {
  std::vector<std::pair<std::string, Block<T>>> bands;
  bands.emplace_back("", std::move(block));
  for (int axis = 0; axis < 3; ++axis) {
    if (!axes[static_cast<std::size_t>(axis)]) continue;
    std::vector<std::pair<std::string, Block<T>>> narrower;
    for (auto& [name, band] : bands) {
      auto halves = split(band, axis, period[static_cast<std::size_t>(axis)], filters);
      band.values = {};
      narrower.emplace_back(name + "L", std::move(halves[0]));
      narrower.emplace_back(name + "H", std::move(halves[1]));
    }
    bands = std::move(narrower);
  }
  Bands<T> result;
  result.approximation = std::move(bands.front().second);
  result.details.assign(std::make_move_iterator(bands.begin() + 1), std::make_move_iterator(bands.end()));
  return result;
}

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
Image middle(const Block<T>& block, const Image& image, const Box& box) {
  Image result{cut(image.grid, box), {}, sizeof(T) == 4 ? VoxelType::float32 : VoxelType::float64};
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
    for (const auto& [name, band] : bands.details) images.push_back({prefix + name, middle(band, image, box)});
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
    throw InputError(fmt::format("wavelet '{}' is not known{}; expected haar, db1-20, sym2-20, coif1-5, dmey, bior or rbio", name,
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
