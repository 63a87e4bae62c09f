#pragma once

#include "radiology/filters.h"

namespace radiopath::radiology {

/// PyRadiomics' settings of its LBP3D image type.
struct LocalBinaryPattern3dConfig {
  int levels = 2;
  double icosphere_radius = 1;
  int icosphere_subdivision = 1;

  static auto fields() {
    return std::tuple{
        field("levels", &LocalBinaryPattern3dConfig::levels, "degrees of spherical harmonics, an image each")
            .range(2, 12),
        field("icosphere_radius", &LocalBinaryPattern3dConfig::icosphere_radius, "radius of the sphere of samples")
            .unit("voxels")
            .range(0.1, 100),
        field("icosphere_subdivision", &LocalBinaryPattern3dConfig::icosphere_subdivision,
              "times that the 20 faces are split into four: 12, 42, 162 or 642 samples")
            .range(0, 3),
    };
  }
};

/// `lbp-3D-m1` … one per level, then `lbp-3D-k`.
std::vector<std::string> local_binary_pattern_3d_names(const LocalBinaryPattern3dConfig& config);

/// The images of `box`. A level is the L2 norm over the sphere of that degree's part of the pattern (sample >= centre),
/// k the excess kurtosis of the samples in double precision, NaN where they are all equal. Samples are interpolated by
/// cubic splines over the whole image, 0 beyond it, and rounded to whole numbers in an integer image. One voxel that is
/// not finite makes all NaN. As in PyRadiomics
/// the sphere's x lies along the image's z, and polar angle and azimuth change places in the harmonics.
/// Source: PyRadiomics 3.0.1 imageoperations.py, getLBP3DImage; Banerjee et al., ACCV Workshops 2012, LNCS 7728.
std::vector<NamedImage> local_binary_pattern_3d(const Image& image, const LocalBinaryPattern3dConfig& config,
                                                const Box& box);

}  // namespace radiopath::radiology
