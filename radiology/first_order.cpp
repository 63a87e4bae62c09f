#include "radiology/first_order.h"

#include <algorithm>
#include <cmath>

#include "radiology/entropy.h"

namespace radiopath::radiology {
namespace {

/// Linear interpolation between order statistics (numpy's default, type 7 of Hyndman & Fan 1996).
double percentile(const std::vector<double>& sorted, double fraction) {
  const double place = fraction * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double t = place - static_cast<double>(below), a = sorted[below], b = sorted[above];
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double mean_absolute_deviation(const std::vector<double>& values, double mean) {
  double sum = 0;
  for (const double v : values) sum += std::abs(v - mean);
  return sum / static_cast<double>(values.size());
}

struct Moments {
  double second = 0, third = 0, fourth = 0;  // central
};

Moments central_moments(const std::vector<double>& values, double mean) {
  Moments m;
  for (const double v : values) {
    const double d = v - mean, square = d * d;
    m.second += square;
    m.third += square * d;
    m.fourth += square * square;
  }
  const auto n = static_cast<double>(values.size());
  return {m.second / n, m.third / n, m.fourth / n};
}

}  // namespace

std::span<const FeatureColumn> first_order_columns() {
  using enum FeatureColumn::Use;
  static constexpr FeatureColumn kColumns[] = {{"10Percentile", "", "", kPyRadiomics},
                                               {"90Percentile", "", "", kPyRadiomics},
                                               {"Energy", "", "", kPyRadiomics},
                                               {"Entropy", "", "", kPyRadiomics},
                                               {"InterquartileRange", "", "", kPyRadiomics},
                                               {"Kurtosis", "", "", kPyRadiomics},
                                               {"Maximum", "", "", kPyRadiomics},
                                               {"MeanAbsoluteDeviation", "", "", kPyRadiomics},
                                               {"Mean", "", "", kPyRadiomics},
                                               {"Median", "", "", kPyRadiomics},
                                               {"Minimum", "", "", kPyRadiomics},
                                               {"Range", "", "", kPyRadiomics},
                                               {"RobustMeanAbsoluteDeviation", "", "", kPyRadiomics},
                                               {"RootMeanSquared", "", "", kPyRadiomics},
                                               {"Skewness", "", "", kPyRadiomics},
                                               {"TotalEnergy", "", "", kPyRadiomics},
                                               {"Uniformity", "", "", kPyRadiomics},
                                               {"Variance", "", "", kPyRadiomics},
                                               {"StandardDeviation", "", "", kDeprecated}};
  return kColumns;
}

FeatureValues first_order_values(const std::vector<double>& intensities, const Discretized& levels,
                                 double voxel_volume_mm3, double voxel_array_shift) {
  FeatureValues features(first_order_columns().size());
  if (intensities.empty()) return features;
  const auto n = static_cast<double>(intensities.size());

  std::vector<double> sorted = intensities;
  std::sort(sorted.begin(), sorted.end());
  const double p10 = percentile(sorted, 0.10), p90 = percentile(sorted, 0.90);
  std::vector<double> middle;
  std::copy_if(sorted.begin(), sorted.end(), std::back_inserter(middle),
               [&](double v) { return v >= p10 && v <= p90; });

  double energy = 0;
  for (const double v : intensities) energy += (v + voxel_array_shift) * (v + voxel_array_shift);
  EntropySum entropy;
  double squares = 0;
  for (const double count : levels.counts) {
    entropy.add(count);
    squares += count * count;
  }
  const double mean = mean_of(intensities);
  const Moments m = central_moments(intensities, mean);
  const bool flat = m.second == 0;
  const double found[] = {p10,
                          p90,
                          energy,
                          entropy.bits(n, Profile::kPyRadiomics),
                          percentile(sorted, 0.75) - percentile(sorted, 0.25),
                          flat ? 0 : m.fourth / (m.second * m.second),
                          sorted.back(),
                          mean_absolute_deviation(intensities, mean),
                          mean,
                          percentile(sorted, 0.5),
                          sorted.front(),
                          sorted.back() - sorted.front(),
                          mean_absolute_deviation(middle, mean_of(middle)),
                          std::sqrt(energy / n),
                          flat ? 0 : m.third / std::pow(m.second, 1.5),
                          energy * voxel_volume_mm3,
                          squares / (n * n),
                          m.second,
                          std::sqrt(m.second)};
  for (std::size_t f = 0; f < features.size(); ++f) {
    const auto name = first_order_columns()[f].name;
    const bool convention = flat && (name == "Kurtosis" || name == "Skewness");
    features[f] = {found[f], std::isnan(found[f]) ? Status::kTooFewVoxels
                             : convention         ? Status::kFlatRegion
                                                  : Status::kValue};
  }
  return features;
}

std::array<double, kFirstOrderNames.size()> first_order(const std::vector<double>& intensities,
                                                        const Discretized& levels, double voxel_volume_mm3) {
  const FeatureValues values = first_order_values(intensities, levels, voxel_volume_mm3);
  std::array<double, kFirstOrderNames.size()> features;
  for (std::size_t f = 0; f < features.size(); ++f) features[f] = values[f].value;
  return features;
}

}  // namespace radiopath::radiology
