#include "radiology/morphology.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "radiology/convex_hull.h"
#include "radiology/principal_axes.h"
#include "radiology/surface.h"

namespace radiopath::radiology {
namespace {

struct Solid {
  double volume = 0, area = 0;
};

Solid box_of(const Roi& roi) {
  std::array<double, 3> edge;
  for (std::size_t a = 0; a < 3; ++a) edge[a] = (roi.size[a] - 2) * roi.spacing_mm[a];
  return {edge[0] * edge[1] * edge[2], 2 * (edge[0] * edge[1] + edge[1] * edge[2] + edge[0] * edge[2])};
}

/// The ellipsoid of the principal axes; its area by twenty terms of the manual's series in Legendre polynomials, whose
/// recursion is taken for (alpha beta)^n P_n, so that nothing is divided by alpha beta = 0.
Solid ellipsoid_of(const Roi& roi) {
  const auto variances = principal_variances(roi, {0, 1, 2});
  const auto n = static_cast<double>(roi.count());
  const auto half_axis = [&](std::size_t a) { return 2 * std::sqrt(variances[a] * n / (n - 1)); };
  const double a = half_axis(2), b = half_axis(1), c = half_axis(0);
  const double alpha = 1 - b * b / (a * a), beta = 1 - c * c / (a * a);  // squared
  double before = 0, term = 1, sum = 0;
  for (int k = 0; k <= 20; ++k) {
    sum += term / (1 - 4.0 * k * k);
    const double next = ((2 * k + 1) * 0.5 * (alpha + beta) * term - k * alpha * beta * before) / (k + 1);
    before = term;
    term = next;
  }
  return {4 * std::numbers::pi / 3 * a * b * c, 4 * std::numbers::pi * a * b * sum};
}

Solid hull_of(const Surface& surface, const std::array<double, 3>& spacing_mm) {
  Solid hull;
  for (const auto& triangle : convex_hull(surface.vertices)) {
    std::array<Eigen::Vector3d, 3> corner;
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t a = 0; a < 3; ++a)
        corner[c][static_cast<Eigen::Index>(a)] = 0.5 * triangle[c][a] * spacing_mm[a];
    hull.area += 0.5 * (corner[1] - corner[0]).cross(corner[2] - corner[0]).norm();
    hull.volume += corner[0].dot(corner[1].cross(corner[2])) / 6;
  }
  return hull;
}

/// Distance in mm between the centre of the voxels of the mask and that of the intensities.
double centre_of_mass_shift(const Roi& morphological, const Roi& intensity, const std::vector<double>& intensities) {
  const auto centre = [&](const Roi& roi, const std::vector<double>* weights) {
    std::array<double, 3> sum = {0, 0, 0};
    double total = 0;
    for (std::size_t v = 0; v < roi.voxels.size(); ++v) {
      const double weight = weights == nullptr ? 1 : (*weights)[v];
      const auto at = roi.grid_place(roi.voxels[v]);
      for (std::size_t a = 0; a < 3; ++a) sum[a] += weight * at[a] * roi.spacing_mm[a];
      total += weight;
    }
    for (double& s : sum) s /= total;
    return sum;
  };
  const auto a = centre(morphological, nullptr), b = centre(intensity, &intensities);
  return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

}  // namespace

std::span<const FeatureColumn> morphology_columns() {
  using enum FeatureColumn::Use;
  static constexpr FeatureColumn kColumns[] = {{"CentreOfMassShift", "morph_com", "KLMA", kIbsi},
                                               {"VolumeDensityBoundingBox", "morph_vol_dens_aabb", "PBX1", kIbsi},
                                               {"AreaDensityBoundingBox", "morph_area_dens_aabb", "R59B", kIbsi},
                                               {"VolumeDensityEllipsoid", "morph_vol_dens_aee", "6BDE", kIbsi},
                                               {"AreaDensityEllipsoid", "morph_area_dens_aee", "RDD2", kIbsi},
                                               {"VolumeDensityConvexHull", "morph_vol_dens_conv_hull", "R3ER", kIbsi},
                                               {"AreaDensityConvexHull", "morph_area_dens_conv_hull", "7T7F", kIbsi},
                                               {"IntegratedIntensity", "morph_integ_int", "99N0", kIbsi},
                                               {"MoranI", "morph_moran_i", "N365", kIbsi},
                                               {"GearyC", "morph_geary_c", "NPT7", kIbsi}};
  return kColumns;
}

FeatureValues morphology_values(const Roi& morphological, const Roi& intensity,
                                const std::vector<double>& intensities) {
  if (morphological.voxels.empty() || intensity.voxels.empty()) return FeatureValues(morphology_columns().size());
  const Surface surface = closed_surface_of(morphological);
  const Solid box = box_of(morphological), ellipsoid = ellipsoid_of(morphological);
  const Solid hull = hull_of(surface, morphological.spacing_mm);
  double mean = 0;
  for (const double v : intensities) mean += v;
  mean /= static_cast<double>(intensities.size());
  const SpatialAutocorrelation spatial = spatial_autocorrelation(intensity, intensities);
  FeatureValues values;
  const auto put = [&](double value, Status otherwise) {
    if (std::isfinite(value))
      values.push_back({value, Status::kValue});
    else
      values.push_back({std::numeric_limits<double>::quiet_NaN(), otherwise});
  };
  put(centre_of_mass_shift(morphological, intensity, intensities), Status::kFlatRegion);
  for (const Solid& solid : {box, ellipsoid, hull}) {
    put(surface.volume_mm3 / solid.volume, Status::kDegenerateGeometry);
    put(surface.area_mm2 / solid.area, Status::kDegenerateGeometry);
  }
  put(mean * surface.volume_mm3, Status::kFlatRegion);
  put(spatial.moran_i, Status::kFlatRegion);
  put(spatial.geary_c, Status::kFlatRegion);
  return values;
}

}  // namespace radiopath::radiology
