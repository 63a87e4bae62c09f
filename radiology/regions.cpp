#include "radiology/regions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/error.h"
#include "core/table.h"
#include "radiology/coverage.h"

namespace radiopath::radiology {
namespace {

using Measure = std::function<void(std::size_t place, const MeasuredRegion& region)>;

/// The chosen labels, those that failed among them, and what is to be done with the others.
struct Work {
  const RadiomicsConfig& config;
  int margin;
  const Measure& measure;
  std::vector<LabelledRegion>& regions;
  const Image& given;
  std::string not_finite;  ///< its voxels
};

/// Which voxel it is that is not finite: of the region where its indices are those of the image that was given.
std::string place_of_not_finite(const Roi& roi, const Image& image, const std::array<int, 3>& low, const Work& work) {
  for (std::size_t v = 0; &image == &work.given && v < roi.voxels.size(); ++v) {
    const auto at = roi.grid_place(roi.voxels[v]);
    const std::array<int, 3> index = {at[0] + low[0], at[1] + low[1], at[2] + low[2]};
    const double value = image.voxels[image.grid.index(index[0], index[1], index[2])];
    if (!std::isfinite(value)) return "; the first is " + voxel_text(value, index);
  }
  return work.not_finite.empty() ? "" : "; the image holds " + work.not_finite;
}

/// PyRadiomics' checks and re-segmentation, then the features.
void measure_label(const Image& image, const Box& box, const MeasuredImages& images, const LabelMap& map,
                   std::size_t place, const Work& work) {
  LabelledRegion& region = work.regions[place];
  const auto& processing = work.config.processing;
  Roi roi;
  std::optional<Roi> kept;
  try {
    roi = make_roi(map, region.label);
    require_measurable(roi, processing);
    if (!processing.resegment_range.empty() || processing.resegment_outliers_sd > 0) {
      const bool whole = is_whole(box, image.grid);
      const auto intensities = whole ? intensities_in(roi, image) : intensities_in(roi, cut(image, box));
      kept = kept_voxels(roi, resegmentation(intensities, processing));
      require_measurable(*kept, processing);
    }
    const Roi& intensity = kept ? *kept : roi;
    work.measure(place, {processing.resegment_shape ? intensity : roi, intensity, images.derived, map.grid,
                         region.label, images.original, work.not_finite, region.box, &image, box.low, &roi});
  } catch (const NotFinite& error) {
    region.failure = error.what() + place_of_not_finite(kept ? *kept : roi, image, box.low, work);
  } catch (const InputError& error) {
    region.failure = error.what();
  }
}

Box joined(const Box& a, const Box& b) {
  if (a.size[0] == 0) return b;
  Box box;
  for (std::size_t i = 0; i < 3; ++i) {
    box.low[i] = std::min(a.low[i], b.low[i]);
    box.size[i] = std::max(a.low[i] + a.size[i], b.low[i] + b.size[i]) - box.low[i];
  }
  return box;
}

/// Labels that share image and map.
void measure_group(const Image& image, const LabelMap& map, const std::vector<std::size_t>& places, const Work& work) {
  Box box;
  for (const LabelFacts& facts : facts_of(map)) {
    for (const std::size_t place : places)
      if (work.regions[place].label == facts.label) box = joined(box, facts.box);
  }
  if (box.size[0] == 0) {
    for (const std::size_t place : places)
      if (work.regions[place].failure.empty())
        work.regions[place].failure = "no voxel of the label is left after resampling";
    return;
  }
  box = measured_box(box, image.grid, work.config.features, work.margin);
  const auto images = measured_images({SharedImage(), &image}, box, work.config.features);  // image outlives it
  const bool whole = is_whole(box, map.grid);
  const LabelMap part = whole ? LabelMap() : cut(map, box);
  for (const std::size_t place : places)
    if (work.regions[place].failure.empty()) measure_label(image, box, images, whole ? map : part, place, work);
}

void measure_ibsi_resampled(const Image& image, const LabelMap& map, const Work& work) {
  const auto& processing = work.config.processing;
  const Grid grid = centred_grid(image.grid, processing.resampled_spacing_mm);
  Image resampled = resample_image({image.grid, image.voxels, VoxelType::float64}, grid, processing.interpolator);
  if (processing.round_intensities)
    for (double& v : resampled.voxels) v = std::round(v);
  for (std::size_t place = 0; place < work.regions.size(); ++place) {  // interpolated regions may overlap
    const int label = work.regions[place].label;
    if (work.regions[place].failure.empty())
      measure_group(resampled, interpolate_label(map, label, grid), {place}, work);
  }
}

/// PyRadiomics' resampling or pre-crop of one label's surroundings.
void measure_cropped(const Image& image, const LabelMap& map, std::size_t place, const Work& work) {
  const auto& processing = work.config.processing;
  const Box& box = work.regions[place].box;
  if (!processing.resampled_spacing_mm.empty()) {
    if (const auto grid = resampled_grid(image.grid, box, processing)) {
      measure_group(resample_image(image, *grid, processing.interpolator), resample_labels(map, *grid), {place}, work);
      return;
    }
  }
  const int pad = processing.pad_distance;
  const Box padded = grown(box, {pad, pad, pad}, map.grid.size);
  measure_group(cut(image, padded), cut(map, padded), {place}, work);
}

/// The chosen labels; a label that is not there is told what is.
std::vector<LabelledRegion> regions_of(LabelMap& map, const NumbersOrWord& labels) {
  const std::vector<int> chosen = choose_labels(map, labels);
  const auto held = facts_of(map);
  std::vector<std::string> names;
  for (const auto& facts : held) names.push_back(std::to_string(facts.label));
  std::vector<LabelledRegion> regions;
  for (const int label : chosen) {
    LabelledRegion region;
    region.label = label;
    const auto found = std::find_if(held.begin(), held.end(), [&](const auto& facts) { return facts.label == label; });
    if (found != held.end()) static_cast<LabelFacts&>(region) = *found;
    else if (held.empty()) region.failure = "the mask is empty: no voxel is nonzero";
    else region.failure = fmt::format("no voxel has label {}; the mask holds {}", label, join_names(names));
    regions.push_back(std::move(region));
  }
  return regions;
}

/// A mask on another grid, put onto the image's where that is asked for. A region that reaches beyond the image would
/// lose voxels unnoticed: it fails, as in PyRadiomics.
LabelMap on_grid(const Grid& image, const LabelMap& map, const RadiomicsConfig& config,
                 std::vector<LabelledRegion>& regions) {
  if (!config.processing.resample_mask) {
    const Coverage all = coverage_of(map, 0, image);
    const bool apart = all.inside == 0 && all.outside > 0;
    throw InputError(grid_difference("image", image, "mask", map.grid) +
                     (apart ? " As they lie, " + beyond_image(all)
                            : " Set processing.resample_mask = true (--resample-mask) to put the mask on the image's "
                              "grid."));
  }
  for (LabelledRegion& region : regions)
    if (region.failure.empty()) region.failure = beyond_image(coverage_of(map, region.label, image));
  LabelMap resampled = resample_labels(map, image);
  const auto held = facts_of(resampled);
  for (LabelledRegion& region : regions) {
    const auto found =
        std::find_if(held.begin(), held.end(), [&](const auto& facts) { return facts.label == region.label; });
    if (found != held.end()) static_cast<LabelFacts&>(region) = *found;
    else if (region.failure.empty()) region.failure = "no voxel of the label is left on the image's grid";
  }
  return resampled;
}

}  // namespace

void require_settings(const RadiomicsConfig& config) {
  require_settings(config.features);
  const auto& processing = config.processing;
  const auto finite = [](const std::vector<double>& numbers) {
    return std::all_of(numbers.begin(), numbers.end(), [](double v) { return std::isfinite(v); });
  };
  const auto& spacing = processing.resampled_spacing_mm;
  if (!spacing.empty() &&
      (spacing.size() != 3 || !finite(spacing) || *std::min_element(spacing.begin(), spacing.end()) < 0))
    throw InputError(fmt::format("resampled_spacing_mm is [{}]; expected three numbers from 0, as [1, 1, 1]",
                                 fmt::join(spacing, ", ")));
  const auto& range = processing.resegment_range;
  if (range.size() > 2 || !finite(range) || !std::is_sorted(range.begin(), range.end()))
    throw InputError(fmt::format("resegment_range is [{}]; expected the lowest and, if two, the highest intensity",
                                 fmt::join(range, ", ")));
  if (processing.round_intensities && profile_of(config.features) != Profile::kIbsi)
    throw InputError("round_intensities: has no effect under profile pyradiomics");
}

Box measured_box(const Box& box, const Grid& grid, const FeaturesConfig& config, int margin) {
  std::array<int, 3> reach = {margin, margin, margin};
  const auto families = families_of(config);
  if (std::find(families.begin(), families.end(), Family::kLocalIntensity) != families.end()) {
    for (std::size_t a = 0; a < 3; ++a)
      reach[a] = std::max(margin, static_cast<int>(std::ceil(6.3 / grid.spacing_mm[a])));
  }
  return grown(box, reach, grid.size);
}

std::vector<LabelledRegion> for_each_region(const Image& image, LabelMap map, const RadiomicsConfig& config, int margin,
                                            const Measure& measure) {
  require_settings(config);
  std::vector<LabelledRegion> regions = regions_of(map, config.labels);
  if (!same_grid(image.grid, map.grid)) map = on_grid(image.grid, map, config, regions);
  map.grid = image.grid;  // equal but for what headers blur
  const Work work{config, margin, measure, regions, image, not_finite_voxels(image)};
  Image normalized;
  if (config.processing.normalize) normalized = normalize_image(image, config.processing);
  const Image& used = config.processing.normalize ? normalized : image;
  const bool resamples = !config.processing.resampled_spacing_mm.empty();
  std::vector<std::size_t> places;
  for (std::size_t place = 0; place < regions.size(); ++place)
    if (regions[place].failure.empty()) places.push_back(place);
  if (resamples && profile_of(config.features) == Profile::kIbsi) {
    measure_ibsi_resampled(used, map, work);
  } else if (resamples || config.processing.pre_crop) {
    for (const std::size_t place : places) measure_cropped(used, map, place, work);
  } else if (!places.empty()) {
    measure_group(used, map, places, work);
  }
  return regions;
}

}  // namespace radiopath::radiology
