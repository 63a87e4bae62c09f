#include "radiology/intensity.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace radiopath::radiology {
namespace {

using enum FeatureColumn::Use;

/// Linear between order statistics.
double percentile(const std::vector<double>& sorted, double p) {
  const double place = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const double next = sorted[std::min(below + 1, sorted.size() - 1)];
  return sorted[below] + (place - static_cast<double>(below)) * (next - sorted[below]);
}

template <class Function>
double mean_of(const std::vector<double>& values, Function&& f) {
  double sum = 0;
  for (const double v : values) sum += f(v);
  return sum / static_cast<double>(values.size());
}

struct Statistics {
  double mean = 0, variance = 0, skewness = 0, kurtosis = 0, median = 0, minimum = 0, p10 = 0, p90 = 0, maximum = 0,
         interquartile_range = 0, range = 0, mean_absolute_deviation = 0, robust_mean_absolute_deviation = 0,
         median_absolute_deviation = 0, coefficient_of_variation = 0, quartile_dispersion = 0;
};

Statistics statistics_of(std::vector<double> sorted) {
  std::sort(sorted.begin(), sorted.end());
  Statistics s;
  const double mean = s.mean = mean_of(sorted, [](double v) { return v; });
  s.variance = mean_of(sorted, [=](double v) { return (v - mean) * (v - mean); });
  s.skewness = mean_of(sorted, [=](double v) { return std::pow(v - mean, 3); }) / std::pow(s.variance, 1.5);
  s.kurtosis = mean_of(sorted, [=](double v) { return std::pow(v - mean, 4); }) / (s.variance * s.variance) - 3;
  s.median = percentile(sorted, 0.5);
  s.minimum = sorted.front();
  s.maximum = sorted.back();
  s.p10 = percentile(sorted, 0.1);
  s.p90 = percentile(sorted, 0.9);
  const double p25 = percentile(sorted, 0.25), p75 = percentile(sorted, 0.75);
  s.interquartile_range = p75 - p25;
  s.range = s.maximum - s.minimum;
  s.mean_absolute_deviation = mean_of(sorted, [=](double v) { return std::abs(v - mean); });
  const auto low = std::lower_bound(sorted.begin(), sorted.end(), s.p10);
  const auto high = std::upper_bound(sorted.begin(), sorted.end(), s.p90);
  const std::vector<double> robust(low, high);
  const double robust_mean = mean_of(robust, [](double v) { return v; });
  s.robust_mean_absolute_deviation = mean_of(robust, [=](double v) { return std::abs(v - robust_mean); });
  s.median_absolute_deviation = mean_of(sorted, [&](double v) { return std::abs(v - s.median); });
  s.coefficient_of_variation = std::sqrt(s.variance) / mean;
  s.quartile_dispersion = (p75 - p25) / (p75 + p25);
  return s;
}

FeatureValue checked(double value) {
  if (std::isfinite(value)) return {value, Status::kValue};
  return {std::numeric_limits<double>::quiet_NaN(), Status::kFlatRegion};
}

/// Change of the histogram's counts from level to level: central differences, one-sided at the ends.
std::vector<double> gradient_of(const std::vector<double>& counts) {
  std::vector<double> gradient(counts.size());
  if (counts.size() < 2) return gradient;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::size_t low = i == 0 ? 0 : i - 1, high = std::min(i + 1, counts.size() - 1);
    gradient[i] = (counts[high] - counts[low]) / static_cast<double>(high - low);
  }
  return gradient;
}

/// The fullest level; of several the one nearest to the mean, and the lower of two as near.
double mode_of(const Discretized& levels, double mean) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < levels.levels.size(); ++i) {
    const bool nearer = std::abs(levels.levels[i] - mean) < std::abs(levels.levels[best] - mean);
    if (levels.counts[i] > levels.counts[best] || (levels.counts[i] == levels.counts[best] && nearer)) best = i;
  }
  return levels.levels[best];
}

}  // namespace

