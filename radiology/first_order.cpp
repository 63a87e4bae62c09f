#include "radiology/first_order.h"

#include <algorithm>
#include <cmath>

#include "radiology/entropy.h"

namespace radiopath::radiology {
namespace {

/// Order statistics without sorting everything: grey levels rise with intensity, so that a place in the order lies in a
/// known level, and only that level's voxels are put in order.
class Percentiles {
 public:
  Percentiles(const std::vector<double>& intensities, const Discretized& levels)
      : intensities_(intensities), levels_(levels) {}

  /// Linear interpolation between order statistics (numpy's default, type 7 of Hyndman & Fan 1996), fractions below 1.
  std::array<double, 5> at(const std::array<double, 5>& fractions) const {
    std::array<std::size_t, 10> places;  // below and above each
    for (std::size_t f = 0; f < 5; ++f) {
      places[2 * f] = static_cast<std::size_t>(place_of(fractions[f]));
      places[2 * f + 1] = std::min(places[2 * f] + 1, intensities_.size() - 1);
    }
    const auto statistics = order_statistics(places);
    std::array<double, 5> values;
    for (std::size_t f = 0; f < 5; ++f) {
      const double t = place_of(fractions[f]) - static_cast<double>(places[2 * f]);
      const double a = statistics[2 * f], b = statistics[2 * f + 1];
      values[f] = t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
    }
    return values;
  }

 private:
  double place_of(double fraction) const { return fraction * static_cast<double>(intensities_.size() - 1); }

  std::array<double, 10> order_statistics(const std::array<std::size_t, 10>& places) const {
    std::vector<std::size_t> start(levels_.counts.size() + 1);  // of each level in the order
    for (std::size_t l = 0; l < levels_.counts.size(); ++l)
      start[l + 1] = start[l] + static_cast<std::size_t>(levels_.counts[l]);
    std::vector<std::int8_t> slot(levels_.counts.size(), -1);
    std::vector<std::vector<double>> members;
    std::array<std::size_t, 10> level;
    for (std::size_t p = 0; p < places.size(); ++p) {
      level[p] = static_cast<std::size_t>(std::upper_bound(start.begin(), start.end(), places[p]) - start.begin()) - 1;
      if (slot[level[p]] < 0) {
        slot[level[p]] = static_cast<std::int8_t>(members.size());
        members.emplace_back().reserve(static_cast<std::size_t>(levels_.counts[level[p]]));
      }
    }
    for (std::size_t v = 0; v < intensities_.size(); ++v) {
      const auto place = slot[static_cast<std::size_t>(levels_.level_of_voxel[v])];
      if (place >= 0) members[static_cast<std::size_t>(place)].push_back(intensities_[v]);
    }
    std::array<double, 10> found;
    for (std::size_t p = 0; p < places.size(); ++p) {
      auto& values = members[static_cast<std::size_t>(slot[level[p]])];
      const auto nth = values.begin() + static_cast<std::ptrdiff_t>(places[p] - start[level[p]]);
      std::nth_element(values.begin(), nth, values.end());
      found[p] = *nth;
    }
    return found;
  }

