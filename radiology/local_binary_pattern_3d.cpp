#include "radiology/local_binary_pattern_3d.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <limits>
#include <map>
#include <numbers>

#include "core/error.h"
#include "core/parallel.h"

namespace radiopath::radiology {
namespace {

using Point = std::array<double, 3>;

/// Moved along its radius, to the bits of trimesh: the last one decides whether a sample lies beyond the image.
Point on_sphere(const Point& p, double radius) {
  const double length = std::sqrt(p[0] * p[0] + p[2] * p[2] + p[1] * p[1]), way = radius - length;
  return {p[0] + p[0] / length * way, p[1] + p[1] / length * way, p[2] + p[2] / length * way};
}

using Face = std::array<int, 3>;

/// An icosahedron whose faces are split at the middles of their sides, which move out to the sphere.
std::vector<Point> icosphere(int subdivisions, double radius) {
  const double a = 1 / std::sqrt(1 + std::numbers::phi * std::numbers::phi), b = std::numbers::phi * a;
  std::vector<Point> points = {{-a, b, 0},  {a, b, 0},  {-a, -b, 0}, {a, -b, 0}, {0, -a, b},  {0, a, b},
                               {0, -a, -b}, {0, a, -b}, {b, 0, -a},  {b, 0, a},  {-b, 0, -a}, {-b, 0, a}};
  std::vector<Face> faces = {{0, 11, 5}, {0, 5, 1},   {0, 1, 7},  {0, 7, 10}, {0, 10, 11}, {1, 5, 9}, {5, 11, 4},
                             {11, 10, 2}, {10, 7, 6}, {7, 1, 8},  {3, 9, 4},  {3, 4, 2},   {3, 2, 6}, {3, 6, 8},
                             {3, 8, 9},   {4, 9, 5},  {2, 4, 11}, {6, 2, 10}, {8, 6, 7},   {9, 8, 1}};
  if (subdivisions == 0)
    for (Point& p : points) p = on_sphere(p, radius);
  for (int round = 0; round < subdivisions; ++round) {
    std::map<std::pair<int, int>, int> middles;
    const auto middle = [&](int from, int to) {
      const auto [place, is_new] = middles.try_emplace(std::minmax(from, to), static_cast<int>(points.size()));
      if (is_new) {
        const Point &p = points[static_cast<std::size_t>(from)], &q = points[static_cast<std::size_t>(to)];
        points.push_back({(p[0] + q[0]) / 2, (p[1] + q[1]) / 2, (p[2] + q[2]) / 2});
      }
      return place->second;
    };
    std::vector<Face> split;
    for (const auto& [i, j, k] : faces) {
      const int ij = middle(i, j), jk = middle(j, k), ki = middle(k, i);
      for (const Face& face : {Face{i, ij, ki}, Face{j, jk, ij}, Face{k, ki, jk}, Face{ij, jk, ki}})
        split.push_back(face);
    }
    faces = std::move(split);
    for (Point& p : points) p = on_sphere(p, radius);
  }
  return points;
}

/// P_n^m(x) without the phase (-1)^m, which cancels here.
double legendre(int n, int m, double x) {
  double before = 0, value = 1;
  for (int k = 1; k <= m; ++k) value *= (2 * k - 1) * std::sqrt(1 - x * x);
  for (int k = m + 1; k <= n; ++k) {
    const double next = ((2 * k - 1) * x * value - (k + m - 1) * before) / (k - m);
    before = value;
    value = next;
  }
  return value;
}

/// Y_n^m at every sample for m = 0 … n; those of -m are their conjugates but for a sign that cancels.
using Harmonics = std::vector<std::vector<std::complex<double>>>;

Harmonics harmonics_of(int n, const std::vector<Point>& samples, double radius) {
  Harmonics harmonics(static_cast<std::size_t>(n) + 1);
  for (int m = 0; m <= n; ++m) {
    const double norm =
        std::sqrt((2 * n + 1) / (4 * std::numbers::pi) * std::tgamma(n - m + 1.0) / std::tgamma(n + m + 1.0));
    for (const Point& p : samples) {
      const double azimuth = std::acos(std::clamp(p[2] / radius, -1.0, 1.0)), polar = std::atan2(p[1], p[0]);
      harmonics[static_cast<std::size_t>(m)].push_back(std::polar(norm * legendre(n, m, std::cos(polar)), m * azimuth));
    }
  }
  return harmonics;
}

/// L2 norm over the samples of sum over m of c_m Y_m, where c_m is the sum of Y_m over the samples that are set.
double level_of(const Harmonics& harmonics, const std::vector<std::size_t>& set) {
  std::vector<std::complex<double>> c(harmonics.size());
  for (std::size_t m = 0; m < c.size(); ++m)
    for (const std::size_t v : set) c[m] += harmonics[m][v];
  double squares = 0;
  for (std::size_t v = 0; v < harmonics[0].size(); ++v) {
    double part = (c[0] * harmonics[0][v]).real();
    for (std::size_t m = 1; m < c.size(); ++m) part += 2 * (c[m] * harmonics[m][v]).real();
    squares += part * part;
  }
  return std::sqrt(squares);
}

/// Place in a line of n voxels mirrored about the centres of its ends.
int mirrored(int i, int n) {
  if (n == 1) return 0;
  const int period = 2 * n - 2, rest = ((i % period) + period) % period;
  return rest < n ? rest : period - rest;
}

/// Coefficients of the cubic B-spline through a mirrored line, in place and in SciPy's order of operations: whether a
/// sample on a voxel that equals the centre counts as greater or equal is left to rounding.
/// Source: Unser, IEEE Signal Proc Mag 1999;16:22.
void to_coefficients(std::vector<double>& line) {
  const std::size_t n = line.size();
  if (n == 1) return;
  constexpr double pole = -0.26794919243112270647;  // sqrt(3) - 2 to the last bit
  const double far = std::pow(pole, static_cast<double>(n - 1));
  for (double& v : line) v *= (1 - pole) * (1 - 1 / pole);
  line[0] += far * line[n - 1];
  double power = pole;
  for (std::size_t i = 1; i + 1 < n; ++i, power *= pole) line[0] += power * (line[i] + far * line[n - 1 - i]);
  line[0] /= 1 - far * far;
  for (std::size_t i = 1; i < n; ++i) line[i] += pole * line[i - 1];
  line[n - 1] = (pole * line[n - 2] + line[n - 1]) * pole / (pole * pole - 1);
  for (std::size_t i = n - 1; i-- > 0;) line[i] = pole * (line[i + 1] - line[i]);
}

std::vector<double> spline_coefficients(const Image& image) {
  std::vector<double> coefficients = image.voxels;
  const auto& size = image.grid.size;
  const std::array<std::size_t, 3> stride = {1, image.grid.index(0, 1, 0), image.grid.index(0, 0, 1)};
  for (const std::size_t axis : {2U, 1U, 0U}) {
    const std::size_t a = axis == 0 ? 1 : 0, b = axis == 2 ? 1 : 2;
    parallel_for(size[b], [&](std::int64_t j) {
      std::vector<double> line(static_cast<std::size_t>(size[axis]));
      for (std::size_t i = 0; i < static_cast<std::size_t>(size[a]); ++i) {
        double* const start = coefficients.data() + i * stride[a] + static_cast<std::size_t>(j) * stride[b];
        for (std::size_t k = 0; k < line.size(); ++k) line[k] = start[k * stride[axis]];
        to_coefficients(line);
        for (std::size_t k = 0; k < line.size(); ++k) start[k * stride[axis]] = line[k];
      }
    });
  }
  return coefficients;
}

/// What a sample reads along one axis: four coefficients and their weights; nothing beyond the image.
struct Taps {
  bool inside = false;
  std::array<int, 4> places = {};
  std::array<double, 4> weights = {};
};

/// For every place from `low` on and every displacement, in a line of n voxels.
std::vector<Taps> taps_along(int low, int count, int n, const std::vector<double>& displacements) {
  std::vector<Taps> all;
  for (int place = low; place < low + count; ++place) {
    for (const double displacement : displacements) {
      const double at = place + displacement, floor = std::floor(at), y = at - floor, z = 1 - y;
      Taps taps;
      taps.inside = at >= 0 && at <= n - 1;
      taps.weights = {z * z * z / 6, (y * y * (y - 2) * 3 + 4) / 6, (z * z * (z - 2) * 3 + 4) / 6};
      taps.weights[3] = 1 - taps.weights[0] - taps.weights[1] - taps.weights[2];
      for (std::size_t k = 0; k < 4; ++k)
        taps.places[k] = mirrored(static_cast<int>(floor) - 1 + static_cast<int>(k), n);
      all.push_back(taps);
    }
  }
  return all;
}

double interpolated(const Grid& grid, const std::vector<double>& coefficients, const Taps& x, const Taps& y,
                    const Taps& z) {
  if (!x.inside || !y.inside || !z.inside) return 0;
  double sum = 0;
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t j = 0; j < 4; ++j) {
      const double* const row = coefficients.data() + grid.index(0, y.places[j], z.places[k]);
      for (std::size_t i = 0; i < 4; ++i) sum += row[x.places[i]] * z.weights[k] * y.weights[j] * x.weights[i];
    }
  }
  return sum;
}

