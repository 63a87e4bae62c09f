#pragma once

#include "radiology/feature.h"
#include "radiology/texture_matrices.h"

namespace radiopath::radiology {

/// Neighbourhood grey tone difference features in the order of columns_of(Family::kNgtdm): Busyness, Coarseness,
/// Complexity, Contrast, Strength. Where a denominator is 0 Coarseness is 1e6 and the others 0, as PyRadiomics and the
/// IBSI manual have it; the status says so. Sources: Amadasun & King 1989; PyRadiomics radiomics/ngtdm.py; IBSI IPET.
FeatureValues ngtdm_values(const ToneDifferences& differences);

std::span<const FeatureColumn> ngtdm_columns();

}  // namespace radiopath::radiology
