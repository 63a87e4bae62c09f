#pragma once

#include <CLI/CLI.hpp>

namespace radiopath::training {

/// Help within 80 columns: longer lines go on below the text of their second column.
class Help : public CLI::Formatter {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace radiopath::training
