#include "training/suggest_bins.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "core/error.h"
#include "core/table.h"
#include "radiology/regions.h"
#include "training/features_batch.h"

namespace radiopath::training {
namespace {

using namespace radiology;

constexpr int kFewest = 30, kMost = 130;  // PyRadiomics' FAQ
constexpr int kTooMany = std::numeric_limits<int>::max();

/// Intensities of one region in one image, or why there are none.
struct Seen {
  LabelledRegion region;
  std::string image;
  double low = 0, high = 0;
  std::optional<double> lowest;  ///< where ibsi's first level starts
  std::string failure;

  double range() const { return high - low; }
  int levels(FeaturesConfig config, double width) const {
    config.bin_width = width;
    config.bin_count = 0;
    try {
      return discretize({low, high}, config, lowest).grey_levels;
    } catch (const InputError&) {
      return kTooMany;
    }
  }
};

/// The lower bound of re-segmentation, where levels start under ibsi.
std::optional<double> lowest_of(const ImageProcessingConfig& processing) {
  if (processing.resegment_mode != "absolute" || processing.resegment_range.empty()) return std::nullopt;
  return *std::min_element(processing.resegment_range.begin(), processing.resegment_range.end());
}

Seen look(const DerivedImage& image, const MeasuredRegion& region, const RadiomicsConfig& config) {
  Seen seen;
  seen.image = image.name;
  seen.lowest = lowest_of(config.processing);
  seen.failure = image.reason;
  if (!image.image) return seen;
  try {
    const auto intensities = intensities_in(region.intensity, *image.image);
    discretize_bin_count(intensities, 1);  // throws what features would for NaN
    const auto [low, high] = std::minmax_element(intensities.begin(), intensities.end());
    seen.low = *low;
    seen.high = *high;
    if (seen.low == seen.high) seen.failure = fmt::format("every voxel holds {}", seen.low);
  } catch (const NotFinite& error) {
    seen.failure = error.what() + (region.not_finite.empty() ? "" : "; the image holds " + region.not_finite);
  }
  return seen;
}

/// What one call of the engine sees, by case.
void look_at_call(const LabelCall& call, const ImageFile& image, LabelFile mask, const RadiomicsConfig& config,
                  std::vector<std::vector<Seen>>& seen) {
  std::map<std::size_t, std::vector<Seen>> of_place;
  const auto regions = for_each_region(image.image, std::move(mask.labels), call.config(config), 0,
                                       [&](std::size_t place, const MeasuredRegion& region) {
                                         for (const auto& derived : region.images)
                                           of_place[place].push_back(look(derived, region, config));
                                       });
  for (const auto& asked : call.cases) {
    for (const auto& region : asked_for(regions, asked.labels)) {
      const auto place = static_cast<std::size_t>(
          std::find_if(regions.begin(), regions.end(), [&](const auto& r) { return r.label == region.label; }) -
          regions.begin());
      auto& of_case = seen[asked.place];
      for (Seen one : of_place[place]) {
        one.region = region;
        of_case.push_back(std::move(one));
      }
      if (!region.failure.empty()) of_case.push_back({region, "", 0, 0, {}, region.failure});
    }
  }
}

/// 1, 2, 2.5 and 5 times powers of ten about the width that gives the middle range 64 levels.
std::vector<double> candidate_widths(std::vector<double> ranges) {
  std::sort(ranges.begin(), ranges.end());
  const double scale = std::pow(10, std::floor(std::log10(ranges[ranges.size() / 2] / 64)) - 1);
  std::vector<double> widths;
  for (const double step : {5.0, 10.0, 20.0, 25.0, 50.0, 100.0, 200.0}) widths.push_back(scale * step);
  return widths;
}

bool suits(int levels) { return levels >= kFewest && levels <= kMost; }

/// The place of the width that suits most, and among equals gives the levels nearest to the middle of the range.
std::size_t best_of(const std::vector<std::vector<int>>& levels, std::size_t widths) {
  std::size_t best = 0;
  double best_score = -std::numeric_limits<double>::infinity();
  for (std::size_t w = 0; w < widths; ++w) {
    double score = 0, distance = 0;
    for (const auto& of_region : levels) {
      score += suits(of_region[w]) ? 1 : 0;
      distance += std::abs(std::log2(of_region[w] / 64.0));
    }
    score -= distance / (64.0 * static_cast<double>(levels.size()));
    if (score > best_score) best_score = score, best = w;
  }
  return best;
}

std::string level_cell(int levels) { return levels == kTooMany ? ">65534" : std::to_string(levels); }

std::string line_of(const std::string& what, const std::vector<std::string>& cells) {
  std::string line = what.size() <= 29 ? fmt::format("{:<29}", what) : fmt::format("{}\n{:29}", what, "");
  for (const auto& cell : cells) line += fmt::format(" {:>6}", cell);
  return line + "\n";
}

/// What is to be said below the levels.
std::string advice(const std::vector<std::vector<int>>& levels, const std::vector<double>& widths,
                   const std::vector<Seen>& measured, const FeaturesConfig& config) {
  const std::size_t best = best_of(levels, widths.size());
  std::vector<std::string> counts;
  std::size_t suited = 0;
  for (std::size_t w = 0; w < widths.size(); ++w) {
    const auto n = std::count_if(levels.begin(), levels.end(), [&](const auto& of) { return suits(of[w]); });
    counts.push_back(std::to_string(n));
    if (w == best) suited = static_cast<std::size_t>(n);
  }
  std::string text = line_of(fmt::format("of {} within {} to {}", levels.size(), kFewest, kMost), counts);
  text += fmt::format("suggested   features.bin_width = {:g}\n", widths[best]);
  if (suited < levels.size())
    text += fmt::format("warning     no one width suits all: at {:g}, {} of {} are outside {} to {} levels.\n"
                        "            Are their units the same? Or normalize, set features.bin_count, or\n"
                        "            give image types widths of their own, as features.bins.wavelet.\n",
                        widths[best], levels.size() - suited, levels.size(), kFewest, kMost);
  if (config.bin_count > 0)
    text +=
        fmt::format("warning     features.bin_count = {} is set: no width counts until it is 0\n", config.bin_count);
  const bool trapped = std::all_of(measured.begin(), measured.end(), [&](const Seen& one) {
    return one.range() < 2 * config.bin_width;
  });
  if (trapped)
    text += fmt::format("warning     the present width, {:g}, gives every region three levels or fewer;\n"
                        "            is it an ADC map in mm2/s?\n",
                        config.bin_width);
  return text;
}

}  // namespace

BinSuggestion suggest_bins(const FeatureCases& cases, const RadiomicsConfig& config) {
  std::vector<std::vector<Seen>> seen(cases.cases.size());
  const auto work = [&](const LabelCall& call, const ImageFile& image, LabelFile mask) {
    look_at_call(call, image, std::move(mask), config, seen);
  };
  const BatchEnd end = run_batch("suggest-bins", cases.cases, config, work);
  if (end.interrupted) throw Interrupted();
  std::vector<double> ranges;
  std::vector<Seen> measured;
  for (const auto& of_case : seen)
    for (const auto& one : of_case)
      if (one.failure.empty()) ranges.push_back(one.range()), measured.push_back(one);
  const auto widths = ranges.empty() ? std::vector<double>() : candidate_widths(ranges);

  BinSuggestion suggestion;
  std::vector<std::string> names = {"image_type", "minimum", "maximum"}, shown;
  for (const double width : widths) {
    names.push_back(fmt::format("levels_at_{:g}", width));
    shown.push_back(fmt::format("{:g}", width));
  }
  names.emplace_back("status");
  suggestion.rows.header = header_of(cases, names);
  suggestion.text = line_of("grey levels at bin width", shown);
  std::vector<std::vector<int>> levels;
  for (std::size_t place = 0; place < seen.size(); ++place) {
    const FeatureCase& one = cases.cases[place];
    if (!end.failures[place].empty())
      add_row(suggestion.rows, cases, one, nullptr, std::vector<std::string>(names.size() - 1), end.failures[place]);
    for (const Seen& of : seen[place]) {
      std::vector<std::string> cells = {of.image, format_double(of.low), format_double(of.high)}, texts;
      if (of.failure.empty()) {
        levels.emplace_back();
        for (const double width : widths) {
          levels.back().push_back(of.levels(config.features, width));
          texts.push_back(level_cell(levels.back().back()));
        }
        suggestion.text += line_of(fmt::format("{} label {}{}", one.image.filename().string(), of.region.label,
                                               of.image == "original" ? "" : " " + of.image), texts);
      }
      cells.insert(cells.end(), texts.begin(), texts.end());
      cells.resize(names.size() - 1);
      add_row(suggestion.rows, cases, one, &of.region, std::move(cells), of.failure);
    }
  }
  if (levels.empty()) {
    throw InputError(fmt::format("no region has two different intensities; {}{}", suggestion.rows.failed.front().where,
                                 suggestion.rows.rows[suggestion.rows.failed.front().row].back()));
  }
  suggestion.text += advice(levels, widths, measured, config.features);
  return suggestion;
}

}  // namespace radiopath::training
