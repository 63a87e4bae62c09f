#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/table.h"

// Stored answers of other programs: {"cases": [{"id", "input", "call", "expected", "rel_tol", "note"}]}.
namespace radiopath {

using Json = nlohmann::json;

inline const std::filesystem::path kTestData = RADIOPATH_TEST_DATA;

/// Reference data that may not be shipped, where the environment names it.
inline std::optional<std::filesystem::path> reference_data(const std::string& folder) {
  const char* const root = std::getenv("RADIOPATH_REFERENCE_DATA");
  if (root == nullptr || *root == '\0') return std::nullopt;
  return std::filesystem::path(root) / folder;
}

inline Json read_cases(const std::filesystem::path& file) {
  std::ifstream stream(file);
  EXPECT_TRUE(stream.good()) << file;
  return Json::parse(stream).at("cases");
}

inline Json case_of(const std::filesystem::path& file, const std::string& id) {
  for (const Json& one : read_cases(file)) {
    if (one.at("id") == id) return one;
  }
  ADD_FAILURE() << file << " has no case " << id;
  return {};
}

/// A number; "NaN", "NA", "Inf" and "Infinity" are written as text.
inline double number(const Json& json) {
  if (json.is_number()) return json.get<double>();
  const auto text = json.get<std::string>();
  const double infinity = std::numeric_limits<double>::infinity();
  if (text.find("Inf") != std::string::npos) return text[0] == '-' ? -infinity : infinity;
  return std::numeric_limits<double>::quiet_NaN();
}

inline std::vector<double> numbers(const Json& json) {
  std::vector<double> values;
  for (const Json& value : json) values.push_back(number(value));
  return values;
}

inline void expect_close(double actual, double expected, double rel_tol, const std::string& what) {
  if (std::isnan(expected) || std::isinf(expected)) {
    EXPECT_TRUE(std::isnan(expected) ? std::isnan(actual) : actual == expected) << what << ": " << actual;
  } else {
    EXPECT_NEAR(actual, expected, rel_tol * std::max(std::abs(actual), std::abs(expected)) + 1e-9) << what;
  }
}

inline void expect_close(double actual, const Json& expected, double rel_tol, const std::string& what) {
  expect_close(actual, number(expected), rel_tol, what);
}

template <class Values>
void expect_all_close(const Values& actual, const Json& expected, double rel_tol, const std::string& what) {
  ASSERT_EQ(static_cast<std::size_t>(actual.size()), expected.size()) << what;
  std::size_t i = 0;
  for (const double value : actual) {
    expect_close(value, expected[i], rel_tol, what + "[" + std::to_string(i) + "]");
    ++i;
  }
}

/// One column of a CSV of numbers; empty is NaN.
inline std::vector<double> column_of(const CsvFile& csv, const std::string& name) {
  std::vector<double> values;
  for (const auto& row : csv.rows) values.push_back(parse_double(row[csv.column(name)]).value());
  return values;
}

inline std::vector<int> outcomes_of(const CsvFile& csv, const std::string& name) {
  std::vector<int> values;
  for (const double value : column_of(csv, name)) values.push_back(static_cast<int>(value));
  return values;
}

}  // namespace radiopath
