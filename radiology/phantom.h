#pragma once

#include <array>
#include <filesystem>

#include "core/random.h"
#include "radiology/volume.h"

namespace radiopath::radiology {

/// What one scanner makes of a signal: gain * signal + offset, for each sequence without a physical unit.
struct ScannerResponse {
  std::array<double, 3> gain = {1, 1, 1};    ///< T2, CE, DWI
  std::array<double, 3> offset = {0, 0, 0};  ///< the same, in signal units (habitats lie at 180 … 900)
};

/// What a synthetic pelvic examination is made of.
///
/// A body with a rim of fat holds one lesion, an ellipsoid with an irregular surface. The lesion consists of four
/// habitats, each in few connected pieces, with the study's patterns: 1 moderate everywhere, 2 strongest CE,
/// 3 highest DWI and lowest ADC, 4 highest ADC and lowest CE and DWI.
/// Source of the patterns: Bi et al., Int J Surg 2025;111:4222, Fig. 4.
struct MriPhantom {
  std::array<int, 3> size = {48, 48, 16};                           ///< voxels over 192 x 192 x 96 mm
  std::array<double, 4> habitat_shares = {0.25, 0.25, 0.25, 0.25};  ///< of the lesion's voxels; sum 1
  double noise = 1;                                                 ///< 1: sd 30 signal units and 60e-6 mm²/s; 0: none
  ScannerResponse scanner;
};

/// One examination, all on one grid. ADC in 1e-6 mm²/s; voxels are whole numbers.
struct MriPicture {
  Volume t2, ce, dwi, adc;
  LabelMap lesion;    ///< 1 in the lesion
  LabelMap habitats;  ///< 1 … 4 in the lesion: the truth that clustering should find
};

/// The same stream paints the same examination. Throws std::logic_error for fewer than 16 x 16 x 8 voxels or shares
/// that are negative or do not sum to 1.
MriPicture paint_mri(const MriPhantom& phantom, Random& random);

/// Writes t2, ce, dwi, adc (NIfTI), lesion and habitats_truth (NRRD) into `folder`.
void write_mri(const std::filesystem::path& folder, const MriPicture& picture);

}  // namespace radiopath::radiology
