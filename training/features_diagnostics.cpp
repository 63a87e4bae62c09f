#include "training/features_diagnostics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <type_traits>

#include "core/hash.h"
#include "core/table.h"
#include "core/version.h"

namespace radiopath::training {
namespace {

using namespace radiology;
using Json = nlohmann::ordered_json;

const std::string kPrefix = "diagnostics_";
const std::vector<std::string> kOfRun = {"Versions_radiopath", "Configuration_Settings_Hash", "Configuration_Settings",
                                         "Configuration_EnabledImageTypes"};
const std::vector<std::string> kOfImage = {"Hash", "Dimensionality", "Spacing", "Size", "Mean", "Minimum", "Maximum"};
const std::vector<std::string> kOfRegion = {"BoundingBox", "VoxelNum", "VolumeNum", "CenterOfMassIndex",
                                            "CenterOfMass"};
const std::vector<std::string> kOfIntensities = {"Mean", "Minimum", "Maximum"};

/// As PyRadiomics prints tuples.
template <class Range>
std::string tuple_text(const Range& values) {
  return fmt::format("({})", fmt::join(values, ", "));
}

Json json_of(const std::vector<Setting>& settings) {
  Json json = Json::object();
  for (const auto& setting : settings) {
    json[setting.info.name] = std::visit(
        [](const auto& target) -> Json {
          using Target = std::decay_t<decltype(target)>;
          if constexpr (std::is_same_v<Target, std::vector<Setting>>) {
            return json_of(target);
          } else if constexpr (std::is_same_v<Target, SettingMap>) {
            Json named = Json::object();
            for (const auto& key : target.keys()) named[key] = json_of(target.at(key));
            return named;
          } else if constexpr (std::is_same_v<Target, NumbersOrWord*>) {
            return std::visit([](const auto& value) { return Json(value); }, *target);
          } else if constexpr (std::is_same_v<Target, std::filesystem::path*>) {
            return target->string();
          } else {
            return *target;
          }
        },
        setting.target);
  }
  return json;
}

bool resamples(const RadiomicsConfig& config) { return !config.processing.resampled_spacing_mm.empty(); }
bool resegments(const RadiomicsConfig& config) {
  return !config.processing.resegment_range.empty() || config.processing.resegment_outliers_sd > 0;
}

/// Pieces that are connected by faces, edges or corners.
int connected_pieces(const Roi& roi) {
  std::vector<char> open(static_cast<std::size_t>(roi.size[0]) * roi.size[1] * roi.size[2], 0);
  for (const std::int32_t voxel : roi.voxels) open[static_cast<std::size_t>(voxel)] = 1;
  const int row = roi.size[0], slice = roi.size[0] * roi.size[1];  // the box has a margin: neighbours are in it
  int pieces = 0;
  std::vector<std::int32_t> stack;
  const auto take = [&](std::int32_t voxel) {
    if (open[static_cast<std::size_t>(voxel)] == 0) return false;
    open[static_cast<std::size_t>(voxel)] = 0;
    stack.push_back(voxel);
    return true;
  };
  for (const std::int32_t first : roi.voxels) {
    pieces += take(first) ? 1 : 0;
    while (!stack.empty()) {
      const std::int32_t at = stack.back();
      stack.pop_back();
      for (int z = -slice; z <= slice; z += slice)
        for (int y = -row; y <= row; y += row)
          for (int x = -1; x <= 1; ++x) take(at + z + y + x);
    }
  }
  return pieces;
}

/// Figures of a region that starts `shift` voxels into `grid`.
void add_region(Diagnostics& cells, const std::string& prefix, const Roi& roi, const std::array<int, 3>& shift,
                const Grid& grid) {
  if (roi.voxels.empty()) return;
  std::array<double, 3> sum = {};
  for (const std::int32_t voxel : roi.voxels) {
    const auto at = roi.grid_place(voxel);
    for (std::size_t a = 0; a < 3; ++a) sum[a] += at[a];
  }
  std::vector<int> box;
  for (std::size_t a = 0; a < 3; ++a) {
    box.push_back(roi.low[a] + 1 + shift[a]);
    sum[a] = sum[a] / static_cast<double>(roi.count()) + shift[a];
  }
  for (std::size_t a = 0; a < 3; ++a) box.push_back(roi.size[a] - 2);
  cells[prefix + "BoundingBox"] = tuple_text(box);
  cells[prefix + "VoxelNum"] = std::to_string(roi.count());
  cells[prefix + "VolumeNum"] = std::to_string(connected_pieces(roi));
  cells[prefix + "CenterOfMassIndex"] = tuple_text(sum);
  cells[prefix + "CenterOfMass"] = tuple_text(grid.position_mm(sum[0], sum[1], sum[2]));
}

void add_intensities(Diagnostics& cells, const std::string& prefix, const Roi& roi, const MeasuredRegion& region) {
  if (!region.original || roi.voxels.empty()) return;
  const auto values = intensities_in(roi, *region.original);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  cells[prefix + "Mean"] = format_double(sum / static_cast<double>(values.size()));
  cells[prefix + "Minimum"] = format_double(*low);
  cells[prefix + "Maximum"] = format_double(*high);
}

/// The grid that a region's surroundings were resampled to.
Grid interpolated_grid(const Grid& image, const Box& box, const RadiomicsConfig& config) {
  const auto& processing = config.processing;
  if (profile_of(config.features) == Profile::kIbsi) return centred_grid(image, processing.resampled_spacing_mm);
  if (const auto grid = resampled_grid(image, box, processing)) return *grid;
  const int pad = processing.pad_distance;
  return cut(image, grown(box, {pad, pad, pad}, image.size));
}

/// Voxels from the corner of `whole` to that of `part`, a piece of it.
std::array<int, 3> shift_of(const Grid& part, const Grid& whole) {
  std::array<int, 3> shift = {};
  for (std::size_t a = 0; a < 3; ++a) {
    double steps = 0;
    for (std::size_t row = 0; row < 3; ++row)
      steps += whole.direction[3 * row + a] * (part.origin[row] - whole.origin[row]);
    shift[a] = static_cast<int>(std::lround(steps / whole.spacing_mm[a]));
  }
  return shift;
}

}  // namespace

std::vector<std::string> diagnostic_columns(const RadiomicsConfig& config) {
  std::vector<std::string> columns;
  const auto add = [&](const std::string& of, const std::vector<std::string>& names) {
    for (const auto& name : names) columns.push_back(kPrefix + of + name);
  };
  const std::vector<std::string> geometry = {"Spacing", "Size"};
  add("", kOfRun);
  add("Image-original_", kOfImage);
  add("Mask-original_", {"Hash"});
  add("Mask-original_", geometry);
  add("Mask-original_", kOfRegion);
  if (config.processing.resample_mask) add("Mask-corrected_", {"BoundingBox", "VoxelNum"});
  if (resamples(config)) add("Image-interpolated_", geometry);
  for (const auto& [stage, there] : {std::pair{"Mask-interpolated_", resamples(config)},
                                     std::pair{"Mask-resegmented_", resegments(config)}}) {
    if (!there) continue;
    add(stage, geometry);
    add(stage, kOfRegion);
    add(stage, kOfIntensities);
  }
  return columns;
}

Diagnostics run_diagnostics(const RadiomicsConfig& config) {
  RadiomicsConfig copy = config;
  const auto settings = settings_of(copy);
  std::vector<std::string> images = config.features.image_types;
  for (const auto& filter : named_filters(config.features.filters, extent_of(config.features)))
    images.push_back(filter.name);
  return {{kPrefix + kOfRun[0], fmt::format("{} ({})", version(), git_commit())},
          {kPrefix + kOfRun[1], hash_text(write_config(settings))},
          {kPrefix + kOfRun[2], json_of(settings).dump()},
          {kPrefix + kOfRun[3], Json(images).dump()}};
}

Diagnostics file_diagnostics(const ImageFile& image, const LabelFile& mask) {
  const auto [mean, low, high] = summary_of(image.image);
  const std::string of_image = kPrefix + "Image-original_", of_mask = kPrefix + "Mask-original_";
  return {{of_image + "Hash", image.voxel_hash},
          {of_image + "Dimensionality", fmt::format("{}D", image.dimensions)},
          {of_image + "Spacing", tuple_text(image.image.grid.spacing_mm)},
          {of_image + "Size", tuple_text(image.image.grid.size)},
          {of_image + "Mean", format_double(mean)},
          {of_image + "Minimum", format_double(low)},
          {of_image + "Maximum", format_double(high)},
          {of_mask + "Hash", mask.voxel_hash},
          {of_mask + "Spacing", tuple_text(mask.labels.grid.spacing_mm)},
          {of_mask + "Size", tuple_text(mask.labels.grid.size)}};
}

std::map<int, Diagnostics> mask_diagnostics(const LabelMap& labels, const RadiomicsConfig& config) {
  std::map<int, Diagnostics> cells;
  const auto* word = std::get_if<std::string>(&config.labels);
  LabelMap changed;  // by the word
  if (word != nullptr) {
    changed = labels;
    choose_labels(changed, config.labels);
  }
  const LabelMap& map = word != nullptr ? changed : labels;
  const auto* numbers = std::get_if<std::vector<int>>(&config.labels);
  for (const LabelFacts& facts : facts_of(map)) {
    if (numbers != nullptr && std::find(numbers->begin(), numbers->end(), facts.label) == numbers->end()) continue;
    add_region(cells[facts.label], kPrefix + "Mask-original_", make_roi(cut(map, facts.box), facts.label),
               facts.box.low, map.grid);
  }
  return cells;
}

Diagnostics region_diagnostics(const MeasuredRegion& region, const Grid& image, const RadiomicsConfig& config) {
  Diagnostics cells;
  Grid grid = image;
  if (resamples(config)) {
    grid = interpolated_grid(image, region.box, config);
    cells[kPrefix + "Image-interpolated_Spacing"] = tuple_text(grid.spacing_mm);
    cells[kPrefix + "Image-interpolated_Size"] = tuple_text(grid.size);
  }
  const auto shift = shift_of(region.grid, grid);
  const auto add = [&](const std::string& stage, const Roi& roi) {
    const std::string prefix = kPrefix + "Mask-" + stage + "_";
    cells[prefix + "Spacing"] = tuple_text(grid.spacing_mm);
    cells[prefix + "Size"] = tuple_text(grid.size);
    add_region(cells, prefix, roi, shift, grid);
    add_intensities(cells, prefix, roi, region);
  };
  // With resegment_shape the region before re-segmentation is gone.
  const bool kept = !(resegments(config) && config.processing.resegment_shape);
  if (resamples(config) && kept) add("interpolated", region.morphological);
  if (resegments(config)) add("resegmented", region.intensity);
  return cells;
}

}  // namespace radiopath::training
