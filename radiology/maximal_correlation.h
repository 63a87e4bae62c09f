#pragma once

#include <span>

#include "radiology/count_matrix.h"
#include "radiology/texture_matrices.h"

namespace radiopath::radiology {

/// A matrix of more levels would need over 30 MB and some seconds a direction.
inline constexpr int kMostLevelsOfMcc = 2048;

/// Maximal correlation coefficient of a co-occurrence matrix: root of the second largest eigenvalue of
/// Q(i, j) = sum over k of p(i, k) p(j, k) / (p(i) p(k) + 2.2e-16); 0 for a single grey level. `rows` and `columns` are
/// the marginal counts by grey level from `lowest`, `all` their sum. Of the counts of a kernel, where `all` is below
/// 256 and the epsilon is worth less than 2e-11, it is left out. Source: Haralick et al. 1973; PyRadiomics
/// radiomics/glcm.py. NaN for more than kMostLevelsOfMcc grey levels.
double maximal_correlation(const CountMatrix& matrix, Symmetry symmetry, std::span<const double> rows,
                           std::span<const double> columns, int lowest, double all);

}  // namespace radiopath::radiology
