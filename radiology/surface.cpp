#include "radiology/surface.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "radiology/marching_cubes.h"

namespace radiopath::radiology {
namespace {

using Point = std::array<double, 3>;

Point cross(const Point& a, const Point& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
double dot(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Point minus(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

/// What the triangles of one case add up to, with the cube's first corner at 0.
struct CaseSums {
  double area = 0, volume = 0;  // volume: signed, of the tetrahedra from the origin
  Point normal = {0, 0, 0};     // by which the volume grows when the cube is moved
};

void add_triangle(const std::array<Point, 12>& midpoints, const CubeTriangle& edges, double weight, double sign,
                  CaseSums& sums) {
  const Point &p0 = midpoints[edges[0]], &p1 = midpoints[edges[1]], &p2 = midpoints[edges[2]];
  const Point normal = cross(minus(p1, p0), minus(p2, p0));
  sums.area += weight * 0.5 * std::sqrt(dot(normal, normal));
  sums.volume += weight * sign * dot(cross(p0, p1), p2) / 6;
  for (int a = 0; a < 3; ++a) sums.normal[a] += weight * sign * normal[a] / 6;
}

using Cases = std::array<CaseSums, 256>;

Cases pyradiomics_cases(const std::array<Point, 12>& midpoints) {
  Cases cases;
  for (int cube = 0; cube < 256; ++cube) {
    for (const CubeTriangle& triangle : cube_triangles()[cube < 128 ? cube : 255 - cube])
      add_triangle(midpoints, triangle, 1, cube < 128 ? 1 : -1, cases[cube]);
  }
  return cases;
}

Cases closed_cases(const std::array<Point, 12>& midpoints) {
  Cases cases;
  for (int cube = 0; cube < 256; ++cube) {
    for (const auto& [triangle, weight] : closed_cube_triangles()[cube])
      add_triangle(midpoints, triangle, weight, 1, cases[cube]);
  }
  return cases;
}

/// How often each case occurs and the sums of the places of its cubes.
struct CaseCounts {
  std::array<std::int64_t, 256> count = {};
  std::array<std::array<std::int64_t, 3>, 256> places = {};
};

/// Cases of the cubes of a row of voxel centres and its neighbours in y and z; corners as in kCubeCorners.
void cubes_of_row(const std::uint8_t* row, std::int64_t y, std::int64_t z, int count, std::uint8_t* cubes) {
  for (int x = 0; x < count; ++x) {
    const int low = row[x] + 8 * row[x + y] + 16 * row[x + z] + 128 * row[x + y + z];
    const int high = 2 * row[x + 1] + 4 * row[x + y + 1] + 32 * row[x + z + 1] + 64 * row[x + y + z + 1];
    cubes[x] = static_cast<std::uint8_t>(low + high);
  }
}

CaseCounts sweep(const Roi& roi, std::vector<std::array<int, 3>>& vertices) {
  const auto& [nx, ny, nz] = roi.size;
  std::vector<std::uint8_t> inside(static_cast<std::size_t>(nx) * ny * nz);
  for (const auto voxel : roi.voxels) inside[static_cast<std::size_t>(voxel)] = 1;
  const std::int64_t step_y = nx, step_z = std::int64_t{nx} * ny;
  CaseCounts counts;
  std::vector<std::uint8_t> cubes(static_cast<std::size_t>(nx));
  for (int z = 0; z + 1 < nz; ++z) {
    for (int y = 0; y + 1 < ny; ++y) {
      cubes_of_row(&inside[static_cast<std::size_t>(y * step_y + z * step_z)], step_y, step_z, nx - 1, cubes.data());
      for (int x = 0; x + 1 < nx; ++x) {
        const int cube = cubes[static_cast<std::size_t>(x)];
        if (cube == 0 || cube == 255) continue;
        ++counts.count[cube];
        auto& places = counts.places[cube];
        places[0] += x;
        places[1] += y;
        places[2] += z;
        // Every crossed grid edge belongs to one cube as its edge 5, 6 or 10: those that end in corner 6.
        const int corner = cube >> 6 & 1;
        if (corner != (cube >> 5 & 1)) vertices.push_back({2 * x + 2, 2 * y + 1, 2 * z + 2});
        if (corner != (cube >> 7 & 1)) vertices.push_back({2 * x + 1, 2 * y + 2, 2 * z + 2});
        if (corner != (cube >> 2 & 1)) vertices.push_back({2 * x + 2, 2 * y + 2, 2 * z + 1});
      }
    }
  }
  return counts;
}

Surface measure(const Roi& roi, Cases (*cases_of)(const std::array<Point, 12>&)) {
  Surface surface;
  const CaseCounts counts = sweep(roi, surface.vertices);
  std::array<Point, 12> midpoints;  // of cube edges, mm
  for (int e = 0; e < 12; ++e) {
    for (int a = 0; a < 3; ++a) {
      const int halves = kCubeCorners[kCubeEdges[e][0]][a] + kCubeCorners[kCubeEdges[e][1]][a];
      midpoints[e][a] = 0.5 * halves * roi.spacing_mm[a];
    }
  }
  const Cases cases = cases_of(midpoints);
  for (int cube = 1; cube < 255; ++cube) {
    const auto n = static_cast<double>(counts.count[cube]);
    surface.area_mm2 += n * cases[cube].area;
    surface.volume_mm3 += n * cases[cube].volume;
    for (int a = 0; a < 3; ++a)
      surface.volume_mm3 += cases[cube].normal[a] * static_cast<double>(counts.places[cube][a]) * roi.spacing_mm[a];
  }
  surface.volume_mm3 = std::abs(surface.volume_mm3);
  return surface;
}

using Vertex = std::array<int, 3>;

/// The larger of `best` and the greatest squared distance between two points: tried by decreasing distance from the
/// centre of the box, so that once the sum of two such distances cannot exceed the best found, nothing later can.
double farthest_square(const std::vector<Point>& points, double best) {
  if (points.empty()) return best;
  Point low = points[0], high = points[0];
  for (const Point& p : points) {
    for (int a = 0; a < 3; ++a) low[a] = std::min(low[a], p[a]), high[a] = std::max(high[a], p[a]);
  }
  const Point diagonal = minus(high, low);
  if (dot(diagonal, diagonal) * (1 + 1e-12) < best) return best;
  const Point centre = {(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2};
  std::vector<std::pair<double, Point>> by_radius;
  by_radius.reserve(points.size());
  double largest = 0;
  for (const Point& p : points) {
    const Point d = minus(p, centre);
    by_radius.push_back({std::sqrt(dot(d, d)), p});
    largest = std::max(largest, by_radius.back().first);
  }
  const auto cannot_reach = [&](double a, double b) {
    const double reach = (a + b) * (1 + 1e-12);
    return reach * reach < best;
  };
  std::erase_if(by_radius, [&](const auto& point) { return cannot_reach(point.first, largest); });
  std::sort(by_radius.begin(), by_radius.end(), std::greater<>());
  for (std::size_t i = 0; i < by_radius.size(); ++i) {
    const auto& [radius, p] = by_radius[i];
    if (cannot_reach(radius, largest)) break;
    for (std::size_t j = 0; j < i; ++j) {
      if (cannot_reach(radius, by_radius[j].first)) break;
      const Point d = minus(p, by_radius[j].second);
      best = std::max(best, dot(d, d));
    }
  }
  return best;
}

/// First and last vertex of every line along `axis`; the others cannot be farthest from anything.
std::vector<Vertex> line_ends(const std::vector<Vertex>& vertices, std::size_t axis) {
  const std::size_t b = (axis + 1) % 3, c = (axis + 2) % 3;
  int width = 0, height = 0;
  for (const Vertex& v : vertices) width = std::max(width, v[b] + 1), height = std::max(height, v[c] + 1);
  constexpr int kNone = std::numeric_limits<int>::max();
  std::vector<std::pair<int, int>> lines(static_cast<std::size_t>(width) * static_cast<std::size_t>(height),
                                         {kNone, -1});
  const auto line_of = [&](const Vertex& v) -> auto& {
    return lines[static_cast<std::size_t>(v[b]) + static_cast<std::size_t>(width) * static_cast<std::size_t>(v[c])];
  };
  for (const Vertex& v : vertices) {
    auto& [first, last] = line_of(v);
    first = std::min(first, v[axis]);
    last = std::max(last, v[axis]);
  }
  std::vector<Vertex> ends;
  for (const Vertex& v : vertices) {
    const auto& [first, last] = line_of(v);
    if (v[axis] == first || v[axis] == last) ends.push_back(v);
  }
  return ends;
}

std::vector<Point> in_mm(const std::vector<Vertex>& vertices, const std::array<double, 3>& spacing_mm) {
  std::vector<Point> points;
  points.reserve(vertices.size());
  for (const Vertex& v : vertices)
    points.push_back({0.5 * v[0] * spacing_mm[0], 0.5 * v[1] * spacing_mm[1], 0.5 * v[2] * spacing_mm[2]});
  return points;
}

/// Largest distance within planes of equal `axis`; of each line in such a plane only the ends are needed.
double farthest_in_planes(const std::vector<Vertex>& ends, std::size_t axis, const std::array<double, 3>& spacing_mm) {
  std::vector<std::vector<Vertex>> planes;
  for (const Vertex& v : ends) {
    const auto plane = static_cast<std::size_t>(v[axis]);
    if (plane >= planes.size()) planes.resize(plane + 1);
    planes[plane].push_back(v);
  }
  double best = 0;
  for (const auto& plane : planes) best = farthest_square(in_mm(plane, spacing_mm), best);
  return std::sqrt(best);
}

}  // namespace

Surface surface_of(const Roi& roi) { return measure(roi, pyradiomics_cases); }

Surface closed_surface_of(const Roi& roi) { return measure(roi, closed_cases); }

Diameters diameters_of(const std::vector<Vertex>& vertices, const std::array<double, 3>& spacing_mm) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (vertices.empty()) return {kNaN, {kNaN, kNaN, kNaN}};
  Diameters diameters;
  const auto along_x = line_ends(vertices, 0);
  diameters.in_3d = std::sqrt(farthest_square(in_mm(line_ends(line_ends(along_x, 1), 2), spacing_mm), 0));
  diameters.in_plane = {farthest_in_planes(line_ends(vertices, 1), 0, spacing_mm),
                        farthest_in_planes(along_x, 1, spacing_mm), farthest_in_planes(along_x, 2, spacing_mm)};
  return diameters;
}

}  // namespace radiopath::radiology
