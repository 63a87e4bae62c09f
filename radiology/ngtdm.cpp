#include "radiology/ngtdm.h"

#include <algorithm>
#include <vector>

namespace radiopath::radiology {
namespace {

/// Sums over pairs of grey levels i < j. Every term is positive in the forms below, so that they lose no digits.
struct PairSums {
  double contrast = 0;    ///< p_i p_j (i - j)^2
  double busyness = 0;    ///< |i p_i - j p_j|
  double complexity = 0;  ///< |i - j| (p_i s_i + p_j s_j) / (p_i + p_j)
  double strength = 0;    ///< (p_i + p_j) (i - j)^2
};

/// The sum of |a - b| over pairs: a gap of the sorted values lies between all below and all above it.
double sum_of_distances(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (std::size_t k = 1; k < values.size(); ++k)
    sum += (values[k] - values[k - 1]) * static_cast<double>(k) * static_cast<double>(values.size() - k);
  return sum;
}

/// Grey levels of equally many voxels share a denominator, and together with the next level their pairs are a running
/// sum. A region of V voxels has at most sqrt(2 V) such groups, however many its levels are.
double complexity_of(const std::vector<ToneDifferences::Level>& levels, double voxels) {
  struct Group {
    double voxels, members = 0, weight = 0;        // of its levels so far: their number, sum of p s
    double distances = 0, weighted_distances = 0;  // from them to the present level
  };
  std::vector<Group> groups;
  groups.reserve(std::min<std::size_t>(levels.size(), 64));
  double sum = 0;
  for (std::size_t b = 0; b < levels.size(); ++b) {
    const double step = b == 0 ? 0 : levels[b].level - levels[b - 1].level;
    const double weight = levels[b].voxels / voxels * levels[b].difference;
    Group* own = nullptr;
    for (Group& group : groups) {
      group.distances += step * group.members;
      group.weighted_distances += step * group.weight;
      sum += (weight * group.distances + group.weighted_distances) / (levels[b].voxels + group.voxels);
      if (group.voxels == levels[b].voxels) own = &group;
    }
    if (own == nullptr) own = &groups.emplace_back(Group{levels[b].voxels});
    own->members += 1;
    own->weight += weight;
  }
  return sum * voxels;
}

PairSums pair_sums(const std::vector<ToneDifferences::Level>& levels, double voxels) {
  PairSums sums;
  double mean = 0;
  std::vector<double> weighted;
  weighted.reserve(levels.size());
  for (const auto& level : levels) weighted.push_back(level.level * (level.voxels / voxels));
  for (const double w : weighted) mean += w;
  for (const auto& level : levels) {
    const double square = (level.level - mean) * (level.level - mean);
    sums.contrast += level.voxels / voxels * square;
    sums.strength += square;
  }
  sums.strength += static_cast<double>(levels.size()) * sums.contrast;
  sums.busyness = sum_of_distances(std::move(weighted));
  sums.complexity = complexity_of(levels, voxels);
  return sums;
}

}  // namespace

FeatureValues ngtdm_values(const ToneDifferences& differences) {
  double voxels = 0, all_differences = 0;
  for (const auto& level : differences.levels) {
    voxels += level.voxels;
    all_differences += level.difference;
  }
  FeatureValues values(ngtdm_columns().size());
  if (voxels == 0) return values;
  double weighted = 0;  // sum of p s
  for (const auto& level : differences.levels) weighted += level.voxels / voxels * level.difference;
  const auto& levels = differences.levels;
  const auto [contrast, busyness, complexity, strength] = pair_sums(levels, voxels);
  const auto present = static_cast<double>(levels.size());
  const bool flat = levels.size() == 1, same = all_differences == 0;
  const auto defined_unless = [](bool undefined, Status why, double convention, double value) {
    return undefined ? FeatureValue{convention, why} : FeatureValue{value, Status::kValue};
  };
  return {
      defined_unless(busyness == 0, flat ? Status::kFlatRegion : Status::kNoDifference, 0, weighted / (2 * busyness)),
      defined_unless(weighted == 0, flat ? Status::kFlatRegion : Status::kNoDifference, 1e6, 1 / weighted),
      {2 * complexity / voxels, Status::kValue},
      defined_unless(flat, Status::kFlatRegion, 0, 2 * contrast / (present * (present - 1)) * all_differences / voxels),
      defined_unless(same, flat ? Status::kFlatRegion : Status::kNoDifference, 0, 2 * strength / all_differences)};
}

std::span<const FeatureColumn> ngtdm_columns() {
  static constexpr FeatureColumn kColumns[] = {{"Busyness", "ngt_busyness", "NQ30"},
                                               {"Coarseness", "ngt_coarseness", "QCDE"},
                                               {"Complexity", "ngt_complexity", "HDEZ"},
                                               {"Contrast", "ngt_contrast", "65HE"},
                                               {"Strength", "ngt_strength", "1X9X"}};
  return kColumns;
}

}  // namespace radiopath::radiology
