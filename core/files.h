#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace radiopath {

/// Creates a folder and those above it. Throws InputError where that cannot be.
void create_folder(const std::filesystem::path& folder);

/// Calls `write` with a temporary path beside `file` (same extension), then renames it into place; when `write` throws,
/// nothing is left. Creates the parent folder. A link stays one, and what is no file (/dev/stdout) is written to as it
/// is. Throws InputError where no file can be.
void write_atomically(const std::filesystem::path& file, const std::function<void(const std::filesystem::path&)>& write);

/// write_atomically for a text.
void write_text(const std::filesystem::path& file, std::string_view text);

/// Throws what write_atomically would, so that hours of work are not lost for a wrong name. Creates the parent folder.
void require_writable(const std::filesystem::path& file);

/// The whole file. Throws InputError naming the file when it cannot be read.
std::string read_text(const std::filesystem::path& file);

}  // namespace radiopath
