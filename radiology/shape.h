#pragma once

#include <array>
#include <span>
#include <string_view>

#include "radiology/feature.h"
#include "radiology/roi.h"

namespace radiopath::radiology {

/// Size and form of a region, in mm, mm2 and mm3.
///
/// Surface and mesh volume are of the marching-cubes surface through the midpoints between inside and outside voxel
/// centres: PyRadiomics' own under its profile, closed_surface_of() under IBSI. Diameters are between its vertices
/// (Slice: same z, Column: same y, Row: same x); axes are 4 sqrt of the eigenvalues of the covariance of the voxel
/// centres, over N for PyRadiomics and N - 1 for IBSI, whose reference values show it. Array axes are used, not patient
/// axes.
/// Sources: PyRadiomics radiomics/shape.py, src/cshape.c; IBSI HCUG.
struct ShapeValues {
  double mesh_volume = 0, voxel_volume = 0, surface_area = 0, surface_volume_ratio = 0, sphericity = 0, asphericity = 0,
         compactness_1 = 0, compactness_2 = 0, spherical_disproportion = 0, diameter_3d = 0, diameter_slice = 0,
         diameter_column = 0, diameter_row = 0, major_axis = 0, minor_axis = 0, least_axis = 0, elongation = 0,
         flatness = 0;
};

struct ShapeFeature {
  FeatureColumn column;
  double ShapeValues::* value;
};
std::span<const ShapeFeature> shape_features();

/// In the order of columns_of(Family::kShape, profile). All NaN for an empty region; a ratio over a zero length is NaN.
FeatureValues shape_values(const Roi& roi, Profile profile);

inline constexpr std::array<std::string_view, 14> kShapeNames = {"Elongation",
                                                                 "Flatness",
                                                                 "LeastAxisLength",
                                                                 "MajorAxisLength",
                                                                 "Maximum2DDiameterColumn",
                                                                 "Maximum2DDiameterRow",
                                                                 "Maximum2DDiameterSlice",
                                                                 "Maximum3DDiameter",
                                                                 "MeshVolume",
                                                                 "MinorAxisLength",
                                                                 "Sphericity",
                                                                 "SurfaceArea",
                                                                 "SurfaceVolumeRatio",
                                                                 "VoxelVolume"};

/// PyRadiomics' shape features in the order of kShapeNames.
std::array<double, kShapeNames.size()> shape(const Roi& roi);

}  // namespace radiopath::radiology
