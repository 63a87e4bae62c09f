#include <fmt/format.h>
#include <fmt/ranges.h>
#include <itkImageFileReader.h>
#include <itkImageFileWriter.h>
#include <itkImageIOFactory.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "radiology/complete_file.h"
#include "radiology/image_processing.h"
#include "radiology/itk_image.h"
#include "radiology/nifti.h"
#include "radiology/volume.h"

namespace radiopath::radiology {
namespace {

/// The last sentence of an ITK exception: the part before it names source files of ITK.
std::string reason_of(const itk::ExceptionObject& error) {
  std::string text = error.GetDescription();
  if (const auto colon = text.rfind("): "); colon != std::string::npos) text = text.substr(colon + 3);
  text.erase(text.find_last_not_of(" \n") + 1);
  if (text.find("[nrrd] ") != std::string::npos) {
    // NRRD's library adds a line for each of its calls, "[nrrd] name: what"; the innermost says why.
    text = text.substr(text.rfind('\n') + 1);
    if (const auto colon = text.find(": "); colon != std::string::npos) text = text.substr(colon + 2);
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.substr(0, 200);
}

[[noreturn]] void unreadable(const std::filesystem::path& file, const itk::ExceptionObject& error) {
  throw InputError(fmt::format("{}: cannot be read: {}; is the file cut short or damaged: was the copy interrupted?",
                               file.string(), reason_of(error)));
}

/// What a reader takes beside scalar volumes.
struct Accepted {
  bool slices = false;         ///< two-dimensional images, as volumes of one slice
  std::optional<int> channel = {};  ///< files of several numbers per voxel, of which this one is read, from 0
};

std::string sizes_of(const itk::ImageIOBase& io) {
  std::vector<std::size_t> sizes;
  for (unsigned a = 0; a < io.GetNumberOfDimensions(); ++a) sizes.push_back(io.GetDimensions(a));
  return fmt::format("{}", fmt::join(sizes, " x "));
}

void require_channel(const std::filesystem::path& file, const itk::ImageIOBase& io, const Accepted& accepted) {
  const auto channels = static_cast<int>(io.GetNumberOfComponents());
  if (accepted.channel && (*accepted.channel < 0 || *accepted.channel >= channels)) {
    throw InputError(fmt::format("{}: there is no channel {}: the file has {}, counted from 0", file.string(),
                                 *accepted.channel, channels));
  }
  if (!accepted.channel && channels != 1) {
    throw InputError(fmt::format("{}: holds {} numbers per voxel; expected one. Is it a colour image, a vector field "
                                 "or a segmentation with overlapping segments?",
                                 file.string(), channels));
  }
}

void require_dimensions(const std::filesystem::path& file, const itk::ImageIOBase& io, const Accepted& accepted) {
  unsigned dimensions = io.GetNumberOfDimensions();
  while (dimensions > 3 && io.GetDimensions(dimensions - 1) == 1) --dimensions;
  if (dimensions != 3 && !(dimensions == 2 && accepted.slices)) {
    throw InputError(fmt::format("{}: has {} dimensions ({}); expected 3{}", file.string(), dimensions, sizes_of(io),
                                 dimensions > 3 ? ". Is it a time or b-value series? Save one volume of it" : ""));
  }
  double bytes = static_cast<double>(io.GetComponentSize()) * static_cast<double>(io.GetNumberOfComponents());
  bool countable = true;
  for (unsigned a = 0; a < io.GetNumberOfDimensions(); ++a) {
    bytes *= static_cast<double>(io.GetDimensions(a));
    countable = countable && std::cmp_less_equal(io.GetDimensions(a), std::numeric_limits<int>::max());
  }
  if (!countable || bytes > 1e18) {
    throw InputError(fmt::format("{}: the header claims {} voxels, {} of them; is the header damaged?", file.string(),
                                 sizes_of(io), bytes_text(bytes)));
  }
}

/// Opens the header; refuses what is not accepted and what its file cannot hold.
itk::ImageIOBase::Pointer open_header(const std::filesystem::path& file, CheckDepth depth, const Accepted& accepted) {
  prepare_itk();
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
  require_voxel_size(file);
  require_channel(file, *io, accepted);
  require_dimensions(file, *io, accepted);
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
typename Reader<Voxel>::Pointer make_reader(const std::filesystem::path& file, CheckDepth depth,
                                            const Accepted& accepted = {}) {
  auto reader = make_itk<Reader<Voxel>>();
  reader->SetImageIO(open_header(file, depth, accepted));
  reader->SetFileName(file.string());
  return reader;
}

[[noreturn]] void no_memory(const std::filesystem::path& file, const std::array<int, 3>& size, double bytes) {
  throw InputError(fmt::format("{}: {} voxels need {} of memory, which is not there; is the header damaged?",
                               file.string(), fmt::join(size, " x "), bytes_text(bytes)));
}

/// A file's voxels in the type they are stored as.
struct Stored {
  std::filesystem::path file;
  Grid grid;
  int dimensions;
  itk::IOComponentEnum type;
  std::size_t voxel_size;  ///< bytes
  std::unique_ptr<char[]> bytes;

  std::size_t size() const { return static_cast<std::size_t>(grid.voxel_count()) * voxel_size; }
  std::string hash() const { return hash_text({bytes.get(), size()}); }

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
    try {
      return visit([](auto held) { return std::vector<Voxel>(held.begin(), held.end()); });
    } catch (const std::bad_alloc&) {
      no_memory(file, grid.size, static_cast<double>(grid.voxel_count()) * sizeof(Voxel));
    }
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

/// Of voxels of several numbers, keeps one number each, in place.
void keep_channel(Stored& stored, std::size_t channels, std::size_t channel) {
  const std::size_t size = stored.voxel_size;
  for (std::size_t i = 0; i < static_cast<std::size_t>(stored.grid.voxel_count()); ++i)
    std::memmove(&stored.bytes[i * size], &stored.bytes[(i * channels + channel) * size], size);
}

Stored read_stored(const std::filesystem::path& file, const Accepted& accepted = {}) {
  const auto reader = make_reader<float>(file, CheckDepth::data, accepted);
  std::array<int, 3> shape = {};
  std::size_t size = 0;
  try {
    reader->UpdateOutputInformation();
    auto* io = reader->GetModifiableImageIO();
    size = static_cast<std::size_t>(io->GetImageSizeInBytes());
    const Grid grid = grid_of(*reader->GetOutput());
    shape = grid.size;
    const std::size_t channels = io->GetNumberOfComponents();
    Stored stored{file, grid, std::min(3, static_cast<int>(io->GetNumberOfDimensions())), io->GetComponentType(),
                  io->GetComponentSize(), std::make_unique_for_overwrite<char[]>(size)};
    if (channels == 1 && unpack_nrrd(file, {stored.bytes.get(), size})) return stored;
    itk::ImageIORegion everything(io->GetNumberOfDimensions());
    for (unsigned a = 0; a < io->GetNumberOfDimensions(); ++a) everything.SetSize(a, io->GetDimensions(a));
    io->SetIORegion(everything);
    io->Read(stored.bytes.get());
    if (channels > 1) keep_channel(stored, channels, static_cast<std::size_t>(accepted.channel.value_or(0)));
    return stored;
  } catch (const itk::ExceptionObject& error) {
    unreadable(file, error);
  } catch (const std::bad_alloc&) {
    no_memory(file, shape, static_cast<double>(size));
  }
}

LabelMap labels_of(const Stored& stored) {
  stored.visit([&](auto voxels) {
    bool all = true;
    for (const auto voxel : voxels) all &= is_label(voxel);
    if (all) return;
    const auto found = std::find_if_not(voxels.begin(), voxels.end(), [](auto voxel) { return is_label(voxel); });
    const auto index = stored.grid.place(static_cast<std::size_t>(found - voxels.begin()));
    throw InputError(
        fmt::format("{}: holds {}; expected labels, whole numbers up to 32767. Was the mask interpolated, or is it the "
                    "image?",
                    stored.file.string(), voxel_text(static_cast<double>(*found), index)));
  });
  return {stored.grid, stored.as<std::int16_t>()};
}

/// ITK fills them with 0.
template <class Voxel>
void restore_not_finite(const std::filesystem::path& file, std::vector<Voxel>& voxels) {
  for_each_not_finite(file, [&](std::int64_t place, double value) {
    if (std::cmp_less(place, voxels.size())) voxels[static_cast<std::size_t>(place)] = static_cast<Voxel>(value);
  });
}

Image image_of(const Stored& stored) {
  using enum itk::IOComponentEnum;
  const VoxelType type = stored.type == FLOAT    ? VoxelType::float32
                         : stored.type == DOUBLE ? VoxelType::float64
                                                 : VoxelType::integer;
  Image image{stored.grid, stored.as<double>(), type};
  if (type != VoxelType::integer) restore_not_finite(stored.file, image.voxels);
  return image;
}

template <class Voxel>
void write_voxels(const std::filesystem::path& file, const Grid& grid, const std::vector<Voxel>& voxels) {
  if (static_cast<std::int64_t>(voxels.size()) != grid.voxel_count())
    throw std::logic_error("voxels do not fill their grid");
  auto writer = make_itk<itk::ImageFileWriter<ItkImage<Voxel>>>();
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
  restore_not_finite(file, volume.voxels);
  for (float& voxel : volume.voxels) {
    if (!std::isfinite(voxel)) voxel = std::numeric_limits<float>::quiet_NaN();
  }
  return volume;
}

Image load_image(const std::filesystem::path& file) { return image_of(read_stored(file)); }

LabelMap read_label_map(const std::filesystem::path& file) { return labels_of(read_stored(file)); }

ImageFile read_image_file(const std::filesystem::path& file) {
  const Stored stored = read_stored(file, {.slices = true});
  return {image_of(stored), stored.dimensions, stored.hash(), is_nifti(file)};
}

LabelFile read_label_file(const std::filesystem::path& file, int channel) {
  const Stored stored = read_stored(file, {.slices = true, .channel = channel});
  return {labels_of(stored), stored.dimensions, stored.hash()};
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
