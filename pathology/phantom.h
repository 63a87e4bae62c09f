#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/random.h"

namespace radiopath::pathology {

/// Optical density (natural logarithm) per unit of concentration in R, G, B, for each of the two stains; unit length.
struct StainColours {
  std::array<double, 3> haematoxylin = {0.5626, 0.7201, 0.4062};
  std::array<double, 3> eosin = {0.2159, 0.8012, 0.5581};
};

/// Both vectors turned by a Gaussian angle of `sd_degrees` about a random axis (kept non-negative, unit length): how
/// laboratories and single slides differ.
StainColours jittered(const StainColours& stains, double sd_degrees, Random& random);

/// What a synthetic H&E slide is made of.
///
/// Tissue lies on white glass. Texture A has small round nuclei strewn evenly; texture B has larger, darker nuclei in
/// nests some 50 µm wide with loose stroma between, at about the same count, so that the two differ in arrangement and
/// not in mean colour.
struct SlidePhantom {
  int size_px = 2048;            ///< width and height of level 0
  double um_per_px = 0.5;        ///< written as the TIFF's resolution
  int levels = 1;                ///< pyramid levels, each a quarter as wide as the one before
  double tissue_share = 0.75;    ///< of the slide's area
  double texture_b_share = 0.5;  ///< of the tissue's area
  double noise = 1;              ///< camera noise, grey levels (sd); 0 = none
  StainColours stains;
};

/// A slide in memory.
struct SlidePicture {
  int size_px = 0;
  std::vector<std::uint8_t> rgb;  ///< size_px * size_px * 3, row by row
  double tissue_share = 0;        ///< as painted
  double texture_b_share = 0;     ///< as painted
};

/// Transmitted light by Beer–Lambert: glass * exp(-(c_H * haematoxylin + c_E * eosin)). The same stream paints the
/// same picture. Throws std::logic_error for sizes below 256 px or shares outside [0, 1].
SlidePicture paint_slide(const SlidePhantom& phantom, Random& random);

/// Tiled (256 px), JPEG-compressed pyramidal TIFF that OpenSlide reads as generic TIFF; written atomically.
/// Throws InputError when the file cannot be written.
void write_slide(const std::filesystem::path& file, const SlidePicture& picture, double um_per_px, int levels);

/// paint_slide and write_slide in one. @return the picture's share of texture B
double write_slide_phantom(const std::filesystem::path& file, const SlidePhantom& phantom, Random& random);

}  // namespace radiopath::pathology
