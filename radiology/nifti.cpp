#include "radiology/nifti.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "core/error.h"

namespace radiopath::radiology {
namespace {

using Stream = std::unique_ptr<gzFile_s, int (*)(gzFile)>;  // reads plain files too

template <class Number>
Number number_at(const char* bytes, bool swapped) {
  std::array<char, sizeof(Number)> own;
  std::copy_n(bytes, sizeof(Number), own.begin());
  if (swapped) std::reverse(own.begin(), own.end());
  Number number;
  std::memcpy(&number, own.data(), sizeof(Number));
  return number;
}

/// The header at the start of a file.
struct Header {
  static constexpr int kSize = 348;
  std::array<char, kSize> bytes;
  bool swapped = false;  ///< of the other byte order

  template <class Number>
  Number at(int place) const {
    return number_at<Number>(bytes.data() + place, swapped);
  }
  std::int16_t dimensions() const { return at<std::int16_t>(40); }
  float voxel_size(int axis) const { return at<float>(80 + 4 * axis); }
  std::int16_t type() const { return at<std::int16_t>(70); }
  float first_voxel() const { return at<float>(108); }
};

/// False for what is no NIfTI-1 file.
bool read_header(gzFile stream, Header& header) {
  if (stream == nullptr || gzread(stream, header.bytes.data(), Header::kSize) != Header::kSize) return false;
  header.swapped = header.at<std::int32_t>(0) != Header::kSize;
  return header.at<std::int32_t>(0) == Header::kSize;
}

template <class Number>
void visit_not_finite(gzFile stream, bool swapped, const std::function<void(std::int64_t, double)>& f) {
  std::vector<char> block(1 << 20);
  std::int64_t place = 0;
  for (int held = 0; (held = gzread(stream, block.data(), static_cast<unsigned>(block.size()))) > 0;) {
    for (std::size_t at = 0; at + sizeof(Number) <= static_cast<std::size_t>(held); at += sizeof(Number), ++place) {
      const Number value = number_at<Number>(block.data() + at, swapped);
      if (!std::isfinite(value)) f(place, value);
    }
  }
}

}  // namespace

bool is_nifti(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name.ends_with(".nii") || name.ends_with(".nii.gz");
}

void require_voxel_size(const std::filesystem::path& file) {
  if (!is_nifti(file)) return;
  const Stream stream(gzopen(file.c_str(), "rb"), gzclose);
  Header header;
  if (!read_header(stream.get(), header)) return;
  std::vector<float> sizes;
  for (int axis = 0; axis < std::min<int>(header.dimensions(), 3); ++axis) sizes.push_back(header.voxel_size(axis));
  if (std::all_of(sizes.begin(), sizes.end(), [](float size) { return size > 0 && std::isfinite(size); })) return;
  throw InputError(fmt::format("{}: the header holds voxels of ({}) mm; expected sizes above 0. Was it made by a tool "
                               "that did not know them?",
                               file.string(), fmt::join(sizes, ", ")));
}

void for_each_not_finite(const std::filesystem::path& file, const std::function<void(std::int64_t, double)>& f) {
  constexpr int kFloat32 = 16, kFloat64 = 64;
  if (!is_nifti(file)) return;
  const Stream stream(gzopen(file.c_str(), "rb"), gzclose);
  Header header;
  if (!read_header(stream.get(), header) || (header.type() != kFloat32 && header.type() != kFloat64)) return;
  gzbuffer(stream.get(), 1 << 18);
  if (gzseek(stream.get(), static_cast<z_off_t>(header.first_voxel()), SEEK_SET) < 0) return;
  if (header.type() == kFloat32) visit_not_finite<float>(stream.get(), header.swapped, f);
  else visit_not_finite<double>(stream.get(), header.swapped, f);
}

}  // namespace radiopath::radiology
