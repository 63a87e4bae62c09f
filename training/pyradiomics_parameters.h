#pragma once

#include <filesystem>

#include "radiology/radiomics_config.h"

namespace radiopath::training {

/// PyRadiomics' parameter file (YAML with imageType, featureClass, setting, voxelSetting) as our settings: the same
/// columns and values. voxelBatch changes no value and is accepted; so is a geometryTolerance up to 0.01, as grids are
/// the same here when no corner is displaced by more than 1 % of a voxel. A key that is there twice counts as it is
/// there last. Deprecated features have a column where they are named, also those that PyRadiomics leaves without one
/// because they equal another. Throws one InputError listing, with file and line, everything that is unknown or cannot
/// be honoured.
/// Source: PyRadiomics radiomics/schemas/paramSchema.yaml, docs/customization.rst.
radiology::RadiomicsConfig read_pyradiomics_parameters(const std::filesystem::path& file);

}  // namespace radiopath::training
