#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/cohort.h"
#include "core/config.h"
#include "core/table.h"

namespace radiopath::fusion {

/// `[clinic]`: the clinical branch.
struct ClinicConfig {
  std::string name = "Clinic";
  std::vector<std::string> columns;
  std::filesystem::path table;
  std::string include;
  std::map<std::string, std::vector<std::string>> ordinal;
  double p_value = 0.05;

  static auto fields() {
    return std::tuple{
        field("name", &ClinicConfig::name, "name of the modality and its model"),
        field("columns", &ClinicConfig::columns, "clinical columns; none switches the branch off"),
        field("table", &ClinicConfig::table, "CSV with these columns, by patient; without it they are the manifest's"),
        field("include", &ClinicConfig::include, "rule over manifest columns: who enters this branch"),
        field("ordinal", &ClinicConfig::ordinal, "levels of ordered columns, lowest first"),
        field("p_value", &ClinicConfig::p_value, "a column enters the multivariable model below this univariable P")
            .range(0, 1),
    };
  }
};

/// How one clinical column becomes numbers.
struct CodedColumn {
  enum class Kind { numeric, ordinal, one_hot };
  std::string name;
  Kind kind = Kind::numeric;
  std::vector<std::string> levels;  ///< ordinal: 0, 1, ... in this order; one-hot: a column `name=level` each
  std::string reference;            ///< one-hot: the most frequent training level, which gets no column
};

/// Text to numbers, as fitted on training patients.
struct ClinicCoding {
  std::vector<CodedColumn> columns;
};

/// Columns that are numbers in every training patient stay; those with an `ordinal` list are counted along it; other
/// text becomes one column per level seen in training, but for the most frequent one.
/// Throws InputError for an unknown column, or an ordinal cell that is not listed (levels are matched exactly).
ClinicCoding fit_coding(const ClinicConfig& config, const TextTable& text, const TrainingView& train);

/// Coded columns of any patients. A level that training never saw, or a text among numbers, is missing.
/// Throws InputError for an absent column or an ordinal cell that is not listed.
Table apply(const ClinicCoding& coding, const TextTable& text);

/// How often a cell is missing because training never saw its level: "column: level" -> patients.
std::map<std::string, int> unknown_levels(const ClinicCoding& coding, const TextTable& text);

}  // namespace radiopath::fusion
