#include "pathology/tissue.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>

namespace radiopath::pathology {
namespace {

constexpr double kSpreadPerLevel = 0.01;  // 8-bit quantisation of the spread: 0 … 2.55

/// Spread of optical density over R, G, B in units of kSpreadPerLevel; 0 where nothing is present.
cv::Mat density_spread(const Region& region) {
  std::array<double, 256> density;
  for (int value = 0; value < 256; ++value) density[value] = -std::log((value + 1) / 256.0);
  cv::Mat spread(region.image.height, region.image.width, CV_8UC1);
  for (int y = 0; y < spread.rows; ++y) {
    const std::uint8_t* rgb = region.image.row(y);
    const Pixel* state = region.state.data() + static_cast<std::size_t>(y) * spread.cols;
    auto* out = spread.ptr<std::uint8_t>(y);
    for (int x = 0; x < spread.cols; ++x, rgb += 3) {
      const auto [low, high] = std::minmax({density[rgb[0]], density[rgb[1]], density[rgb[2]]});
      out[x] = state[x] == Pixel::present ? cv::saturate_cast<std::uint8_t>((high - low) / kSpreadPerLevel) : 0;
    }
  }
  return spread;
}

/// Otsu's threshold over the present pixels only, in units of optical density.
double otsu(const cv::Mat& spread, const std::vector<Pixel>& state) {
  std::vector<std::uint8_t> values;
  for (std::size_t i = 0; i < state.size(); ++i)
    if (state[i] == Pixel::present) values.push_back(spread.data[i]);
  if (values.empty()) return 0;
  cv::Mat unused;
  return kSpreadPerLevel * cv::threshold(cv::Mat(values), unused, 0, 255, cv::THRESH_BINARY | cv::THRESH_OTSU);
}

void drop_small_pieces(cv::Mat& mask, double min_pixels) {
  cv::Mat labels, statistics, centres;
  const int pieces = cv::connectedComponentsWithStats(mask, labels, statistics, centres, 8);
  for (int y = 0; y < mask.rows; ++y)
    for (int x = 0; x < mask.cols; ++x) {
      const int label = labels.at<int>(y, x);
      if (label > 0 && label < pieces && statistics.at<int>(label, cv::CC_STAT_AREA) < min_pixels)
        mask.at<std::uint8_t>(y, x) = 0;
    }
}

}  // namespace

double tissue_area_mm2(const TissueMask& mask) {
  return static_cast<double>(std::count(mask.tissue.begin(), mask.tissue.end(), 1)) * mask.um_per_px * mask.um_per_px *
         1e-6;
}

double mean_over(const TissueMask& mask, const std::vector<std::uint8_t>& values, const AreaUm& area) {
  const double left = area.x / mask.um_per_px, right = (area.x + area.width) / mask.um_per_px;
  const double top = area.y / mask.um_per_px, bottom = (area.y + area.height) / mask.um_per_px;
  double covered = 0;
  for (int y = std::max(0, static_cast<int>(top)); y < std::min<double>(mask.height, bottom); ++y) {
    const double part_y = std::min<double>(bottom, y + 1) - std::max<double>(top, y);
    for (int x = std::max(0, static_cast<int>(left)); x < std::min<double>(mask.width, right); ++x)
      if (values[static_cast<std::size_t>(y) * mask.width + x])
        covered += part_y * (std::min<double>(right, x + 1) - std::max<double>(left, x));
  }
  return covered / ((right - left) * (bottom - top));
}

TissueMask find_tissue(const Region& thumbnail, const TissueConfig& config) {
  cv::Mat spread;
  cv::medianBlur(density_spread(thumbnail), spread, 3);
  TissueMask mask{thumbnail.image.width, thumbnail.image.height, config.um_per_px, 0, {}, {}};
  mask.threshold = std::clamp(otsu(spread, thumbnail.state), config.min_contrast,
                              std::max(config.min_contrast, config.max_threshold));
  cv::Mat stained = spread >= mask.threshold / kSpreadPerLevel;
  cv::morphologyEx(stained, stained, cv::MORPH_CLOSE, cv::Mat::ones(3, 3, CV_8UC1));
  drop_small_pieces(stained, config.min_area_mm2 * 1e6 / (config.um_per_px * config.um_per_px));
  mask.tissue.resize(thumbnail.state.size());
  mask.unknown.resize(thumbnail.state.size());
  for (std::size_t i = 0; i < thumbnail.state.size(); ++i) {
    mask.tissue[i] = stained.data[i] != 0 && thumbnail.state[i] == Pixel::present;
    mask.unknown[i] = thumbnail.state[i] == Pixel::unreadable;
  }
  return mask;
}

double stained_share(const Region& part, const TissueMask& mask) {
  const cv::Mat stained = density_spread(part) >= mask.threshold / kSpreadPerLevel;
  return static_cast<double>(cv::countNonZero(stained)) / static_cast<double>(stained.total());
}

}  // namespace radiopath::pathology
