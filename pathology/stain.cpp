#include "pathology/stain.h"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace radiopath::pathology {
namespace {

constexpr double kMinAngleDeg = 5;
constexpr double kMaxAngleDeg = 60;
constexpr double kMaxCondition = 20;
constexpr double kMinConcentration = 0.1;
constexpr double kOddAngleDeg = 30;  // from Ruifrok's vectors: further away it is hardly H&E

using Table = std::array<double, 256>;

/// Natural optical density of each intensity.
Table density_table(double background) {
  Table table;
  for (int value = 0; value < 256; ++value) table[value] = -std::log((value + 1) / background);
  return table;
}

/// Least intensity that is too bright to be stained.
int first_unstained(const Table& density, double beta) {
  int value = 0;
  while (value < 256 && density[value] >= beta) ++value;
  return value;
}

bool stained(const std::uint8_t* rgb, int unstained) {
  return rgb[0] < unstained && rgb[1] < unstained && rgb[2] < unstained;
}

/// numpy.percentile with linear interpolation; reorders `values`, which must not be empty.
double percentile(std::vector<double>& values, double percent) {
  const double position = percent / 100 * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::ptrdiff_t>(position);
  std::nth_element(values.begin(), values.begin() + low, values.end());
  const double a = values[low];
  if (low + 1 == static_cast<std::ptrdiff_t>(values.size())) return a;
  const double b = *std::min_element(values.begin() + low + 1, values.end());
  const double t = position - static_cast<double>(low);
  return t < 0.5 ? a + (b - a) * t : b - (b - a) * (1 - t);
}

double angle_deg(const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
  const double cosine = a.dot(b) / (a.norm() * b.norm());
  return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / std::numbers::pi;
}

Eigen::Matrix<double, 2, 3> pseudo_inverse(const Eigen::Matrix<double, 3, 2>& he) {
  return (he.transpose() * he).inverse() * he.transpose();
}

/// Densities of the stained pixels, (3, n).
Eigen::Matrix3Xd stained_densities(std::span<const std::uint8_t> rgb, const Table& density, int unstained) {
  Eigen::Index count = 0;
  for (std::size_t i = 0; i < rgb.size(); i += 3) count += stained(&rgb[i], unstained);
  Eigen::Matrix3Xd od(3, count);
  Eigen::Index column = 0;
  for (std::size_t i = 0; i < rgb.size(); i += 3)
    if (stained(&rgb[i], unstained)) od.col(column++) << density[rgb[i]], density[rgb[i + 1]], density[rgb[i + 2]];
  return od;
}

/// Haematoxylin and eosin as the extreme directions in the plane of most variance.
Eigen::Matrix<double, 3, 2> stain_vectors(const Eigen::Matrix3Xd& od, double alpha) {
  const Eigen::Vector3d mean = od.rowwise().mean();
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();
  for (Eigen::Index i = 0; i < od.cols(); ++i) covariance += (od.col(i) - mean) * (od.col(i) - mean).transpose();
  covariance /= static_cast<double>(od.cols() - 1);
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(covariance);
  Eigen::Vector3d first = solver.eigenvectors().col(2);
  const Eigen::Vector3d second = solver.eigenvectors().col(1);
  if (first.sum() < 0) first = -first;  // then no angle wraps
  std::vector<double> angles(static_cast<std::size_t>(od.cols()));
  for (Eigen::Index i = 0; i < od.cols(); ++i)
    angles[static_cast<std::size_t>(i)] = std::atan2(second.dot(od.col(i)), first.dot(od.col(i)));
  const double low = percentile(angles, alpha);
  const double high = percentile(angles, 100 - alpha);
  const Eigen::Vector3d a = first * std::cos(low) + second * std::sin(low);
  const Eigen::Vector3d b = first * std::cos(high) + second * std::sin(high);
  Eigen::Matrix<double, 3, 2> he;
  if (a[0] > b[0])
    he << a, b;
  else
    he << b, a;
  return he;
}

Eigen::Vector2d max_concentrations(std::span<const std::uint8_t> rgb, const Table& density,
                                   const Eigen::Matrix<double, 3, 2>& he) {
  const Eigen::Matrix<double, 2, 3> inverse = pseudo_inverse(he);
  const std::size_t count = rgb.size() / 3;
  Eigen::Vector2d most;
  for (int stain = 0; stain < 2; ++stain) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i)
      values[i] = inverse(stain, 0) * density[rgb[3 * i]] + inverse(stain, 1) * density[rgb[3 * i + 1]] +
                  inverse(stain, 2) * density[rgb[3 * i + 2]];
    most[stain] = percentile(values, 99);
  }
  return most;
}

