#pragma once

#include <map>
#include <string>
#include <vector>

#include "radiology/image_processing.h"
#include "radiology/regions.h"

namespace radiopath::training {

/// Cells of a row by column; a column that is not there is an empty cell.
using Diagnostics = std::map<std::string, std::string>;

/// PyRadiomics' diagnostics_* under a config, the same for every case: versions and settings, the image and the mask as
/// they were given, and, where the config asks for them, the mask on the image's grid (`corrected`), what was resampled
/// (`interpolated`) and the re-segmented region. Hashes are XXH3 of voxels.
std::vector<std::string> diagnostic_columns(const radiology::RadiomicsConfig& config);

/// Version with commit, hash of the settings, the settings as JSON, the image types.
Diagnostics run_diagnostics(const radiology::RadiomicsConfig& config);
Diagnostics file_diagnostics(const radiology::ImageFile& image, const radiology::LabelFile& mask);
/// Figures of the mask as it was given, by label.
std::map<int, Diagnostics> mask_diagnostics(const radiology::LabelMap& labels,
                                            const radiology::RadiomicsConfig& config);
/// What preprocessing made of a region and its image.
Diagnostics region_diagnostics(const radiology::MeasuredRegion& region, const radiology::RadiomicsConfig& config);

}  // namespace radiopath::training
