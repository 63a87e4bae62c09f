#include "radiology/volume.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace radiopath::radiology {
namespace {

constexpr double kGridTolerance = 0.01;  // of the smallest spacing

std::string text_of(const std::array<double, 3>& v) {
  return fmt::format("({:.7g}, {:.7g}, {:.7g})", v[0], v[1], v[2]);
}
std::string text_of(const std::array<int, 3>& v) { return fmt::format("({}, {}, {})", v[0], v[1], v[2]); }
std::string text_of(const std::array<double, 9>& d) {
  // Adding 0 turns -0 into 0.
  return fmt::format("({:.4g} {:.4g} {:.4g}; {:.4g} {:.4g} {:.4g}; {:.4g} {:.4g} {:.4g})", d[0] + 0, d[1] + 0, d[2] + 0,
                     d[3] + 0, d[4] + 0, d[5] + 0, d[6] + 0, d[7] + 0, d[8] + 0);
}

template <std::size_t N>
bool close(const std::array<double, N>& a, const std::array<double, N>& b, double tolerance) {
  for (std::size_t i = 0; i < N; ++i) {
    if (!(std::abs(a[i] - b[i]) <= tolerance)) return false;
  }
  return true;
}

}  // namespace

std::array<int, 3> Grid::place(std::size_t index) const {
  const auto width = static_cast<std::size_t>(size[0]), slice = width * static_cast<std::size_t>(size[1]);
  return {static_cast<int>(index % width), static_cast<int>(index % slice / width), static_cast<int>(index / slice)};
}

std::array<double, 3> Grid::position_mm(double x, double y, double z) const {
  const std::array<double, 3> step = {x * spacing_mm[0], y * spacing_mm[1], z * spacing_mm[2]};
  std::array<double, 3> p = origin;
  for (int row = 0; row < 3; ++row) {
    for (int a = 0; a < 3; ++a) p[row] += direction[3 * row + a] * step[a];
  }
  return p;
}

std::int64_t Mask::count() const {
  std::int64_t n = 0;
  for (const auto voxel : voxels) n += voxel != 0;
  return n;
}

bool same_grid(const Grid& a, const Grid& b) {
  if (a.size != b.size) return false;
  const double tolerance = kGridTolerance * std::min({a.spacing_mm[0], a.spacing_mm[1], a.spacing_mm[2]});
  for (int corner = 0; corner < 8; ++corner) {
    const double x = corner & 1 ? a.size[0] - 1 : 0, y = corner & 2 ? a.size[1] - 1 : 0,
                 z = corner & 4 ? a.size[2] - 1 : 0;
    if (!close(a.position_mm(x, y, z), b.position_mm(x, y, z), tolerance)) return false;
  }
  return true;
}

std::string grid_difference(const std::string& name_a, const Grid& a, const std::string& name_b, const Grid& b) {
  if (same_grid(a, b)) return "";
  std::vector<std::string> parts;
  std::string cause = "was the mask drawn on another series?";
  const bool direction = !close(a.direction, b.direction, 1e-4);
  if (a.size != b.size) parts.push_back(fmt::format("size: {} and {} voxels", text_of(a.size), text_of(b.size)));
  if (!close(a.spacing_mm, b.spacing_mm, 1e-4)) {
    parts.push_back(fmt::format("spacing: {} and {} mm", text_of(a.spacing_mm), text_of(b.spacing_mm)));
  }
  if (direction) parts.push_back(fmt::format("direction: {} and {}", text_of(a.direction), text_of(b.direction)));
  if (!close(a.origin, b.origin, 1e-4)) {
    parts.push_back(fmt::format("origin: {} and {} mm", text_of(a.origin), text_of(b.origin)));
  }
  if (direction)
    cause = "was the mask saved in another orientation?";
  else if (parts.size() == 1 && a.size == b.size)
    cause = "was one of them cropped, shifted or resampled?";
  return fmt::format("{} and {} differ in {}; {}", name_a, name_b, fmt::join(parts, ", in "), cause);
}

std::string bytes_text(double bytes) {
  const char* const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
  std::size_t unit = 0;
  for (; bytes >= 1000 && unit + 1 < std::size(units); ++unit) bytes /= 1000;
  return fmt::format("{:.3g} {}", bytes, units[unit]);
}

std::string describe(const Grid& grid) {
  return fmt::format("size {}, spacing {} mm, origin {} mm, direction {}", text_of(grid.size), text_of(grid.spacing_mm),
                     text_of(grid.origin), text_of(grid.direction));
}

}  // namespace radiopath::radiology
