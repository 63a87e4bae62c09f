#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/parallel.h"

// One level of the stationary wavelet transform in up to three axes, in PyWavelets' order of summation.
namespace radiopath::radiology::stationary {

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

inline std::int64_t wrapped(std::int64_t position, std::int64_t period) {
  const std::int64_t rest = position % period;
  return rest < 0 ? rest + period : rest;
}

/// Order in which PyWavelets adds the taps for the output at `position`: ascending, but where the filter reaches beyond
/// the end of the line, first the taps there, descending (convolution.template.c, periodization).
inline void order_taps(std::int64_t position, std::int64_t period, std::int64_t taps,
                       std::vector<std::int64_t>& order) {
  order.resize(static_cast<std::size_t>(taps));
  const std::int64_t beyond = std::clamp(wrapped(position, period) + taps / 2 - period + 1, std::int64_t{0}, taps);
  for (std::int64_t j = 0; j < taps; ++j) order[static_cast<std::size_t>(j)] = j < beyond ? beyond - 1 - j : j;
}

/// Outputs of both filters from the same inputs: halves[h][i] = sum over j, in the given order, of
/// taps[j] * in[(n - 1 - j) * stride + i].
template <class T>
void combine(const T* in, std::int64_t stride, const std::array<T*, 2>& halves, std::int64_t count,
             const std::array<Taps<T>, 2>& filters, const std::vector<std::int64_t>& order) {
  const std::int64_t n = filters[0].size();
  const T *const low = filters[0].values.data(), *const high = filters[1].values.data();
  typedef T Lanes __attribute__((vector_size(32)));  // eight sums held in registers while the taps run
  constexpr std::int64_t kLanes = 32 / sizeof(T), kVectors = 4;
  std::int64_t i = 0;
  for (; i + kVectors * kLanes <= count; i += kVectors * kLanes) {
    Lanes sum[kVectors] = {}, difference[kVectors] = {};
    for (const std::int64_t j : order) {
      const T* row = in + (n - 1 - j) * stride + i;
      for (std::int64_t v = 0; v < kVectors; ++v) {
        Lanes inputs;
        std::memcpy(&inputs, row + v * kLanes, sizeof(inputs));
        sum[v] += low[j] * inputs;
        difference[v] += high[j] * inputs;
      }
    }
    std::memcpy(halves[0] + i, sum, sizeof(sum));
    std::memcpy(halves[1] + i, difference, sizeof(difference));
  }
  for (; i < count; ++i) {
    T sum = 0, difference = 0;
    for (const std::int64_t j : order) {
      sum += low[j] * in[(n - 1 - j) * stride + i];
      difference += high[j] * in[(n - 1 - j) * stride + i];
    }
    halves[0][i] = sum;
    halves[1][i] = difference;
  }
}

/// Rows of a block, or of a part of one.
template <class T>
struct View {
  Window window;
  T* values;
  std::int64_t row, plane;  ///< distance of rows and of planes

