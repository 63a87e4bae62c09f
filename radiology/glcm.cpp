#include "radiology/glcm.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace radiopath::radiology {
namespace {

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double entropy_term(double p) { return p > 0 ? -p * std::log2(p + kEpsilon) : 0; }

/// Steps in the box to the 13 neighbours that come later in it; the other 13 are their reverses.
std::array<std::int32_t, 13> neighbour_steps(const Roi& roi) {
  std::array<std::int32_t, 13> steps;
  int n = 0;
  for (int z = 0; z <= 1; ++z) {
    for (int y = -1; y <= 1; ++y) {
      for (int x = -1; x <= 1; ++x) {
        const std::int32_t step = x + roi.size[0] * (y + roi.size[1] * z);
        if (z > 0 || y > 0 || (y == 0 && x > 0)) steps[n++] = step;
      }
    }
  }
  return steps;
}

/// What the features of one direction are sums over. Levels are ranks among those that occur in the region.
struct Direction {
  Eigen::MatrixXd p;                    // (levels, levels), symmetric, sums to 1
  Eigen::VectorXd marginal;             // (levels)
  Eigen::VectorXd grey;                 // (levels), the grey levels themselves
  std::vector<double> sum, difference;  // p(i + j) from 0, p(|i - j|) from 0
  double mean = 0;
};

Direction make_direction(const Eigen::MatrixXd& pairs, double total, const std::vector<int>& levels) {
  Direction d;
  const auto n = static_cast<Eigen::Index>(levels.size());
  d.p = (pairs + pairs.transpose()) / (2 * total);
  d.marginal = d.p.rowwise().sum();
  d.grey = Eigen::VectorXd(n);
  for (Eigen::Index i = 0; i < n; ++i) d.grey[i] = levels[static_cast<std::size_t>(i)];
  d.mean = d.grey.dot(d.marginal);
  d.sum.assign(static_cast<std::size_t>(2 * levels.back()) + 1, 0);
  d.difference.assign(static_cast<std::size_t>(levels.back()), 0);
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < n; ++i) {
      const int a = levels[static_cast<std::size_t>(i)], b = levels[static_cast<std::size_t>(j)];
      d.sum[static_cast<std::size_t>(a + b)] += d.p(i, j);
      d.difference[static_cast<std::size_t>(std::abs(a - b))] += d.p(i, j);
    }
  }
  return d;
}

struct DifferenceFeatures {
  double average = 0, entropy = 0, variance = 0, contrast = 0, id = 0, idm = 0, idn = 0, idmn = 0, inverse_variance = 0;
};

/// `most` is the highest grey level: what the normalised inverse differences divide by.
DifferenceFeatures difference_features(const std::vector<double>& p, double most) {
  DifferenceFeatures f;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const auto k = static_cast<double>(i);
    f.average += k * p[i];
    f.contrast += k * k * p[i];
    f.entropy += entropy_term(p[i]);
    f.id += p[i] / (1 + k);
    f.idm += p[i] / (1 + k * k);
    f.idn += p[i] / (1 + k / most);
    f.idmn += p[i] / (1 + k * k / (most * most));
    if (i > 0) f.inverse_variance += p[i] / (k * k);
  }
  for (std::size_t i = 0; i < p.size(); ++i) f.variance += p[i] * std::pow(static_cast<double>(i) - f.average, 2);
  return f;
}

struct SumFeatures {
  double average = 0, entropy = 0, tendency = 0, shade = 0, prominence = 0;
};

SumFeatures sum_features(const std::vector<double>& p, double mean) {
  SumFeatures f;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double k = static_cast<double>(i), d = k - 2 * mean;
    f.average += k * p[i];
    f.entropy += entropy_term(p[i]);
    f.tendency += d * d * p[i];
    f.shade += d * d * d * p[i];
    f.prominence += d * d * d * d * p[i];
  }
  return f;
}

struct JointFeatures {
  double autocorrelation = 0, energy = 0, entropy = 0, correlation = 1, maximum = 0, variance = 0, imc1 = 0, imc2 = 0;
};

