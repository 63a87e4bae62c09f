// The TIFF that a phantom slide is written to. libtiff stays in here.
#include <tiffio.h>

#include <algorithm>
#include <memory>

#include "core/error.h"
#include "core/files.h"
#include "pathology/phantom.h"

namespace radiopath::pathology {
namespace {

constexpr int kTile = 256;
constexpr int kQuality = 85;

struct Close {
  void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

/// One level as a picture: every pixel the mean of 4 x 4 of the level before.
SlidePicture quarter(const SlidePicture& picture) {
  SlidePicture small;
  small.size_px = picture.size_px / 4;
  small.rgb.resize(static_cast<std::size_t>(small.size_px) * small.size_px * 3);
  for (int y = 0; y < small.size_px; ++y) {
    for (int x = 0; x < small.size_px; ++x) {
      for (int c = 0; c < 3; ++c) {
        int sum = 8;
        for (int dy = 0; dy < 4; ++dy) {
          for (int dx = 0; dx < 4; ++dx) {
            sum += picture.rgb[(static_cast<std::size_t>(4 * y + dy) * picture.size_px + 4 * x + dx) * 3 + c];
          }
        }
        small.rgb[(static_cast<std::size_t>(y) * small.size_px + x) * 3 + c] = static_cast<std::uint8_t>(sum / 16);
      }
    }
  }
  return small;
}

void describe_level(TIFF* tiff, const SlidePicture& picture, double um_per_px, bool reduced) {
  TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, reduced ? FILETYPE_REDUCEDIMAGE : 0);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture.size_px);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture.size_px);
  TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kTile);
  TIFFSetField(tiff, TIFFTAG_TILELENGTH, kTile);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 8);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_JPEG);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_YCBCR);
  TIFFSetField(tiff, TIFFTAG_JPEGQUALITY, kQuality);
  TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_CENTIMETER);
  TIFFSetField(tiff, TIFFTAG_XRESOLUTION, 1e4 / um_per_px);
  TIFFSetField(tiff, TIFFTAG_YRESOLUTION, 1e4 / um_per_px);
  TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, "Synthetic H&E slide by radiopath. Not from a patient.");
}

/// The tile whose first pixel is (x0, y0); beyond the picture's border the last pixel goes on.
void cut_tile(const SlidePicture& picture, int x0, int y0, std::vector<std::uint8_t>& tile) {
  for (int y = 0; y < kTile; ++y) {
    const auto row = static_cast<std::size_t>(std::min(y0 + y, picture.size_px - 1)) * picture.size_px;
    for (int x = 0; x < kTile; ++x) {
      const std::size_t from = 3 * (row + std::min(x0 + x, picture.size_px - 1));
      std::copy_n(&picture.rgb[from], 3, &tile[3 * (static_cast<std::size_t>(y) * kTile + x)]);
    }
  }
}

bool write_level(TIFF* tiff, const SlidePicture& picture, double um_per_px, bool reduced) {
  describe_level(tiff, picture, um_per_px, reduced);
  std::vector<std::uint8_t> tile(std::size_t{kTile} * kTile * 3);
  for (int y = 0; y < picture.size_px; y += kTile) {
    for (int x = 0; x < picture.size_px; x += kTile) {
      cut_tile(picture, x, y, tile);
      if (TIFFWriteTile(tiff, tile.data(), static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), 0, 0) < 0) {
        return false;
      }
    }
  }
  return TIFFWriteDirectory(tiff) != 0;
}

}  // namespace

void write_slide(const std::filesystem::path& file, const SlidePicture& picture, double um_per_px, int levels) {
  write_atomically(file, [&](const std::filesystem::path& temporary) {
    const std::unique_ptr<TIFF, Close> tiff(TIFFOpen(temporary.c_str(), "w"));
    bool written = tiff && write_level(tiff.get(), picture, um_per_px, false);
    SlidePicture level = picture;
    for (int l = 1; l < levels && level.size_px >= 4 && written; ++l) {
      level = quarter(level);
      written = write_level(tiff.get(), level, um_per_px * (std::int64_t{1} << (2 * l)), true);
    }
    if (!written)
      throw InputError(file.string() + ": the slide could not be written; is the disk full or the folder read-only?");
  });
}

}  // namespace radiopath::pathology
