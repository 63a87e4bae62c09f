#pragma once

#include "radiology/filters.h"

namespace radiopath::radiology {

/// Why PyRadiomics skips this sigma on an image of this grid: a size below 4 or below ceil(sigma / spacing) + 1; ""
/// where it does not. Throws InputError for a sigma that is not above 0.
std::string log_skipped(const Grid& grid, double sigma_mm);

/// How PyRadiomics came by a whole sigma: Python writes 2 and 2.0 differently.
enum class WholeSigma : std::uint8_t { kFloat, kInteger };
/// PyRadiomics' name of the image: `log-sigma-2-0-mm-3D` for 2.0, `log-sigma-2-mm-3D` for 2, `log-sigma-0-5-mm-3D`.
std::string log_name(double sigma_mm, WholeSigma whole = WholeSigma::kFloat);

/// PyRadiomics' LoG: ITK's recursive Gaussian Laplacian, normalised across scale, of the whole image; float32 unless
/// the image is float64. The recursion runs over whole lines: a crop gives other values. Throws InputError with
/// log_skipped's reason. Source: ITK LaplacianRecursiveGaussianImageFilter; Deriche, INRIA RR-1893, 1993.
Image laplacian_recursive_gaussian(const Image& image, double sigma_mm);

}  // namespace radiopath::radiology
