#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "radiology/engine.h"
#include "training/features_cases.h"

namespace radiopath::training {

/// Rows of text. A case that fails is a row with its reason.
struct FeatureRows {
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;
  /// A row that failed, and where its case stands: "cases.csv:3: ".
  struct Failure {
    std::size_t row;
    std::string where;
  };
  std::vector<Failure> failed;
  bool interrupted = false;  ///< some rows say so
};

/// The input's columns, then `columns`, then status. Throws InputError when a column of the input has the name of one
/// that is written.
std::vector<std::string> header_of(const FeatureCases& cases, const std::vector<std::string>& columns);
/// Adds a row: the case's inputs with the label that was measured, `cells`, the status.
void add_row(FeatureRows& rows, const FeatureCases& cases, const FeatureCase& one,
             const radiology::LabelledRegion* region, std::vector<std::string> cells, const std::string& failure,
             const std::string& status = "");

/// inputs, Label, diagnostics_*, features, status. Each image and mask is read once, and an image filtered once for all
/// rows of the same mask. The same bytes for any number of threads.
FeatureRows extract_cases(const FeatureCases& cases, const radiology::RadiomicsConfig& config);
void write_rows(const std::filesystem::path& file, const FeatureRows& rows);  ///< CSV, atomic

}  // namespace radiopath::training