std::span<const FeatureColumn> intensity_statistics_columns() {
  static constexpr FeatureColumn kColumns[] = {{"Mean", "stat_mean", "Q4LE", kIbsi},
                                               {"Variance", "stat_var", "ECT3", kIbsi},
                                               {"Skewness", "stat_skew", "KE2A", kIbsi},
                                               {"Kurtosis", "stat_kurt", "IPH6", kIbsi},
                                               {"Median", "stat_median", "Y12H", kIbsi},
                                               {"Minimum", "stat_min", "1GSF", kIbsi},
                                               {"10Percentile", "stat_p10", "QG58", kIbsi},
                                               {"90Percentile", "stat_p90", "8DWT", kIbsi},
                                               {"Maximum", "stat_max", "84IY", kIbsi},
                                               {"InterquartileRange", "stat_iqr", "SALO", kIbsi},
                                               {"Range", "stat_range", "2OJQ", kIbsi},
                                               {"MeanAbsoluteDeviation", "stat_mad", "4FUA", kIbsi},
                                               {"RobustMeanAbsoluteDeviation", "stat_rmad", "1128", kIbsi},
                                               {"MedianAbsoluteDeviation", "stat_medad", "N72L", kIbsi},
                                               {"CoefficientOfVariation", "stat_cov", "7TET", kIbsi},
                                               {"QuartileCoefficientOfDispersion", "stat_qcod", "9S40", kIbsi},
                                               {"Energy", "stat_energy", "N8CA", kIbsi},
                                               {"RootMeanSquare", "stat_rms", "5ZWQ", kIbsi}};
  return kColumns;
}

FeatureValues intensity_statistics_values(const std::vector<double>& intensities) {
  if (intensities.empty()) return FeatureValues(intensity_statistics_columns().size());
  const Statistics s = statistics_of(intensities);
  const double energy = std::transform_reduce(intensities.begin(), intensities.end(), 0.0, std::plus<>(),
                                              [](double v) { return v * v; });
  FeatureValues values;
  for (const double value :
       {s.mean, s.variance, s.skewness, s.kurtosis, s.median, s.minimum, s.p10, s.p90, s.maximum, s.interquartile_range,
        s.range, s.mean_absolute_deviation, s.robust_mean_absolute_deviation, s.median_absolute_deviation,
        s.coefficient_of_variation, s.quartile_dispersion, energy,
        std::sqrt(energy / static_cast<double>(intensities.size()))})
    values.push_back(checked(value));
  return values;
}

std::span<const FeatureColumn> intensity_histogram_columns() {
  static constexpr FeatureColumn kColumns[] = {{"Mean", "ih_mean", "X6K6", kIbsi},
                                               {"Variance", "ih_var", "CH89", kIbsi},
                                               {"Skewness", "ih_skew", "88K1", kIbsi},
                                               {"Kurtosis", "ih_kurt", "C3I7", kIbsi},
                                               {"Median", "ih_median", "WIFQ", kIbsi},
                                               {"Minimum", "ih_min", "1PR8", kIbsi},
                                               {"10Percentile", "ih_p10", "GPMT", kIbsi},
                                               {"90Percentile", "ih_p90", "OZ0C", kIbsi},
                                               {"Maximum", "ih_max", "3NCY", kIbsi},
                                               {"Mode", "ih_mode", "AMMC", kIbsi},
                                               {"InterquartileRange", "ih_iqr", "WR0O", kIbsi},
                                               {"Range", "ih_range", "5Z3W", kIbsi},
                                               {"MeanAbsoluteDeviation", "ih_mad", "D2ZX", kIbsi},
                                               {"RobustMeanAbsoluteDeviation", "ih_rmad", "WRZB", kIbsi},
                                               {"MedianAbsoluteDeviation", "ih_medad", "4RNL", kIbsi},
                                               {"CoefficientOfVariation", "ih_cov", "CWYJ", kIbsi},
                                               {"QuartileCoefficientOfDispersion", "ih_qcod", "SLWD", kIbsi},
                                               {"Entropy", "ih_entropy", "TLU2", kIbsi},
                                               {"Uniformity", "ih_uniformity", "BJ5W", kIbsi},
                                               {"MaximumGradient", "ih_max_grad", "12CE", kIbsi},
                                               {"MaximumGradientLevel", "ih_max_grad_g", "8E6O", kIbsi},
                                               {"MinimumGradient", "ih_min_grad", "VQB3", kIbsi},
                                               {"MinimumGradientLevel", "ih_min_grad_g", "RHQZ", kIbsi}};
  return kColumns;
}

