#include "radiology/shape.h"

#include <Eigen/Eigenvalues>
#include <cmath>
#include <limits>
#include <numbers>

#include "radiology/surface.h"

namespace radiopath::radiology {
namespace {

/// Eigenvalues, ascending, of the covariance (1/N) of the voxel centres in mm2.
Eigen::Vector3d axis_variances(const Roi& roi) {
  std::array<double, 3> mean = {0, 0, 0};
  const auto n = static_cast<double>(roi.count());
  for (const auto voxel : roi.voxels) {
    const auto place = roi.place(voxel);
    for (int a = 0; a < 3; ++a) mean[a] += place[a];
  }
  for (double& m : mean) m /= n;
  Eigen::Matrix3d covariance = Eigen::Matrix3d::Zero();
  for (const auto voxel : roi.voxels) {
    const auto place = roi.place(voxel);
    Eigen::Vector3d d;
    for (int a = 0; a < 3; ++a) d[a] = (place[a] - mean[a]) * roi.spacing_mm[a];
    covariance += d * d.transpose();
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> solver(covariance / n, Eigen::EigenvaluesOnly);
  return solver.eigenvalues().cwiseMax(0);  // of a flat region they are 0 but for rounding
}

}  // namespace

std::array<double, kShapeNames.size()> shape(const Roi& roi) {
  std::array<double, kShapeNames.size()> features;
  features.fill(std::numeric_limits<double>::quiet_NaN());
  if (roi.voxels.empty()) return features;
  const Surface surface = surface_of(roi);
  const Diameters diameters = diameters_of(surface.vertices, roi.spacing_mm);
  const Eigen::Vector3d variances = axis_variances(roi);
  const double least = variances[0], minor = variances[1], major = variances[2];
  const double area = surface.area_mm2, volume = surface.volume_mm3;
  return {std::sqrt(minor / major),
          std::sqrt(least / major),
          4 * std::sqrt(least),
          4 * std::sqrt(major),
          diameters.in_plane[1],
          diameters.in_plane[0],
          diameters.in_plane[2],
          diameters.in_3d,
          volume,
          4 * std::sqrt(minor),
          std::cbrt(36 * std::numbers::pi * volume * volume) / area,
          area,
          area / volume,
          static_cast<double>(roi.count()) * roi.spacing_mm[0] * roi.spacing_mm[1] * roi.spacing_mm[2]};
}

}  // namespace radiopath::radiology
