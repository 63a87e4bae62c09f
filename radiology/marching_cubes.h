#pragma once

#include <array>
#include <vector>

namespace radiopath::radiology {

/// One triangle of a cube: the three cube edges whose midpoints it joins.
using CubeTriangle = std::array<int, 3>;

/// Corners of the unit cube, (x, y, z), and the twelve edges as pairs of corners, numbered as Bourke does.
inline constexpr std::array<std::array<int, 3>, 8> kCubeCorners = {
    {{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {0, 0, 1}, {1, 0, 1}, {1, 1, 1}, {0, 1, 1}}};
inline constexpr std::array<std::array<int, 2>, 12> kCubeEdges = {
    {{0, 1}, {1, 2}, {2, 3}, {3, 0}, {4, 5}, {5, 6}, {6, 7}, {7, 4}, {0, 4}, {1, 5}, {2, 6}, {3, 7}}};

/// Triangles that separate the corners inside (bit set) from those outside, for cases 0 to 127 in which corner 7 is
/// outside. The other cases are their complements: the same triangles, turned round.
///
/// On a face whose inside corners are diagonal each of them is cut off alone. A case and its complement therefore do
/// not fit together there, and the surface of such a region has small holes: that is PyRadiomics' surface, and its
/// area, volume and their dependence on the orientation of the image are the price of its numbers.
/// Source: Lorensen & Cline, SIGGRAPH 1987.
const std::array<std::vector<CubeTriangle>, 128>& cube_triangles();

struct WeightedTriangle {
  CubeTriangle edges;
  double weight = 1;
};

/// Triangles of a closed surface that does not depend on how the cube is turned or mirrored, for all 256 cases. Each of
/// two inside corners across a face is cut off alone in every case, so that neighbouring cubes fit. Of the ways to
/// split a polygon the one that favours neither inside nor outside is taken: the volume between it and the cube's
/// centre is nearest to none; where several are, all of them with equal weights. Where no face is ambiguous that is
/// the area and volume of the usual tables (Lewiner et al., J Graph Tools 2003;8:1), on which IBSI's values rest.
const std::array<std::vector<WeightedTriangle>, 256>& closed_cube_triangles();

}  // namespace radiopath::radiology
