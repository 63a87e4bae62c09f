#include "radiology/image_processing.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "radiology/discretization.h"

namespace radiopath::radiology {

namespace {

/// Sum whose rounding errors are carried along (Neumaier, ZAMM 1974;54:39).
class CarefulSum {
 public:
  void add(double value) {
    const double next = sum_ + value;
    lost_ += std::abs(sum_) >= std::abs(value) ? (sum_ - next) + value : (value - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0, lost_ = 0;
};

}  // namespace

Image normalize_image(Image image, const ImageProcessingConfig& config) {
  // ITK's formulas, to the bit: whether two clipped voxels compare as equal in LBP3D is left to rounding.
  const auto n = static_cast<double>(image.voxels.size());
  CarefulSum sums, all_squares;
  for (const double v : image.voxels) sums.add(v), all_squares.add(v * v);
  const double sum = sums.value(), mean = sum / n;
  if (!std::isfinite(mean)) throw InputError("cannot be normalised: the image holds " + not_finite_voxels(image));
  const double sd = std::sqrt((all_squares.value() - sum * sum / n) / (n - 1));
  if (!(sd > 0)) throw InputError(fmt::format("cannot be normalised: all voxels hold {}; is the image blank?", mean));
  const double limit = config.remove_outliers, scale = 1 / sd;
  for (double& v : image.voxels) {
    v = (v - mean) * scale;
    if (limit > 0) v = std::clamp(v, -limit, limit);
    v *= config.normalize_scale;
  }
  image.type = VoxelType::float64;  // as SimpleITK gives it
  return image;
}

void fill_beyond_labels(Image& image, const LabelMap& labels) {
  if (!same_grid(image.grid, labels.grid)) return;
  for (std::size_t i = 0; i < image.voxels.size(); ++i)
    if (!std::isfinite(image.voxels[i]) && labels.voxels[i] == 0) image.voxels[i] = 0;
}

std::optional<Grid> resampled_grid(const Grid& grid, const Box& box, const ImageProcessingConfig& config) {
  Grid piece = grid;
  std::array<double, 3> corner;
  bool same = true;
  for (std::size_t a = 0; a < 3; ++a) {
    const double old = grid.spacing_mm[a];
    double spacing = config.resampled_spacing_mm[a];
    if (spacing == 0 || box.size[a] == 1) spacing = old;
    same = same && std::abs(old - spacing) <= 1e-8 + 1e-5 * std::abs(spacing);  // numpy.allclose
    const double ratio = old / spacing;
    const double last = std::ceil(grid.size[a] * ratio) - 1;
    const double low = std::max(0.0, std::floor((box.low[a] - 0.5) * ratio - config.pad_distance));
    const double high = std::min(last, std::ceil((box.low[a] + box.size[a] - 0.5) * ratio + config.pad_distance));
    piece.size[a] = static_cast<int>(high - low) + 1;
    piece.spacing_mm[a] = spacing;
    corner[a] = 0.5 * (spacing - old) / old + low / ratio;
  }
  if (same) return std::nullopt;
  piece.origin = grid.position_mm(corner[0], corner[1], corner[2]);
  return piece;
}

Grid centred_grid(const Grid& grid, const std::vector<double>& spacing_mm) {
  Grid result = grid;
  std::array<double, 3> first;
  for (std::size_t a = 0; a < 3; ++a) {
    const double old = grid.spacing_mm[a], spacing = spacing_mm[a] == 0 ? old : spacing_mm[a];
    result.size[a] = std::max(1, static_cast<int>(std::ceil(grid.size[a] * old / spacing - 1e-9)));
    result.spacing_mm[a] = spacing;
    first[a] = 0.5 * (grid.size[a] - 1) - 0.5 * (result.size[a] - 1) * spacing / old;
  }
  result.origin = grid.position_mm(first[0], first[1], first[2]);
  return result;
}

namespace {

/// Mean and population SD of the voxels that are kept. Throws NotFinite where there is none.
std::pair<double, double> spread(const std::vector<double>& intensities, const std::vector<bool>& keep) {
  double n = 0, sum = 0, squares = 0;
  for (std::size_t v = 0; v < keep.size(); ++v)
    if (keep[v]) n += 1, sum += intensities[v];
  const double mean = sum / n;
  if (!std::isfinite(mean)) require_finite(intensities);
  for (std::size_t v = 0; v < keep.size(); ++v)
    if (keep[v]) squares += (intensities[v] - mean) * (intensities[v] - mean);
  return {mean, std::sqrt(squares / n)};
}

}  // namespace

std::vector<bool> resegmentation(const std::vector<double>& intensities, const ImageProcessingConfig& config) {
  std::vector<bool> keep(intensities.size(), true);
  const auto restrict_to = [&](double low, double high) {
    for (std::size_t v = 0; v < keep.size(); ++v) keep[v] = keep[v] && intensities[v] >= low && intensities[v] <= high;
  };
  if (!config.resegment_range.empty() && !intensities.empty()) {
    std::vector<double> range = config.resegment_range;
    if (config.resegment_mode == "relative") {
      require_finite(intensities);
      const double highest = *std::max_element(intensities.begin(), intensities.end());
      for (double& bound : range) bound *= highest;
    } else if (config.resegment_mode == "sigma") {
      const auto [mean, sd] = spread(intensities, keep);
      for (double& bound : range) bound = mean + sd * bound;
    }
    restrict_to(range[0], range.size() == 2 ? range[1] : std::numeric_limits<double>::infinity());
  }
  if (config.resegment_outliers_sd > 0) {
    const auto [mean, sd] = spread(intensities, keep);
    restrict_to(mean - config.resegment_outliers_sd * sd, mean + config.resegment_outliers_sd * sd);
  }
  const auto left = std::count(keep.begin(), keep.end(), true);
  if (left < 2) {
    throw InputError(fmt::format("re-segmentation leaves {} of {} voxels; does the range suit these intensities?", left,
                                 keep.size()));
  }
  return keep;
}

Roi kept_voxels(const Roi& roi, const std::vector<bool>& keep) {
  // Through a label map of the old box, so that the new box is the voxels' own.
  LabelMap map;
  map.grid.size = roi.size;
  map.grid.spacing_mm = roi.spacing_mm;
  map.voxels.assign(static_cast<std::size_t>(map.grid.voxel_count()), 0);
  for (std::size_t v = 0; v < keep.size(); ++v) map.voxels[static_cast<std::size_t>(roi.voxels[v])] = keep[v];
  Roi kept = make_roi(map, 1);
  for (std::size_t a = 0; a < 3; ++a) kept.low[a] += roi.low[a];
  kept.grid_size = roi.grid_size;
  return kept;
}

void require_measurable(const Roi& roi, const ImageProcessingConfig& config) {
  if (roi.count() <= 1) throw InputError("the region is a single voxel");
  if (roi.dimensions() < config.minimum_roi_dimensions) {
    throw InputError(fmt::format("the region spans {} dimension{}; minimum_roi_dimensions is {}", roi.dimensions(),
                                 roi.dimensions() == 1 ? "" : "s", config.minimum_roi_dimensions));
  }
  if (config.minimum_roi_size > 0 && roi.count() <= config.minimum_roi_size) {
    throw InputError(
        fmt::format("the region has {} voxels; minimum_roi_size is {}", roi.count(), config.minimum_roi_size));
  }
}

Box grown(const Box& box, const std::array<int, 3>& margin, const std::array<int, 3>& size) {
  Box result;
  for (std::size_t a = 0; a < 3; ++a) {
    result.low[a] = std::max(0, box.low[a] - margin[a]);
    result.size[a] = std::min(size[a], box.low[a] + box.size[a] + margin[a]) - result.low[a];
  }
  return result;
}

LabelMap cut(const LabelMap& labels, const Box& box) {
  LabelMap part{cut(labels.grid, box), {}};
  part.voxels.reserve(static_cast<std::size_t>(part.grid.voxel_count()));
  for (int z = 0; z < box.size[2]; ++z) {
    for (int y = 0; y < box.size[1]; ++y) {
      const auto row = labels.voxels.begin() + static_cast<std::ptrdiff_t>(
                                                   labels.grid.index(box.low[0], box.low[1] + y, box.low[2] + z));
      part.voxels.insert(part.voxels.end(), row, row + box.size[0]);
    }
  }
  return part;
}

}  // namespace radiopath::radiology
