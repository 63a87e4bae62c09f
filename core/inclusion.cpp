#include "core/inclusion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

#include "core/error.h"

namespace radiopath {
namespace {

constexpr std::array<std::string_view, 6> kSigns = {"==", "!=", "<=", ">=", "<", ">"};

bool holds(double left, const std::string& sign, double right) {
  if (sign == "==") return left == right;
  if (sign == "!=") return left != right;
  if (sign == "<=") return left <= right;
  if (sign == ">=") return left >= right;
  if (sign == "<") return left < right;
  return left > right;
}

}  // namespace

InclusionRule::InclusionRule(std::string_view text) : text_(text) {
  std::istringstream words{std::string(text)};
  const auto fail = [&](const std::string& found) {
    throw InputError("inclusion rule '" + text_ + "': found '" + found +
                     "', expected COLUMN SIGN VALUE joined by 'and', SIGN one of == != < <= > >= (blanks between)");
  };
  std::string column;
  while (words >> column) {
    Comparison comparison{column, "", ""};
    std::string joint;
    if (!(words >> comparison.sign >> comparison.value)) fail(column);
    if (std::find(kSigns.begin(), kSigns.end(), comparison.sign) == kSigns.end()) fail(comparison.sign);
    const auto number = parse_double(comparison.value);
    if (comparison.sign != "==" && comparison.sign != "!=" && !number) fail(comparison.value);
    all_.push_back(std::move(comparison));
    if (words >> joint && joint != "and") fail(joint);
    if (!joint.empty() && words.peek() == std::char_traits<char>::eof()) fail(joint);
  }
}

bool InclusionRule::includes(const Patient& patient) const {
  return std::all_of(all_.begin(), all_.end(), [&](const Comparison& comparison) {
    const std::string& cell = patient.cell(comparison.column);
    const auto left = parse_double(cell);
    const auto right = parse_double(comparison.value);
    if (cell.empty() || (left && std::isnan(*left))) return false;
    if (left && right) return holds(*left, comparison.sign, *right);
    if (comparison.sign == "==") return cell == comparison.value;
    if (comparison.sign == "!=") return cell != comparison.value;
    throw InputError("patient " + patient.id + ": column '" + comparison.column + "': '" + cell +
                     "' is not a number, but the inclusion rule '" + text_ + "' compares sizes");
  });
}

std::vector<std::string> InclusionRule::columns() const {
  std::vector<std::string> columns;
  for (const auto& comparison : all_) columns.push_back(comparison.column);
  return columns;
}

}  // namespace radiopath
