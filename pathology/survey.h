#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pathology/extraction.h"
#include "pathology/tile_set.h"

namespace radiopath::pathology {

/// A slide with its tissue, the tiles that are worth reading, and its stain.
class SurveyedSlide {
 public:
  /// Opens the slide, finds tissue and grid. Throws InputError when the slide cannot be read, is coarser than the
  /// tiles, or has no tile with enough tissue.
  SurveyedSlide(const std::filesystem::path& file, const PathologyConfig& config);

  const std::vector<GridTile>& candidates() const { return candidates_; }
  /// The tile's pixels at the tiles' scale, or nothing when it is damaged or was not scanned there (counted).
  std::optional<Raster> read(const GridTile& tile);
  /// Rewrites the tile in the reference's stains; says whose matrix was used (see Tile::stain).
  std::string normalise(Raster& tile);

  bool lost_too_many() const;
  std::string loss() const;  ///< "3 of 40 tiles could not be read"
  void keep(const GridTile& tile) { kept_.push_back(tile); }

  const Slide& slide() const { return slide_; }
  const TissueMask& mask() const { return mask_; }
  const StainEstimate& stain() const { return stain_; }
  const std::map<std::string, int>& dropped() const { return dropped_; }
  const std::vector<GridTile>& kept() const { return kept_; }
  Raster preview() const;  ///< the thumbnail with the kept tiles outlined
  int grid_size() const { return grid_size_; }

 private:
  void find_candidates();
  void estimate_slide_stain();

  const PathologyConfig* config_;
  Slide slide_;
  TilesConfig tiles_;  // at the scale that this slide is read at
  Region thumbnail_;
  TissueMask mask_;
  int grid_size_ = 0;
  std::vector<GridTile> candidates_, kept_;
  std::map<std::string, int> dropped_;  // by reason
  std::map<GridTile, Raster> at_hand_;  // read for the stain, kept for the tiles
  std::set<GridTile> unusable_;
  int lost_ = 0, tried_ = 0;
  StainEstimate stain_;
  std::optional<StainNormalizer> normalizer_;
};

}  // namespace radiopath::pathology
