#include "radiology/clustering.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"
#include "radiology/clustering_pass.h"

namespace radiopath::radiology {
namespace {

constexpr std::int64_t kSeedSample = 65536;

using Centroids = std::vector<std::vector<double>>;

double squared_distance(const Points& points, std::int64_t i, std::int64_t j) {
  double sum = 0;
  for (const auto& channel : points.channels) {
    const double d = static_cast<double>(channel[static_cast<std::size_t>(i)]) - channel[static_cast<std::size_t>(j)];
    sum += d * d;
  }
  return sum;
}

/// Some of the points, in order: all when there are few.
std::vector<std::int64_t> seed_sample(std::int64_t count, Random& random) {
  std::vector<std::int64_t> sample;
  if (count <= kSeedSample) {
    for (std::int64_t i = 0; i < count; ++i) sample.push_back(i);
  } else {
    for (std::int64_t i = 0; i < kSeedSample; ++i) {
      sample.push_back(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(count))));
    }
    std::sort(sample.begin(), sample.end());
  }
  return sample;
}

/// Greedy k-means++: of a few candidates drawn by squared distance, the one that leaves the least scatter.
Centroids plus_plus_seeds(const Points& points, int k, Random& random) {
  const auto sample = seed_sample(points.count(), random);
  const std::size_t n = sample.size();
  const int trials = 2 + static_cast<int>(std::log(k));
  std::vector<std::int64_t> chosen = {sample[random.below(n)]};
  std::vector<double> nearest(n);
  for (std::size_t i = 0; i < n; ++i) nearest[i] = squared_distance(points, sample[i], chosen[0]);
  while (static_cast<int>(chosen.size()) < k) {
    double total = 0;
    for (const double d : nearest) total += d;
    std::vector<double> best;
    std::int64_t best_candidate = 0;
    double best_total = std::numeric_limits<double>::infinity();
    for (int t = 0; t < trials; ++t) {
      double place = random.uniform() * total;
      std::size_t drawn = 0;
      while (drawn + 1 < n && (place -= nearest[drawn]) >= 0) ++drawn;
      std::vector<double> distances(n);
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += distances[i] = std::min(nearest[i], squared_distance(points, sample[i], sample[drawn]));
      }
      if (sum < best_total) best_total = sum, best = std::move(distances), best_candidate = sample[drawn];
    }
    chosen.push_back(best_candidate);
    nearest = std::move(best);
  }
  Centroids centroids;
  for (const std::int64_t i : chosen) {
    auto& centroid = centroids.emplace_back();
    for (const auto& channel : points.channels) centroid.push_back(channel[static_cast<std::size_t>(i)]);
  }
  return centroids;
}

/// Mean and total scatter of the points, shared by all runs.
struct Spread {
  std::vector<double> mean;
  double total = 0;
};

Spread spread_of(const Points& points) {
  const auto n = static_cast<double>(points.count());
  const auto blocks = (points.count() + kBlockPoints - 1) / kBlockPoints;
  Spread spread;
  for (const auto& channel : points.channels) {
    const auto reduce = [&](auto&& term) {
      const auto parts = parallel_map(blocks, [&](std::int64_t block) {
        const auto begin = static_cast<std::size_t>(block * kBlockPoints);
        const std::size_t end = std::min(channel.size(), begin + static_cast<std::size_t>(kBlockPoints));
        double sum = 0;
        for (std::size_t i = begin; i < end; ++i) sum += term(static_cast<double>(channel[i]));
        return sum;
      });
      double sum = 0;
      for (const double part : parts) sum += part;
      return sum;
    };
    const double mean = reduce([](double x) { return x; }) / n;
    spread.mean.push_back(mean);
    spread.total += reduce([mean](double x) { return (x - mean) * (x - mean); });
  }
  return spread;
}

double scatter_between(const Clustering& clustering, const Spread& spread) {
  double between = 0;
  for (std::size_t j = 0; j < clustering.centroids.size(); ++j) {
    double square = 0;
    for (std::size_t c = 0; c < spread.mean.size(); ++c)
      square += std::pow(clustering.centroids[j][c] - spread.mean[c], 2);
    between += static_cast<double>(clustering.sizes[j]) * square;
  }
  return between;
}

Clustering run_lloyd(const Points& points, Centroids seeds, const Spread& spread, const KMeansOptions& options) {
  Clustering state;
  state.centroids = std::move(seeds);
  const std::size_t k = state.centroids.size();
  double last = std::numeric_limits<double>::infinity();
  for (state.passes = 1; state.passes <= options.max_passes; ++state.passes) {
    const PassSums sums = assign_and_sum(points, state.centroids);
    state.sizes = sums.sizes;
    bool moved = false;
    for (std::size_t j = 0; j < k; ++j) {
      if (sums.sizes[j] == 0) continue;  // an empty cluster stays where it is
      for (std::size_t c = 0; c < spread.mean.size(); ++c) {
        const double centre = sums.sums[j * spread.mean.size() + c] / static_cast<double>(sums.sizes[j]);
        moved |= centre != state.centroids[j][c];
        state.centroids[j][c] = centre;
      }
    }
    state.within = spread.total - scatter_between(state, spread);
    if (!moved || last - state.within < options.tolerance * state.within) break;
    last = state.within;
  }
  const auto n = static_cast<double>(points.count());
  const bool empty = std::any_of(state.sizes.begin(), state.sizes.end(), [](auto size) { return size == 0; });
  state.calinski_harabasz =
      empty || !(state.within > 0) || n <= static_cast<double>(k)
          ? std::numeric_limits<double>::quiet_NaN()
          : (spread.total - state.within) / static_cast<double>(k - 1) / (state.within / (n - static_cast<double>(k)));
  return state;
}

}  // namespace

Clustering k_means(const Points& points, int k, const KMeansOptions& options, std::uint64_t seed) {
  if (k < 2 || options.restarts < 1) throw std::logic_error("k_means needs k >= 2 and a run");
  if (points.count() < k) {
    throw InputError(fmt::format("{} voxels cannot form {} clusters; are the lesions empty?", points.count(), k));
  }
  const Spread spread = spread_of(points);
  const auto runs = parallel_map(options.restarts, [&](std::int64_t run) {
    Random random(seed, "k-means", {static_cast<std::uint64_t>(k), static_cast<std::uint64_t>(run)});
    return run_lloyd(points, plus_plus_seeds(points, k, random), spread, options);
  });
  return *std::min_element(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.within < b.within; });
}

std::vector<int> nearest_centroids(const Points& points, const Centroids& centroids) {
  std::vector<int> nearest(static_cast<std::size_t>(points.count()));
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    double best = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < centroids.size(); ++j) {
      double square = 0;
      for (std::size_t c = 0; c < points.channels.size(); ++c) {
        const double d = points.channels[c][i] - centroids[j][c];
        square += d * d;
      }
      if (square < best) best = square, nearest[i] = static_cast<int>(j);
    }
  }
  return nearest;
}

}  // namespace radiopath::radiology