JointFeatures joint_features(const Direction& d) {
  JointFeatures f;
  const Eigen::Index n = d.grey.size();
  double covariance = 0, entropy_as_independent = 0, entropy_of_independent = 0, marginal_entropy = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    f.variance += d.marginal[i] * std::pow(d.grey[i] - d.mean, 2);
    marginal_entropy += entropy_term(d.marginal[i]);
  }
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index i = 0; i < n; ++i) {
      const double product = d.marginal[i] * d.marginal[j];
      if (product > 0) entropy_of_independent += entropy_term(product);
      const double p = d.p(i, j);
      if (p == 0) continue;
      f.autocorrelation += p * d.grey[i] * d.grey[j];
      covariance += p * (d.grey[i] - d.mean) * (d.grey[j] - d.mean);
      f.energy += p * p;
      f.entropy += entropy_term(p);
      f.maximum = std::max(f.maximum, p);
      entropy_as_independent -= p * std::log2(product + kEpsilon);
    }
  }
  if (f.variance > 0) f.correlation = covariance / (f.variance + kEpsilon);
  if (marginal_entropy != 0) f.imc1 = (f.entropy - entropy_as_independent) / marginal_entropy;
  f.imc2 = std::sqrt(std::max(0.0, 1 - std::exp(-2 * (entropy_of_independent - f.entropy))));
  return f;
}

/// Maximal correlation coefficient: root of the second largest eigenvalue of Q(i, j) = sum over k of
/// p(i, k) p(j, k) / (p(i) p(k) + 2.2e-16).
///
/// Q is similar to F W with the symmetric W = p / sqrt(p(i) p(k)) and F = W p(i) p(k) / (p(i) p(k) + 2.2e-16). The
/// eigenvalues of such a product are the squares of those of G = p / sqrt(p(i) p(k) + 2.2e-16) up to the square of the
/// tiny F - W, and G is symmetric: some ten times less work than Q.
double maximal_correlation(const Direction& d) {
  const Eigen::Index n = d.grey.size();
  if (n < 2) return 1;
  Eigen::MatrixXd g(n, n);
  for (Eigen::Index k = 0; k < n; ++k) {
    for (Eigen::Index i = 0; i < n; ++i) g(i, k) = d.p(i, k) / std::sqrt(d.marginal[i] * d.marginal[k] + kEpsilon);
  }
  Eigen::VectorXd size =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(g, Eigen::EigenvaluesOnly).eigenvalues().cwiseAbs();
  std::nth_element(size.begin(), size.begin() + 1, size.end(), std::greater<>());
  return size[1];
}

std::array<double, kGlcmNames.size()> features_of(const Direction& d, double most) {
  const DifferenceFeatures difference = difference_features(d.difference, most);
  const SumFeatures sum = sum_features(d.sum, d.mean);
  const JointFeatures joint = joint_features(d);
  return {joint.autocorrelation,
          sum.prominence,
          sum.shade,
          sum.tendency,
          difference.contrast,
          joint.correlation,
          difference.average,
          difference.entropy,
          difference.variance,
          difference.id,
          difference.idm,
          difference.idmn,
          difference.idn,
          joint.imc1,
          joint.imc2,
          difference.inverse_variance,
          d.mean,
          joint.energy,
          joint.entropy,
          maximal_correlation(d),
          joint.maximum,
          sum.average,
          sum.entropy,
          joint.variance};
}

}  // namespace

std::array<double, kGlcmNames.size()> glcm(const Roi& roi, const Discretized& levels) {
  std::array<double, kGlcmNames.size()> mean;
  mean.fill(std::numeric_limits<double>::quiet_NaN());
  const auto n = static_cast<Eigen::Index>(levels.levels.size());
  if (n == 0) return mean;
  std::vector<int> box(static_cast<std::size_t>(roi.size[0]) * roi.size[1] * roi.size[2], -1);
  for (std::size_t v = 0; v < roi.voxels.size(); ++v)
    box[static_cast<std::size_t>(roi.voxels[v])] = levels.level_of_voxel[v];

  std::array<double, kGlcmNames.size()> sums{};
  int directions = 0;
  Eigen::MatrixXd pairs(n, n);
  for (const auto step : neighbour_steps(roi)) {
    pairs.setZero();
    std::int64_t total = 0;
    for (const auto voxel : roi.voxels) {
      const int other = box[static_cast<std::size_t>(voxel + step)];
      if (other < 0) continue;
      pairs(other, box[static_cast<std::size_t>(voxel)]) += 1;
      ++total;
    }
    if (total == 0) continue;
    const auto features =
        features_of(make_direction(pairs, static_cast<double>(total), levels.levels), levels.levels.back());
    for (std::size_t f = 0; f < sums.size(); ++f) sums[f] += features[f];
    ++directions;
  }
  if (directions == 0) return mean;
  for (std::size_t f = 0; f < sums.size(); ++f) mean[f] = sums[f] / directions;
  return mean;
}

}  // namespace radiopath::radiology
