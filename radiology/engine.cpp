#include "radiology/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"
#include "radiology/first_order.h"
#include "radiology/intensity.h"
#include "radiology/local_intensity.h"
#include "radiology/morphology.h"
#include "radiology/shape.h"
#include "radiology/shape_2d.h"

namespace radiopath::radiology {
namespace {

bool of_original_alone(Family family) {
  return family == Family::kShape || family == Family::kShape2D || family == Family::kMorphology;
}

bool is_texture(Family family) {
  switch (family) {
    case Family::kGlcm:
    case Family::kGlrlm:
    case Family::kGlszm:
    case Family::kGldzm:
    case Family::kGldm:
    case Family::kNgtdm: return true;
    default: return false;
  }
}

std::vector<double> intensities_of(const Roi& roi, const Image& image) {
  std::vector<double> values;
  values.reserve(roi.grid_voxels.size());
  for (const std::int64_t place : roi.grid_voxels) values.push_back(image.voxels[static_cast<std::size_t>(place)]);
  return values;
}

/// Steps of the intensity-volume histogram: bins of a fixed size or number, or whole intensities, over the range of
/// re-segmentation where there is one. Source: IBSI manual v10, 3.5.
FeatureValues volume_histogram(const std::vector<double>& intensities, const std::vector<double>& range,
                               const FeaturesConfig& config) {
  if (intensities.empty()) return intensity_volume_histogram_values({}, {});
  const auto [low, high] = std::minmax_element(intensities.begin(), intensities.end());
  const double first = range.empty() ? *low : *std::min_element(range.begin(), range.end());
  const double last = range.size() == 2 ? *std::max_element(range.begin(), range.end()) : *high;
  if (config.ivh_bin_width > 0)
    return intensity_volume_histogram_values(intensities, {first, last, config.ivh_bin_width, BinPlace::kMiddle});
  const bool whole = std::all_of(intensities.begin(), intensities.end(), [](double v) { return v == std::floor(v); });
  if (whole && config.ivh_bin_count == 0) return intensity_volume_histogram_values(intensities, {first, last, 1});
  const int count = config.ivh_bin_count > 0 ? config.ivh_bin_count : 1000;
  const Discretized bins = discretize_ibsi_bin_number(intensities, count);
  std::vector<double> levels;
  for (const int rank : bins.level_of_voxel) levels.push_back(bins.levels[static_cast<std::size_t>(rank)]);
  return intensity_volume_histogram_values(levels, {1, static_cast<double>(count), 1});
}

/// Values of every family over one image, by family.
class ImageValues {
 public:
  ImageValues(const MeasuredRegion& region, const Image& image, const FeaturesConfig& config,
              const std::vector<double>& range, const std::vector<Family>& families)
      : region_(region), image_(image), config_(config), range_(range) {
    intensities_ = intensities_of(region.intensity, image);
    std::optional<double> lowest;
    if (!range.empty()) lowest = *std::min_element(range.begin(), range.end());
    levels_ = discretize(intensities_, config, lowest);
    std::vector<Family> textures;
    for (const Family family : families)
      if (is_texture(family)) textures.push_back(family);
    const Roi* const edge = profile_of(config) == Profile::kIbsi ? &region.morphological : nullptr;
    const auto values = texture_features(region.intensity, levels_, textures, texture_options_of(config), edge);
    for (std::size_t t = 0; t < textures.size(); ++t) textures_.emplace_back(textures[t], values[t]);
  }

  FeatureValues of(Family family) const {
    const auto& spacing = region_.grid.spacing_mm;
    switch (family) {
      case Family::kFirstOrder:
        return first_order_values(intensities_, levels_, spacing[0] * spacing[1] * spacing[2], config_.voxel_array_shift);
      case Family::kShape: return shape_values(region_.morphological, profile_of(config_));
      case Family::kShape2D: return shape_2d_values(region_.morphological, 2 - config_.force_2d_dimension);
      case Family::kMorphology:
        return morphology_values(region_.morphological, region_.intensity, region_.grid.size, intensities_);
      case Family::kLocalIntensity: return local_intensity_values(region_.intensity, region_.grid, image_.voxels);
      case Family::kIntensityStatistics: return intensity_statistics_values(intensities_);
      case Family::kIntensityHistogram: return intensity_histogram_values(levels_);
      case Family::kIntensityVolumeHistogram: return volume_histogram(intensities_, range_, config_);
      default: break;
    }
    const auto found =
        std::find_if(textures_.begin(), textures_.end(), [&](const auto& entry) { return entry.first == family; });
    return found->second;
  }

