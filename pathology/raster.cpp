#include "pathology/raster.h"

#include <png.h>

#include <cstring>

#include "core/error.h"

namespace radiopath::pathology {
namespace {

/// libpng's simplified interface keeps its state here; freed on every way out.
struct PngImage : png_image {
  PngImage() : png_image{} { version = PNG_IMAGE_VERSION; }
  ~PngImage() { png_image_free(this); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;
};

}  // namespace

void paste(const Raster& source, Raster& target, int x, int y) {
  for (int row = 0; row < source.height; ++row)
    std::memcpy(target.row(y + row) + 3 * static_cast<std::size_t>(x), source.row(row),
                static_cast<std::size_t>(source.width) * 3);
}

Raster crop(const Raster& source, int x, int y, int width, int height) {
  Raster part(width, height);
  for (int row = 0; row < height; ++row)
    std::memcpy(part.row(row), source.row(y + row) + 3 * static_cast<std::size_t>(x),
                static_cast<std::size_t>(width) * 3);
  return part;
}

Raster read_png(const std::filesystem::path& file) {
  PngImage png;
  if (!png_image_begin_read_from_file(&png, file.c_str()))
    throw InputError(file.string() + ": cannot be read as PNG: " + png.message);
  png.format = PNG_FORMAT_RGB;
  Raster image(static_cast<int>(png.width), static_cast<int>(png.height));
  const png_color white{255, 255, 255};
  if (!png_image_finish_read(&png, &white, image.pixels.data(), 0, nullptr))
    throw InputError(file.string() + ": cannot be read as PNG: " + png.message);
  return image;
}

void write_png(const std::filesystem::path& file, const Raster& image) {
  PngImage png;
  png.width = static_cast<png_uint_32>(image.width);
  png.height = static_cast<png_uint_32>(image.height);
  png.format = PNG_FORMAT_RGB;
  if (!png_image_write_to_file(&png, file.c_str(), 0, image.pixels.data(), 0, nullptr))
    throw InputError(file.string() + ": cannot be written: " + png.message);
}

}  // namespace radiopath::pathology
