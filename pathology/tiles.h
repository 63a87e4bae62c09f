#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"

namespace radiopath::pathology {

/// `[pathology.tiles]`
struct TilesConfig {
  int size_px = 512;
  double um_per_px = 0.5;
  double min_tissue = 0.5;
  int max_per_patient = 0;
  std::string selection = "random";
  double max_lost_share = 0.05;

  static auto fields() {
    return std::tuple{
        field("size_px", &TilesConfig::size_px, "side of a tile at `um_per_px`").unit("px").range(16, 8192),
        field("um_per_px", &TilesConfig::um_per_px, "scale that tiles are read at; 0.5 is what is called 20×")
            .unit("µm/px")
            .range(0.05, 20),
        field("min_tissue", &TilesConfig::min_tissue, "share of tissue that a tile must have").range(0, 1),
        field("max_per_patient", &TilesConfig::max_per_patient, "tiles kept of one patient; 0: all").at_least(0),
        field("selection", &TilesConfig::selection,
              "which are kept when there are more: random (by the patient's id) or evenly spaced in reading order")
            .one_of({"random", "even"}),
        field("max_lost_share", &TilesConfig::max_lost_share, "a slide fails when more of its tiles cannot be read")
            .range(0, 1),
    };
  }
};

/// A square of a slide's grid.
struct GridTile {
  int slide = 0;  ///< index among the patient's slides
  int row = 0;
  int column = 0;
  std::int64_t x_level0 = 0;  ///< upper left corner, px at level 0
  std::int64_t y_level0 = 0;
  double tissue_share = 0;

  auto operator<=>(const GridTile&) const = default;
};

/// Size and pixel size of a slide at level 0.
struct SlideGeometry {
  std::int64_t width = 0;
  std::int64_t height = 0;
  double um_per_px_x = 0;
  double um_per_px_y = 0;
};

/// Whole squares of `size_px` · `um_per_px` µm, from the slide's corner (0, 0), row by row; `tissue_share` is 0.
std::vector<GridTile> fixed_grid(const SlideGeometry& slide, const TilesConfig& config);

/// The order in which tiles are tried until `max_per_patient` are read: all in reading order when there is no limit.
/// The random order comes from the stream ("pathology/tiles/" + patient), so that a patient alone keeps its tiles.
std::vector<int> order_of_choice(int tiles, const std::string& patient_id, const TilesConfig& config);

}  // namespace radiopath::pathology
