#include "radiology/coverage.h"

#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <limits>

namespace radiopath::radiology {
namespace {

constexpr double kTolerance = 1e-3;  // of a voxel: what headers blur, as in PyRadiomics

/// Index of a physical position, continuous.
class IndexOf {
 public:
  explicit IndexOf(const Grid& grid) : origin_(grid.origin.data()) {
    Eigen::Matrix3d step = Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(grid.direction.data());
    for (int a = 0; a < 3; ++a) step.col(a) *= grid.spacing_mm[static_cast<std::size_t>(a)];
    inverse_ = step.inverse();
  }
  Eigen::Vector3d operator()(const std::array<double, 3>& position) const {
    return inverse_ * (Eigen::Vector3d(position.data()) - origin_);
  }

 private:
  Eigen::Vector3d origin_;
  Eigen::Matrix3d inverse_;
};

/// The outer edges of the voxels from `low` to `high`.
void span(const Grid& grid, const std::array<int, 3>& low, const std::array<int, 3>& high,
          std::array<double, 3>& low_mm, std::array<double, 3>& high_mm) {
  low_mm.fill(std::numeric_limits<double>::infinity());
  high_mm.fill(-std::numeric_limits<double>::infinity());
  for (unsigned corner = 0; corner < 8; ++corner) {
    std::array<double, 3> at;
    for (std::size_t a = 0; a < 3; ++a) at[a] = (corner >> a & 1U) != 0 ? high[a] + 0.5 : low[a] - 0.5;
    const auto position = grid.position_mm(at[0], at[1], at[2]);
    for (std::size_t a = 0; a < 3; ++a) {
      low_mm[a] = std::min(low_mm[a], position[a]);
      high_mm[a] = std::max(high_mm[a], position[a]);
    }
  }
}

std::string span_text(const std::array<double, 3>& low, const std::array<double, 3>& high) {
  return fmt::format("x {:.6g} to {:.6g}, y {:.6g} to {:.6g}, z {:.6g} to {:.6g} mm", low[0], high[0], low[1], high[1],
                     low[2], high[2]);
}

std::array<int, 3> last_of(const Grid& grid) { return {grid.size[0] - 1, grid.size[1] - 1, grid.size[2] - 1}; }

}  // namespace

Coverage coverage_of(const Grid& mask, const std::function<bool(std::size_t)>& in_region, const Grid& image) {
  Coverage found;
  const IndexOf index_of(image);
  std::array<int, 3> low = mask.size, high = {-1, -1, -1};
  std::size_t i = 0;
  for (int z = 0; z < mask.size[2]; ++z) {
    for (int y = 0; y < mask.size[1]; ++y) {
      for (int x = 0; x < mask.size[0]; ++x, ++i) {
        if (!in_region(i)) continue;
        const std::array<int, 3> at = {x, y, z};
        const Eigen::Vector3d index = index_of(mask.position_mm(x, y, z));
        bool inside = true;
        for (std::size_t a = 0; a < 3; ++a) {
          low[a] = std::min(low[a], at[a]), high[a] = std::max(high[a], at[a]);
          const double place = index[static_cast<Eigen::Index>(a)];
          inside = inside && place >= -0.5 - kTolerance && place <= image.size[a] - 0.5 + kTolerance;
        }
        ++(inside ? found.inside : found.outside);
      }
    }
  }
  if (found.inside + found.outside == 0) low = {0, 0, 0}, high = last_of(mask);
  span(mask, low, high, found.region_low_mm, found.region_high_mm);
  span(image, {0, 0, 0}, last_of(image), found.image_low_mm, found.image_high_mm);
  return found;
}

Coverage coverage_of(const LabelMap& map, int label, const Grid& image) {
  return coverage_of(
      map.grid, [&](std::size_t i) { return label == 0 ? map.voxels[i] != 0 : map.voxels[i] == label; }, image);
}

std::string beyond_image(const Coverage& coverage) {
  if (coverage.outside == 0) return "";
  const std::string counts =
      coverage.inside == 0
          ? fmt::format("the region misses the image: all its {} voxels lie outside", coverage.outside)
          : fmt::format("the region reaches beyond the image: {} of its voxels lie outside, {} inside",
                        coverage.outside, coverage.inside);
  return fmt::format("{}; it spans {}, the image {}; was the mask drawn on another series?", counts,
                     span_text(coverage.region_low_mm, coverage.region_high_mm),
                     span_text(coverage.image_low_mm, coverage.image_high_mm));
}

}  // namespace radiopath::radiology
