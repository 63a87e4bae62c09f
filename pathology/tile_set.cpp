#include "pathology/tile_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/table.h"

namespace radiopath::pathology {
namespace {

constexpr int kSheetColumns = 16;
constexpr int kTilesPerSheet = kSheetColumns * kSheetColumns;

namespace fs = std::filesystem;

fs::path sheet_file(const std::string& patient_id, int sheet) {
  return tiles_folder(patient_id) / fmt::format("tiles_{:03}.png", sheet + 1);
}

int sheet_count(int tiles) { return (tiles + kTilesPerSheet - 1) / kTilesPerSheet; }

Raster make_sheet(const TileSet& tiles, int first) {
  const int count = std::min(kTilesPerSheet, tiles.size() - first);
  const int columns = std::min(kSheetColumns, count);
  Raster sheet(columns * tiles.side, (count + columns - 1) / columns * tiles.side);
  for (int i = 0; i < count; ++i) {
    Raster tile(tiles.side, tiles.side);
    std::memcpy(tile.pixels.data(), tiles.tile(first + i), tile.pixels.size());
    paste(tile, sheet, i % columns * tiles.side, i / columns * tiles.side);
  }
  return sheet;
}

void read_sheet(const fs::path& file, int first, TileSet& tiles) {
  const Raster sheet = read_png(file);
  const int count = std::min(kTilesPerSheet, tiles.size() - first);
  const int columns = std::min(kSheetColumns, count);
  const int side = sheet.width / columns;
  if (sheet.width != columns * side || sheet.height != (count + columns - 1) / columns * side ||
      (tiles.side != 0 && side != tiles.side))
    throw InputError(fmt::format("{}: {} × {} px do not hold {} square tiles; was it edited?", file.string(),
                                 sheet.width, sheet.height, count));
  tiles.side = side;
  for (int i = 0; i < count; ++i) {
    const Raster tile = crop(sheet, i % columns * side, i / columns * side, side, side);
    tiles.pixels.insert(tiles.pixels.end(), tile.pixels.begin(), tile.pixels.end());
  }
}

}  // namespace

fs::path tiles_folder(const std::string& patient_id) {
  std::string name = patient_id;
  for (char& c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') c = '_';
  if (name != patient_id || name == "." || name == "..") name.append("-").append(hash_text(patient_id), 0, 8);
  return fs::path("slides") / name;
}

void write_tiles(const RunFolder& folder, const std::string& key, const TileSet& tiles) {
  const int sheets = sheet_count(tiles.size());
  for (int sheet = 0; sheet < sheets; ++sheet)
    folder.keep(sheet_file(tiles.patient_id, sheet), key,
                [&](const fs::path& file) { write_png(file, make_sheet(tiles, sheet * kTilesPerSheet)); });
  std::error_code ignored;
  for (int sheet = sheets; fs::remove(folder / sheet_file(tiles.patient_id, sheet), ignored); ++sheet) {
  }
  std::string text = "tile,slide,x_level0,y_level0,tissue_share,stain\n";
  for (int i = 0; i < tiles.size(); ++i) {
    const Tile& tile = tiles.tiles[static_cast<std::size_t>(i)];
    text += fmt::format("{},{},{},{},{},{}\n", i + 1, csv_cell(tile.slide), tile.x_level0, tile.y_level0,
                        format_double(tile.tissue_share), tile.stain);
  }
  folder.keep(tiles_folder(tiles.patient_id) / "tiles.csv", key, [&](const fs::path& file) { write_text(file, text); });
}

bool has_tiles(const RunFolder& folder, const std::string& patient_id) {
  return fs::exists(folder / (tiles_folder(patient_id) / "tiles.csv"));
}

TileSet read_tiles(const RunFolder& folder, const std::string& patient_id) {
  const CsvFile csv = read_csv(folder / (tiles_folder(patient_id) / "tiles.csv"));
  TileSet tiles;
  tiles.patient_id = patient_id;
  const int slide = csv.column("slide"), x = csv.column("x_level0"), y = csv.column("y_level0");
  const int share = csv.column("tissue_share"), stain = csv.column("stain");
  for (const auto& row : csv.rows)
    tiles.tiles.push_back({row[slide], static_cast<std::int64_t>(parse_double(row[x]).value_or(-1)),
                           static_cast<std::int64_t>(parse_double(row[y]).value_or(-1)),
                           parse_double(row[share]).value_or(0), row[stain]});
  for (int sheet = 0; sheet < sheet_count(tiles.size()); ++sheet)
    read_sheet(folder / sheet_file(patient_id, sheet), sheet * kTilesPerSheet, tiles);
  return tiles;
}

std::string tiles_hash(const RunFolder& folder, const std::string& patient_id) {
  const fs::path list = folder / (tiles_folder(patient_id) / "tiles.csv");
  Hasher hasher;
  hasher.add(patient_id).add_file(list);
  const int tiles = static_cast<int>(read_csv(list).rows.size());
  for (int sheet = 0; sheet < sheet_count(tiles); ++sheet) hasher.add_file(folder / sheet_file(patient_id, sheet));
  return hasher.hex();
}

}  // namespace radiopath::pathology