 private:
  const MeasuredRegion& region_;
  const Image& image_;
  const FeaturesConfig& config_;
  const std::vector<double>& range_;
  std::vector<double> intensities_;
  Discretized levels_;
  std::vector<std::pair<Family, FeatureValues>> textures_;
};

/// One image's part of a row.
std::vector<EngineValue> measure_image(const MeasuredRegion& region, const DerivedImage& image,
                                       const FeaturesConfig& config, const std::vector<double>& range) {
  std::vector<FamilyColumns> wanted = family_columns(config);
  std::erase_if(wanted, [&](const auto& f) { return of_original_alone(f.family) && image.name != "original"; });
  std::vector<EngineValue> row;
  const auto none = [&](const std::string& reason) {
    for (const auto& family : wanted) row.insert(row.end(), family.columns.size(), {std::nan(""), reason});
    return row;
  };
  if (!image.image) return none(image.reason);
  const auto intensities = intensities_of(region.intensity, *image.image);
  if (image.name != "original" &&
      !std::all_of(intensities.begin(), intensities.end(), [](double v) { return std::isfinite(v); }))
    return none("the filter has no value at some voxels of the region");
  std::vector<Family> families;
  for (const auto& family : wanted) families.push_back(family.family);
  const ImageValues values(region, *image.image, config, range, families);
  for (const auto& family : wanted) {
    const FeatureValues found = values.of(family.family);
    for (const std::size_t place : family.places) row.push_back({found[place].value, std::string(describe(found[place].status))});
  }
  return row;
}

/// What a label's features are measured on, after PyRadiomics' checks.
struct Prepared {
  MeasuredRegion region;
  std::string failure;
};

Mask all_labels(const LabelMap& map, const std::vector<int>& labels) {
  Mask mask{map.grid, std::vector<std::uint8_t>(map.voxels.size())};
  for (std::size_t i = 0; i < map.voxels.size(); ++i)
    mask.voxels[i] = map.voxels[i] != 0 && std::find(labels.begin(), labels.end(), map.voxels[i]) != labels.end();
  return mask;
}

Prepared prepare(const Image& image, const std::vector<DerivedImage>& derived, const LabelMap& part, int label,
                 const RadiomicsConfig& config, const Box& box) {
  Prepared prepared;
  try {
    Roi roi = make_roi(part, label);
    require_measurable(roi, config.processing);
    const auto keep = resegmentation(intensities_of(roi, cut(image, box)), config.processing);
    Roi kept = kept_voxels(roi, keep);
    require_measurable(kept, config.processing);
    if (config.processing.resegment_shape) roi = kept;
    prepared.region = {std::move(roi), std::move(kept), derived, part.grid};
  } catch (const InputError& error) {
    prepared.failure = error.what();
  }
  return prepared;
}

/// Rows of labels that share image and map.
void extract_group(const Image& image, const LabelMap& map, const std::vector<int>& labels,
                   const RadiomicsConfig& config, std::vector<RegionRow*> rows) {
  const Mask region = all_labels(map, labels);
  Box box = bounding_box(region);
  if (box.size[0] == 0) {
    for (RegionRow* row : rows)
      if (row->failure.empty()) row->failure = "no voxel of the label is left after resampling";
    return;
  }
  const auto& families = config.features.families;
  if (std::find(families.begin(), families.end(), "local_intensity") != families.end()) {
    std::array<int, 3> reach;
    for (std::size_t a = 0; a < 3; ++a) reach[a] = static_cast<int>(std::ceil(6.3 / image.grid.spacing_mm[a]));
    box = grown(box, reach, image.grid.size);
  }
  const auto derived = derived_images(image, box, config.features);
  const LabelMap part = cut(map, box);
  std::vector<double> range = config.processing.resegment_mode == "absolute" ? config.processing.resegment_range
                                                                            : std::vector<double>();
  for (std::size_t l = 0; l < labels.size(); ++l) {
    if (!rows[l]->failure.empty()) continue;
    Prepared prepared = prepare(image, derived, part, labels[l], config, box);
    rows[l]->failure = prepared.failure;
    if (!prepared.failure.empty()) continue;
    try {
      rows[l]->values = measure(prepared.region, config.features, range);
    } catch (const InputError& error) {
      rows[l]->failure = error.what();
    }
  }
}

void extract_ibsi_resampled(const Image& image, const LabelMap& map, const std::vector<int>& labels,
                            const RadiomicsConfig& config, const std::vector<RegionRow*>& rows) {
  const auto& processing = config.processing;
  const Grid grid = centred_grid(image.grid, processing.resampled_spacing_mm);
  Image resampled = resample_image({image.grid, image.voxels, VoxelType::float64}, grid, processing.interpolator);
  if (processing.round_intensities)
    for (double& v : resampled.voxels) v = std::round(v);
  for (std::size_t l = 0; l < labels.size(); ++l) {  // interpolated regions may overlap
    extract_group(resampled, interpolate_label(map, labels[l], grid), {labels[l]}, config, {rows[l]});
  }
}

/// PyRadiomics' resampling or pre-crop of one label's surroundings.
void extract_cropped(const Image& image, const LabelMap& map, int label, const RadiomicsConfig& config,
                     RegionRow& row) {
  const auto& processing = config.processing;
  if (!processing.resampled_spacing_mm.empty()) {
    if (const auto grid = resampled_grid(image.grid, row.box, processing)) {
      extract_group(resample_image(image, *grid, processing.interpolator), resample_labels(map, *grid), {label}, config,
                    {&row});
      return;
    }
  }
  const Box box = grown(row.box, {processing.pad_distance, processing.pad_distance, processing.pad_distance}, map.grid.size);
  extract_group(cut(image, box), cut(map, box), {label}, config, {&row});
}

void require_settings(const RadiomicsConfig& config) {
  engine_columns(config.features);
  texture_options_of(config.features);
  const auto& spacing = config.processing.resampled_spacing_mm;
  if (!spacing.empty() && (spacing.size() != 3 || *std::min_element(spacing.begin(), spacing.end()) < 0))
    throw InputError("resampled_spacing_mm: expected three numbers from 0, as [1, 1, 1]");
}

}  // namespace

std::vector<EngineColumn> engine_columns(const FeaturesConfig& config) {
  std::vector<EngineColumn> columns;
  const auto families = family_columns(config);
  for (const auto& image : image_names(config)) {
    for (const auto& family : families) {
      if (of_original_alone(family.family) && image != "original") continue;
      for (const auto& feature : family.columns) {
        columns.push_back(
            {fmt::format("{}_{}_{}", image, name_of(family.family), feature.name), image, family.family, feature});
      }
    }
  }
  return columns;
}

std::vector<EngineValue> measure(const MeasuredRegion& region, const FeaturesConfig& config,
                                 const std::vector<double>& resegment_range) {
  const auto parts = parallel_map(static_cast<std::int64_t>(region.images.size()), [&](std::int64_t i) {
    return measure_image(region, region.images[static_cast<std::size_t>(i)], config, resegment_range);
  });
  std::vector<EngineValue> row;
  for (const auto& part : parts) row.insert(row.end(), part.begin(), part.end());
  return row;
}

namespace {

/// Numbers the 26-connected pieces of the nonzero voxels from 1, in the order of their first voxels.
void number_components(LabelMap& map) {
  const auto& size = map.grid.size;
  for (auto& v : map.voxels) v = static_cast<std::int16_t>(v != 0 ? -1 : 0);
  int count = 0;
  std::vector<std::array<int, 3>> open;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) {
        if (map.voxels[map.grid.index(x, y, z)] != -1) continue;
        if (++count > 32767) throw InputError("the mask has more than 32767 connected pieces");
        map.voxels[map.grid.index(x, y, z)] = static_cast<std::int16_t>(count);
        open.push_back({x, y, z});
        while (!open.empty()) {
          const auto at = open.back();
          open.pop_back();
          for (int k = std::max(0, at[2] - 1); k <= std::min(size[2] - 1, at[2] + 1); ++k) {
            for (int j = std::max(0, at[1] - 1); j <= std::min(size[1] - 1, at[1] + 1); ++j) {
              for (int i = std::max(0, at[0] - 1); i <= std::min(size[0] - 1, at[0] + 1); ++i) {
                auto& voxel = map.voxels[map.grid.index(i, j, k)];
                if (voxel != -1) continue;
                voxel = static_cast<std::int16_t>(count);
                open.push_back({i, j, k});
              }
            }
          }
        }
      }
    }
  }
}

}  // namespace

