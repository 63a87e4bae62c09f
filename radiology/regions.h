#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "radiology/image_types.h"
#include "radiology/radiomics_config.h"
#include "radiology/roi.h"

namespace radiopath::radiology {

/// A region as it is given to features; it holds nothing itself.
struct MeasuredRegion {
  const Roi& morphological;              ///< before re-segmentation
  const Roi& intensity;                  ///< after it
  std::span<const DerivedImage> images;  ///< all on one grid, that of the rois
  Grid grid;
  int label = 0;
  SharedImage original = nullptr;  ///< on that grid; may be left out where no morphology is measured
  std::string not_finite = "";     ///< not_finite_voxels() of the image as it was given
  Box box = {};  ///< of the label on the grid of the image that was given
  const Image* processed = nullptr;  ///< normalised, cut, resampled: what `grid` is a box of
  std::array<int, 3> low = {};       ///< of that box
  const Roi* unsegmented = nullptr;  ///< before re-segmentation, also where shape is of the region after it
};

/// A label of the mask as it was given, and why it cannot be measured.
struct LabelledRegion : LabelFacts {
  std::string failure;  ///< in one line; "" when it was measured
};

/// Throws InputError for settings that no image can be measured with: wrong lists, what has no effect under the
/// profile, unknown names. Reads no image.
void require_settings(const RadiomicsConfig& config);

/// The box that features of a region in `box` look at: `margin` voxels more, and what local intensities reach.
Box measured_box(const Box& box, const Grid& grid, const FeaturesConfig& config, int margin = 0);

/// Calls `measure` with the place of each of the config's labels and its region, one after the other. The image is
/// normalised once and filtered once, on the box of all labels and `margin` voxels round it; where it is cut or
/// resampled first, PyRadiomics' filters see the piece round each label, and so they do here. Nothing depends on the
/// order of labels. An InputError of `measure` is that label's failure; so is a voxel of a resampled mask outside the
/// image.
/// Throws InputError for what require_settings does, when the grids differ (both are printed) or the image cannot be
/// processed.
std::vector<LabelledRegion> for_each_region(
    const Image& image, LabelMap labels, const RadiomicsConfig& config, int margin,
    const std::function<void(std::size_t place, const MeasuredRegion& region)>& measure);

}  // namespace radiopath::radiology
