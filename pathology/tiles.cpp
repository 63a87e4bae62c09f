#include "pathology/tiles.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.h"

namespace radiopath::pathology {

std::vector<GridTile> fixed_grid(const SlideGeometry& slide, const TilesConfig& config) {
  const double side_um = config.size_px * config.um_per_px;
  const double side_x = side_um / slide.um_per_px_x;  // in level-0 px: real, so that the grid does not drift
  const double side_y = side_um / slide.um_per_px_y;
  std::vector<GridTile> grid;
  for (int row = 0; std::llround((row + 1) * side_y) <= slide.height; ++row)
    for (int column = 0; std::llround((column + 1) * side_x) <= slide.width; ++column)
      grid.push_back({0, row, column, std::llround(column * side_x), std::llround(row * side_y), 0});
  return grid;
}

std::vector<int> order_of_choice(int tiles, const std::string& patient_id, const TilesConfig& config) {
  std::vector<int> order(static_cast<std::size_t>(tiles));
  std::iota(order.begin(), order.end(), 0);
  const int wanted = config.max_per_patient;
  if (wanted == 0 || wanted >= tiles) return order;
  if (config.selection == "random") return Random(0, "pathology/tiles/" + patient_id).permutation(tiles);
  // Evenly spaced ones first; the rest stand in for those that cannot be read.
  std::vector<char> taken(order.size(), 0);
  std::vector<int> even;
  for (int i = 0; i < wanted; ++i) {
    even.push_back(static_cast<int>((2LL * i + 1) * tiles / (2LL * wanted)));
    taken[even.back()] = 1;
  }
  std::copy_if(order.begin(), order.end(), std::back_inserter(even), [&](int i) { return !taken[i]; });
  return even;
}

}  // namespace radiopath::pathology
