#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "radiology/radiomics_config.h"

namespace radiopath::training {

/// One line of the table of cases.
struct FeatureCase {
  std::filesystem::path image, mask;
  std::string labels;               ///< "": RadiomicsConfig::labels
  int channel = 0;                  ///< of the mask
  std::vector<std::string> inputs;  ///< cells copied through, of FeatureCases::columns
  std::string where;                ///< "cases.csv:3: "; "" for a case that stands in no file
  std::string fault;                ///< why it cannot be tried: "Image is empty"
};

struct FeatureCases {
  std::vector<std::string> columns;  ///< of inputs, as they stand in the file; Label is added where it is missing
  std::size_t label = 0;             ///< place of Label among them
  std::vector<FeatureCase> cases;
  std::filesystem::path file;  ///< "" for a case that stands in no file
};

/// PyRadiomics' batch file: Image and Mask, optional Label and Label_channel; paths are relative to the file. A cell
/// that cannot be is its case's fault. Throws InputError when a column is missing or there are no cases.
FeatureCases read_cases(const std::filesystem::path& csv, const radiology::RadiomicsConfig& config);
/// The case that a command line names.
FeatureCases one_case(const std::filesystem::path& image, const std::filesystem::path& mask,
                      const radiology::RadiomicsConfig& config);

/// The labels that a case asks for, each once. Throws InputError when they are neither numbers nor a word.
NumbersOrWord labels_of(const FeatureCase& one, const radiology::RadiomicsConfig& config);

}  // namespace radiopath::training
