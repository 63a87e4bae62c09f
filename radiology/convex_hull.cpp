#include "radiology/convex_hull.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

namespace radiopath::radiology {
namespace {

using Point = std::array<int, 3>;
using Wide = std::array<std::int64_t, 3>;

Wide minus(const Point& a, const Point& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
Wide cross(const Wide& a, const Wide& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}
std::int64_t dot(const Wide& a, const Wide& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

struct Face {
  std::array<int, 3> corners;
  Wide normal;
  std::int64_t offset;
};

class Hull {
 public:
  explicit Hull(const std::vector<Point>& points) : points_(points) {}

  /// False when all points lie in a plane.
  bool start() {
    const int count = static_cast<int>(points_.size());
    int b = -1, c = -1, d = -1;
    for (int i = 1; i < count && b < 0; ++i)
      if (points_[i] != points_[0]) b = i;
    for (int i = 1; i < count && b > 0 && c < 0; ++i)
      if (normal(0, b, i) != Wide{0, 0, 0}) c = i;
    for (int i = 1; i < count && c > 0 && d < 0; ++i)
      if (dot(normal(0, b, c), minus(points_[i], points_[0])) != 0) d = i;
    if (d < 0) return false;
    if (dot(normal(0, b, c), minus(points_[d], points_[0])) > 0) std::swap(b, c);
    for (const auto& corners : {std::array{0, b, c}, {0, d, b}, {b, d, c}, {0, c, d}}) add_face(corners);
    return true;
  }

  void add(int point) {
    // An edge seen from one side only is on the horizon: its other face stays.
    std::map<std::pair<int, int>, int> seen;
    std::vector<Face> kept;
    for (const Face& face : faces_) {
      if (!sees(point, face)) {
        kept.push_back(face);
        continue;
      }
      for (int e = 0; e < 3; ++e) seen[{face.corners[e], face.corners[(e + 1) % 3]}] = 1;
    }
    if (seen.empty()) return;
    faces_ = std::move(kept);
    for (const auto& [edge, one] : seen) {
      if (!seen.contains({edge.second, edge.first})) add_face({edge.first, edge.second, point});
    }
  }

  bool outside(int point) const {
    return std::any_of(faces_.begin(), faces_.end(), [&](const Face& face) { return sees(point, face); });
  }
  const std::vector<Face>& faces() const { return faces_; }

 private:
  Wide normal(int a, int b, int c) const {
    return cross(minus(points_[b], points_[a]), minus(points_[c], points_[a]));
  }
  bool sees(int point, const Face& face) const {
    const Point& p = points_[point];
    return face.normal[0] * p[0] + face.normal[1] * p[1] + face.normal[2] * p[2] > face.offset;
  }
  void add_face(const std::array<int, 3>& corners) {
    const Wide n = normal(corners[0], corners[1], corners[2]);
    const Point& p = points_[corners[0]];
    faces_.push_back({corners, n, n[0] * p[0] + n[1] * p[1] + n[2] * p[2]});
  }

  const std::vector<Point>& points_;
  std::vector<Face> faces_;
};

/// The two ends of every line of points along x: no other point can be a corner of the hull.
std::vector<Point> line_ends(std::vector<Point> points, std::size_t axis) {
  const std::size_t a = (axis + 1) % 3, b = (axis + 2) % 3;
  const auto key = [&](const Point& p) { return std::array{p[a], p[b], p[axis]}; };
  std::sort(points.begin(), points.end(), [&](const Point& l, const Point& r) { return key(l) < key(r); });
  std::vector<Point> ends;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto same = [&](std::size_t j) { return points[i][a] == points[j][a] && points[i][b] == points[j][b]; };
    if (i == 0 || i + 1 == points.size() || !same(i - 1) || !same(i + 1)) ends.push_back(points[i]);
  }
  return ends;
}

}  // namespace

std::vector<std::array<Point, 3>> convex_hull(const std::vector<Point>& points) {
  std::vector<Point> ends = points;
  for (std::size_t axis = 0; axis < 3; ++axis) ends = line_ends(std::move(ends), axis);
  if (ends.empty()) return {};
  // The farthest from the middle first: most of the others are then inside.
  Wide sum = {0, 0, 0};
  const auto n = static_cast<std::int64_t>(ends.size());
  for (const Point& p : ends)
    for (std::size_t a = 0; a < 3; ++a) sum[a] += p[a];
  const auto far = [&](const Point& p) {
    double square = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      const double d = static_cast<double>(p[a] * n - sum[a]);
      square += d * d;
    }
    return square;
  };
  std::stable_sort(ends.begin(), ends.end(), [&](const Point& l, const Point& r) { return far(l) > far(r); });
  Hull hull(ends);
  if (!hull.start()) return {};
  for (int i = 0; i < static_cast<int>(ends.size()); ++i) {
    if (hull.outside(i)) hull.add(i);
  }
  std::vector<std::array<Point, 3>> triangles;
  for (const Face& face : hull.faces()) {
    const auto corner = [&](int c) { return ends[static_cast<std::size_t>(face.corners[static_cast<std::size_t>(c)])]; };
    triangles.push_back({corner(0), corner(1), corner(2)});
  }
  return triangles;
}

}  // namespace radiopath::radiology
