#include "radiology/clustering_pass.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "core/parallel.h"

namespace radiopath::radiology {
namespace {

// Eight points at a time, in GCC's and Clang's portable vectors: every lane has its own sums, so the result does not
// depend on what the compiler makes of the loop.
constexpr int kLanes = 8;
using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));
using Ints = std::int32_t __attribute__((vector_size(kLanes * sizeof(float))));
using Doubles = double __attribute__((vector_size(kLanes / 2 * sizeof(double))));  // half the lanes

constexpr int kTile = 1024;  // points whose labels stay in the nearest cache

/// Centroids as float with half their squared norm: argmin of |x - c|^2 is argmin of |c|^2 / 2 - x c.
struct Scores {
  std::vector<float> centres;  // (k, dimensions)
  std::vector<float> half_norms;
};

/// Eight values from `from`: all of them, or `n` and then zeros.
struct Whole {
  Floats operator()(const float* from) const {
    Floats v;
    std::memcpy(&v, from, sizeof v);
    return v;
  }
};
struct Part {
  int n;
  Floats operator()(const float* from) const {
    Floats v = {};
    std::memcpy(&v, from, static_cast<std::size_t>(n) * sizeof(float));
    return v;
  }
};

/// body(i, load) for i = 0, 8, … below `count`.
template <class Body>
void for_eights(int count, const Body& body) {
  int i = 0;
  for (; i + kLanes <= count; i += kLanes) body(i, Whole{});
  if (i < count) body(i, Part{count - i});
}

/// Labels of `count` <= kTile points from `begin`, -1 beyond them. D is the number of dimensions, 0 when it is not
/// known at compile time.
template <int D>
void label_tile(const Points& points, std::int64_t begin, int count, const Scores& scores, Ints* labels) {
  const int dimensions = D > 0 ? D : points.dimensions();
  const int k = static_cast<int>(scores.half_norms.size());
  for_eights(count, [&](int i, auto load) {
    Floats best = {};
    best += std::numeric_limits<float>::infinity();
    Ints label = {};
    for (int j = 0; j < k; ++j) {
      Floats score = {};
      score += scores.half_norms[static_cast<std::size_t>(j)];
      for (int c = 0; c < dimensions; ++c) {
        const float* channel = points.channels[static_cast<std::size_t>(c)].data() + begin + i;
        score -= load(channel) * scores.centres[static_cast<std::size_t>(j * dimensions + c)];
      }
      const Ints better = score < best;
      best = better ? score : best;
      label = better ? Ints{} + j : label;
    }
    for (int lane = count - i; lane < kLanes; ++lane) label[lane] = -1;
    labels[i / kLanes] = label;
  });
}

/// Adds the points labelled `j` of W channels from `first` to the sums of cluster j.
template <int W>
void sum_channels(const Points& points, int first, std::int64_t begin, int count, int j, const Ints* labels,
                  double* into) {
  std::array<const float*, W> channels;
  for (int c = 0; c < W; ++c) channels[c] = points.channels[static_cast<std::size_t>(first + c)].data() + begin;
  Doubles low[W] = {}, high[W] = {};
  for_eights(count, [&](int i, auto load) {
    const Ints chosen = labels[i / kLanes] == j;
    for (int c = 0; c < W; ++c) {
      const Floats x = chosen ? load(channels[c] + i) : Floats{};
      low[c] += __builtin_convertvector(__builtin_shufflevector(x, x, 0, 1, 2, 3), Doubles);
      high[c] += __builtin_convertvector(__builtin_shufflevector(x, x, 4, 5, 6, 7), Doubles);
    }
  });
  for (int c = 0; c < W; ++c) {
    for (int lane = 0; lane < kLanes / 2; ++lane) into[c] += low[c][lane] + high[c][lane];
  }
}

template <int D>
void sum_tile(const Points& points, std::int64_t begin, int count, int k, const Ints* labels, PassSums& into) {
  for (int j = 0; j < k; ++j) {
    Ints size = {};
    for (int i = 0; i < count; i += kLanes) size -= labels[i / kLanes] == j;  // true is -1
    for (int lane = 0; lane < kLanes; ++lane) into.sizes[static_cast<std::size_t>(j)] += size[lane];
    double* sums = &into.sums[static_cast<std::size_t>(j * points.dimensions())];
    if constexpr (D > 0) {
      sum_channels<D>(points, 0, begin, count, j, labels, sums);
    } else {
      for (int c = 0; c < points.dimensions(); ++c) sum_channels<1>(points, c, begin, count, j, labels, sums + c);
    }
  }
}

template <int D>
PassSums sum_block(const Points& points, std::int64_t begin, std::int64_t end, const Scores& scores) {
  const int k = static_cast<int>(scores.half_norms.size());
  PassSums sums{std::vector<double>(scores.centres.size()), std::vector<std::int64_t>(static_cast<std::size_t>(k))};
  std::array<Ints, kTile / kLanes> labels;
  for (std::int64_t tile = begin; tile < end; tile += kTile) {
    const int count = static_cast<int>(std::min<std::int64_t>(kTile, end - tile));
    label_tile<D>(points, tile, count, scores, labels.data());
    sum_tile<D>(points, tile, count, k, labels.data(), sums);
  }
  return sums;
}

auto sum_block_for(int dimensions) {
  switch (dimensions) {
    case 1:
      return &sum_block<1>;
    case 2:
      return &sum_block<2>;
    case 3:
      return &sum_block<3>;
    case 4:
      return &sum_block<4>;
    case 5:
      return &sum_block<5>;
    case 6:
      return &sum_block<6>;
    default:
      return &sum_block<0>;
  }
}

}  // namespace

PassSums assign_and_sum(const Points& points, const std::vector<std::vector<double>>& centroids) {
  Scores scores;
  for (const auto& centroid : centroids) {
    double square = 0;
    for (const double x : centroid) {
      scores.centres.push_back(static_cast<float>(x));
      square += x * x;
    }
    scores.half_norms.push_back(static_cast<float>(square / 2));
  }
  const auto run = sum_block_for(points.dimensions());
  const std::int64_t blocks = (points.count() + kBlockPoints - 1) / kBlockPoints;
  const auto parts = parallel_map(blocks, [&](std::int64_t block) {
    return run(points, block * kBlockPoints, std::min(points.count(), (block + 1) * kBlockPoints), scores);
  });
  PassSums total{std::vector<double>(scores.centres.size()), std::vector<std::int64_t>(centroids.size())};
  for (const PassSums& part : parts) {
    for (std::size_t i = 0; i < total.sums.size(); ++i) total.sums[i] += part.sums[i];
    for (std::size_t j = 0; j < total.sizes.size(); ++j) total.sizes[j] += part.sizes[j];
  }
  return total;
}

}  // namespace radiopath::radiology