  T* at(std::int64_t y, std::int64_t z) const { return values + row * y + plane * z; }
};

template <class T>
View<T> view_of(const Window& window, std::vector<std::remove_const_t<T>>& values) {
  return {window, values.data(), window.size[0], window.size[0] * window.size[1]};
}

/// Along an axis the outputs' window is narrower by the filter's support.
inline Window narrowed(Window window, int axis, std::int64_t before, std::int64_t taps) {
  window.low[static_cast<std::size_t>(axis)] += before;
  window.size[static_cast<std::size_t>(axis)] -= taps - 1;
  return window;
}

/// Low-pass and high-pass along one axis, into views of the narrower window.
template <class T>
void split(const View<const T>& in, int axis, std::int64_t period, const std::array<Taps<T>, 2>& filters,
           const std::array<View<T>, 2>& halves) {
  const Window& window = halves[0].window;
  const std::int64_t taps = filters[0].size(), stride = axis == 0 ? 1 : axis == 1 ? in.row : in.plane;
  std::vector<std::int64_t> order(static_cast<std::size_t>(taps));
  std::iota(order.begin(), order.end(), 0);
  for (std::int64_t z = 0; z < window.size[2]; ++z) {
    for (std::int64_t y = 0; y < window.size[1]; ++y) {
      if (axis != 0) order_taps(window.low[axis] + (axis == 1 ? y : z), period, taps, order);
      combine(in.at(y, z), stride, {halves[0].at(y, z), halves[1].at(y, z)}, window.size[0], filters, order);
    }
  }
  if (axis != 0) return;
  for (std::int64_t x = 0; x < window.size[0]; ++x) {  // outputs whose taps are added in another order
    if (wrapped(window.low[0] + x, period) + filters[0].after() < period) continue;
    order_taps(window.low[0] + x, period, taps, order);
    for (std::int64_t z = 0; z < window.size[2]; ++z) {
      for (std::int64_t y = 0; y < window.size[1]; ++y)
        combine(in.at(y, z) + x, 1, {halves[0].at(y, z) + x, halves[1].at(y, z) + x}, 1, filters, order);
    }
  }
}

template <class T>
struct Bands {
  std::vector<std::pair<std::string, Block<T>>> details;
  Block<T> approximation;
};

/// All bands of a part of the block, into views of them in the order of their names. What lies between is small.
template <class T>
void decompose_part(const View<const T>& part, const std::vector<int>& axes, const std::array<std::int64_t, 3>& period,
                    const std::array<Taps<T>, 2>& filters, const std::vector<View<T>>& bands) {
  std::vector<View<const T>> wider = {part};
  std::vector<std::vector<T>> held, next;
  for (std::size_t a = 0; a < axes.size(); ++a) {
    std::vector<View<T>> narrower;
    next.clear();
    const Window window = narrowed(wider.front().window, axes[a], filters[0].before(), filters[0].size());
    for (std::size_t b = 0; b < 2 * wider.size(); ++b) {
      if (a + 1 == axes.size()) narrower.push_back(bands[b]);
      else narrower.push_back(view_of<T>(window, next.emplace_back(static_cast<std::size_t>(window.count()))));
    }
    for (std::size_t b = 0; b < wider.size(); ++b)
      split<T>(wider[b], axes[a], period[static_cast<std::size_t>(axes[a])], filters,
               {narrower[2 * b], narrower[2 * b + 1]});
    held.swap(next);
    wider.clear();
    for (const View<T>& view : narrower) wider.push_back({view.window, view.values, view.row, view.plane});
  }
}

/// One level: details LLH, LHL, … in the order of their names and the approximation. Some rows at a time, so that what
/// lies between image and bands stays in the processor's cache.
template <class T>
Bands<T> decompose(Block<T> block, const std::array<bool, 3>& active, const std::array<std::int64_t, 3>& period,
                   const std::array<Taps<T>, 2>& filters) {
  constexpr std::int64_t kRows = 8;
  std::vector<int> axes;
  Window window = block.window;
  for (int axis = 0; axis < 3; ++axis) {
    if (!active[static_cast<std::size_t>(axis)]) continue;
    axes.push_back(axis);
    window = narrowed(window, axis, filters[0].before(), filters[0].size());
  }
  std::vector<Block<T>> bands(std::size_t{1} << axes.size());
  for (auto& band : bands) band = {window, std::vector<T>(static_cast<std::size_t>(window.count()))};
  const std::int64_t beyond = active[1] ? filters[0].size() - 1 : 0;  // rows that outputs need besides their own
  parallel_for((window.size[1] + kRows - 1) / kRows, [&](std::int64_t strip) {
    const std::int64_t first = strip * kRows, rows = std::min(kRows, window.size[1] - first);
    const auto strip_of = [&](auto view, std::int64_t extra) {
      view.values += first * view.row;
      view.window.low[1] += first;
      view.window.size[1] = rows + extra;
      return view;
    };
    std::vector<View<T>> outputs;
    for (auto& band : bands) outputs.push_back(strip_of(view_of<T>(window, band.values), 0));
    decompose_part<T>(strip_of(view_of<const T>(block.window, block.values), beyond), axes, period, filters, outputs);
  });
  Bands<T> result;
  result.approximation = std::move(bands.front());
  for (std::size_t b = 1; b < bands.size(); ++b) {
    std::string name;
    for (std::size_t a = 0; a < axes.size(); ++a) name += (b >> (axes.size() - 1 - a) & 1U) != 0 ? 'H' : 'L';
    result.details.emplace_back(name, std::move(bands[b]));
  }
  return result;
}

}  // namespace radiopath::radiology::stationary
