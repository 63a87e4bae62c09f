#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace radiopath {

/// Builds a content key from named parts; 128-bit XXH3, 32 hex digits. Every part is length-prefixed, so that
/// ("ab", "c") and ("a", "bc") differ.
class Hasher {
 public:
  Hasher& add(std::string_view text);
  Hasher& add(double value);
  Hasher& add(std::int64_t value);
  Hasher& add_file(const std::filesystem::path& file);  ///< its bytes, not its name; InputError when unreadable
  std::string hex() const;

 private:
  std::string buffer_;  // parts are short: file contents enter as their own hash
};

std::string hash_text(std::string_view text);
std::string hash_file(const std::filesystem::path& file);

}  // namespace radiopath