  const std::vector<double>& intensities_;
  const Discretized& levels_;
};

/// Sums over the intensities, in four interleaved parts that are added up in order.
template <std::size_t N, class Terms>
std::array<double, N> sum_over(const std::vector<double>& values, const Terms& terms) {
  std::array<std::array<double, 4>, N> parts = {};
  std::size_t i = 0;
  for (; i + 4 <= values.size(); i += 4) {
    for (std::size_t k = 0; k < 4; ++k) {
      const std::array<double, N> term = terms(values[i + k]);
      for (std::size_t n = 0; n < N; ++n) parts[n][k] += term[n];
    }
  }
  for (; i < values.size(); ++i) {
    const std::array<double, N> term = terms(values[i]);
    for (std::size_t n = 0; n < N; ++n) parts[n][0] += term[n];
  }
  std::array<double, N> sums;
  for (std::size_t n = 0; n < N; ++n) sums[n] = (parts[n][0] + parts[n][1]) + (parts[n][2] + parts[n][3]);
  return sums;
}

/// Mean absolute deviation of the intensities from `low` to `high` about their own mean; NaN when there are none.
double robust_deviation(const std::vector<double>& intensities, double low, double high) {
  const auto [count, sum] = sum_over<2>(intensities, [=](double v) {
    const bool taken = v >= low && v <= high;
    return std::array<double, 2>{taken ? 1.0 : 0.0, taken ? v : 0.0};
  });
  const double mean = sum / count;
  const auto [deviation] = sum_over<1>(
      intensities, [=](double v) { return std::array<double, 1>{v >= low && v <= high ? std::abs(v - mean) : 0.0}; });
  return deviation / count;
}

}  // namespace

std::span<const FeatureColumn> first_order_columns() {
  using enum FeatureColumn::Use;
  // Without a tag: under IBSI these are intensity statistics and histogram. IBSI's kurtosis is 3 less.
  static constexpr FeatureColumn kColumns[] = {{"10Percentile", "", "QG58", kPyRadiomics},
                                               {"90Percentile", "", "8DWT", kPyRadiomics},
                                               {"Energy", "", "N8CA", kPyRadiomics},
                                               {"Entropy", "", "TLU2", kPyRadiomics},
                                               {"InterquartileRange", "", "SALO", kPyRadiomics},
                                               {"Kurtosis", "", "IPH6", kPyRadiomics},
                                               {"Maximum", "", "84IY", kPyRadiomics},
                                               {"MeanAbsoluteDeviation", "", "4FUA", kPyRadiomics},
                                               {"Mean", "", "Q4LE", kPyRadiomics},
                                               {"Median", "", "Y12H", kPyRadiomics},
                                               {"Minimum", "", "1GSF", kPyRadiomics},
                                               {"Range", "", "2OJQ", kPyRadiomics},
                                               {"RobustMeanAbsoluteDeviation", "", "1128", kPyRadiomics},
                                               {"RootMeanSquared", "", "5ZWQ", kPyRadiomics},
                                               {"Skewness", "", "KE2A", kPyRadiomics},
                                               {"TotalEnergy", "", "", kPyRadiomics},
                                               {"Uniformity", "", "BJ5W", kPyRadiomics},
                                               {"Variance", "", "ECT3", kPyRadiomics},
                                               {"StandardDeviation", "", "", kDeprecated}};
  return kColumns;
}

FeatureValues first_order_values(const std::vector<double>& intensities, const Discretized& levels,
                                 double voxel_volume_mm3, double voxel_array_shift) {
  FeatureValues features(first_order_columns().size());
  if (intensities.empty()) return features;
  const auto n = static_cast<double>(intensities.size());

  const auto [p10, p25, p50, p75, p90] = Percentiles(intensities, levels).at({0.10, 0.25, 0.5, 0.75, 0.90});
  const auto [smallest, largest] = std::minmax_element(intensities.begin(), intensities.end());
  const auto [sum, energy] = sum_over<2>(intensities, [=](double v) {
    return std::array<double, 2>{v, (v + voxel_array_shift) * (v + voxel_array_shift)};
  });
  const double mean = sum / n;
  auto [second, third, fourth, deviation] = sum_over<4>(intensities, [=](double v) {
    const double d = v - mean, square = d * d;
    return std::array<double, 4>{square, square * d, square * square, std::abs(d)};
  });
  second /= n;
  third /= n;
  fourth /= n;
  EntropySum entropy;
  double squares = 0;
  for (const double count : levels.counts) {
    entropy.add(count);
    squares += count * count;
  }
  const bool flat = *smallest == *largest;
  const double found[] = {p10,
                          p90,
                          energy,
                          entropy.bits(n, Profile::kPyRadiomics),
                          p75 - p25,
                          flat ? 0 : fourth / (second * second),
                          *largest,
                          deviation / n,
                          mean,
                          p50,
                          *smallest,
                          *largest - *smallest,
                          robust_deviation(intensities, p10, p90),
                          std::sqrt(energy / n),
                          flat ? 0 : third / std::pow(second, 1.5),
                          energy * voxel_volume_mm3,
                          squares / (n * n),
                          second,
                          std::sqrt(second)};
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
