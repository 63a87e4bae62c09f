#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "radiology/volume.h"

namespace radiopath::radiology {

/// How a region drawn on one grid lies in an image on another: its voxels by their centres, both boxes by their outer
/// edges along the patient's axes.
struct Coverage {
  std::int64_t inside = 0, outside = 0;
  std::array<double, 3> region_low_mm, region_high_mm, image_low_mm, image_high_mm;
};
/// `in_region` tells of each index of the mask whether it is one of the region's. An empty region spans the whole mask.
Coverage coverage_of(const Grid& mask, const std::function<bool(std::size_t)>& in_region, const Grid& image);
Coverage coverage_of(const LabelMap& map, int label, const Grid& image);  ///< 0: every nonzero voxel

/// Counts and both extents in one line; "" when no voxel lies outside.
std::string beyond_image(const Coverage& coverage);

}  // namespace radiopath::radiology
