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

/// A value and what is to be known about it.
EngineValue engine_value(const FeatureValue& found) { return {found.value, std::string(describe(found.status))}; }

std::vector<EngineValue> chosen(const FamilyColumns& family, const FeatureValues& found) {
  std::vector<EngineValue> values;
  for (const std::size_t place : family.places) values.push_back(engine_value(found[place]));
  return values;
}

bool finite_in(const Roi& roi, const Image& image) {
  bool finite = true;
  roi.for_each_index([&](std::size_t index) { finite = finite && std::isfinite(image.voxels[index]); });
  return finite;
}

/// Values of every family over one image, by family. What keeps grey levels from being made is no obstacle to features
/// that need none.
class ImageValues {
 public:
  ImageValues(const MeasuredRegion& region, const DerivedImage& image, const FeaturesConfig& config,
              const std::vector<double>& range, const std::vector<FamilyColumns>& families)
      : region_(region), image_(image), config_(config), range_(range) {
    auto intensities = intensities_in(region.intensity, *image.image);
    make_levels(intensities);
    intensities = {};  // made again below, so that they take no memory beside textures
    if (levels_failure_.empty()) measure_textures(families);
    intensities_ = intensities_in(region.intensity, *image.image);
    levels_note_ = note_on_levels();
  }

  std::vector<EngineValue> of(const FamilyColumns& family) {
    if (!levels_failure_.empty() && (is_texture(family.family) || family.family == Family::kIntensityHistogram))
      return std::vector<EngineValue>(family.columns.size(), {std::nan(""), levels_failure_});
    std::vector<EngineValue> values = chosen(family, found_of(family.family));
    for (std::size_t c = 0; c < values.size(); ++c)
      if (is_discretised(family.family, family.columns[c])) add_note(values[c]);
    return values;
  }

 private:
  void make_levels(const std::vector<double>& intensities) {
    std::optional<double> lowest;
    if (!range_.empty()) lowest = *std::min_element(range_.begin(), range_.end());
    try {
      levels_ = discretize(intensities, config_, lowest);
    } catch (const NotFinite&) {
      throw;  // nothing can be measured
    } catch (const InputError& error) {
      levels_failure_ = image_.name + ": " + error.what();
      levels_ = {std::vector<int>(intensities.size()), {1}, {static_cast<double>(intensities.size())}, 1};
    }
  }

  static bool is_discretised(Family family, const FeatureColumn& column) {
    if (family == Family::kFirstOrder) return column.name == "Entropy" || column.name == "Uniformity";
    return is_texture(family) || family == Family::kIntensityHistogram;
  }

  /// Of a region that is not flat though its levels are few: often the width suits another unit. Filtered images have
  /// few levels in the usual course of things; there one level alone is worth a word.
  std::string note_on_levels() const {
    if (intensities_.empty() || !levels_failure_.empty()) return "";
    const auto [low, high] = std::minmax_element(intensities_.begin(), intensities_.end());
    const std::size_t count = levels_.levels.size(), most = image_.name == "original" && config_.bin_count == 0 ? 4 : 1;
    if (*low == *high || count > most) return "";
    const std::string bins = count == 1 ? "one bin" : fmt::format("{} bins", count);
    return config_.bin_count > 0
               ? fmt::format("intensities {:.6g} to {:.6g} fall into {} of {}", *low, *high, bins, config_.bin_count)
               : fmt::format("intensities {:.6g} to {:.6g} fall into {} of width {:g}; see --suggest-bins", *low, *high,
                             bins, config_.bin_width);
  }

  /// Stands beside the image's first discretised value and those that would be called flat.
  void add_note(EngineValue& value) {
    if (!levels_failure_.empty()) value = {std::nan(""), levels_failure_};
    else if (!levels_note_.empty() &&
             ((!noted_ && value.reason.empty()) || value.reason == describe(Status::kFlatRegion))) {
      value.reason = levels_note_;
      noted_ = true;
    }
  }

  FeatureValues found_of(Family family) const {
    switch (family) {
      case Family::kFirstOrder:
        return first_order_values(intensities_, levels_, region_.grid.voxel_volume_mm3(), config_.voxel_array_shift);
      case Family::kLocalIntensity:
        return local_intensity_values(region_.intensity, region_.grid, image_.image->voxels);
      case Family::kIntensityStatistics: return intensity_statistics_values(intensities_);
      case Family::kIntensityHistogram: return intensity_histogram_values(levels_);
      case Family::kIntensityVolumeHistogram: return volume_histogram(intensities_, range_, config_);
      default: break;
    }
    const auto found =
        std::find_if(textures_.begin(), textures_.end(), [&](const auto& entry) { return entry.first == family; });
    return found->second;
  }

  void measure_textures(const std::vector<FamilyColumns>& families) {
    std::vector<Family> textures;
    for (const auto& family : families)
      if (is_texture(family.family)) textures.push_back(family.family);
    if (textures.empty()) return;
    const Roi* const edge = profile_of(config_) == Profile::kIbsi ? &region_.morphological : nullptr;
    const auto values = texture_features(region_.intensity, levels_, textures, texture_options_of(config_), edge);
    for (std::size_t t = 0; t < textures.size(); ++t) textures_.emplace_back(textures[t], values[t]);
  }

