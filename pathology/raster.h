#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace radiopath::pathology {

/// An 8-bit RGB image, rows from the top.
struct Raster {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> pixels;  ///< (height, width, 3)

  Raster() = default;
  Raster(int width, int height, std::uint8_t value = 255)
      : width(width), height(height), pixels(static_cast<std::size_t>(width) * height * 3, value) {}

  std::uint8_t* row(int y) { return pixels.data() + static_cast<std::size_t>(y) * width * 3; }
  const std::uint8_t* row(int y) const { return pixels.data() + static_cast<std::size_t>(y) * width * 3; }
};

/// Copies `source` into `target` with its upper left corner at (x, y); it must fit.
void paste(const Raster& source, Raster& target, int x, int y);
/// The part of `source` that starts at (x, y); it must lie inside.
Raster crop(const Raster& source, int x, int y, int width, int height);

/// Any PNG as 8-bit RGB; transparent pixels over white. Throws InputError naming the file when it cannot be read.
Raster read_png(const std::filesystem::path& file);
/// Lossless. Throws InputError when the file cannot be written.
void write_png(const std::filesystem::path& file, const Raster& image);

}  // namespace radiopath::pathology
