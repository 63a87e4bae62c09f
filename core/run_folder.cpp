#include "core/run_folder.h"

#include <vector>

#include "core/error.h"
#include "core/files.h"

namespace radiopath {

namespace fs = std::filesystem;

namespace {

/// What a killed run was writing stays behind under a temporary name (write_atomically): nobody will rename it now.
void remove_left_over(const fs::path& folder) {
  std::vector<fs::path> left;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with(".tmp")) left.push_back(entry.path());
  }
  std::error_code ignored;
  for (const auto& file : left) fs::remove_all(file, ignored);
}

}  // namespace

RunFolder::RunFolder(fs::path path) : path_(std::move(path)) {
  std::error_code failed;
  fs::create_directories(path_, failed);
  if (failed) throw InputError(path_.string() + ": cannot be created: " + failed.message());
  remove_left_over(path_);
}

fs::path RunFolder::key_file(const fs::path& relative) const {
  fs::path file = path_ / ".keys" / relative;
  file += ".key";
  return file;
}

bool RunFolder::has(const fs::path& relative, const std::string& key) const {
  return fs::exists(path_ / relative) && fs::exists(key_file(relative)) && read_text(key_file(relative)) == key;
}

fs::path RunFolder::keep(const fs::path& relative, const std::string& key,
                         const std::function<void(const fs::path&)>& write) const {
  const fs::path file = path_ / relative;
  if (has(relative, key)) return file;
  // The old key goes first: killed between the two renames, the artefact counts as absent and is made again.
  std::error_code ignored;
  fs::remove(key_file(relative), ignored);
  write_atomically(file, write);
  write_text(key_file(relative), key);
  return file;
}

}  // namespace radiopath