std::vector<int> choose_labels(LabelMap& map, const std::string& labels) {
  if (labels == "merge")
    for (auto& v : map.voxels) v = static_cast<std::int16_t>(v != 0);
  if (labels == "each-component") number_components(map);
  if (labels == "merge" || labels == "each-component" || labels == "all") {
    std::set<int> held;
    for (const auto v : map.voxels)
      if (v != 0) held.insert(v);
    if (held.empty()) throw InputError("the mask is empty: no voxel is nonzero");
    return {held.begin(), held.end()};
  }
  std::vector<int> chosen;
  std::size_t start = 0;
  while (start <= labels.size()) {
    const std::size_t comma = std::min(labels.find(',', start), labels.size());
    const auto number = parse_double(labels.substr(start, comma - start));
    if (!number || *number != std::floor(*number) || *number < 1 || *number > 32767) {
      throw InputError(fmt::format(
          "labels: '{}'; expected whole numbers from 1 as \"1\" or \"1,3\", or all, merge or each-component", labels));
    }
    chosen.push_back(static_cast<int>(*number));
    start = comma + 1;
  }
  return chosen;
}

std::vector<RegionRow> extract_regions(const Image& image, LabelMap map, const RadiomicsConfig& config) {
  require_settings(config);
  if (!same_grid(image.grid, map.grid)) {
    if (!config.processing.resample_mask) {
      throw InputError(grid_difference("image", image.grid, "mask", map.grid) +
                       " Set processing.resample_mask = true (--resample-mask) to put the mask on the image's grid.");
    }
    map = resample_labels(map, image.grid);
  }
  map.grid = image.grid;  // equal but for what headers blur
  const std::vector<int> labels = choose_labels(map, config.labels);
  std::set<int> held;
  for (const auto v : map.voxels)
    if (v != 0) held.insert(v);
  std::vector<RegionRow> rows;
  for (const int label : labels) {
    RegionRow row;
    row.label = label;
    const Mask mask = all_labels(map, {label});
    row.voxels = mask.count();
    row.box = bounding_box(mask);
    if (row.voxels == 0 && held.empty()) row.failure = "the mask is empty: no voxel is nonzero";
    if (row.voxels == 0 && !held.empty()) {
      std::vector<std::string> names;
      for (const int h : held) names.push_back(std::to_string(h));
      row.failure = fmt::format("no voxel has label {}; the mask holds {}", label, join_names(names));
    }
    rows.push_back(std::move(row));
  }
  std::vector<RegionRow*> all;
  for (auto& row : rows) all.push_back(&row);
  Image normalized;
  if (config.processing.normalize) normalized = normalize_image(image, config.processing);
  const Image& used = config.processing.normalize ? normalized : image;
  const bool resamples = !config.processing.resampled_spacing_mm.empty();
  if (resamples && profile_of(config.features) == Profile::kIbsi) {
    extract_ibsi_resampled(used, map, labels, config, all);
  } else if (resamples || config.processing.pre_crop) {
    for (RegionRow& row : rows)
      if (row.failure.empty()) extract_cropped(used, map, row.label, config, row);
  } else {
    extract_group(used, map, labels, config, all);
  }
  return rows;
}

}  // namespace radiopath::radiology
