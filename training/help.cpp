#include "training/help.h"

#include <sstream>

namespace radiopath::training {
namespace {

constexpr std::size_t kWidth = 80;

/// Where the lines that follow start: below the second column, if there is one.
std::size_t indent_of(const std::string& line, std::size_t column) {
  if (!line.starts_with("  ")) return 2;
  return line.size() > column && line[column - 1] == ' ' ? column : std::min(line.find_first_not_of(' '), column);
}

std::string wrapped(const std::string& line, std::size_t column) {
  if (line.size() <= kWidth) return line + "\n";
  const std::size_t indent = indent_of(line, column);
  const std::size_t space = line.rfind(' ', kWidth);
  if (space == std::string::npos || space <= indent) return line + "\n";
  return line.substr(0, line.find_last_not_of(' ', space) + 1) + "\n" +
         wrapped(std::string(indent, ' ') + line.substr(space + 1), column);
}

}  // namespace

std::string Help::make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::istringstream lines(CLI::Formatter::make_help(app, std::move(name), mode));
  std::string text;
  for (std::string line; std::getline(lines, line);) text += wrapped(line, column_width_);
  return text;
}

}  // namespace radiopath::training
