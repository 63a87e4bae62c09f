#pragma once

#include "radiology/filters.h"

namespace radiopath::radiology {

/// PyRadiomics' settings of its LBP2D image type. Eight samples as in its code (its documentation says nine).
struct LocalBinaryPattern2dConfig {
  double radius = 1;
  int samples = 8;
  std::string method = "uniform";

  static auto fields() {
    return std::tuple{
        field("radius", &LocalBinaryPattern2dConfig::radius, "radius of the circle of samples")
            .unit("voxels")
            .range(0.1, 100),
        field("samples", &LocalBinaryPattern2dConfig::samples, "samples on the circle").range(1, 24),
        field("method", &LocalBinaryPattern2dConfig::method,
              "plain code, its smallest rotation, rotation-invariant uniform, or variance of the samples")
            .one_of({"default", "ror", "uniform", "var"}),
    };
  }
};

/// `lbp-2D`, slice by slice; Extent::volume means slices along z, as in PyRadiomics.
/// Beyond the slice lie zeros. Voxels of an integer
/// image hold the result without its fraction, and 0 where it is NaN (method "var" of a flat circle).
/// Source: scikit-image local_binary_pattern; Ojala et al., IEEE TPAMI 2002;24:971.
Image local_binary_pattern_2d(const Image& image, const LocalBinaryPattern2dConfig& config,
                              Extent slices = Extent::slices_along_z);

}  // namespace radiopath::radiology
