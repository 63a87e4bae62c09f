#include "radiology/feature.h"

#include <algorithm>
#include <stdexcept>

#include "radiology/emphasis.h"
#include "radiology/first_order.h"
#include "radiology/glcm.h"
#include "radiology/ngtdm.h"
#include "radiology/shape.h"
#include "radiology/shape_2d.h"

namespace radiopath::radiology {

std::string_view name_of(Family family) {
  switch (family) {
    case Family::kFirstOrder: return "firstorder";
    case Family::kShape: return "shape";
    case Family::kShape2D: return "shape2D";
    case Family::kGlcm: return "glcm";
    case Family::kGlrlm: return "glrlm";
    case Family::kGlszm: return "glszm";
    case Family::kGldzm: return "gldzm";
    case Family::kGldm: return "gldm";
    case Family::kNgtdm: return "ngtdm";
  }
  throw std::logic_error("unknown family");
}

std::string_view describe(Status status) {
  switch (status) {
    case Status::kValue: return "";
    case Status::kEmptyRegion: return "the region has no voxel";
    case Status::kFlatRegion: return "one grey level in the region";
    case Status::kFlatDirection: return "one grey level in at least one direction or slice";
    case Status::kNoPair: return "no two voxels of the region are neighbours";
    case Status::kNoDifference: return "every voxel equals the mean of its neighbours";
    case Status::kDegenerateGeometry: return "a length, an area or a volume of the region is 0";
    case Status::kTooFewVoxels: return "no voxel lies between the 10th and the 90th percentile";
    case Status::kTooManyLevels: return "too many grey levels for an eigenvalue; raise the bin width";
    case Status::kSeveralSlices: return "the region spans several slices";
  }
  throw std::logic_error("unknown status");
}

namespace {

std::vector<FeatureColumn> all_columns(Family family) {
  std::vector<FeatureColumn> columns;
  const auto take = [&](const auto& features) {
    for (const auto& feature : features) columns.push_back(feature.column);
  };
  switch (family) {
    case Family::kFirstOrder: columns.assign(first_order_columns().begin(), first_order_columns().end()); break;
    case Family::kShape: take(shape_features()); break;
    case Family::kShape2D: columns.assign(shape_2d_columns().begin(), shape_2d_columns().end()); break;
    case Family::kGlcm: take(glcm_features()); break;
    case Family::kNgtdm: columns.assign(ngtdm_columns().begin(), ngtdm_columns().end()); break;
    default: take(emphasis_features(family));
  }
  return columns;
}

}  // namespace

std::vector<FeatureColumn> columns_of(Family family, Profile profile) {
  auto columns = all_columns(family);
  std::erase_if(columns, [&](const FeatureColumn& column) { return !column.in(profile); });
  return columns;
}

}  // namespace radiopath::radiology
