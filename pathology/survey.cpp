#include "pathology/survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"

namespace radiopath::pathology {
namespace {

constexpr double kMaxEnlargement = 1.25;  // a slide scanned coarser than the tiles' scale has not their detail
constexpr double kMinPresent = 0.99;      // share of a tile that was scanned
constexpr std::size_t kStainPixels = 2'000'000;

void outline(Raster& image, int left, int top, int right, int bottom) {
  const auto paint = [&](int x, int y) {
    if (x < 0 || y < 0 || x >= image.width || y >= image.height) return;
    std::uint8_t* rgb = image.row(y) + 3 * static_cast<std::size_t>(x);
    rgb[0] = 0, rgb[1] = 110, rgb[2] = 220;
  };
  for (int x = left; x <= right; ++x) paint(x, top), paint(x, bottom);
  for (int y = top; y <= bottom; ++y) paint(left, y), paint(right, y);
}

}  // namespace

SurveyedSlide::SurveyedSlide(const std::filesystem::path& file, const PathologyConfig& config)
    : config_(&config), slide_(file, config.scale), tiles_(config.tiles) {
  tiles_.um_per_px = slide_.level_scale_near(config.tiles.um_per_px);
  const double coarser = std::max(slide_.scale().um_per_px_x, slide_.scale().um_per_px_y);
  if (coarser > kMaxEnlargement * config.tiles.um_per_px)
    throw InputError(
        fmt::format("{}: scanned at {:.4g} µm/px, coarser than the tiles' {:g}; set [pathology.tiles] "
                    "um_per_px to what all slides have",
                    file.string(), coarser, config.tiles.um_per_px));
  thumbnail_ = slide_.thumbnail(config.tissue.um_per_px);
  mask_ = find_tissue(thumbnail_, config.tissue);
  find_candidates();
  if (candidates_.empty() && !lost_too_many()) {
    const double area = tissue_area_mm2(mask_);
    throw InputError(area == 0
                         ? fmt::format("{}: no tissue found", file.string())
                         : fmt::format("{}: {:.3g} mm² of tissue, but none of {} tiles has a share of {:g}; lower "
                                       "[pathology.tiles] min_tissue or size_px",
                                       file.string(), area, grid_size_, config.tiles.min_tissue));
  }
  estimate_slide_stain();
}

void SurveyedSlide::find_candidates() {
  const double side_um = tiles_.size_px * tiles_.um_per_px;
  const int side_mask = std::max(1, static_cast<int>(std::lround(side_um / config_->tissue.um_per_px)));
  const Scale& scale = slide_.scale();
  auto grid = fixed_grid({slide_.width(), slide_.height(), scale.um_per_px_x, scale.um_per_px_y}, tiles_);
  grid_size_ = static_cast<int>(grid.size());
  for (GridTile& tile : grid) {
    const AreaUm area{tile.column * side_um, tile.row * side_um, side_um, side_um};
    tile.tissue_share = mean_over(mask_, mask_.tissue, area);
    if (mean_over(mask_, mask_.unknown, area) > 0) {  // damage nearby: ask for this tile alone
      const auto part = slide_.read(tile.x_level0, tile.y_level0, side_mask, side_mask, config_->tissue.um_per_px);
      if (!part) {
        ++dropped_["unreadable"], ++lost_, ++tried_;
        continue;
      }
      tile.tissue_share = stained_share(*part, mask_);
    }
    if (tile.tissue_share >= tiles_.min_tissue)
      candidates_.push_back(tile);
    else
      ++dropped_[tile.tissue_share > 0 ? "too little tissue" : "no tissue"];
  }
}

std::optional<Raster> SurveyedSlide::read(const GridTile& tile) {
  GridTile key = tile;
  key.slide = 0;
  if (unusable_.contains(key)) return std::nullopt;
  std::optional<Raster> image;
  if (auto known = at_hand_.extract(key)) {
    image.emplace(std::move(known.mapped()));
    return image;
  }
  check_interrupt();
  const int side = tiles_.size_px;
  auto region = slide_.read(tile.x_level0, tile.y_level0, side, side, tiles_.um_per_px);
  ++tried_;
  if (!region || region->share(Pixel::present) < kMinPresent) {
    unusable_.insert(key);
    lost_ += !region;
    ++dropped_[region ? "not scanned" : "unreadable"];
    return image;
  }
  image.emplace(std::move(region->image));
  return image;
}

void SurveyedSlide::estimate_slide_stain() {
  if (config_->stain.method == "none") return;
  const int count = static_cast<int>(candidates_.size());
  const int sample = std::min(count, config_->stain.sample_tiles);
  std::vector<std::uint8_t> pool;
  const auto pixels = static_cast<std::size_t>(sample) * tiles_.size_px * tiles_.size_px;
  const int stride = static_cast<int>(std::max<std::size_t>(1, (pixels + kStainPixels - 1) / kStainPixels));
  for (int i = 0; i < sample; ++i) {  // evenly spaced in reading order
    const GridTile& tile = candidates_[static_cast<std::size_t>((2LL * i + 1) * count / (2LL * sample))];
    auto image = read(tile);
    if (!image) continue;
    collect_stained(*image, config_->stain, stride, pool);
    at_hand_.emplace(tile, std::move(*image));
  }
  stain_ = estimate_stain(pool, config_->stain);
  if (stain_.stain) normalizer_.emplace(*stain_.stain, reference_stain(), config_->stain.background);
}

std::string SurveyedSlide::normalise(Raster& tile) {
  if (config_->stain.method == "none") return "none";
  if (config_->stain.scope == "tile") {
    const StainEstimate own = estimate_stain(tile.pixels, config_->stain);
    if (own.stain) {
      StainNormalizer(*own.stain, reference_stain(), config_->stain.background).apply(tile);
      return "tile";
    }
  }
  if (!normalizer_) return "raw";
  normalizer_->apply(tile);
  return "slide";
}

bool SurveyedSlide::lost_too_many() const {
  return lost_ > tiles_.max_lost_share * std::max(tried_, static_cast<int>(candidates_.size()));
}

std::string SurveyedSlide::loss() const {
  return fmt::format(
      "{} tiles could not be read, more than [pathology.tiles] max_lost_share = {:g} of {}; is the file "
      "complete?",
      lost_, tiles_.max_lost_share, std::max(tried_, static_cast<int>(candidates_.size())));
}

Raster SurveyedSlide::preview() const {
  Raster image = thumbnail_.image;
  const double side = tiles_.size_px * tiles_.um_per_px / config_->tissue.um_per_px;
  for (const GridTile& tile : kept_)
    outline(image, static_cast<int>(tile.column * side), static_cast<int>(tile.row * side),
            static_cast<int>((tile.column + 1) * side) - 1, static_cast<int>((tile.row + 1) * side) - 1);
  return image;
}

}  // namespace radiopath::pathology
