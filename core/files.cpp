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

void write_atomically(const fs::path& file, const std::function<void(const fs::path&)>& write) {
  static std::atomic<int> counter{0};
  if (file.has_parent_path()) {
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    if (failed) throw InputError(file.parent_path().string() + ": cannot be created: " + failed.message());
  }
  // Same folder (rename must not cross file systems) and same extension (writers choose the format by it).
  const std::string stem = ".tmp" + std::to_string(getpid()) + "-" + std::to_string(counter++) + "-";
  const fs::path temporary = file.parent_path() / (stem + file.filename().string());
  try {
    write(temporary);
    fs::rename(temporary, file);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
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
