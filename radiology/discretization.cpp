#include "radiology/discretization.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace radiopath::radiology {
namespace {

constexpr int kMostLevels = 65536;  // the whole range of 16 bits, a level each

struct Range {
  double smallest = 0, largest = 0;
};

Range range_of(const std::vector<double>& intensities) {
  Range range = {intensities.front(), intensities.front()};
  double finite = 0;  // stays 0 unless a value is NaN or infinite
  for (const double value : intensities) {
    range.smallest = std::min(range.smallest, value);
    range.largest = std::max(range.largest, value);
    finite += value - value;
  }
  if (finite != 0) require_finite(intensities);
  return range;
}

void require_width(double width, const char* what) {
  if (!(width > 0)) throw InputError(fmt::format("{} is {}; expected a positive number", what, width));
}

void require_count(int count, const char* what) {
  if (count < 1 || count > kMostLevels)
    throw InputError(fmt::format("{} is {}; expected 1 to {}", what, count, kMostLevels));
}

void require_levels(double levels, const Range& range, double width) {
  if (levels < kMostLevels) return;
  throw InputError(fmt::format("intensities from {} to {} need more than {} grey levels of width {}; raise bin_width",
                               range.smallest, range.largest, kMostLevels, width));
}

/// From the level of each voxel, from 1 to `most`.
template <class LevelOf>
Discretized ranked(const std::vector<double>& intensities, int most, const LevelOf& level_of) {
  Discretized result;
  result.level_of_voxel.reserve(intensities.size());
  std::vector<std::int64_t> counts(static_cast<std::size_t>(most) + 1);
  for (const double value : intensities) {
    const int level = level_of(value);
    result.level_of_voxel.push_back(level);
    ++counts[static_cast<std::size_t>(level)];
  }
  std::vector<int> rank(counts.size());
  for (std::size_t level = 1; level < counts.size(); ++level) {
    if (counts[level] == 0) continue;
    rank[level] = static_cast<int>(result.levels.size());
    result.levels.push_back(static_cast<int>(level));
    result.counts.push_back(static_cast<double>(counts[level]));
  }
  for (int& level : result.level_of_voxel) level = rank[static_cast<std::size_t>(level)];
  result.grey_levels = result.levels.back();
  return result;
}

/// The number of edges low + i * step at or below a value, of at most `most`.
struct Edges {
  double low, step;
  int most;

  int level_of(double value) const {
    const auto edge = [&](int i) { return low + i * step; };
    int below = std::min(static_cast<int>((value - low) / step), most - 1);
    while (below > 0 && edge(below) > value) --below;
    while (below + 1 < most && edge(below + 1) <= value) ++below;
    return below + 1;
  }
};

}  // namespace

void require_finite(const std::vector<double>& intensities) {
  const auto bad = std::count_if(intensities.begin(), intensities.end(), [](double v) { return !std::isfinite(v); });
  if (bad == 0) return;
  throw NotFinite(fmt::format("{} of the region's {} voxels are NaN or infinite; leave them out of the mask", bad,
                              intensities.size()));
}

Discretized discretize(const std::vector<double>& intensities, double bin_width) {
  require_width(bin_width, "bin_width");
  if (intensities.empty()) return {};
  const Range range = range_of(intensities);
  double rest = std::fmod(range.smallest, bin_width);
  if (rest < 0) rest += bin_width;
  const double low = range.smallest - rest;
  const double step = (low + bin_width) - low;  // numpy.arange steps by the rounded difference of its first two values
  require_levels((range.largest - low) / step, range, bin_width);
  const int most = static_cast<int>((range.largest - low) / step) + 2;
  const Edges edges = {low, step, most};
  return ranked(intensities, most, [&](double value) { return edges.level_of(value); });
}

Discretized discretize_bin_count(const std::vector<double>& intensities, int bin_count) {
  require_count(bin_count, "bin_count");
  if (intensities.empty()) return {};
  Range range = range_of(intensities);
  if (range.smallest == range.largest) range = {range.smallest - 0.5, range.largest + 0.5};
  const Edges edges = {range.smallest, (range.largest - range.smallest) / bin_count, bin_count};
  return ranked(intensities, bin_count, [&](double value) { return edges.level_of(value); });
}

Discretized discretize_ibsi_bin_size(const std::vector<double>& intensities, double bin_size,
                                     std::optional<double> lowest) {
  require_width(bin_size, "bin_size");
  if (intensities.empty()) return {};
  const Range range = range_of(intensities);
  const double low = lowest.value_or(range.smallest);
  if (range.smallest < low)
    throw InputError(fmt::format("intensity {} lies below {}, where the first bin starts", range.smallest, low));
  require_levels((range.largest - low) / bin_size, range, bin_size);
  const auto level_of = [&](double value) { return static_cast<int>((value - low) / bin_size) + 1; };
  return ranked(intensities, level_of(range.largest), level_of);
}

Discretized discretize_ibsi_bin_number(const std::vector<double>& intensities, int bin_number) {
  require_count(bin_number, "bin_number");
  if (intensities.empty()) return {};
  const Range range = range_of(intensities);
  const double width = range.largest - range.smallest;
  const auto level_of = [&](double value) {
    if (width == 0) return 1;
    return std::min(static_cast<int>(bin_number * (value - range.smallest) / width) + 1, bin_number);
  };
  Discretized result = ranked(intensities, bin_number, level_of);
  result.grey_levels = bin_number;
  return result;
}

}  // namespace radiopath::radiology
