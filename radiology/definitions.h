#pragma once

#include <string>

#include "radiology/feature.h"

namespace radiopath::radiology {

/// A feature in one line: the formula in words. Sources: IBSI manual v10, chapter 3; PyRadiomics radiomics/*.py.
std::string definition_of(Family family, const FeatureColumn& column);

}  // namespace radiopath::radiology
