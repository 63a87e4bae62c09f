#include "core/run_folder.h"

#include "core/error.h"
#include "core/files.h"

namespace radiopath {

namespace fs = std::filesystem;

RunFolder::RunFolder(fs::path path) : path_(std::move(path)) {
  std::error_code failed;
  fs::create_directories(path_, failed);
  if (failed) throw InputError(path_.string() + ": cannot be created: " + failed.message());
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
