#include "radiology/marching_cubes.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace radiopath::radiology {
namespace {

/// Corners of each face, in turn as seen from outside the cube.
constexpr int kFaces[6][4] = {{0, 3, 2, 1}, {4, 5, 6, 7}, {0, 1, 5, 4}, {2, 3, 7, 6}, {0, 4, 7, 3}, {1, 2, 6, 5}};

/// The cut polygons with four corners, and the hexagon of a corner and its three neighbours, are flat: any split gives
/// the same surface. For the others it is a choice, and this is the one of the table that C. G. Bloyd placed in the
/// public domain (P. Bourke, "Polygonising a scalar field", 1994), which PyRadiomics took over: the edge (hexadecimal)
/// at which all triangles of the polygon meet, or, for a hexagon, the middle triangle over every other edge,
/// E: beginning with its lowest edge, O: with the next.
constexpr std::string_view kSplits =
    ".......8...b.a9....1...E.4...Obb"
    "...5..2....O.8E8.37..5O5.O11.00."
    "......6E...93E.9...7..09.2..5b.9"
    "..0E42.2..61O16.aE.7E90.87.16.0.";

int edge_between(int a, int b) {
  for (int e = 0; e < 12; ++e) {
    if ((kCubeEdges[e][0] == a && kCubeEdges[e][1] == b) || (kCubeEdges[e][0] == b && kCubeEdges[e][1] == a)) return e;
  }
  throw std::logic_error("no such cube edge");
}

/// next[e]: the edge that follows e on its polygon; -1 when the surface does not cross e. Walking round a face, the
/// surface enters where the walk leaves the inside and follows the nearest inside corner back.
std::array<int, 12> polygon_steps(int inside) {
  std::array<int, 12> next;
  next.fill(-1);
  const auto is_in = [&](int corner) { return (inside >> corner & 1) != 0; };
  for (const auto& face : kFaces) {
    for (int i = 0; i < 4; ++i) {
      if (!is_in(face[i]) || is_in(face[(i + 1) % 4])) continue;
      const int leaves = edge_between(face[i], face[(i + 1) % 4]);
      int back = i;  // the first corner of this run of inside corners
      while (is_in(face[(back + 3) % 4])) back = (back + 3) % 4;
      next[leaves] = edge_between(face[back], face[(back + 3) % 4]);
    }
  }
  return next;
}

void split(const std::vector<int>& polygon, char how, std::vector<CubeTriangle>& triangles) {
  const int n = static_cast<int>(polygon.size());
  const auto at = [&](int i) { return polygon[i % n]; };
  if (n == 6 && (how == 'E' || how == 'O')) {
    const int first = how == 'O';
    triangles.push_back({at(first), at(first + 2), at(first + 4)});
    for (int i = first; i < first + 6; i += 2) triangles.push_back({at(i), at(i + 1), at(i + 2)});
    return;
  }
  int apex = 0;
  if (how != '.' && n > 4) {
    const int edge = how <= '9' ? how - '0' : how - 'a' + 10;
    apex = static_cast<int>(std::find(polygon.begin(), polygon.end(), edge) - polygon.begin());
    if (apex == n) throw std::logic_error("the polygon has no such edge");
  }
  for (int i = 1; i + 1 < n; ++i) triangles.push_back({at(apex), at(apex + i), at(apex + i + 1)});
}

std::vector<std::vector<int>> polygons_of(int inside) {
  auto next = polygon_steps(inside);
  std::vector<std::vector<int>> polygons;
  for (int first = 0; first < 12; ++first) {
    std::vector<int> polygon;
    for (int e = first; next[e] >= 0;) {
      polygon.push_back(e);
      e = std::exchange(next[e], -1);
    }
    if (!polygon.empty()) polygons.push_back(std::move(polygon));
  }
  return polygons;
}

using Triangulation = std::vector<CubeTriangle>;

/// All ways to split the part of a polygon from its first to its last corner.
std::vector<Triangulation> triangulations(const std::vector<int>& polygon, std::size_t first, std::size_t last) {
  if (last - first < 2) return {{}};
  std::vector<Triangulation> ways;
  for (std::size_t apex = first + 1; apex < last; ++apex) {
    for (const auto& left : triangulations(polygon, first, apex)) {
      for (const auto& right : triangulations(polygon, apex, last)) {
        Triangulation way = left;
        way.insert(way.end(), right.begin(), right.end());
        way.push_back({polygon[first], polygon[apex], polygon[last]});
        ways.push_back(std::move(way));
      }
    }
  }
  return ways;
}

/// 48 times the signed volume between the triangles and the centre: whole, so that equal volumes compare equal.
int volume_from_centre(const Triangulation& triangles) {
  int sum = 0;
  for (const CubeTriangle& t : triangles) {
    int p[3][3];  // in half edges from the centre
    for (int v = 0; v < 3; ++v) {
      for (int a = 0; a < 3; ++a)
        p[v][a] = kCubeCorners[kCubeEdges[t[v]][0]][a] + kCubeCorners[kCubeEdges[t[v]][1]][a] - 1;
    }
    sum += p[0][0] * (p[1][1] * p[2][2] - p[1][2] * p[2][1]) - p[0][1] * (p[1][0] * p[2][2] - p[1][2] * p[2][0]) +
           p[0][2] * (p[1][0] * p[2][1] - p[1][1] * p[2][0]);
  }
  return sum;
}

void add_balanced(const std::vector<int>& polygon, std::vector<WeightedTriangle>& triangles) {
  auto ways = triangulations(polygon, 0, polygon.size() - 1);
  const auto imbalance = [](const Triangulation& way) { return std::abs(volume_from_centre(way)); };
  int least = imbalance(ways.front());
  for (const auto& way : ways) least = std::min(least, imbalance(way));
  std::erase_if(ways, [&](const Triangulation& way) { return imbalance(way) > least; });
  for (const auto& way : ways) {
    for (const CubeTriangle& triangle : way) triangles.push_back({triangle, 1.0 / static_cast<double>(ways.size())});
  }
}

}  // namespace

const std::array<std::vector<CubeTriangle>, 128>& cube_triangles() {
  static const auto table = [] {
    std::array<std::vector<CubeTriangle>, 128> triangles;
    for (int inside = 0; inside < 128; ++inside) {
      for (const auto& polygon : polygons_of(inside)) split(polygon, kSplits[inside], triangles[inside]);
    }
    return triangles;
  }();
  return table;
}

const std::array<std::vector<WeightedTriangle>, 256>& closed_cube_triangles() {
  static const auto table = [] {
    std::array<std::vector<WeightedTriangle>, 256> triangles;
    for (int inside = 0; inside < 256; ++inside) {
      for (const auto& polygon : polygons_of(inside)) add_balanced(polygon, triangles[inside]);
    }
    return triangles;
  }();
  return table;
}

}  // namespace radiopath::radiology
