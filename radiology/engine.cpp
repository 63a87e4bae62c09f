#include "radiology/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "core/error.h"
#include "core/parallel.h"
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

std::string column_name(const std::string& image, Family family, const FeatureColumn& feature) {
  return fmt::format("{}_{}_{}", image, name_of(family), feature.name);
}

/// Values of every family over one image, by family.
class ImageValues {
 public:
  ImageValues(const MeasuredRegion& region, const Image& image, const FeaturesConfig& config,
              const std::vector<double>& range, const std::vector<Family>& families)
      : region_(region), image_(image), config_(config), range_(range) {
    std::optional<double> lowest;
    if (!range.empty()) lowest = *std::min_element(range.begin(), range.end());
    levels_ = discretize(intensities_in(region.intensity, image), config, lowest);
    measure_textures(families);
    intensities_ = intensities_in(region.intensity, image);  // again, so that they take no memory beside textures
  }

  FeatureValues of(Family family) const {
    const auto& spacing = region_.grid.spacing_mm;
    switch (family) {
      case Family::kFirstOrder:
        return first_order_values(intensities_, levels_, spacing[0] * spacing[1] * spacing[2], config_.voxel_array_shift);
      case Family::kShape: return shape_values(region_.morphological, profile_of(config_));
      case Family::kShape2D: return shape_2d_values(region_.morphological, 2 - config_.force_2d_dimension);
      case Family::kMorphology:
        return morphology_values(region_.morphological, region_.intensity, intensities_);
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
  void measure_textures(const std::vector<Family>& families) {
    std::vector<Family> textures;
    for (const Family family : families)
      if (is_texture(family)) textures.push_back(family);
    if (textures.empty()) return;
    const Roi* const edge = profile_of(config_) == Profile::kIbsi ? &region_.morphological : nullptr;
    const auto values = texture_features(region_.intensity, levels_, textures, texture_options_of(config_), edge);
    for (std::size_t t = 0; t < textures.size(); ++t) textures_.emplace_back(textures[t], values[t]);
  }

  const MeasuredRegion& region_;
  const Image& image_;
  const FeaturesConfig& config_;
  const std::vector<double>& range_;
  std::vector<double> intensities_;
  Discretized levels_;
  std::vector<std::pair<Family, FeatureValues>> textures_;
};

bool finite_in(const Roi& roi, const Image& image) {
  bool finite = true;
  roi.for_each_index([&](std::size_t index) { finite = finite && std::isfinite(image.voxels[index]); });
  return finite;
}

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
  if (image.name != "original" && !finite_in(region.intensity, *image.image))
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

}  // namespace

std::vector<EngineColumn> engine_columns(const FeaturesConfig& config) {
  std::vector<EngineColumn> columns;
  const auto families = family_columns(config);
  for (const auto& image : image_names(config)) {
    for (const auto& family : families) {
      if (of_original_alone(family.family) && image != "original") continue;
      for (const auto& feature : family.columns) {
        columns.push_back(
            {column_name(image, family.family, feature), image, family.family, feature});
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

std::vector<RegionRow> extract_regions(const Image& image, LabelMap labels, const RadiomicsConfig& config,
                                       const RegionObserver& observe) {
  std::vector<double> range;
  if (config.processing.resegment_mode == "absolute") range = config.processing.resegment_range;
  std::map<std::size_t, std::vector<EngineValue>> values;
  const auto keep = [&](std::size_t place, const MeasuredRegion& region) {
    if (observe) observe(region);
    values[place] = measure(region, config.features, range);
  };
  const auto regions = for_each_region(image, std::move(labels), config, 0, keep);
  std::vector<RegionRow> rows;
  for (std::size_t place = 0; place < regions.size(); ++place) rows.push_back({regions[place], values[place]});
  return rows;
}

std::vector<EngineColumn> map_columns(const FeaturesConfig& config) {
  std::vector<EngineColumn> columns = engine_columns(config);
  std::erase_if(columns, [](const auto& c) { return !is_texture(c.family) && c.family != Family::kFirstOrder; });
  if (columns.empty())
    throw InputError("voxel-based maps: none of the families has them; they are of firstorder and the texture families");
  return columns;
}

std::vector<LabelledRegion> extract_maps(
    const Image& image, LabelMap labels, const RadiomicsConfig& config,
    const std::function<void(int label, const std::string& column, const Image& map)>& keep) {
  std::set<std::string> wanted;
  VoxelMapOptions options;
  options.families.clear();
  for (const auto& column : map_columns(config.features)) {
    wanted.insert(column.name);
    if (std::find(options.families.begin(), options.families.end(), column.family) == options.families.end())
      options.families.push_back(column.family);
  }
  options.kernel_radius = config.maps.kernel_radius;
  options.kernel = config.maps.masked_kernel ? Kernel::kMasked : Kernel::kWhole;
  options.voxel_array_shift = config.features.voxel_array_shift;
  options.texture = texture_options_of(config.features);
  options.discretize = [&](const std::vector<double>& intensities) { return discretize(intensities, config.features); };
  const auto map_region = [&](std::size_t, const MeasuredRegion& region) {
    for (const DerivedImage& derived : region.images) {
      if (!derived.image) throw InputError(derived.name + ": " + derived.reason);
      const VoxelMaps maps = voxel_maps(*derived.image, region.intensity, options);
      for (std::size_t f = 0; f < maps.features.size(); ++f) {
        const std::string column = column_name(derived.name, maps.features[f].first, maps.features[f].second);
        if (!wanted.contains(column)) continue;
        keep(region.label, column, map_image(maps.values[f], region.intensity, region.grid, options.kernel_radius,
                                             config.maps.initial_value));
      }
    }
  };
  return for_each_region(image, std::move(labels), config, options.kernel_radius, map_region);
}

}  // namespace radiopath::radiology
