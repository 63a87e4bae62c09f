#pragma once

#include "radiology/filters.h"

namespace radiopath::radiology {

// PyRadiomics' voxel-wise transforms (radiomics/imageoperations.py). Each is scaled by m = max |v| over the whole image,
// so that a crop of the image gives other values. An image that is 0 everywhere stays 0 for square_root and gives NaN
// for the others, as there. All results are float64.

Image square(const Image& image);       ///< `square`: (v / sqrt(m))^2
Image square_root(const Image& image);  ///< `squareroot`: sign(v) sqrt(m |v|)
Image logarithm(const Image& image);    ///< `logarithm`: sign(v) log(|v| + 1), scaled to the maximum m
Image exponential(const Image& image);  ///< `exponential`: exp(v log(m) / m)

/// `gradient`: magnitude of the central differences, per mm or per voxel; borders repeat the nearest voxel; always
/// float32. As ITK's GradientMagnitudeImageFilter.
enum class GradientUnit { per_mm, per_voxel };
Image gradient_magnitude(const Image& image, GradientUnit unit = GradientUnit::per_mm);

}  // namespace radiopath::radiology
