#include "pathology/phantom_textures.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <string_view>
#include <tuple>

namespace radiopath::pathology::phantom {
namespace {

/// Periodic smooth noise, evenly distributed over 0 … 255: waves that fit `low` to `high` times into the period.
Plane periodic_noise(double low, double high, std::string_view name) {
  Random random(0, name);
  constexpr int kWaves = 40;
  std::vector<double> sums(static_cast<std::size_t>(kPatch) * kPatch);
  for (int w = 0; w < kWaves; ++w) {
    const double angle = random.uniform(0, 2 * std::numbers::pi), count = random.uniform(low, high);
    const double step = 2 * std::numbers::pi / kPatch, phase = random.uniform(0, 2 * std::numbers::pi);
    const double fx = step * std::round(count * std::cos(angle)), fy = step * std::round(count * std::sin(angle));
    std::array<std::array<double, 2>, kPatch> along_x;  // cosine and sine: cos(a + b) without a cosine per pixel
    for (int x = 0; x < kPatch; ++x) along_x[static_cast<std::size_t>(x)] = {std::cos(fx * x), std::sin(fx * x)};
    for (int y = 0; y < kPatch; ++y) {
      const double c = std::cos(fy * y + phase), s = std::sin(fy * y + phase);
      double* row = &sums[static_cast<std::size_t>(y) * kPatch];
      for (std::size_t x = 0; x < kPatch; ++x) row[x] += c * along_x[x][0] - s * along_x[x][1];
    }
  }
  std::vector<std::size_t> order(sums.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t i, std::size_t j) { return std::tie(sums[i], i) < std::tie(sums[j], j); });
  Plane plane(order.size());
  for (std::size_t r = 0; r < order.size(); ++r) plane[order[r]] = static_cast<std::uint8_t>(r * 256 / order.size());
  return plane;
}

/// Nuclei as 8-bit coverage masks with a soft rim and mottled chromatin.
std::vector<Plane> nucleus_stamps(double radius_px, double mottle, std::string_view name) {
  Random random(0, name);
  std::vector<Plane> stamps(kStamps, Plane(kStamp * kStamp));
  for (Plane& stamp : stamps) {
    const double a = radius_px * random.uniform(0.9, 1.2), b = a * random.uniform(0.65, 1.0);
    const double angle = random.uniform(0, std::numbers::pi), c = std::cos(angle), s = std::sin(angle);
    const Waves chromatin(6, random);
    for (int y = 0; y < kStamp; ++y) {
      for (int x = 0; x < kStamp; ++x) {
        const double dx = x - kStamp / 2, dy = y - kStamp / 2;
        const double r = std::hypot((c * dx + s * dy) / a, (c * dy - s * dx) / b);
        const double rim = std::clamp((1 - r) * radius_px / 1.5 + 0.5, 0.0, 1.0);
        const double body = 1 - mottle * (0.5 + 0.25 * std::clamp(chromatin.at(x, y), -2.0, 2.0));
        stamp[static_cast<std::size_t>(y) * kStamp + x] = static_cast<std::uint8_t>(std::lround(255 * rim * body));
      }
    }
  }
  return stamps;
}

}  // namespace

Waves::Waves(double wavelength_px, Random& random) {
  for (auto& [fx, fy, phase] : waves) {
    const double angle = random.uniform(0, 2 * std::numbers::pi);
    const double frequency = 2 * std::numbers::pi / (wavelength_px * random.uniform(0.7, 1.4));
    fx = frequency * std::cos(angle);
    fy = frequency * std::sin(angle);
    phase = random.uniform(0, 2 * std::numbers::pi);
  }
}

double Waves::at(double x, double y) const {
  double sum = 0;
  for (const auto& [fx, fy, phase] : waves) sum += std::cos(fx * x + fy * y + phase);
  return sum / std::sqrt(waves.size() / 2.0);
}

const Textures& textures() {
  static const Textures made = {periodic_noise(14, 60, "stroma"), periodic_noise(6, 10, "nests"),
                                nucleus_stamps(5.0, 0.25, "nuclei A"), nucleus_stamps(7.5, 0.45, "nuclei B")};
  return made;
}

}  // namespace radiopath::pathology::phantom
