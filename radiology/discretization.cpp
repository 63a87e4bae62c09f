#include "radiology/discretization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace radiopath::radiology {

Discretized discretize(const std::vector<double>& intensities, double bin_width) {
  constexpr int kMostLevels = 65535;
  if (!(bin_width > 0)) throw InputError(fmt::format("bin_width is {}; expected a positive number", bin_width));
  Discretized result;
  if (intensities.empty()) return result;
  const auto [smallest, largest] = std::minmax_element(intensities.begin(), intensities.end());
  double rest = std::fmod(*smallest, bin_width);
  if (rest < 0) rest += bin_width;
  const double low = *smallest - rest;
  const double step = (low + bin_width) - low;  // numpy.arange steps by the rounded difference of its first two values
  if (!((*largest - low) / step < kMostLevels)) {
    throw InputError(fmt::format("intensities from {} to {} need more than {} grey levels of width {}; raise bin_width",
                                 *smallest, *largest, kMostLevels, bin_width));
  }
  const auto edge = [&](int i) { return low + i * step; };
  const int most = static_cast<int>((*largest - low) / step) + 2;
  std::vector<double> counts(static_cast<std::size_t>(most) + 1);
  result.level_of_voxel.reserve(intensities.size());
  for (const double value : intensities) {
    int below = static_cast<int>((value - low) / step);  // edges at or below the value, less one
    while (below > 0 && edge(below) > value) --below;
    while (edge(below + 1) <= value) ++below;
    result.level_of_voxel.push_back(below + 1);
    ++counts[static_cast<std::size_t>(below + 1)];
  }
  std::vector<int> rank(counts.size());
  for (std::size_t level = 1; level < counts.size(); ++level) {
    if (counts[level] == 0) continue;
    rank[level] = static_cast<int>(result.levels.size());
    result.levels.push_back(static_cast<int>(level));
    result.counts.push_back(counts[level]);
  }
  for (int& level : result.level_of_voxel) level = rank[static_cast<std::size_t>(level)];
  return result;
}

}  // namespace radiopath::radiology
