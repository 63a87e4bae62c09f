#pragma once

#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace radiopath {

/// Patients that could not be processed, each with stage and reason; the others go on. Thread-safe.
class Failures {
 public:
  struct Entry {
    std::string patient_id, stage, reason;
    auto operator<=>(const Entry&) const = default;
  };

  void add(std::string patient_id, std::string stage, std::string reason);
  /// Runs `body`; an InputError becomes an entry. True when it went through.
  bool guard(const std::string& patient_id, const std::string& stage, const std::function<void()>& body);

  std::vector<Entry> entries() const;  ///< sorted: the same for any order of work
  bool empty() const;
  void write(const std::filesystem::path& file) const;  ///< failures.csv

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace radiopath
