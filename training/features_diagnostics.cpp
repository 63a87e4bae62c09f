#include "training/features_diagnostics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
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

void add_summary(Diagnostics& cells, const std::string& prefix, const ImageSummary& summary) {
  cells[prefix + "Mean"] = format_double(summary.mean);
  cells[prefix + "Minimum"] = format_double(summary.minimum);
  cells[prefix + "Maximum"] = format_double(summary.maximum);
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
  if (resamples(config)) {
    add("Image-interpolated_", geometry);
    add("Image-interpolated_", kOfIntensities);
  }
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
  const std::string of_image = kPrefix + "Image-original_", of_mask = kPrefix + "Mask-original_";
  Diagnostics cells = {{of_image + "Hash", image.voxel_hash},
                       {of_image + "Dimensionality", fmt::format("{}D", image.dimensions)},
                       {of_image + "Spacing", tuple_text(image.image.grid.spacing_mm)},
                       {of_image + "Size", tuple_text(image.image.grid.size)},
                       {of_mask + "Hash", mask.voxel_hash},
                       {of_mask + "Spacing", tuple_text(mask.labels.grid.spacing_mm)},
                       {of_mask + "Size", tuple_text(mask.labels.grid.size)}};
  add_summary(cells, of_image, summary_of(image.image.voxels));
  return cells;
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

Diagnostics region_diagnostics(const MeasuredRegion& region, const RadiomicsConfig& config) {
  Diagnostics cells;
  const Image& image = *region.processed;
  const auto add_grid = [&](const std::string& prefix) {
    cells[prefix + "Spacing"] = tuple_text(image.grid.spacing_mm);
    cells[prefix + "Size"] = tuple_text(image.grid.size);
  };
  const auto add_mask = [&](const std::string& stage, const Roi& roi) {
    const std::string prefix = kPrefix + "Mask-" + stage + "_";
    add_grid(prefix);
    add_region(cells, prefix, roi, region.low, image.grid);
    std::vector<double> intensities;
    for (const std::int32_t voxel : roi.voxels) {
      const auto at = roi.grid_place(voxel);
      intensities.push_back(
          image.voxels[image.grid.index(at[0] + region.low[0], at[1] + region.low[1], at[2] + region.low[2])]);
    }
    add_summary(cells, prefix, summary_of(intensities));
  };
  if (resamples(config)) {
    const std::string prefix = kPrefix + "Image-interpolated_";
    add_grid(prefix);
    add_summary(cells, prefix, summary_of(image.voxels));
    add_mask("interpolated", *region.unsegmented);
  }
  if (resegments(config)) add_mask("resegmented", region.intensity);
  return cells;
}

}  // namespace radiopath::training
