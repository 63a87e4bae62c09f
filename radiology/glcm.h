#pragma once

#include <array>
#include <span>
#include <string_view>

#include "radiology/count_matrix.h"
#include "radiology/discretization.h"
#include "radiology/feature.h"
#include "radiology/roi.h"
#include "radiology/texture_matrices.h"

namespace radiopath::radiology {

/// Features of one grey-level co-occurrence matrix. Sources: Haralick et al. 1973; PyRadiomics radiomics/glcm.py;
/// IBSI LFYI.
struct GlcmValues {
  double autocorrelation = 0, cluster_prominence = 0, cluster_shade = 0, cluster_tendency = 0, contrast = 0,
         correlation = 1, difference_average = 0, difference_entropy = 0, difference_variance = 0, id = 0, idm = 0,
         idmn = 0, idn = 0, imc1 = 0, imc2 = 0, inverse_variance = 0, joint_average = 0, joint_energy = 0,
         joint_entropy = 0, maximal_correlation = 1, maximum_probability = 0, sum_average = 0, sum_entropy = 0,
         sum_squares = 0;
  bool flat = false;  ///< one grey level: Correlation (1) and Imc1 (0) are conventions
};

/// Whether the maximal correlation coefficient, an eigenvalue, is wanted.
enum class MaximalCorrelation : std::uint8_t { kWanted, kLeftOut };

/// `matrix` holds i <= j only when symmetric. `grey_levels` is what the normalised inverse differences divide by.
/// PyRadiomics' entropies are of p + 2.2e-16. Throws std::logic_error for a matrix without cells.
GlcmValues glcm_values(const CountMatrix& matrix, Symmetry symmetry, int grey_levels, Profile profile,
                       MaximalCorrelation maximal_correlation);

struct GlcmFeature {
  FeatureColumn column;
  double GlcmValues::* value;
};
std::span<const GlcmFeature> glcm_features();

inline constexpr std::array<std::string_view, 24> kGlcmNames = {"Autocorrelation",
                                                                "ClusterProminence",
                                                                "ClusterShade",
                                                                "ClusterTendency",
                                                                "Contrast",
                                                                "Correlation",
                                                                "DifferenceAverage",
                                                                "DifferenceEntropy",
                                                                "DifferenceVariance",
                                                                "Id",
                                                                "Idm",
                                                                "Idmn",
                                                                "Idn",
                                                                "Imc1",
                                                                "Imc2",
                                                                "InverseVariance",
                                                                "JointAverage",
                                                                "JointEnergy",
                                                                "JointEntropy",
                                                                "MCC",
                                                                "MaximumProbability",
                                                                "SumAverage",
                                                                "SumEntropy",
                                                                "SumSquares"};

/// PyRadiomics' defaults (TextureOptions{}), values alone, in the order of kGlcmNames.
std::array<double, kGlcmNames.size()> glcm(const Roi& roi, const Discretized& levels);

}  // namespace radiopath::radiology
