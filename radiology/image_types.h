#pragma once

#include <memory>
#include <string>
#include <vector>

#include "radiology/features_config.h"
#include "radiology/filters.h"

namespace radiopath::radiology {

/// What FeaturesConfig::image_types may hold.
const std::vector<std::string>& known_image_types();

/// Axes along which the config's filters run.
Extent extent_of(const FeaturesConfig& config);

/// Names of the images that a config asks for, in order, the same for every image: `original`, `wavelet-LLH` …, then
/// those of its standard filters. Throws InputError naming the nearest image type for an unknown one, for none, for
/// `log` without sigma_mm, for a filter that cannot be, and for a filter whose name is taken.
std::vector<std::string> image_names(const FeaturesConfig& config);

/// Throws InputError for what no image can be measured with: all that image_names, family_columns and
/// texture_options_of throw for, and settings that have no effect under the profile but are not at their defaults.
void require_settings(const FeaturesConfig& config);

/// Shared, because the original is no copy where the box is the whole image.
using SharedImage = std::shared_ptr<const Image>;

/// One of the images that a config asks for, on a box of the image it was made of; or why there is none.
struct DerivedImage {
  std::string name;
  SharedImage image;
  std::string reason;
  std::string type = "";  ///< which of the config's image types, or the name of its filter
};
/// The image on the box; shared where that is all of it.
SharedImage original_in(const SharedImage& image, const Box& box);
/// In the order of image_names(). Each filter runs once, over the whole image where it must, and over the box where the
/// bits are the same.
std::vector<DerivedImage> derived_images(const SharedImage& image, const Box& box, const FeaturesConfig& config);

/// What regions of one grid are measured on.
struct MeasuredImages {
  std::vector<DerivedImage> derived;
  SharedImage original;  ///< what morphology takes intensities of; null where neither it nor `original` is asked for
};
MeasuredImages measured_images(const SharedImage& image, const Box& box, const FeaturesConfig& config);

}  // namespace radiopath::radiology