  const MeasuredRegion& region_;
  const DerivedImage& image_;
  const FeaturesConfig& config_;
  const std::vector<double>& range_;
  std::vector<double> intensities_;
  Discretized levels_;
  std::string levels_failure_, levels_note_;
  bool noted_ = false;
  std::vector<std::pair<Family, FeatureValues>> textures_;
};

/// Why a filtered image cannot be measured in a region; "" when it can.
std::string unmeasurable(const MeasuredRegion& region, const DerivedImage& image) {
  if (!image.image) return image.reason;
  if (image.name == "original" || finite_in(region.intensity, *image.image)) return "";
  if (region.not_finite.empty()) return "the filter has no value at some voxels of the region";
  return image.name.starts_with("lbp-3D")
             ? fmt::format("the image holds {}, which the spline spreads", region.not_finite)
             : fmt::format("the filter has no value at some voxels of the region; the image holds {}",
                           region.not_finite);
}

/// The columns that are of the region whatever the images: the first of a row.
std::vector<EngineValue> measure_region(const MeasuredRegion& region, const FeaturesConfig& config,
                                        const std::vector<FamilyColumns>& wanted) {
  std::vector<EngineValue> row;
  for (const auto& family : wanted) {
    FeatureValues found;
    if (family.family == Family::kShape) found = shape_values(region.morphological, profile_of(config));
    else if (family.family == Family::kShape2D)
      found = shape_2d_values(region.morphological, 2 - config.force_2d_dimension);
    else if (family.family == Family::kMorphology)
      found = morphology_values(region.morphological, region.intensity,
                                intensities_in(region.intensity, *region.original));
    else continue;
    for (auto& value : chosen(family, found)) row.push_back(std::move(value));
  }
  return row;
}

/// One image's part of a row.
std::vector<EngineValue> measure_image(const MeasuredRegion& region, const DerivedImage& image,
                                       const FeaturesConfig& config, const std::vector<double>& range,
                                       const std::vector<FamilyColumns>& wanted) {
  std::vector<EngineValue> row;
  if (const std::string reason = unmeasurable(region, image); !reason.empty()) {
    for (const auto& family : wanted) row.insert(row.end(), family.columns.size(), {std::nan(""), reason});
    return row;
  }
  ImageValues values(region, image, config, range, wanted);
  for (const auto& family : wanted)
    for (auto& value : values.of(family)) row.push_back(std::move(value));
  return row;
}

}  // namespace

std::vector<EngineColumn> engine_columns(const FeaturesConfig& config) {
  std::vector<EngineColumn> columns;
  const auto families = family_columns(config);
  const auto add = [&](const std::string& image, bool of_original) {
    for (const auto& family : families) {
      if (of_original_alone(family.family) != of_original) continue;
      for (const auto& feature : family.columns)
        columns.push_back({column_name(image, family.family, feature), image, family.family, feature});
    }
  };
  add("original", true);
  for (const auto& image : image_names(config)) add(image, false);
  return columns;
}

std::vector<EngineValue> measure(const MeasuredRegion& region, const FeaturesConfig& config,
                                 const std::vector<double>& resegment_range) {
  std::vector<FamilyColumns> wanted = family_columns(config);
  std::vector<EngineValue> row = measure_region(region, config, wanted);
  std::erase_if(wanted, [](const auto& family) { return of_original_alone(family.family); });
  if (wanted.empty()) return row;
  const auto parts = parallel_map(static_cast<std::int64_t>(region.images.size()), [&](std::int64_t i) {
    const DerivedImage& image = region.images[static_cast<std::size_t>(i)];
    return measure_image(region, image, with_bins_of(config, image.type), resegment_range, wanted);
  });
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

void require_map_settings(const RadiomicsConfig& config) {
  require_settings(config);
  map_columns(config.features);
  if (config.maps.kernel_radius < 1)
    throw InputError(fmt::format("kernel_radius is {}; expected 1 or more voxels", config.maps.kernel_radius));
  if (texture_options_of(config.features).slices == Slices::kAveraged)
    throw InputError(fmt::format("aggregation is {}; voxel-based maps know kernels in space or in a slice, not features "
                                 "averaged over slices: set 2.5D:avg", config.features.aggregation));
}

std::vector<LabelledRegion> extract_maps(
    const Image& image, LabelMap labels, const RadiomicsConfig& config,
    const std::function<void(int label, const std::string& column, const Image& map)>& keep) {
  require_map_settings(config);
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
  const auto map_region = [&](std::size_t, const MeasuredRegion& region) {
    for (const DerivedImage& derived : region.images) {
      if (const std::string reason = unmeasurable(region, derived); !reason.empty())
        throw InputError(derived.name + ": " + reason);
      options.discretize = [own = with_bins_of(config.features, derived.type)](const auto& intensities) {
        return discretize(intensities, own);
      };
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
