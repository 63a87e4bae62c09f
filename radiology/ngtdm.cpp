#include "radiology/ngtdm.h"

#include <cmath>

namespace radiopath::radiology {

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
  double contrast = 0, busyness = 0, complexity = 0, strength = 0;  // over i < j; each pair occurs twice
  const auto& levels = differences.levels;
  for (std::size_t a = 0; a < levels.size(); ++a) {
    const double i = levels[a].level, pi = levels[a].voxels / voxels, pi_si = pi * levels[a].difference;
    for (std::size_t b = a + 1; b < levels.size(); ++b) {
      const double j = levels[b].level, pj = levels[b].voxels / voxels, distance = j - i;
      contrast += pi * pj * distance * distance;
      busyness += std::abs(i * pi - j * pj);
      complexity += distance * (pi_si + pj * levels[b].difference) / (pi + pj);
      strength += (pi + pj) * distance * distance;
    }
  }
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
