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
Number in_other_order(Number number) {
  std::array<char, sizeof(Number)> bytes;
  std::memcpy(bytes.data(), &number, sizeof(Number));
  std::reverse(bytes.begin(), bytes.end());
  std::memcpy(&number, bytes.data(), sizeof(Number));
  return number;
}

/// The header at the start of a file.
struct Header {
  static constexpr int kSize = 348;
  std::array<char, kSize> bytes;
  bool swapped = false;  ///< of the other byte order

  template <class Number>
  Number at(int place) const {
    Number number;
    std::memcpy(&number, bytes.data() + place, sizeof(Number));
    return swapped ? in_other_order(number) : number;
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
  std::vector<Number> block(1 << 17);
  const auto most = static_cast<unsigned>(block.size() * sizeof(Number));
  std::int64_t place = 0;
  for (int bytes = 0; (bytes = gzread(stream, block.data(), most)) > 0;) {
    const std::size_t held = static_cast<std::size_t>(bytes) / sizeof(Number);
    Number sum = 0;  // stays 0 unless a voxel is NaN or infinite
    for (std::size_t i = 0; i < held; ++i) {
      if (swapped) block[i] = in_other_order(block[i]);
      sum += block[i] - block[i];
    }
    for (std::size_t i = 0; sum != 0 && i < held; ++i)
      if (!std::isfinite(block[i])) f(place + static_cast<std::int64_t>(i), block[i]);
    place += static_cast<std::int64_t>(held);
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
