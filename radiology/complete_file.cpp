#include "radiology/complete_file.h"

#include <fmt/format.h>
#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "core/error.h"
#include "radiology/volume.h"

namespace radiopath::radiology {
namespace {

[[noreturn]] void cut_short(const std::filesystem::path& file, std::int64_t found, std::int64_t expected,
                            const char* what) {
  // A copy that stops loses a part; a header that claims many times what is there is not right itself.
  if (expected / 64 > found) {
    throw InputError(fmt::format("{}: the header claims {} of voxels, and {} bytes are there; is the header damaged, "
                                 "or was the copy interrupted?",
                                 file.string(), bytes_text(static_cast<double>(expected)), found));
  }
  throw InputError(fmt::format("{}: {} of {} bytes {}; the file is cut short or damaged: was the copy interrupted?",
                               file.string(), found, expected, what));
}

bool ends_with(std::string text, const std::string& end) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text.ends_with(end);
}

/// Bytes that unpacking yields: as many as there are, fewer than promised when the stream is damaged.
std::int64_t unpacked_size(const std::filesystem::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> stream(gzopen(file.c_str(), "rb"), gzclose);
  if (!stream) throw InputError(fmt::format("{}: cannot be opened", file.string()));
  std::vector<char> block(1 << 20);
  std::int64_t total = 0;
  int n = 0;
  while ((n = gzread(stream.get(), block.data(), static_cast<unsigned>(block.size()))) > 0) total += n;
  int status = Z_OK;
  gzerror(stream.get(), &status);
  if (n < 0 || (status != Z_OK && status != Z_STREAM_END)) {
    throw InputError(fmt::format("{}: its compressed data are damaged after {} bytes; was the copy interrupted?",
                                 file.string(), total));
  }
  return total;
}

/// The size that the last gzip member says it unpacks to, modulo 2^32 (RFC 1952).
std::int64_t promised_size(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::array<unsigned char, 4> bytes{};
  stream.seekg(-4, std::ios::end);
  stream.read(reinterpret_cast<char*>(bytes.data()), 4);
  return std::int64_t{bytes[0]} | std::int64_t{bytes[1]} << 8 | std::int64_t{bytes[2]} << 16 |
         std::int64_t{bytes[3]} << 24;
}

void check_packed_nifti(const std::filesystem::path& file, std::int64_t least, CheckDepth depth) {
  // A cut file promises anything; one of several gzip members, or beyond 4 GiB, too little: then only unpacking tells.
  constexpr std::int64_t kMostExtensions = 1 << 20;
  const std::int64_t promised = promised_size(file);
  if (depth == CheckDepth::header && promised >= least && promised <= least + kMostExtensions) return;
  const std::int64_t found = unpacked_size(file);
  if (found < least) cut_short(file, found, least, "when unpacked");
}

/// MetaImage: a text header, whose last line names where the data are; `CompressedDataSize` when they are packed.
void check_meta_image(const std::filesystem::path& file, std::int64_t voxel_bytes) {
  std::ifstream stream(file, std::ios::binary);
  std::int64_t data_bytes = voxel_bytes;
  std::string line;
  for (int i = 0; i < 200 && std::getline(stream, line); ++i) {
    const auto equals = line.find('=');
    if (equals == std::string::npos) return;
    const std::string key = line.substr(0, line.find_last_not_of(' ', equals - 1) + 1);
    std::string value = line.substr(std::min(line.find_first_not_of(' ', equals + 1), line.size()));
    if (!value.empty() && value.back() == '\r') value.pop_back();
    if (key == "CompressedDataSize") std::from_chars(value.data(), value.data() + value.size(), data_bytes);
    if (key != "ElementDataFile") continue;
    const bool local = value == "LOCAL" || value == "Local" || value == "local";
    const auto data_file = local ? file : file.parent_path() / value;
    if (!std::filesystem::exists(data_file)) return;
    const std::int64_t held = static_cast<std::int64_t>(std::filesystem::file_size(data_file)) -
                              (local ? static_cast<std::int64_t>(stream.tellg()) : 0);
    if (held < data_bytes) cut_short(data_file, held, data_bytes, "of voxels");
    return;
  }
}

/// What a NRRD file's header says of where its voxels are.
struct NrrdData {
  std::string encoding;
  bool elsewhere = false;  ///< in another file, after other bytes or in the other byte order
  std::int64_t bytes = 0;  ///< after the header
};

/// Leaves `stream` at the first byte after the header.
NrrdData nrrd_data(const std::filesystem::path& file, std::ifstream& stream) {
  NrrdData data;
  for (std::string line; std::getline(stream, line) && !line.empty() && line != "\r";) {
    if (line.back() == '\r') line.pop_back();
    if (line.starts_with("encoding: ")) data.encoding = line.substr(10);
    for (const char* other : {"data file:", "datafile:", "line skip:", "lineskip:", "byte skip:", "byteskip:",
                              "endian: big"})
      data.elsewhere = data.elsewhere || line.starts_with(other);
  }
  if (!stream) data.elsewhere = true;  // a header alone
  else data.bytes = static_cast<std::int64_t>(std::filesystem::file_size(file)) - stream.tellg();
  return data;
}

/// Raw voxels are all there; packed ones take at least a 1032nd of their size (the most that deflate does).
void check_nrrd(const std::filesystem::path& file, std::int64_t voxel_bytes) {
  std::ifstream stream(file, std::ios::binary);
  const NrrdData data = nrrd_data(file, stream);
  if (data.elsewhere) return;
  const bool packed = data.encoding == "gzip" || data.encoding == "gz";
  const std::int64_t least = data.encoding == "raw" ? voxel_bytes : packed ? voxel_bytes / 1032 : 0;
  if (data.bytes < least) cut_short(file, data.bytes, voxel_bytes, "of voxels are there");
}

}  // namespace

bool unpack_nrrd(const std::filesystem::path& file, std::span<char> voxels) {
  if (!ends_with(file.filename().string(), ".nrrd")) return false;
  std::ifstream stream(file, std::ios::binary);
  const NrrdData data = nrrd_data(file, stream);
  if (data.elsewhere || (data.encoding != "gzip" && data.encoding != "gz")) return false;
  std::vector<char> bytes(static_cast<std::size_t>(data.bytes));
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const std::unique_ptr<libdeflate_decompressor, void (*)(libdeflate_decompressor*)> unpacker(
      libdeflate_alloc_decompressor(), libdeflate_free_decompressor);
  return libdeflate_gzip_decompress(unpacker.get(), bytes.data(), bytes.size(), voxels.data(), voxels.size(),
                                    nullptr) == LIBDEFLATE_SUCCESS;
}

void require_complete(const std::filesystem::path& file, std::int64_t voxel_bytes, CheckDepth depth) {
  constexpr std::int64_t kNiftiHeader = 348;
  const std::string name = file.filename().string();
  if (ends_with(name, ".nii.gz")) {
    check_packed_nifti(file, kNiftiHeader + voxel_bytes, depth);
  } else if (ends_with(name, ".nii")) {
    const auto held = static_cast<std::int64_t>(std::filesystem::file_size(file));
    if (held < kNiftiHeader + voxel_bytes) cut_short(file, held, kNiftiHeader + voxel_bytes, "are there");
  } else if (ends_with(name, ".mha") || ends_with(name, ".mhd")) {
    check_meta_image(file, voxel_bytes);
  } else if (ends_with(name, ".nrrd")) {
    check_nrrd(file, voxel_bytes);
  }
}

}  // namespace radiopath::radiology
