#include "core/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <bit>
#include <fstream>
#include <memory>
#include <vector>

#include "core/error.h"

namespace radiopath {
namespace {

std::string hex_of(XXH128_hash_t hash) { return fmt::format("{:016x}{:016x}", hash.high64, hash.low64); }

}  // namespace

Hasher& Hasher::add(std::string_view text) {
  buffer_ += std::to_string(text.size());
  buffer_ += ':';
  buffer_ += text;
  return *this;
}

Hasher& Hasher::add(double value) { return add(fmt::format("{:016x}", std::bit_cast<std::uint64_t>(value))); }
Hasher& Hasher::add(std::int64_t value) { return add(std::to_string(value)); }
Hasher& Hasher::add_file(const std::filesystem::path& file) { return add(hash_file(file)); }
std::string Hasher::hex() const { return hash_text(buffer_); }

std::string hash_text(std::string_view text) { return hex_of(XXH3_128bits(text.data(), text.size())); }

std::string hash_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in || std::filesystem::is_directory(file)) throw InputError(file.string() + ": cannot be read");
  const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(), XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::vector<char> block(1 << 20);
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0)
    XXH3_128bits_update(state.get(), block.data(), static_cast<std::size_t>(in.gcount()));
  return hex_of(XXH3_128bits_digest(state.get()));
}

}  // namespace radiopath
