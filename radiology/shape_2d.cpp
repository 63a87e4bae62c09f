#include "radiology/shape_2d.h"

#include <cmath>
#include <numbers>

#include "radiology/principal_axes.h"
#include "radiology/surface.h"

namespace radiopath::radiology {
namespace {

struct Outline {
  double perimeter_mm = 0, area_mm2 = 0, diameter_mm = 0;
};

/// `a` and `b` are the axes of the slice.
Outline outline_of(const Roi& roi, int a, int b) {
  const std::int64_t steps[3] = {1, roi.size[0], std::int64_t{roi.size[0]} * roi.size[1]};
  const int slice_axis = 3 - a - b;
  std::vector<std::uint8_t> inside(static_cast<std::size_t>(steps[2] * roi.size[2]));
  for (const auto voxel : roi.voxels) inside[static_cast<std::size_t>(voxel)] = 1;
  const double da = roi.spacing_mm[static_cast<std::size_t>(a)], db = roi.spacing_mm[static_cast<std::size_t>(b)];
  Outline outline;
  std::vector<std::array<int, 3>> vertices;
  for (int v = 0; v + 1 < roi.size[static_cast<std::size_t>(b)]; ++v) {
    for (int u = 0; u + 1 < roi.size[static_cast<std::size_t>(a)]; ++u) {
      const std::uint8_t* at = &inside[static_cast<std::size_t>(steps[slice_axis] + u * steps[a] + v * steps[b])];
      const int here = at[0], right = at[steps[a]], below = at[steps[b]], across = at[steps[a] + steps[b]];
      const int corners = here + right + below + across;
      if (corners == 0) continue;
      constexpr double kPart[5] = {0, 0.125, 0.5, 0.875, 1};  // of the square that is inside
      const bool diagonal = corners == 2 && here == across;
      outline.area_mm2 += (diagonal ? 0.25 : kPart[corners]) * da * db;
      if (corners == 4) continue;
      if (corners == 2 && !diagonal)
        outline.perimeter_mm += here == right ? da : db;
      else
        outline.perimeter_mm += (diagonal ? 2 : 1) * 0.5 * std::hypot(da, db);
      const auto add = [&](int du, int dv) {
        auto& vertex = vertices.emplace_back();
        vertex[static_cast<std::size_t>(a)] = 2 * u + du;
        vertex[static_cast<std::size_t>(b)] = 2 * v + dv;
      };
      if (right != across) add(2, 1);
      if (below != across) add(1, 2);
    }
  }
  outline.diameter_mm = diameters_of(vertices, roi.spacing_mm).in_3d;
  return outline;
}

}  // namespace

std::span<const FeatureColumn> shape_2d_columns() {
  using enum FeatureColumn::Use;
  static constexpr FeatureColumn kColumns[] = {{"Elongation", "", "", kPyRadiomics},
                                               {"MajorAxisLength", "", "", kPyRadiomics},
                                               {"MaximumDiameter", "", "", kPyRadiomics},
                                               {"MeshSurface", "", "", kPyRadiomics},
                                               {"MinorAxisLength", "", "", kPyRadiomics},
                                               {"Perimeter", "", "", kPyRadiomics},
                                               {"PerimeterSurfaceRatio", "", "", kPyRadiomics},
                                               {"PixelSurface", "", "", kPyRadiomics},
                                               {"Sphericity", "", "", kPyRadiomics},
                                               {"SphericalDisproportion", "", "", kDeprecated}};
  return kColumns;
}

FeatureValues shape_2d_values(const Roi& roi, int slice_axis) {
  FeatureValues values(shape_2d_columns().size());
  if (roi.voxels.empty()) return values;
  if (roi.size[static_cast<std::size_t>(slice_axis)] != 3) {  // one slice and the margins
    for (auto& value : values) value.status = Status::kSeveralSlices;
    return values;
  }
  const int a = slice_axis == 0 ? 1 : 0, b = slice_axis == 2 ? 1 : 2;
  const Outline outline = outline_of(roi, a, b);
  const auto variances = principal_variances(roi, {a, b});
  const double pixel_mm2 = roi.spacing_mm[static_cast<std::size_t>(a)] * roi.spacing_mm[static_cast<std::size_t>(b)];
  const double sphericity = 2 * std::sqrt(std::numbers::pi * outline.area_mm2) / outline.perimeter_mm;
  const double found[] = {std::sqrt(variances[0] / variances[1]),
                          4 * std::sqrt(variances[1]),
                          outline.diameter_mm,
                          outline.area_mm2,
                          4 * std::sqrt(variances[0]),
                          outline.perimeter_mm,
                          outline.perimeter_mm / outline.area_mm2,
                          static_cast<double>(roi.count()) * pixel_mm2,
                          sphericity,
                          1 / sphericity};
  for (std::size_t f = 0; f < values.size(); ++f)
    values[f] = {found[f], std::isnan(found[f]) ? Status::kDegenerateGeometry : Status::kValue};
  return values;
}

}  // namespace radiopath::radiology
