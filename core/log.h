#pragma once

#include <filesystem>
#include <string_view>

namespace radiopath::log {

void info(std::string_view message);     ///< what is being done; standard error and the run folder's log.txt
void warning(std::string_view message);  ///< done, but the user should know
void error(std::string_view message);    ///< it cannot be done; shown even after silence()
void detail(std::string_view message);   ///< log.txt only

/// Appends everything from now on to `file` too, with times.
void also_to(const std::filesystem::path& file);

/// Nothing but errors on standard error (the file still gets everything): for tests and --quiet.
void silence();

}  // namespace radiopath::log