double excess_kurtosis(const std::vector<double>& values, VoxelType type) {
  const auto n = static_cast<double>(values.size());
  double mean = 0, second = 0, fourth = 0;
  for (const double v : values) mean += v / n;
  for (const double v : values) {
    const double square = (v - mean) * (v - mean);
    second += square / n;
    fourth += square * square / n;
  }
  const double rounding = (type == VoxelType::float32 ? 1e-6 : 1e-15) * mean;  // as SciPy tells equal values
  if (second <= rounding * rounding) return std::numeric_limits<double>::quiet_NaN();
  return fourth / (second * second) - 3;
}

}  // namespace

std::vector<std::string> local_binary_pattern_3d_names(const LocalBinaryPattern3dConfig& config) {
  std::vector<std::string> names;
  for (int level = 1; level <= config.levels; ++level) names.push_back(fmt::format("lbp-3D-m{}", level));
  names.emplace_back("lbp-3D-k");
  return names;
}

std::vector<NamedImage> local_binary_pattern_3d(const Image& image, const LocalBinaryPattern3dConfig& config,
                                                const Box& box) {
  if (config.levels < 2 || config.levels > 12 || !(config.icosphere_radius > 0) || config.icosphere_subdivision < 0 ||
      config.icosphere_subdivision > 3)
    throw InputError(fmt::format("LBP3D: {} levels, radius {:g}, {} subdivisions; expected 2 to 12 levels, a radius "
                                 "above 0 and 0 to 3 subdivisions",
                                 config.levels, config.icosphere_radius, config.icosphere_subdivision));
  const auto points = icosphere(config.icosphere_subdivision, config.icosphere_radius);
  std::vector<Harmonics> levels;
  for (int n = 0; n < config.levels; ++n) levels.push_back(harmonics_of(n, points, config.icosphere_radius));
  std::array<std::vector<Taps>, 3> taps;
  for (std::size_t a = 0; a < 3; ++a) {
    std::vector<double> displacements;
    for (const Point& p : points) displacements.push_back(p[2 - a]);
    taps[a] = taps_along(box.low[a], box.size[a], image.grid.size[a], displacements);
  }
  std::vector<NamedImage> result;
  for (const auto& name : local_binary_pattern_3d_names(config)) {
    result.push_back({name, {cut(image.grid, box), {}, VoxelType::float64}});
    result.back().image.voxels.resize(static_cast<std::size_t>(result.back().image.grid.voxel_count()));
  }
  if (!std::all_of(image.voxels.begin(), image.voxels.end(), [](double v) { return std::isfinite(v); })) {
    for (auto& made : result)  // the spline spreads it over the whole image
      std::fill(made.image.voxels.begin(), made.image.voxels.end(), std::numeric_limits<double>::quiet_NaN());
    return result;
  }
  const auto coefficients = spline_coefficients(image);
  const std::size_t count = points.size();
  parallel_for(box.size[2], [&](std::int64_t z) {
    std::vector<double> values(count);
    std::vector<std::size_t> set;
    for (int y = 0; y < box.size[1]; ++y) {
      for (int x = 0; x < box.size[0]; ++x) {
        const std::size_t target = result[0].image.grid.index(x, y, static_cast<int>(z));
        const double centre =
            image.voxels[image.grid.index(box.low[0] + x, box.low[1] + y, box.low[2] + static_cast<int>(z))];
        const Taps* const along_x = &taps[0][static_cast<std::size_t>(x) * count];
        const Taps* const along_y = &taps[1][static_cast<std::size_t>(y) * count];
        const Taps* const along_z = &taps[2][static_cast<std::size_t>(z) * count];
        set.clear();
        for (std::size_t v = 0; v < count; ++v) {
          values[v] = interpolated(image.grid, coefficients, along_x[v], along_y[v], along_z[v]);
          if (image.type == VoxelType::integer) values[v] = std::round(values[v]);
          if (image.type == VoxelType::float32) values[v] = static_cast<float>(values[v]);
          if (values[v] >= centre) set.push_back(v);
        }
        for (std::size_t n = 0; n < levels.size(); ++n) result[n].image.voxels[target] = level_of(levels[n], set);
        result.back().image.voxels[target] = excess_kurtosis(values, image.type);
      }
    }
  });
  return result;
}

}  // namespace radiopath::radiology
