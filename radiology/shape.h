#pragma once

#include <array>
#include <string_view>

#include "radiology/roi.h"

namespace radiopath::radiology {

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

/// PyRadiomics' shape features in the order of kShapeNames, in mm, mm2 and mm3.
///
/// Surface and mesh volume are of the marching-cubes surface through the midpoints between inside and outside voxel
/// centres; diameters are between its vertices (Slice: same z, Column: same y, Row: same x); axes are 4 sqrt of the
/// eigenvalues of the covariance (1/N) of the voxel centres. Array axes are used, not patient axes. All NaN for an
/// empty region; a ratio over a zero length is NaN.
/// Source: PyRadiomics radiomics/shape.py, src/cshape.c; IBSI RNU0 (mesh volume), C0JK (area), L0JK (diameter).
std::array<double, kShapeNames.size()> shape(const Roi& roi);

}  // namespace radiopath::radiology
