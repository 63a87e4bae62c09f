#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace radiopath::radiology {

/// Throws InputError when an image file is cut short or its compressed data are damaged. ITK 5.2 reads cut NIfTI and
/// MetaImage files without complaint and fills the rest with zeros.
/// @param voxel_bytes size of the uncompressed voxels, from the header
/// @param depth `header`: sizes and trailers only; `data`: compressed NIfTI is also unpacked and its checksum compared
enum class CheckDepth { header, data };
void require_complete(const std::filesystem::path& file, std::int64_t voxel_bytes, CheckDepth depth);

/// Fills `voxels` from a NRRD file whose little-endian data follow its header, packed by gzip: the usual case, unpacked
/// at once. False, with anything in `voxels`, for every other file and for damaged data.
/// Source: teem.sourceforge.net/nrrd/format.html.
bool unpack_nrrd(const std::filesystem::path& file, std::span<char> voxels);

}  // namespace radiopath::radiology
