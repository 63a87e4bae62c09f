#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "core/failures.h"

namespace radiopath {

/// The folder of one run. Artefacts are written atomically and keyed by the hash of their inputs and settings, so that
/// an interrupted run resumes to the same bytes and nothing is computed twice.
class RunFolder {
 public:
  explicit RunFolder(std::filesystem::path path);  ///< created when absent

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::filesystem::path& relative) const { return path_ / relative; }

  /// True when the artefact exists and was made under `key`.
  bool has(const std::filesystem::path& relative, const std::string& key) const;
  /// Makes the artefact unless it is there under `key`: `write` gets a temporary path, which is then renamed into place.
  /// @return the artefact's path
  std::filesystem::path keep(const std::filesystem::path& relative, const std::string& key,
                             const std::function<void(const std::filesystem::path&)>& write) const;

  Failures failures;  ///< of all stages of this run

 private:
  std::filesystem::path key_file(const std::filesystem::path& relative) const;
  std::filesystem::path path_;
};

}  // namespace radiopath
