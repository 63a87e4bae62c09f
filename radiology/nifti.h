#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

namespace radiopath::radiology {

// What ITK 5.2 passes over in NIfTI-1 files (.nii, .nii.gz): it takes a voxel size of 0 or NaN for 1 mm, and voxels
// that are NaN or infinite for 0. Both functions do nothing for other files.
// Source: nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h.

/// Throws InputError where the header holds a voxel size that is not above 0.
void require_voxel_size(const std::filesystem::path& file);

/// f(place from 0, value) of every voxel that is NaN or infinite in a file of floating-point voxels.
void for_each_not_finite(const std::filesystem::path& file, const std::function<void(std::int64_t, double)>& f);

bool is_nifti(const std::filesystem::path& file);  ///< by its name

}  // namespace radiopath::radiology
