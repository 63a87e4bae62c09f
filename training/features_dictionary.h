#pragma once

#include <filesystem>

#include "radiology/features_config.h"

namespace radiopath::training {

/// One row per column of the feature table: image type, class, feature, IBSI id and tag, aggregation, definition.
/// The id is of the feature that the standard defines by the same formula; values of discretised, resampled or meshed
/// quantities differ from the standard's where PyRadiomics' rules of these do.
void write_dictionary(const std::filesystem::path& file, const radiology::FeaturesConfig& config);

}  // namespace radiopath::training
