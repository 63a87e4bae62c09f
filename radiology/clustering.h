#pragma once

#include <cstdint>
#include <vector>

namespace radiopath::radiology {

/// Points by channel: the d coordinates lie in d arrays of equal length.
struct Points {
  std::vector<std::vector<float>> channels;

  std::int64_t count() const { return channels.empty() ? 0 : static_cast<std::int64_t>(channels[0].size()); }
  int dimensions() const { return static_cast<int>(channels.size()); }
};

struct KMeansOptions {
  int restarts = 10;
  int max_passes = 300;
  /// A run ends when a pass lowers the scatter within clusters by less than this share of it; 0: when nothing moves.
  double tolerance = 1e-9;
};

struct Clustering {
  std::vector<std::vector<double>> centroids;  ///< (k, dimensions)
  std::vector<std::int64_t> sizes;
  double within = 0;             ///< sum of squared distances to the own centroid ("inertia")
  double calinski_harabasz = 0;  ///< NaN when a cluster is empty or the clusters have no scatter
  int passes = 0;                ///< of the run that won
};

/// Lloyd's exact K-means with squared Euclidean distance: `restarts` runs from greedy k-means++ seeds (2 + log k trials
/// per centre, drawn on at most 65536 of the points), the one with the least scatter wins. Sums go block by block in a
/// fixed order: the same bits for any number of threads. Random streams: (seed, "k-means", {k, run}).
///
/// CH = (B / (k - 1)) / (W / (n - k)) from sufficient statistics in double, with B = sum of n_j |c_j - m|^2 and
/// W = T - B. Throws InputError for fewer than k points, std::logic_error for k < 2.
/// Source: Lloyd 1982; Arthur & Vassilvitskii 2007; Calinski & Harabasz 1974.
Clustering k_means(const Points& points, int k, const KMeansOptions& options, std::uint64_t seed);

/// Index of the nearest centroid of every point, in double; the lower index on a tie.
std::vector<int> nearest_centroids(const Points& points, const std::vector<std::vector<double>>& centroids);

}  // namespace radiopath::radiology
