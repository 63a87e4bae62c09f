#include "radiology/glcm.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "radiology/entropy.h"
#include "radiology/maximal_correlation.h"

namespace radiopath::radiology {
namespace {

/// Cells off the diagonal of a symmetric matrix stand for two.
double times(const CountMatrix::Cell& cell, Symmetry symmetry) {
  return symmetry == Symmetry::kSymmetric && cell.i != cell.j ? 2 : 1;
}

/// What the features of one matrix are sums over, in counts; divided by `all` they are probabilities.
class Sums {
 public:
  int lowest = 0;  // grey level
  double all = 0, energy = 0, maximum = 0;
  EntropySum joint;
  bool tabled = true;               // counts and their sums are whole and small enough for the table of logarithms
  std::span<double> rows, columns;  // by grey level less the lowest
  std::span<double> sum;            // by i + j less twice the lowest
  std::span<double> difference;     // by |i - j|

  Sums(const CountMatrix& matrix, Symmetry symmetry) {
    int highest = 0;
    lowest = matrix.cells.front().i;
    for (const auto& cell : matrix.cells) {
      highest = std::max({highest, cell.i, cell.j});
      lowest = std::min({lowest, cell.i, cell.j});
    }
    divide(static_cast<std::size_t>(highest - lowest) + 1, symmetry);
    for (const auto& cell : matrix.cells) {
      const double twice = times(cell, symmetry), count = cell.count;
      const auto i = static_cast<std::size_t>(cell.i - lowest), j = static_cast<std::size_t>(cell.j - lowest);
      rows[i] += count;
      if (symmetry == Symmetry::kOneWay || i != j) columns[j] += count;
      sum[i + j] += twice * count;
      difference[i > j ? i - j : j - i] += twice * count;
      all += twice * count;
      energy += twice * count * count;
      maximum = std::max(maximum, count);
      joint.add(count, twice);
      tabled = tabled && std::trunc(count) == count;
    }
    tabled = tabled && all < static_cast<double>(kTabled);
  }

  Sums(const Sums&) = delete;  // the spans lie inside
  Sums& operator=(const Sums&) = delete;

 private:
  /// Zeros for n grey levels, on the stack where they are few, as in the kernels of maps; up to whole lanes.
  void divide(std::size_t n, Symmetry symmetry) {
    const std::size_t padded = (n + 3) / 4 * 4;
    double* counts = few_.data();
    if (5 * padded > few_.size()) {
      many_.resize(5 * padded);
      counts = many_.data();
    }
    std::fill_n(counts, 5 * padded, 0.0);
    rows = {counts, n};
    columns = symmetry == Symmetry::kSymmetric ? rows : std::span(counts + padded, n);
    difference = {counts + 2 * padded, n};
    sum = {counts + 3 * padded, 2 * n};
  }

