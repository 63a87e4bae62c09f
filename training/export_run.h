#pragma once

#include <filesystem>

namespace radiopath::training {

/// What the comparison of an exported model with the native one found.
struct ExportCheck {
  int patients = 0;
  double largest_difference = 0;  ///< of a probability, over all batches and missing-modality patterns
};

/// Exports the attention fusion of a finished run with its frozen threshold and metadata, reloads the file, and compares
/// it with the native predictions for every patient of the run.
/// Throws InputError when the run has no attention fusion, or the exported model differs by more than 1e-6.
ExportCheck export_run(const std::filesystem::path& run_folder, const std::filesystem::path& file);

}  // namespace radiopath::training
