#include "radiology/shape.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <numbers>

#include "radiology/principal_axes.h"
#include "radiology/surface.h"

namespace radiopath::radiology {

std::vector<double> principal_variances(const Roi& roi, const std::vector<int>& axes) {
  const auto n = static_cast<double>(roi.count());
  const auto dimensions = static_cast<Eigen::Index>(axes.size());
  // Sums of whole numbers are exact, whatever their order.
  std::array<double, 3> sum = {0, 0, 0};
  std::array<std::array<double, 3>, 3> products = {};
  for (const auto voxel : roi.voxels) {
    const auto place = roi.place(voxel);
    for (std::size_t a = 0; a < 3; ++a) {
      sum[a] += place[a];
      for (std::size_t b = 0; b <= a; ++b) products[a][b] += static_cast<double>(place[a]) * place[b];
    }
  }
  Eigen::MatrixXd covariance(dimensions, dimensions);
  for (Eigen::Index r = 0; r < dimensions; ++r) {
    for (Eigen::Index c = 0; c < dimensions; ++c) {
      const auto a = static_cast<std::size_t>(std::max(axes[r], axes[c]));
      const auto b = static_cast<std::size_t>(std::min(axes[r], axes[c]));
      covariance(r, c) = (products[a][b] - sum[a] * sum[b] / n) / n * roi.spacing_mm[a] * roi.spacing_mm[b];
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance, Eigen::EigenvaluesOnly);
  std::vector<double> variances;
  for (Eigen::Index a = 0; a < dimensions; ++a) {
    const double value = solver.eigenvalues()[a];
    variances.push_back(value > 1e-14 * solver.eigenvalues()[dimensions - 1] ? value : 0);  // rounding of a flat region
  }
  return variances;
}

std::span<const ShapeFeature> shape_features() {
  using enum FeatureColumn::Use;
  static constexpr ShapeFeature kFeatures[] = {
      {{"Elongation", "morph_pca_elongation", "Q3CK"}, &ShapeValues::elongation},
      {{"Flatness", "morph_pca_flatness", "N17B"}, &ShapeValues::flatness},
      {{"LeastAxisLength", "morph_pca_least_axis", "7J51"}, &ShapeValues::least_axis},
      {{"MajorAxisLength", "morph_pca_maj_axis", "TDIC"}, &ShapeValues::major_axis},
      {{"Maximum2DDiameterColumn", "", "", kPyRadiomics}, &ShapeValues::diameter_column},
      {{"Maximum2DDiameterRow", "", "", kPyRadiomics}, &ShapeValues::diameter_row},
      {{"Maximum2DDiameterSlice", "", "", kPyRadiomics}, &ShapeValues::diameter_slice},
      {{"Maximum3DDiameter", "morph_diam", "L0JK"}, &ShapeValues::diameter_3d},
      {{"MeshVolume", "morph_volume", "RNU0"}, &ShapeValues::mesh_volume},
      {{"MinorAxisLength", "morph_pca_min_axis", "P9VJ"}, &ShapeValues::minor_axis},
      {{"Sphericity", "morph_sphericity", "QCFX"}, &ShapeValues::sphericity},
      {{"SurfaceArea", "morph_area_mesh", "C0JK"}, &ShapeValues::surface_area},
      {{"SurfaceVolumeRatio", "morph_av", "2PR5"}, &ShapeValues::surface_volume_ratio},
      {{"VoxelVolume", "morph_vol_approx", "YEKZ"}, &ShapeValues::voxel_volume},
      {{"Compactness1", "morph_comp_1", "SKGS", kDeprecated}, &ShapeValues::compactness_1},
      {{"Compactness2", "morph_comp_2", "BQWJ", kDeprecated}, &ShapeValues::compactness_2},
      {{"SphericalDisproportion", "morph_sph_dispr", "KRCK", kDeprecated}, &ShapeValues::spherical_disproportion},
      {{"Asphericity", "morph_asphericity", "25C7", kIbsi}, &ShapeValues::asphericity},
  };
  return kFeatures;
}

FeatureValues shape_values(const Roi& roi, Profile profile) {
  FeatureValues values(columns_of(Family::kShape, profile).size());
  if (roi.voxels.empty()) return values;
  const Surface surface = profile == Profile::kIbsi ? closed_surface_of(roi) : surface_of(roi);
  const Diameters diameters = diameters_of(surface.vertices, roi.spacing_mm);
  const auto variances = principal_variances(roi, {0, 1, 2});
  ShapeValues f;
  f.mesh_volume = surface.volume_mm3;
  f.surface_area = surface.area_mm2;
  f.voxel_volume = static_cast<double>(roi.count()) * roi.spacing_mm[0] * roi.spacing_mm[1] * roi.spacing_mm[2];
  f.surface_volume_ratio = f.surface_area / f.mesh_volume;
  f.sphericity = std::cbrt(36 * std::numbers::pi * f.mesh_volume * f.mesh_volume) / f.surface_area;
  f.spherical_disproportion = 1 / f.sphericity;
  f.asphericity = f.spherical_disproportion - 1;
  f.compactness_1 = f.mesh_volume / (std::pow(f.surface_area, 1.5) * std::sqrt(std::numbers::pi));
  f.compactness_2 = f.sphericity * f.sphericity * f.sphericity;
  f.diameter_3d = diameters.in_3d;
  f.diameter_slice = diameters.in_plane[2];
  f.diameter_column = diameters.in_plane[1];
  f.diameter_row = diameters.in_plane[0];
  const auto n = static_cast<double>(roi.count());
  const double axis = 4 * (profile == Profile::kIbsi ? std::sqrt(n / (n - 1)) : 1);
  f.least_axis = axis * std::sqrt(variances[0]);
  f.minor_axis = axis * std::sqrt(variances[1]);
  f.major_axis = axis * std::sqrt(variances[2]);
  f.elongation = std::sqrt(variances[1] / variances[2]);
  f.flatness = std::sqrt(variances[0] / variances[2]);
  std::size_t place = 0;
  for (const ShapeFeature& feature : shape_features()) {
    if (!feature.column.in(profile)) continue;
    const double value = f.*feature.value;
    values[place++] = {value, std::isnan(value) ? Status::kDegenerateGeometry : Status::kValue};
  }
  return values;
}

std::array<double, kShapeNames.size()> shape(const Roi& roi) {
  const FeatureValues values = shape_values(roi, Profile::kPyRadiomics);
  std::array<double, kShapeNames.size()> features;
  for (std::size_t f = 0; f < features.size(); ++f) features[f] = values[f].value;
  return features;
}

}  // namespace radiopath::radiology
