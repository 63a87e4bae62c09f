#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/cohort.h"
#include "radiology/preprocessing.h"
#include "radiology/volume.h"

namespace radiopath::radiology {

struct RadiologyConfig;

/// The files of one patient's examination.
struct ExaminationFiles {
  std::vector<std::filesystem::path> sequences;  ///< in the order of config.sequences
  std::filesystem::path mask;
};

/// Nothing when the manifest names no image of this patient (a missing modality). Throws InputError when it names some
/// of the sequences and the mask but not all, or several files in one cell.
std::optional<ExaminationFiles> files_of(const RadiologyConfig& config, const Cohort& cohort, const Patient& patient);

/// Hash of the files' contents. Throws InputError when one is missing.
std::string hash_of(const ExaminationFiles& files);

/// What of the images is kept: the lesion's box, or all, because filters look round the lesion.
enum class Extract : std::uint8_t { lesion, everything };

/// One patient's lesion, preprocessed: every sequence on one grid, cut to a box.
struct LesionImages {
  Grid whole;                    ///< the common grid before it was cut
  Box box;                       ///< what was kept of it
  std::vector<Volume> channels;  ///< in the order of config.sequences, on cut(whole, box)
  Mask lesion;                   ///< the same grid
};

/// Reads, checks, normalises and resamples. Throws InputError when a file is broken, the mask is empty or lies on the
/// grid of none of the sequences (unless config.resample_mask), or a sequence does not cover the lesion.
LesionImages load_lesion(const RadiologyConfig& config, const ExaminationFiles& files,
                         Extract extract = Extract::lesion);

/// Reads the headers, and the mask, which is small. Throws what load_lesion would.
void check_examination(const RadiologyConfig& config, const ExaminationFiles& files);

/// Throws InputError naming the nearest column when the manifest lacks a sequence, the mask or a column of the
/// inclusion rule.
void require_columns(const RadiologyConfig& config, const Cohort& cohort);

}  // namespace radiopath::radiology
