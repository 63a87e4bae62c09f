#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace radiopath::training {

/// What a command prints for people and for machines.
struct Answer {
  std::string text;
  nlohmann::ordered_json json;
};
/// Values of the command's options by name; "" where not given.
using TableOptions = std::map<std::string, std::string>;

/// Each reads a CSV and answers; wrong columns and cells are InputError.
Answer baseline_table(const std::filesystem::path& file, const TableOptions& options);
Answer icc_table(const std::filesystem::path& file, const TableOptions& options);
Answer survival_table(const std::filesystem::path& file, const TableOptions& options);
Answer logistic_table(const std::filesystem::path& file, const TableOptions& options);

}  // namespace radiopath::training
