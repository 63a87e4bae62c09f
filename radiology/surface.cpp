#include "radiology/surface.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "radiology/marching_cubes.h"

namespace radiopath::radiology {
namespace {

using Point = std::array<double, 3>;

Point cross(const Point& a, const Point& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
double dot(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Point minus(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

/// Midpoint of each cube edge in half voxels from the cube's first corner.
std::array<std::array<int, 3>, 12> edge_midpoints() {
  std::array<std::array<int, 3>, 12> midpoints;
  for (int e = 0; e < 12; ++e) {
    for (int a = 0; a < 3; ++a) midpoints[e][a] = kCubeCorners[kCubeEdges[e][0]][a] + kCubeCorners[kCubeEdges[e][1]][a];
  }
  return midpoints;
}

std::vector<std::uint8_t> inside_box(const Roi& roi) {
  std::vector<std::uint8_t> inside(static_cast<std::size_t>(roi.size[0]) * roi.size[1] * roi.size[2]);
  for (const auto voxel : roi.voxels) inside[static_cast<std::size_t>(voxel)] = 1;
  return inside;
}

/// What one cube of eight voxel centres, the first at `place`, adds to the surface.
void add_cube(int cube, const std::array<int, 3>& place, const std::array<double, 3>& spacing_mm, Surface& surface) {
  static const auto midpoints = edge_midpoints();
  // Every crossed grid edge belongs to one cube as its edge 5, 6 or 10: those that end in corner 6.
  for (const auto& [edge, other] : {std::pair{5, 5}, std::pair{6, 7}, std::pair{10, 2}}) {
    if ((cube >> 6 & 1) == (cube >> other & 1)) continue;
    auto& vertex = surface.vertices.emplace_back();
    for (int a = 0; a < 3; ++a) vertex[a] = 2 * place[a] + midpoints[edge][a];
  }
  const double sign = cube < 128 ? 1 : -1;
  for (const CubeTriangle& triangle : cube_triangles()[cube < 128 ? cube : 255 - cube]) {
    std::array<Point, 3> p;
    for (int v = 0; v < 3; ++v) {
      for (int a = 0; a < 3; ++a) p[v][a] = (place[a] + 0.5 * midpoints[triangle[v]][a]) * spacing_mm[a];
    }
    const Point normal = cross(minus(p[1], p[0]), minus(p[2], p[0]));
    surface.area_mm2 += 0.5 * std::sqrt(dot(normal, normal));
    surface.volume_mm3 += sign * dot(cross(p[0], p[1]), p[2]) / 6;
  }
}

/// Farthest pair among points: tried by decreasing distance from the centre of the box, so that once the sum of two
/// such distances cannot exceed the best found, nothing later can.
double farthest(std::vector<Point> points) {
  if (points.size() < 2) return points.empty() ? std::numeric_limits<double>::quiet_NaN() : 0;
  Point low = points[0], high = points[0];
  for (const Point& p : points) {
    for (int a = 0; a < 3; ++a) low[a] = std::min(low[a], p[a]), high[a] = std::max(high[a], p[a]);
  }
  const Point centre = {(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2};
  std::vector<std::pair<double, Point>> by_radius;
  by_radius.reserve(points.size());
  for (const Point& p : points) {
    const Point d = minus(p, centre);
    by_radius.push_back({std::sqrt(dot(d, d)), p});
  }
  std::sort(by_radius.begin(), by_radius.end(), std::greater<>());
  double best = 0;  // squared
  for (std::size_t i = 0; i < by_radius.size(); ++i) {
    const auto& [radius, p] = by_radius[i];
    for (std::size_t j = 0; j < i; ++j) {
      const double reach = (radius + by_radius[j].first) * (1 + 1e-12);
      if (reach * reach < best) break;
      const Point d = minus(p, by_radius[j].second);
      best = std::max(best, dot(d, d));
    }
    const double reach = (radius + by_radius[0].first) * (1 + 1e-12);
    if (reach * reach < best) break;
  }
  return std::sqrt(best);
}

/// First and last vertex of every line along `axis`.
std::vector<std::array<int, 3>> line_ends(const std::vector<std::array<int, 3>>& vertices, int axis) {
  const int b = (axis + 1) % 3, c = (axis + 2) % 3;
  std::map<std::pair<int, int>, std::pair<std::array<int, 3>, std::array<int, 3>>> lines;
  for (const auto& v : vertices) {
    const auto [line, added] = lines.try_emplace({v[b], v[c]}, v, v);
    if (added) continue;
    if (v[axis] < line->second.first[axis]) line->second.first = v;
    if (v[axis] > line->second.second[axis]) line->second.second = v;
  }
  std::vector<std::array<int, 3>> ends;
  for (const auto& [place, pair] : lines) {
    ends.push_back(pair.first);
    if (pair.first != pair.second) ends.push_back(pair.second);
  }
  return ends;
}

}  // namespace

Surface surface_of(const Roi& roi) {
  const auto inside = inside_box(roi);
  const auto& [nx, ny, nz] = roi.size;
  std::array<std::int64_t, 8> corner;  // offsets in the box
  for (int c = 0; c < 8; ++c) {
    corner[c] = kCubeCorners[c][0] + std::int64_t{nx} * (kCubeCorners[c][1] + std::int64_t{ny} * kCubeCorners[c][2]);
  }
  Surface surface;
  for (int z = 0; z + 1 < nz; ++z) {
    for (int y = 0; y + 1 < ny; ++y) {
      const std::uint8_t* row = &inside[static_cast<std::size_t>(std::int64_t{nx} * (y + std::int64_t{ny} * z))];
      for (int x = 0; x + 1 < nx; ++x) {
        int cube = 0;
        for (int c = 0; c < 8; ++c) cube |= row[x + corner[c]] << c;
        if (cube != 0 && cube != 255) add_cube(cube, {x, y, z}, roi.spacing_mm, surface);
      }
    }
  }
  surface.volume_mm3 = std::abs(surface.volume_mm3);
  return surface;
}

Diameters diameters_of(const std::vector<std::array<int, 3>>& vertices, const std::array<double, 3>& spacing_mm) {
  const auto in_mm = [&](const std::array<int, 3>& v) {
    return Point{0.5 * v[0] * spacing_mm[0], 0.5 * v[1] * spacing_mm[1], 0.5 * v[2] * spacing_mm[2]};
  };
  const auto largest = [&](const std::vector<std::array<int, 3>>& ends) {
    std::vector<Point> points;
    points.reserve(ends.size());
    for (const auto& v : ends) points.push_back(in_mm(v));
    return farthest(std::move(points));
  };
  Diameters diameters;
  diameters.in_3d = largest(line_ends(vertices, 0));
  for (int axis = 0; axis < 3; ++axis) {
    std::map<int, std::vector<std::array<int, 3>>> planes;
    for (const auto& v : vertices) planes[v[axis]].push_back(v);
    double best = std::numeric_limits<double>::quiet_NaN();
    for (const auto& [place, in_plane] : planes) {
      const double found = largest(line_ends(in_plane, (axis + 1) % 3));
      if (!(found <= best)) best = found;
    }
    diameters.in_plane[axis] = best;
  }
  return diameters;
}

}  // namespace radiopath::radiology
