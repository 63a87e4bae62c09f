#pragma once

#include <span>
#include <vector>

#include "radiology/count_matrix.h"
#include "radiology/feature.h"

namespace radiopath::radiology {

/// What GLRLM, GLSZM, GLDZM and GLDM (IBSI: NGLDM) measure alike on a matrix of grey level i against j, which is a run
/// length, a zone size, a zone's distance to the edge or a dependence. p = count / total.
struct Emphasis {
  double short_j = 0, long_j = 0;                                    ///< sum of p / j^2, p j^2
  double low_grey = 0, high_grey = 0;                                ///< sum of p / i^2, p i^2
  double short_low = 0, short_high = 0;                              ///< sum of p / (i^2 j^2), p i^2 / j^2
  double long_low = 0, long_high = 0;                                ///< sum of p j^2 / i^2, p i^2 j^2
  double grey_nonuniformity = 0, grey_nonuniformity_normalised = 0;  ///< sum of squares of row totals over total^1, ^2
  double j_nonuniformity = 0, j_nonuniformity_normalised = 0;        ///< the same of column totals
  double percentage = 0;                                             ///< total over voxels
  double grey_variance = 0, j_variance = 0;
  double entropy = 0;  ///< bits
  double energy = 0;   ///< sum of p^2
};

/// NaN throughout for a matrix without cells. PyRadiomics' entropy is of p + 2.2e-16.
Emphasis emphasis_of(const CountMatrix& matrix, Profile profile);

/// A family's features as members of Emphasis.
struct EmphasisFeature {
  FeatureColumn column;
  double Emphasis::* value;
};
/// For Family::kGlrlm, kGlszm, kGldzm and kGldm.
std::span<const EmphasisFeature> emphasis_features(Family family);

}  // namespace radiopath::radiology
