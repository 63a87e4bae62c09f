#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace radiopath {

/// Calls `write` with a temporary path beside `file` (same extension), then renames it into place; when `write` throws,
/// nothing is left. Creates the parent folder.
void write_atomically(const std::filesystem::path& file, const std::function<void(const std::filesystem::path&)>& write);

/// write_atomically for a text.
void write_text(const std::filesystem::path& file, std::string_view text);

/// The whole file. Throws InputError naming the file when it cannot be read.
std::string read_text(const std::filesystem::path& file);

}  // namespace radiopath
