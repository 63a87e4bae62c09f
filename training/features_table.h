#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "radiology/engine.h"

namespace radiopath::training {

/// One line of the table of cases.
struct FeatureCase {
  std::filesystem::path image, mask;
  std::string labels;                                       ///< "" : RadiomicsConfig::labels
  std::vector<std::pair<std::string, std::string>> inputs;  ///< columns copied through
};

struct LoadedCase {
  radiology::Image image;
  radiology::LabelMap labels;
};
LoadedCase load_case(const FeatureCase& one);
/// The config for a case that names its own labels.
radiology::RadiomicsConfig config_of(const FeatureCase& one, radiology::RadiomicsConfig config);

/// PyRadiomics' batch file: Image and Mask, optional Label; other columns are copied; paths are relative to the file.
/// Throws InputError when a column is missing or Label_channel is not 0, which single-channel masks have.
std::vector<FeatureCase> read_cases(const std::filesystem::path& csv);

/// Rows of text: inputs, Label, diagnostics_*, features, status. A case that fails is a row with its reason.
struct FeatureRows {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> failed;  ///< places of the rows that did
};
FeatureRows extract_cases(const std::vector<FeatureCase>& cases, const radiology::RadiomicsConfig& config);
void write_rows(const std::filesystem::path& file, const FeatureRows& rows);  ///< CSV, atomic

}  // namespace radiopath::training
