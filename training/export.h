#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/table.h"
#include "fusion/attention_fusion.h"

namespace radiopath::training {

/// Writes the attention fusion as one TorchScript file that needs nothing else: imputation, scaling, columns, all
/// members, threshold and metadata. Atomic; the same model gives the same bytes whatever the file is called.
///
/// The file has one argument per modality, named by `argument_name`, in token order; each is (B, F_m), float or double:
/// the raw coded columns of the modality's table in `<argument>_columns`, NaN where a value is missing; a row of NaN
/// alone is a missing modality.
///   forward(clinic, habitat, …) -> (B,) double   probability; NaN for patients without any modality
///   predict(clinic, habitat, …) -> (B,) int64    1 where the probability reaches `threshold`, -1 where it is NaN
/// Attributes: modalities, arguments, <argument>_columns, threshold, metadata (the JSON, also as the extra file
/// metadata.json).
/// @param threshold frozen operating point, a probability
/// @throws InputError when the file cannot be written
void export_torchscript(const fusion::AttentionModel& model, double threshold, const std::string& metadata_json,
                        const std::filesystem::path& file);

/// Reloads `file` and compares it with the native predictions for every patient of `tables`: in one batch, in batches
/// of 1 and 2, and with every subset of the modalities hidden.
/// @return the largest absolute difference
/// @throws InputError when it is above `tolerance`, or when the file cannot be loaded
double verify_export(const std::filesystem::path& file, const fusion::AttentionModel& model,
                     const std::map<std::string, Table>& tables, double tolerance = 1e-6);

/// The modality's name as an identifier of TorchScript: lower case, other characters than letters and digits as `_`.
std::string argument_name(const std::string& modality);

}  // namespace radiopath::training
