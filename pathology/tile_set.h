#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/run_folder.h"
#include "pathology/raster.h"

namespace radiopath::pathology {

/// One tile that was kept.
struct Tile {
  std::string slide;          ///< file name
  std::int64_t x_level0 = 0;  ///< upper left corner, px at level 0
  std::int64_t y_level0 = 0;
  double tissue_share = 0;
  std::string stain;  ///< matrix it was normalised with: slide, tile; raw: none could be estimated; none: not wanted
};

/// A patient's tiles at the encoder's input size, in reading order.
struct TileSet {
  std::string patient_id;
  int side = 0;  ///< px
  std::vector<Tile> tiles;
  std::vector<std::uint8_t> pixels;  ///< (tiles, side, side, 3) RGB

  int size() const { return static_cast<int>(tiles.size()); }
  const std::uint8_t* tile(int i) const { return pixels.data() + static_cast<std::size_t>(i) * side * side * 3; }
};

/// `slides/<id>`, with characters that are no good in file names replaced.
std::filesystem::path tiles_folder(const std::string& patient_id);

/// Writes `tiles_001.png`, … (contact sheets of 16 × 16 tiles) and then `tiles.csv` into the patient's folder.
void write_tiles(const RunFolder& folder, const std::string& key, const TileSet& tiles);

bool has_tiles(const RunFolder& folder, const std::string& patient_id);
/// Throws InputError when the sheets do not hold what `tiles.csv` lists.
TileSet read_tiles(const RunFolder& folder, const std::string& patient_id);
/// Of the list and the sheets: the key of whatever is made from the tiles.
std::string tiles_hash(const RunFolder& folder, const std::string& patient_id);

}  // namespace radiopath::pathology
