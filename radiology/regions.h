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
  Box box = {};  ///< of the label on the grid of the image that was given
};

/// A label of the mask as it was given, and why it cannot be measured.
struct LabelledRegion : LabelFacts {
  std::string failure;  ///< in one line; "" when it was measured
};

/// The box that features of a region in `box` look at: `margin` voxels more, and what local intensities reach.
Box measured_box(const Box& box, const Grid& grid, const FeaturesConfig& config, int margin = 0);

/// Calls `measure` with the place of each of the config's labels and its region, one after the other. The image is
/// normalised once and filtered once, on the box of all labels and `margin` voxels round it; where it is cut or
/// resampled first, PyRadiomics' filters see the piece round each label, and so they do here. Nothing depends on the
/// order of labels. An InputError of `measure` is that label's failure.
/// Throws InputError when the grids differ (both are printed) or the image cannot be processed.
std::vector<LabelledRegion> for_each_region(
    const Image& image, LabelMap labels, const RadiomicsConfig& config, int margin,
    const std::function<void(std::size_t place, const MeasuredRegion& region)>& measure);

}  // namespace radiopath::radiology
