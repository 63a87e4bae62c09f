#include <fmt/format.h>
#include <fmt/ranges.h>
#include <itkImageFileReader.h>
#include <itkImageFileWriter.h>
#include <itkImageIOFactory.h>
#include <nifti1_io.h>

#include <cmath>
#include <limits>
#include <mutex>
#include <set>

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

template <class Voxel>
typename ItkImage<Voxel>::Pointer read_image(const std::filesystem::path& file) {
  const auto reader = make_reader<Voxel>(file, CheckDepth::data);
  try {
    reader->Update();
  } catch (const itk::ExceptionObject& error) {
    unreadable(file, error);
  }
  return reader->GetOutput();
}

template <class Voxel>
void write_image(const std::filesystem::path& file, const Grid& grid, const std::vector<Voxel>& voxels) {
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
  const auto image = read_image<float>(file);
  Volume volume{grid_of(*image), {}};
  volume.voxels.assign(image->GetBufferPointer(), image->GetBufferPointer() + volume.grid.voxel_count());
  for (float& voxel : volume.voxels) {
    if (!std::isfinite(voxel)) voxel = std::numeric_limits<float>::quiet_NaN();
  }
  return volume;
}

Image load_image(const std::filesystem::path& file) {
  const auto reader = make_reader<double>(file, CheckDepth::data);
  try {
    reader->Update();
  } catch (const itk::ExceptionObject& error) {
    unreadable(file, error);
  }
  using Component = itk::IOComponentEnum;
  const auto stored = reader->GetImageIO()->GetComponentType();
  const auto& read = *reader->GetOutput();
  Image image{grid_of(read), {}, VoxelType::integer};
  if (stored == Component::FLOAT) image.type = VoxelType::float32;
  if (stored == Component::DOUBLE) image.type = VoxelType::float64;
  image.voxels.assign(read.GetBufferPointer(), read.GetBufferPointer() + image.grid.voxel_count());
  return image;
}

LabelMap read_label_map(const std::filesystem::path& file) {
  const auto image = read_image<float>(file);
  LabelMap labels{grid_of(*image), {}};
  labels.voxels.resize(static_cast<std::size_t>(labels.grid.voxel_count()));
  const float* voxels = image->GetBufferPointer();
  for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
    const float value = voxels[i];
    if (!(value == std::floor(value)) || std::abs(value) > 32767) {
      throw InputError(
          fmt::format("{}: voxel {} holds {}; expected labels, whole numbers up to 32767. Was the mask "
                      "interpolated, or is it the image?",
                      file.string(), i, value));
    }
    labels.voxels[i] = static_cast<std::int16_t>(value);
  }
  return labels;
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
  write_atomically(file, [&](const auto& temporary) { write_image(temporary, volume.grid, volume.voxels); });
}

void write_mask(const std::filesystem::path& file, const Mask& mask) {
  write_atomically(file, [&](const auto& temporary) { write_image(temporary, mask.grid, mask.voxels); });
}

void write_label_map(const std::filesystem::path& file, const LabelMap& labels) {
  write_atomically(file, [&](const auto& temporary) { write_label_map_to(temporary, labels); });
}

void write_label_map_to(const std::filesystem::path& temporary, const LabelMap& labels) {
  write_image(temporary, labels.grid, labels.voxels);
}

}  // namespace radiopath::radiology