std::string refusal_of(const Stain& stain, double angle) {
  if (!(angle >= kMinAngleDeg && angle <= kMaxAngleDeg))
    return fmt::format("haematoxylin and eosin are {:.1f}° apart, expected {:g} to {:g}°", angle, kMinAngleDeg,
                       kMaxAngleDeg);
  const auto singular = stain.he.jacobiSvd().singularValues();
  if (!(singular[0] <= kMaxCondition * singular[1])) return "the stain matrix is badly conditioned";
  if (!(stain.max_c.minCoeff() > kMinConcentration))
    return fmt::format("a stain is hardly there (99th percentile of its concentration {:.3f})", stain.max_c.minCoeff());
  return "";
}

}  // namespace

Stain reference_stain() {
  Stain stain;
  stain.he << 0.5626, 0.2159, 0.7201, 0.8012, 0.4062, 0.5581;
  stain.max_c << 1.9705, 1.0308;
  return stain;
}

StainEstimate estimate_stain(std::span<const std::uint8_t> rgb, const StainConfig& config) {
  const Table density = density_table(config.background);
  const Eigen::Matrix3Xd od = stained_densities(rgb, density, first_unstained(density, config.beta));
  StainEstimate estimate;
  estimate.stained_pixels = od.cols();
  const double pixels = static_cast<double>(rgb.size()) / 3;
  if (od.cols() < config.min_pixels || static_cast<double>(od.cols()) < config.min_share * pixels) {
    estimate.refusal = fmt::format("only {} of {:.0f} pixels are stained", od.cols(), pixels);
    return estimate;
  }
  Stain stain{stain_vectors(od, config.alpha), {}};
  stain.max_c = max_concentrations(rgb, density, stain.he);
  estimate.angle_deg = angle_deg(stain.he.col(0), stain.he.col(1));
  estimate.refusal = refusal_of(stain, estimate.angle_deg);
  if (!estimate.refusal.empty()) return estimate;
  estimate.stain = stain;
  // Ruifrok & Johnston 2001
  if (angle_deg(stain.he.col(0), {0.65, 0.70, 0.29}) > kOddAngleDeg ||
      angle_deg(stain.he.col(1), {0.07, 0.99, 0.11}) > kOddAngleDeg)
    estimate.note = "the stains are more than 30° from haematoxylin and eosin: not an H&E slide?";
  return estimate;
}

void collect_stained(const Raster& image, const StainConfig& config, int stride, std::vector<std::uint8_t>& pool) {
  const int unstained = first_unstained(density_table(config.background), config.beta);
  int seen = 0;
  for (std::size_t i = 0; i < image.pixels.size(); i += 3)
    if (stained(&image.pixels[i], unstained) && seen++ % stride == 0)
      pool.insert(pool.end(), {image.pixels[i], image.pixels[i + 1], image.pixels[i + 2]});
}

StainNormalizer::StainNormalizer(const Stain& source, const Stain& target, double background) {
  const Eigen::Vector2d scale = target.max_c.cwiseQuotient(source.max_c);
  const Eigen::Matrix3d map = target.he * scale.asDiagonal() * pseudo_inverse(source.he);
  const Table density = density_table(background);
  for (int in = 0; in < 3; ++in)
    for (int value = 0; value < 256; ++value)
      for (int out = 0; out < 4; ++out)  // Io goes into the first channel's table
        factors_[in][value][out] =
            out == 3 ? 0 : std::exp(-map(out, in) * density[value]) * (in == 0 ? background : 1.0);
}

void StainNormalizer::apply(Raster& image) const {
  std::uint8_t* rgb = image.pixels.data();
  for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
    const auto& r = factors_[0][rgb[i]];
    const auto& g = factors_[1][rgb[i + 1]];
    const auto& b = factors_[2][rgb[i + 2]];
    std::array<int, 4> value;
    for (int c = 0; c < 4; ++c) value[c] = static_cast<int>(std::min(255.0, r[c] * g[c] * b[c]));
    for (int c = 0; c < 3; ++c) rgb[i + c] = static_cast<std::uint8_t>(value[c]);
  }
}

}  // namespace radiopath::pathology
