#pragma once

#include <string>
#include <vector>

#include "radiology/radiomics_config.h"
#include "radiology/regions.h"

namespace radiopath::radiology {

/// A column of the feature table.
struct EngineColumn {
  std::string name;  ///< `<imageType>_<class>_<Feature>`
  std::string image;
  Family family;
  FeatureColumn feature;
};
/// The columns of a config, the same for every image: shape and morphology first, which are named after the original
/// and there without it, as in PyRadiomics; then family by family of each image.
/// Throws InputError for an unknown family, feature or image type.
std::vector<EngineColumn> engine_columns(const FeaturesConfig& config);

struct EngineValue {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::string reason;  ///< why there is none, or which convention it is; "" for a value
};

/// A row of the table, in the order of engine_columns(). An empty region gives NaN with the reason; so does what an
/// image's range leaves without grey levels. Throws InputError when the original is NaN or infinite in the region.
std::vector<EngineValue> measure(const MeasuredRegion& region, const FeaturesConfig& config,
                                 const std::vector<double>& resegment_range = {});

/// One label's row.
struct RegionRow : LabelledRegion {
  std::vector<EngineValue> values;  ///< empty when it failed
};

/// What sees a region before it is measured.
using RegionObserver = std::function<void(const MeasuredRegion& region)>;

/// One image, all labels of the config: rows in their order. The same bits for any number of threads and any order of
/// labels. `observe` is shown every region that is measured. Throws as for_each_region does.
std::vector<RegionRow> extract_regions(const Image& image, LabelMap labels, const RadiomicsConfig& config,
                                       const RegionObserver& observe = {});

/// The columns that have voxel-based maps: first order and texture. Throws InputError when the config asks for none.
std::vector<EngineColumn> map_columns(const FeaturesConfig& config);

/// As require_settings, and what voxel-based maps cannot honour.
void require_map_settings(const RadiomicsConfig& config);

/// Voxel-based maps of every label in the order of map_columns(), each given to `keep` when it is made: an image on the
/// region's box grown by the kernel's radius. Throws as require_map_settings and for_each_region do.
std::vector<LabelledRegion> extract_maps(
    const Image& image, LabelMap labels, const RadiomicsConfig& config,
    const std::function<void(int label, const std::string& column, const Image& map)>& keep);

}  // namespace radiopath::radiology
