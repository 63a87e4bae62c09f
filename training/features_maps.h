#pragma once

#include <filesystem>

#include "training/features_table.h"

namespace radiopath::training {

/// Voxel-based maps of every case and label as `case-1_label-1_original_glcm_Idm.nrrd` in `folder`, and maps.csv beside
/// them: inputs, Label, version and hash of the settings, the file of every column, status. Cases count from 1. A case
/// that fails is a row with its reason. Returns the rows of maps.csv.
FeatureRows write_maps(const std::filesystem::path& folder, const FeatureCases& cases,
                       const radiology::RadiomicsConfig& config);

}  // namespace radiopath::training
