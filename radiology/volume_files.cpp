#include <fmt/format.h>
#include <fmt/ranges.h>
#include <itkImageFileReader.h>
#include <itkImageFileWriter.h>
#include <itkImageIOFactory.h>
#include <nifti1_io.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "radiology/complete_file.h"
#include "radiology/image_processing.h"
#include "radiology/itk_image.h"
#include "radiology/volume.h"

namespace radiopath::radiology {
namespace {

/// ITK and its NIfTI library write warnings to standard error; what matters comes back as an exception.
void silence_itk() {
  static std::once_flag once;
  std::call_once(once, [] {
    itk::Object::GlobalWarningDisplayOff();
    nifti_set_debug_level(0);
  });
}

/// The last sentence of an ITK exception: the part before it names source files of ITK.
std::string reason_of(const itk::ExceptionObject& error) {
  std::string text = error.GetDescription();
  if (const auto colon = text.rfind("): "); colon != std::string::npos) text = text.substr(colon + 3);
  std::string line;
  for (const char c : text) {
    if (c != '\n')
      line += c;
    else if (!line.empty())
      line += ' ';
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line.substr(0, 200);
}

[[noreturn]] void unreadable(const std::filesystem::path& file, const itk::ExceptionObject& error) {
  throw InputError(fmt::format("{}: cannot be read: {}; is the file cut short or damaged: was the copy interrupted?",
                               file.string(), reason_of(error)));
}

/// Opens the header; refuses what is no scalar volume.
itk::ImageIOBase::Pointer open_header(const std::filesystem::path& file, CheckDepth depth) {
  silence_itk();
  if (!std::filesystem::exists(file)) throw InputError(fmt::format("{}: no such file", file.string()));
  if (std::filesystem::is_directory(file)) {
    throw InputError(fmt::format("{}: is a folder; expected a NIfTI, NRRD or MetaImage file", file.string()));
  }
  auto io = itk::ImageIOFactory::CreateImageIO(file.c_str(), itk::ImageIOFactory::IOFileModeEnum::ReadMode);
  if (!io) {
    throw InputError(fmt::format("{}: not an image that can be read; expected NIfTI, NRRD or MetaImage{}",
                                 file.string(), std::filesystem::file_size(file) == 0 ? " (the file is empty)" : ""));
  }
  io->SetFileName(file.string());
  try {
    io->ReadImageInformation();
  } catch (const itk::ExceptionObject& error) {
    unreadable(file, error);
  }
  if (io->GetNumberOfComponents() != 1) {
    throw InputError(
        fmt::format("{}: holds {} numbers per voxel; expected one. Is it a colour image, a vector field or a "
                    "segmentation with overlapping segments?",
                    file.string(), io->GetNumberOfComponents()));
  }
  unsigned dimensions = io->GetNumberOfDimensions();
  while (dimensions > 3 && io->GetDimensions(dimensions - 1) == 1) --dimensions;
  if (dimensions != 3) {
    std::vector<std::size_t> sizes;
    for (unsigned a = 0; a < io->GetNumberOfDimensions(); ++a) sizes.push_back(io->GetDimensions(a));
    throw InputError(fmt::format("{}: has {} dimensions ({}); expected 3{}", file.string(), dimensions,
                                 fmt::join(sizes, " x "),
                                 dimensions > 3 ? ". Is it a time or b-value series? Save one volume of it" : ""));
  }
  require_complete(file, static_cast<std::int64_t>(io->GetImageSizeInBytes()), depth);
  return io;
}

template <class Image>
Grid grid_of(const Image& image) {
  Grid grid;
  for (unsigned a = 0; a < 3; ++a) {
    grid.size[a] = static_cast<int>(image.GetLargestPossibleRegion().GetSize(a));
    grid.spacing_mm[a] = image.GetSpacing()[a];
    grid.origin[a] = image.GetOrigin()[a];
    for (unsigned row = 0; row < 3; ++row) grid.direction[3 * row + a] = image.GetDirection()[row][a];
  }
  return grid;
}

template <class Voxel>
using Reader = itk::ImageFileReader<ItkImage<Voxel>>;

template <class Voxel>
typename Reader<Voxel>::Pointer make_reader(const std::filesystem::path& file, CheckDepth depth) {
  auto reader = Reader<Voxel>::New();
  reader->SetImageIO(open_header(file, depth));
  reader->SetFileName(file.string());
  return reader;
}

/// A file's voxels in the type they are stored as.
struct Stored {
  Grid grid;
  itk::IOComponentEnum type;
  std::unique_ptr<char[]> bytes;

  /// f(the voxels), as a span of their type.
  template <class Function>
  auto visit(Function&& f) const {
    using enum itk::IOComponentEnum;
    switch (type) {
      case UCHAR: return f(voxels<unsigned char>());
      case CHAR: return f(voxels<signed char>());
      case USHORT: return f(voxels<unsigned short>());
      case SHORT: return f(voxels<short>());
      case UINT: return f(voxels<unsigned>());
      case INT: return f(voxels<int>());
      case ULONG: return f(voxels<unsigned long>());
      case LONG: return f(voxels<long>());
      case ULONGLONG: return f(voxels<unsigned long long>());
      case LONGLONG: return f(voxels<long long>());
      case FLOAT: return f(voxels<float>());
      case DOUBLE: return f(voxels<double>());
      default: throw InputError("holds voxels of an unknown type");
    }
  }
  template <class Voxel>
  std::vector<Voxel> as() const {
    return visit([](auto held) { return std::vector<Voxel>(held.begin(), held.end()); });
  }

 private:
  template <class Voxel>
  std::span<const Voxel> voxels() const {
    return {reinterpret_cast<const Voxel*>(bytes.get()), static_cast<std::size_t>(grid.voxel_count())};
  }
};

/// A whole number of 15 bits.
template <class Voxel>
bool is_label(Voxel value) {
  if constexpr (std::is_integral_v<Voxel>)
    return std::cmp_less_equal(value, 32767) && std::cmp_greater_equal(value, -32767);
  else
    return value == std::floor(value) && std::abs(value) <= 32767;
}

Stored read_stored(const std::filesystem::path& file) {
  const auto reader = make_reader<float>(file, CheckDepth::data);
  try {
    reader->UpdateOutputInformation();
    auto* io = reader->GetModifiableImageIO();
    const auto size = static_cast<std::size_t>(io->GetImageSizeInBytes());
    Stored stored{grid_of(*reader->GetOutput()), io->GetComponentType(), std::make_unique_for_overwrite<char[]>(size)};
    if (unpack_nrrd(file, {stored.bytes.get(), size})) return stored;
    itk::ImageIORegion everything(io->GetNumberOfDimensions());
    for (unsigned a = 0; a < io->GetNumberOfDimensions(); ++a) everything.SetSize(a, io->GetDimensions(a));
    io->SetIORegion(everything);
    io->Read(stored.bytes.get());
    return stored;
  } catch (const itk::ExceptionObject& error) {
    unreadable(file, error);
  }
}

template <class Voxel>
void write_voxels(const std::filesystem::path& file, const Grid& grid, const std::vector<Voxel>& voxels) {
  silence_itk();
  if (static_cast<std::int64_t>(voxels.size()) != grid.voxel_count())
    throw std::logic_error("voxels do not fill their grid");
  auto writer = itk::ImageFileWriter<ItkImage<Voxel>>::New();
  writer->SetInput(to_itk(grid, voxels));
  writer->SetFileName(file.string());
  writer->UseCompressionOn();
  try {
    writer->Update();
  } catch (const itk::ExceptionObject& error) {
    throw InputError(fmt::format("{}: cannot be written: {}", file.string(), reason_of(error)));
  }
}

}  // namespace

Volume read_volume(const std::filesystem::path& file) {
  const Stored stored = read_stored(file);
  Volume volume{stored.grid, stored.as<float>()};
  for (float& voxel : volume.voxels) {
    if (!std::isfinite(voxel)) voxel = std::numeric_limits<float>::quiet_NaN();
  }
  return volume;
}

Image load_image(const std::filesystem::path& file) {
  const Stored stored = read_stored(file);
  using enum itk::IOComponentEnum;
  const VoxelType type = stored.type == FLOAT    ? VoxelType::float32
                         : stored.type == DOUBLE ? VoxelType::float64
                                                 : VoxelType::integer;
  return {stored.grid, stored.as<double>(), type};
}

LabelMap read_label_map(const std::filesystem::path& file) {
  const Stored stored = read_stored(file);
  stored.visit([&](auto voxels) {
    bool all = true;
    for (const auto voxel : voxels) all &= is_label(voxel);
    if (all) return;
    const auto found = std::find_if_not(voxels.begin(), voxels.end(), [](auto voxel) { return is_label(voxel); });
    throw InputError(
        fmt::format("{}: voxel {} holds {}; expected labels, whole numbers up to 32767. Was the mask "
                    "interpolated, or is it the image?",
                    file.string(), found - voxels.begin(), *found));
  });
  return {stored.grid, stored.as<std::int16_t>()};
}

Mask read_mask(const std::filesystem::path& file, int label) {
  const LabelMap labels = read_label_map(file);
  Mask mask{labels.grid, std::vector<std::uint8_t>(labels.voxels.size())};
  std::set<int> held;
  for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
    const int value = labels.voxels[i];
    mask.voxels[i] = label == 0 ? value != 0 : value == label;
    if (value != 0 && held.size() < 20) held.insert(value);
  }
  if (mask.count() > 0) return mask;
  if (held.empty()) throw InputError(fmt::format("{}: the mask is empty: no voxel is nonzero", file.string()));
  throw InputError(
      fmt::format("{}: no voxel has label {}; the file holds {}. Set [radiology] label, or 0 for all of them",
                  file.string(), label, fmt::join(held, ", ")));
}

Grid read_grid(const std::filesystem::path& file) {
  const auto reader = make_reader<float>(file, CheckDepth::header);
  try {
    reader->UpdateOutputInformation();
  } catch (const itk::ExceptionObject& error) {
    unreadable(file, error);
  }
  return grid_of(*reader->GetOutput());
}

void write_volume(const std::filesystem::path& file, const Volume& volume) {
  write_atomically(file, [&](const auto& temporary) { write_voxels(temporary, volume.grid, volume.voxels); });
}

void write_image(const std::filesystem::path& file, const Image& image) {
  write_atomically(file, [&](const auto& temporary) { write_voxels(temporary, image.grid, image.voxels); });
}

void write_mask(const std::filesystem::path& file, const Mask& mask) {
  write_atomically(file, [&](const auto& temporary) { write_voxels(temporary, mask.grid, mask.voxels); });
}

void write_label_map(const std::filesystem::path& file, const LabelMap& labels) {
  write_atomically(file, [&](const auto& temporary) { write_label_map_to(temporary, labels); });
}

void write_label_map_to(const std::filesystem::path& temporary, const LabelMap& labels) {
  write_voxels(temporary, labels.grid, labels.voxels);
}

}  // namespace radiopath::radiology