FeatureValues intensity_histogram_values(const Discretized& levels) {
  if (levels.level_of_voxel.empty()) return FeatureValues(intensity_histogram_columns().size());
  std::vector<double> of_voxel;
  of_voxel.reserve(levels.level_of_voxel.size());
  for (const int rank : levels.level_of_voxel) of_voxel.push_back(levels.levels[static_cast<std::size_t>(rank)]);
  const auto n = static_cast<double>(of_voxel.size());
  std::vector<double> counts(static_cast<std::size_t>(std::max(levels.grey_levels, levels.levels.back())));
  double entropy = 0, uniformity = 0;
  for (std::size_t i = 0; i < levels.levels.size(); ++i) {
    const double p = levels.counts[i] / n;
    counts[static_cast<std::size_t>(levels.levels[i]) - 1] = levels.counts[i];
    entropy -= p * std::log2(p);
    uniformity += p * p;
  }
  const auto gradient = gradient_of(counts);
  const auto [lowest, highest] =
      std::pair{std::min_element(gradient.begin(), gradient.end()), std::max_element(gradient.begin(), gradient.end())};
  const Statistics s = statistics_of(std::move(of_voxel));
  FeatureValues values;
  for (const double value :
       {s.mean, s.variance, s.skewness, s.kurtosis, s.median, s.minimum, s.p10, s.p90, s.maximum,
        mode_of(levels, s.mean), s.interquartile_range, s.range, s.mean_absolute_deviation,
        s.robust_mean_absolute_deviation, s.median_absolute_deviation, s.coefficient_of_variation,
        s.quartile_dispersion, entropy, uniformity, *highest, 1.0 + static_cast<double>(highest - gradient.begin()),
        *lowest, 1.0 + static_cast<double>(lowest - gradient.begin())})
    values.push_back(checked(value));
  return values;
}

std::span<const FeatureColumn> intensity_volume_histogram_columns() {
  static constexpr FeatureColumn kColumns[] = {{"VolumeAtIntensityFraction10", "ivh_v10", "BC2M", kIbsi},
                                               {"VolumeAtIntensityFraction90", "ivh_v90", "BC2M", kIbsi},
                                               {"IntensityAtVolumeFraction10", "ivh_i10", "GBPN", kIbsi},
                                               {"IntensityAtVolumeFraction90", "ivh_i90", "GBPN", kIbsi},
                                               {"VolumeFractionDifference", "ivh_diff_v10_v90", "DDTU", kIbsi},
                                               {"IntensityDifference", "ivh_diff_i10_i90", "CNV2", kIbsi}};
  return kColumns;
}

FeatureValues intensity_volume_histogram_values(const std::vector<double>& intensities, const IntensityAxis& axis) {
  if (intensities.empty()) return FeatureValues(intensity_volume_histogram_columns().size());
  std::vector<double> sorted = intensities;
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  const auto bins = static_cast<std::int64_t>(std::floor((axis.highest - axis.lowest) / axis.width + 1e-9)) +
                    (axis.place == BinPlace::kEdge ? 1 : 0);
  const double half = axis.place == BinPlace::kEdge ? 0 : 0.5;
  const auto value_at = [&](std::int64_t bin) { return axis.lowest + (static_cast<double>(bin) + half) * axis.width; };
  const auto volume_at = [&](std::int64_t bin) {  // fraction of the volume in this bin and above
    const double edge = axis.lowest + static_cast<double>(bin) * axis.width;
    return static_cast<double>(sorted.end() - std::lower_bound(sorted.begin(), sorted.end(), edge)) / n;
  };
  const double first = value_at(0), last = value_at(bins - 1);
  const auto volume = [&](double fraction) {
    std::int64_t bin = 0;
    while (bin < bins && (value_at(bin) - first) / (last - first) < fraction) ++bin;
    return volume_at(bin);
  };
  const auto intensity = [&](double fraction) {
    std::int64_t bin = 0;
    while (bin < bins && volume_at(bin) > fraction) ++bin;
    return value_at(bin);
  };
  const double v10 = volume(0.1), v90 = volume(0.9), i10 = intensity(0.1), i90 = intensity(0.9);
  FeatureValues values;
  for (const double value : {v10, v90, i10, i90, v10 - v90, i10 - i90}) values.push_back(checked(value));
  return values;
}

}  // namespace radiopath::radiology