  std::array<double, 240> few_;
  std::vector<double> many_;
};

using Lanes = Eigen::Array4d;

/// f(value, count) of four neighbouring values at a time, the first being `first`; Sums ends in zeros that fill the
/// last.
template <class Function>
void for_lanes(std::span<const double> counts, double first, Function&& f) {
  Lanes value = first + Lanes(0, 1, 2, 3);
  for (std::size_t i = 0; i < counts.size(); i += 4, value += 4) f(value, Lanes::Map(counts.data() + i));
}

/// Of the values from `first` on.
double mean_of(std::span<const double> counts, int first, double all) {
  Lanes sum = Lanes::Zero();
  for_lanes(counts, first, [&](const Lanes& value, const auto& count) { sum += value * count; });
  return sum.sum() / all;
}

double variance_of(std::span<const double> counts, int first, double mean, double all) {
  Lanes sum = Lanes::Zero();
  for_lanes(counts, first - mean, [&](const Lanes& d, const auto& count) { sum += count * d * d; });
  return sum.sum() / all;
}

/// Of the rows, columns, sums or differences of `s`.
EntropySum entropy_of(std::span<const double> counts, const Sums& s) {
  EntropySum entropy;
  if (!s.tabled) {
    for (const double n : counts) entropy.add(n);
    return entropy;
  }
  double sum = 0;
  Lanes terms = Lanes::Zero();
  for_lanes(counts, 0, [&](const Lanes&, const auto& count) {
    for (int k = 0; k < 4; ++k) sum += kNLog2N[static_cast<std::int32_t>(count[k])];
    terms += count.cwiseMin(1);
  });
  return {sum, terms.sum()};
}

void add_difference_features(const Sums& s, double grey_levels, Profile profile, GlcmValues& f) {
  double average = 0, contrast = 0, id = 0, idm = 0, idn = 0, idmn = 0, inverse = 0;
  for (std::size_t i = 0; i < s.difference.size(); ++i) {
    const double n = s.difference[i];
    if (n == 0) continue;
    const auto k = static_cast<double>(i);
    const double k2 = k * k;
    average += k * n;
    contrast += k2 * n;
    id += n / (1 + k);
    idm += n / (1 + k2);
    idn += n / (grey_levels + k);
    idmn += n / (grey_levels * grey_levels + k2);
    if (i > 0) inverse += n / k2;
  }
  f.difference_average = average / s.all;
  f.contrast = contrast / s.all;
  f.id = id / s.all;
  f.idm = idm / s.all;
  f.idn = idn / s.all * grey_levels;
  f.idmn = idmn / s.all * grey_levels * grey_levels;
  f.inverse_variance = inverse / s.all;
  f.difference_variance = variance_of(s.difference, 0, f.difference_average, s.all);
  f.difference_entropy = entropy_of(s.difference, s).bits(s.all, profile);
}

void add_sum_features(const Sums& s, double mean, Profile profile, GlcmValues& f) {
  Lanes tendency = Lanes::Zero(), shade = tendency, prominence = tendency;
  for_lanes(s.sum, 2 * s.lowest - mean, [&](const Lanes& d, const auto& count) {
    const Lanes second = d * d * count, third = second * d;
    tendency += second;
    shade += third;
    prominence += third * d;
  });
  f.sum_average = mean_of(s.sum, 2 * s.lowest, s.all);
  f.cluster_tendency = tendency.sum() / s.all;
  f.cluster_shade = shade.sum() / s.all;
  f.cluster_prominence = prominence.sum() / s.all;
  f.sum_entropy = entropy_of(s.sum, s).bits(s.all, profile);
}

/// Correlation and the informational measures of correlation. With HX = -sum of p(i) log2 p(i) the cross entropies HXY1
/// and HXY2 are both HX + HY, but for PyRadiomics' epsilon in the logarithm of p(i) p(j).
void add_joint_features(const CountMatrix& matrix, const Sums& s, Symmetry symmetry, double row_mean,
                        double column_mean, Profile profile, GlcmValues& f) {
  double covariance = 0, autocorrelation = 0, ratio = 0;
  for (const auto& cell : matrix.cells) {
    const double n = times(cell, symmetry) * cell.count;
    autocorrelation += n * cell.i * cell.j;
    covariance += n * (cell.i - row_mean) * (cell.j - column_mean);
    ratio += n / (s.rows[static_cast<std::size_t>(cell.i - s.lowest)] *
                  s.columns[static_cast<std::size_t>(cell.j - s.lowest)]);
  }
  f.autocorrelation = autocorrelation / s.all;
  const bool symmetric = symmetry == Symmetry::kSymmetric;
  const double spread =
      symmetric ? f.sum_squares
                : std::sqrt(f.sum_squares) * std::sqrt(variance_of(s.columns, s.lowest, column_mean, s.all));
  f.flat = spread == 0;
  if (!f.flat) f.correlation = covariance / s.all / (spread + (profile == Profile::kPyRadiomics ? kEpsilon : 0));
  f.joint_entropy = s.joint.bits(s.all, profile);
  const EntropySum rows = entropy_of(s.rows, s), columns = symmetric ? rows : entropy_of(s.columns, s);
  double independent1 = rows.bits(s.all, Profile::kIbsi) + columns.bits(s.all, Profile::kIbsi);
  double independent2 = independent1;
  if (profile == Profile::kPyRadiomics) {
    independent1 -= EntropySum::kEpsilonInBits * ratio * s.all;
    independent2 -= EntropySum::kEpsilonInBits * rows.terms() * columns.terms();
  }
  if (matrix.cells.size() == 1 && f.flat) return;
  f.imc1 = (f.joint_entropy - independent1) / std::max(rows.bits(s.all, profile), columns.bits(s.all, profile));
  f.imc2 = std::sqrt(std::max(0.0, 1 - std::exp(-2 * (independent2 - f.joint_entropy))));
}

}  // namespace

GlcmValues glcm_values(const CountMatrix& matrix, Symmetry symmetry, int grey_levels, Profile profile,
                       MaximalCorrelation wanted) {
  if (matrix.cells.empty()) throw std::logic_error("features of an empty co-occurrence matrix");
  GlcmValues f;
  const Sums s(matrix, symmetry);
  f.joint_average = mean_of(s.rows, s.lowest, s.all);
  const double column_mean = symmetry == Symmetry::kSymmetric ? f.joint_average : mean_of(s.columns, s.lowest, s.all);
  f.sum_squares = variance_of(s.rows, s.lowest, f.joint_average, s.all);
  f.joint_energy = s.energy / (s.all * s.all);
  f.maximum_probability = s.maximum / s.all;
  add_difference_features(s, grey_levels, profile, f);
  add_sum_features(s, f.joint_average + column_mean, profile, f);
  add_joint_features(matrix, s, symmetry, f.joint_average, column_mean, profile, f);
  if (wanted == MaximalCorrelation::kWanted)
    f.maximal_correlation = maximal_correlation(matrix, symmetry, s.rows, s.columns, s.lowest, s.all);
  return f;
}

std::span<const GlcmFeature> glcm_features() {
  using enum FeatureColumn::Use;
  static constexpr GlcmFeature kFeatures[] = {
      {{"Autocorrelation", "cm_auto_corr", "QWB0"}, &GlcmValues::autocorrelation},
      {{"ClusterProminence", "cm_clust_prom", "AE86"}, &GlcmValues::cluster_prominence},
      {{"ClusterShade", "cm_clust_shade", "7NFM"}, &GlcmValues::cluster_shade},
      {{"ClusterTendency", "cm_clust_tend", "DG8W"}, &GlcmValues::cluster_tendency},
      {{"Contrast", "cm_contrast", "ACUI"}, &GlcmValues::contrast},
      {{"Correlation", "cm_corr", "NI2N"}, &GlcmValues::correlation},
      {{"DifferenceAverage", "cm_diff_avg", "TF7R"}, &GlcmValues::difference_average},
      {{"DifferenceEntropy", "cm_diff_entr", "NTRS"}, &GlcmValues::difference_entropy},
      {{"DifferenceVariance", "cm_diff_var", "D3YU"}, &GlcmValues::difference_variance},
      {{"Id", "cm_inv_diff", "IB1Z"}, &GlcmValues::id},
      {{"Idm", "cm_inv_diff_mom", "WF0Z"}, &GlcmValues::idm},
      {{"Idmn", "cm_inv_diff_mom_norm", "1QCO"}, &GlcmValues::idmn},
      {{"Idn", "cm_inv_diff_norm", "NDRX"}, &GlcmValues::idn},
      {{"Imc1", "cm_info_corr1", "R8DG"}, &GlcmValues::imc1},
      {{"Imc2", "cm_info_corr2", "JN9H"}, &GlcmValues::imc2},
      {{"InverseVariance", "cm_inv_var", "E8JP"}, &GlcmValues::inverse_variance},
      {{"JointAverage", "cm_joint_avg", "60VM"}, &GlcmValues::joint_average},
      {{"JointEnergy", "cm_energy", "8ZQL"}, &GlcmValues::joint_energy},
      {{"JointEntropy", "cm_joint_entr", "TU9B"}, &GlcmValues::joint_entropy},
      {{"MCC", "", "", kPyRadiomics}, &GlcmValues::maximal_correlation},
      {{"MaximumProbability", "cm_joint_max", "GYBY"}, &GlcmValues::maximum_probability},
      {{"SumAverage", "cm_sum_avg", "ZGXS"}, &GlcmValues::sum_average},
      {{"SumEntropy", "cm_sum_entr", "P6QZ"}, &GlcmValues::sum_entropy},
      {{"SumSquares", "cm_joint_var", "UR99"}, &GlcmValues::sum_squares},
      {{"Dissimilarity", "cm_dissimilarity", "8S9J", kDeprecated}, &GlcmValues::difference_average},
      {{"Homogeneity1", "", "", kDeprecated}, &GlcmValues::id},
      {{"Homogeneity2", "", "", kDeprecated}, &GlcmValues::idm},
      {{"SumVariance", "cm_sum_var", "OEEB", kDeprecated}, &GlcmValues::cluster_tendency},
  };
  return kFeatures;
}

}  // namespace radiopath::radiology
