#include "radiology/feature.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "radiology/emphasis.h"
#include "radiology/first_order.h"
#include "radiology/glcm.h"
#include "radiology/intensity.h"
#include "radiology/local_intensity.h"
#include "radiology/morphology.h"
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
    case Family::kMorphology: return "morphology";
    case Family::kLocalIntensity: return "local_intensity";
    case Family::kIntensityStatistics: return "intensity_statistics";
    case Family::kIntensityHistogram: return "intensity_histogram";
    case Family::kIntensityVolumeHistogram: return "intensity_volume_histogram";
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

constexpr std::size_t kFamilies = static_cast<std::size_t>(Family::kIntensityVolumeHistogram) + 1;

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
    case Family::kMorphology: columns.assign(morphology_columns().begin(), morphology_columns().end()); break;
    case Family::kLocalIntensity:
      columns.assign(local_intensity_columns().begin(), local_intensity_columns().end());
      break;
    case Family::kIntensityStatistics:
      columns.assign(intensity_statistics_columns().begin(), intensity_statistics_columns().end());
      break;
    case Family::kIntensityHistogram:
      columns.assign(intensity_histogram_columns().begin(), intensity_histogram_columns().end());
      break;
    case Family::kIntensityVolumeHistogram:
      columns.assign(intensity_volume_histogram_columns().begin(), intensity_volume_histogram_columns().end());
      break;
    default: take(emphasis_features(family));
  }
  return columns;
}

}  // namespace

const std::vector<FeatureColumn>& columns_of(Family family, Profile profile) {
  static const auto kMade = [] {
    std::array<std::array<std::vector<FeatureColumn>, kFamilies>, 2> made;
    for (const Profile of : {Profile::kPyRadiomics, Profile::kIbsi}) {
      for (std::size_t f = 0; f < kFamilies; ++f) {
        auto& columns = made[static_cast<std::size_t>(of)][f];
        columns = all_columns(static_cast<Family>(f));
        std::erase_if(columns, [&](const FeatureColumn& column) { return !column.in(of); });
      }
    }
    return made;
  }();
  return kMade[static_cast<std::size_t>(profile)][static_cast<std::size_t>(family)];
}

}  // namespace radiopath::radiology
