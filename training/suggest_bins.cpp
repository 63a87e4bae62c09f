#include "training/suggest_bins.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace radiopath::training {
namespace {

using namespace radiology;

/// Smallest and largest finite intensity of each chosen label, as lines; their differences go to `ranges`.
std::string region_lines(const FeatureCase& one, const RadiomicsConfig& config, std::vector<double>& ranges,
                         int& failed) {
  auto [image, map] = load_case(one);
  if (!same_grid(image.grid, map.grid)) {
    if (!config.processing.resample_mask) throw InputError(grid_difference("image", image.grid, "mask", map.grid));
    map = resample_labels(map, image.grid);
  }
  if (config.processing.normalize) image = normalize_image(std::move(image), config.processing);
  std::string text;
  for (const int label : choose_labels(map, config_of(one, config).labels)) {
    double low = INFINITY, high = -INFINITY;
    for (std::size_t i = 0; i < map.voxels.size(); ++i) {
      if (map.voxels[i] != label || !std::isfinite(image.voxels[i])) continue;
      low = std::min(low, image.voxels[i]);
      high = std::max(high, image.voxels[i]);
    }
    const std::string what = low > high    ? "left out: no voxel with a finite intensity"
                             : low == high ? fmt::format("left out: every voxel holds {}", low)
                                           : fmt::format("{} to {}", low, high);
    if (high > low) ranges.push_back(high - low);
    else ++failed;
    text += fmt::format("{} label {}: {}\n", one.image.filename().string(), label, what);
  }
  return text;
}

/// Candidate widths over sorted ranges, and the best of them.
std::string candidates(const std::vector<double>& ranges, double present) {
  std::string text;
  const double median = ranges[ranges.size() / 2];
  // Candidates 1, 2, 2.5, 5 times powers of ten about the width that gives the middle region 64 levels.
  double best = 0, best_score = -1;
  const double scale = std::pow(10, std::floor(std::log10(median / 64)) - 1);
  for (const double step : {5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0}) {
    const double width = scale * step;
    int suited = 0;
    for (const double range : ranges) suited += range / width + 1 >= 30 && range / width + 1 <= 130 ? 1 : 0;
    text += fmt::format("bin width {:g}: {:.0f} to {:.0f} grey levels, {} of {} regions within 30 to 130\n", width,
                        ranges.front() / width + 1, ranges.back() / width + 1, suited, ranges.size());
    const double score = suited - 0.1 * std::abs(std::log2(median / width / 64));
    if (score > best_score) best_score = score, best = width;
  }
  text += fmt::format("suggested   features.bin_width = {:g}\n", best);
  if (ranges.back() / present < 2) {
    text += fmt::format(
        "the present width, {:g}, puts every region into one or two levels; is it an ADC map in mm2/s?\n", present);
  }
  return text;
}

}  // namespace

BinSuggestion suggest_bins(const std::vector<FeatureCase>& cases, const RadiomicsConfig& config) {
  BinSuggestion suggestion;
  std::vector<double> ranges;
  for (const auto& one : cases) {
    try {
      suggestion.text += region_lines(one, config, ranges, suggestion.failed);
    } catch (const InputError& error) {
      suggestion.text += fmt::format("{} left out: {}\n", one.image.filename().string(), error.what());
      ++suggestion.failed;
    }
  }
  if (ranges.empty()) throw InputError(suggestion.text + "no region has two different intensities");
  std::sort(ranges.begin(), ranges.end());
  suggestion.text += candidates(ranges, config.features.bin_width);
  return suggestion;
}

}  // namespace radiopath::training
