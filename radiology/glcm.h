#pragma once

#include <array>
#include <string_view>

#include "radiology/discretization.h"
#include "radiology/roi.h"

namespace radiopath::radiology {

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

/// PyRadiomics' grey-level co-occurrence features in the order of kGlcmNames: symmetric matrices of neighbouring
/// voxels for each of the 13 directions, features of each, mean over the directions that hold a pair (IBSI 3D:avg,
/// distance 1). Entropies are in bits of p + 2.2e-16. Of a flat region Correlation and MCC are 1 and Imc1 is 0.
/// All NaN when no two voxels of the region touch.
/// Source: Haralick 1973; PyRadiomics radiomics/glcm.py; IBSI LFYI.
std::array<double, kGlcmNames.size()> glcm(const Roi& roi, const Discretized& levels);

}  // namespace radiopath::radiology
