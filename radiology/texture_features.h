#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "radiology/discretization.h"
#include "radiology/feature.h"
#include "radiology/roi.h"
#include "radiology/texture_matrices.h"

namespace radiopath::radiology {

/// How neighbours across slices and slices themselves are treated.
enum class Slices : std::uint8_t {
  kVolume,    ///< 3D
  kMerged,    ///< 2.5D: neighbours within slices, all slices in one matrix (PyRadiomics' force2D)
  kAveraged,  ///< 2D: features of each slice across z, then their mean
};
/// How the directions of GLCM and GLRLM are treated: mean of their features, or features of the (weighted) sum.
enum class Directions : std::uint8_t { kAveraged, kMerged };
/// PyRadiomics' weightingNorm of merged directions; kEqual is its "no_weighting".
enum class Weighting : std::uint8_t { kEqual, kManhattan, kEuclidean, kInfinity };

/// PyRadiomics' defaults. IBSI's aggregations: 2D:avg = {kAveraged, kAveraged}, 2D:mrg = {kAveraged, kMerged},
/// 2.5D:avg = {kMerged, kAveraged}, 2.5D:mrg = {kMerged, kMerged}, 3D:avg = {kVolume, kAveraged},
/// 3D:mrg = {kVolume, kMerged}. PyRadiomics' force2Ddimension 0, 1, 2 are slice_axis 2, 1, 0.
struct TextureOptions {
  Profile profile = Profile::kPyRadiomics;
  Slices slices = Slices::kVolume;
  Directions directions = Directions::kAveraged;
  Weighting weighting = Weighting::kEqual;  ///< of kMerged directions
  int slice_axis = 2;                       ///< 0 = x; other than 2 only with kMerged slices
  std::vector<int> distances = {1};         ///< of GLCM, GLDM, NGTDM
  Symmetry symmetry = Symmetry::kSymmetric;
  double dependence = 0;  ///< gldm_a
};

/// Values of the texture families (GLCM, GLRLM, GLSZM, GLDZM, GLDM, NGTDM) in the order asked for, each in the order of
/// columns_of(family, options.profile). `edge_region`: the morphological mask of the GLDZM, where it differs from
/// `roi`. An empty region gives the same columns, all NaN. Throws std::logic_error for another family. Sources:
/// PyRadiomics radiomics/{glcm,glrlm,glszm,gldm,ngtdm}.py; IBSI manual v10, chapter 3.
std::vector<FeatureValues> texture_features(const Roi& roi, const Discretized& levels,
                                            const std::vector<Family>& families, const TextureOptions& options,
                                            const Roi* edge_region = nullptr);

}  // namespace radiopath::radiology
