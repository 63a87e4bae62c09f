#pragma once

// The inner loop of clustering.cpp: one pass over all points.

#include "radiology/clustering.h"

namespace radiopath::radiology {

/// Points are summed in blocks of this many, whatever the number of threads; the blocks' sums are added in order.
inline constexpr std::int64_t kBlockPoints = 1 << 15;

struct PassSums {
  std::vector<double> sums;  ///< (k, dimensions)
  std::vector<std::int64_t> sizes;
};

/// Gives every point to its nearest centroid (distances in float) and sums each cluster's points in double.
PassSums assign_and_sum(const Points& points, const std::vector<std::vector<double>>& centroids);

}  // namespace radiopath::radiology
