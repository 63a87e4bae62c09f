#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "pathology/slide.h"

namespace radiopath::pathology {

/// `[pathology.tissue]`
struct TissueConfig {
  double um_per_px = 8.0;
  double min_contrast = 0.06;
  double max_threshold = 0.15;
  double min_area_mm2 = 0.02;

  static auto fields() {
    return std::tuple{
        field("um_per_px", &TissueConfig::um_per_px, "scale of the thumbnail that tissue is found on")
            .unit("µm/px")
            .range(1, 64),
        field("min_contrast", &TissueConfig::min_contrast,
              "lowest threshold on the spread of optical density over R, G, B: below it everything is glass")
            .range(0, 2),
        field("max_threshold", &TissueConfig::max_threshold, "highest threshold: what is stained more is tissue")
            .range(0, 2),
        field("min_area_mm2", &TissueConfig::min_area_mm2, "pieces of tissue below this area are debris")
            .unit("mm²")
            .at_least(0),
    };
  }
};

/// Where tissue is, on the thumbnail's grid.
struct TissueMask {
  int width = 0;
  int height = 0;
  double um_per_px = 0;
  double threshold = 0;               ///< the spread of optical density from which on a pixel counts as stained
  std::vector<std::uint8_t> tissue;   ///< (height, width), 0 or 1
  std::vector<std::uint8_t> unknown;  ///< (height, width), 1 where the slide could not be read
};

/// Stained pixels of a thumbnail: the spread of natural optical density over the channels (grey glass and dust have
/// none), 3 × 3 median, thresholded by Otsu within [min_contrast, max_threshold], closed by 3 × 3, without pieces below
/// `min_area_mm2`. The lower limit is the contrast gate: a blank slide has no tissue, whatever Otsu finds in its noise.
TissueMask find_tissue(const Region& thumbnail, const TissueConfig& config);

double tissue_area_mm2(const TissueMask& mask);

/// A rectangle in µm from the slide's upper left corner.
struct AreaUm {
  double x, y, width, height;
};
/// Mean of `values` (the mask's tissue or unknown) over a rectangle, each pixel by its overlap; 0 outside the mask.
double mean_over(const TissueMask& mask, const std::vector<std::uint8_t>& values, const AreaUm& area);

/// Share of stained pixels in one part of the slide under a mask's threshold: for places where the thumbnail could not
/// be read as a whole.
double stained_share(const Region& part, const TissueMask& mask);

}  // namespace radiopath::pathology
