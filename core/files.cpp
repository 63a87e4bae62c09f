#include "core/files.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "core/error.h"

namespace radiopath {

namespace fs = std::filesystem;

namespace {

/// Where a file is written before it is there; the file itself where nothing can be renamed onto it, as a pipe.
struct Places {
  fs::path target, temporary;
};

Places places_of(const fs::path& file) {
  static std::atomic<int> counter{0};
  if (file.has_parent_path()) create_folder(file.parent_path());
  if (fs::is_directory(file)) throw InputError(file.string() + ": is a folder; expected a file to write");
  if (fs::exists(file) && !fs::is_regular_file(file)) return {file, file};
  fs::path target = file;
  for (int links = 0; links < 40 && fs::is_symlink(target); ++links)
    target = target.parent_path() / fs::read_symlink(target);  // an absolute one stays what it is
  // Same folder (rename must not cross file systems) and same extension (writers choose the format by it).
  const std::string stem = ".tmp" + std::to_string(getpid()) + "-" + std::to_string(counter++) + "-";
  return {target, target.parent_path() / (stem + target.filename().string())};
}

}  // namespace

void create_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) throw InputError(folder.string() + ": cannot be created: " + failed.message());
}

void write_atomically(const fs::path& file, const std::function<void(const fs::path&)>& write) {
  const auto [target, temporary] = places_of(file);
  if (target == temporary) return write(file);
  try {
    write(temporary);
    fs::rename(temporary, target);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
}

void require_writable(const fs::path& file) {
  const auto [target, temporary] = places_of(file);
  if (target == temporary) return;
  if (!std::ofstream(temporary)) throw InputError(file.string() + ": cannot be written: " + std::strerror(errno));
  fs::remove(temporary);
}

void write_text(const fs::path& file, std::string_view text) {
  write_atomically(file, [&](const fs::path& temporary) {
    std::ofstream out(temporary, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) throw InputError(file.string() + ": cannot be written: " + std::strerror(errno));
  });
}

std::string read_text(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || fs::is_directory(file)) {
    throw InputError(file.string() + ": cannot be read: " + (fs::exists(file) ? "not a readable file" : "no such file"));
  }
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace radiopath
