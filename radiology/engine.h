#pragma once

#include <string>
#include <vector>

#include "radiology/image_processing.h"
#include "radiology/image_types.h"

namespace radiopath::radiology {

/// Radiomics of one image: what the features command reads.
struct RadiomicsConfig {
  std::string labels = "1";
  ImageProcessingConfig processing;
  FeaturesConfig features;

  static auto fields() {
    return std::tuple{
        field("labels", &RadiomicsConfig::labels,
              "regions of the mask, a row each: \"1\", \"1,3\", \"all\", \"merge\" (every nonzero voxel as one), "
              "\"each-component\" (26-connected pieces of the nonzero voxels)"),
        field("processing", &RadiomicsConfig::processing, "what is done to image and mask first"),
        field("features", &RadiomicsConfig::features, "what is measured"),
    };
  }
};

/// A column of the feature table.
struct EngineColumn {
  std::string name;  ///< `<imageType>_<class>_<Feature>`
  std::string image;
  Family family;
  FeatureColumn feature;
};
/// The columns of a config, the same for every image. Shape and morphology are of the original alone.
/// Throws InputError for an unknown family or image type.
std::vector<EngineColumn> engine_columns(const FeaturesConfig& config);

struct EngineValue {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::string reason;  ///< why there is none, or which convention it is; "" for a value
};

/// A region as it is given to features.
struct MeasuredRegion {
  Roi morphological;                 ///< before re-segmentation
  Roi intensity;                     ///< after it
  std::vector<DerivedImage> images;  ///< all on one grid, that of the rois
  Grid grid;
};

/// A row of the table, in the order of engine_columns(). An empty region gives NaN with the reason.
std::vector<EngineValue> measure(const MeasuredRegion& region, const FeaturesConfig& config,
                                 const std::vector<double>& resegment_range = {});

/// One label's row.
struct RegionRow {
  int label = 1;
  std::vector<EngineValue> values;  ///< empty when it failed
  std::string failure;              ///< why, in one line
  std::int64_t voxels = 0;          ///< in the mask as it was given
  Box box;                          ///< likewise
};

/// The labels of a map as RadiomicsConfig::labels names them, from 1 on; `merge` and `each-component` change the map.
/// Throws InputError when the text is none of its choices or the map is empty.
std::vector<int> choose_labels(LabelMap& map, const std::string& labels);

/// One image, all labels: normalised once, filtered once on the box of all labels. Where the image is cut or resampled
/// first, PyRadiomics' filters see the piece round each label, and so they do here. Rows are in the order of labels; what is wrong
/// with a label is in its row. The same bits for any number of threads and any order of labels.
/// Throws InputError when the grids differ (both are printed) or the image cannot be processed.
std::vector<RegionRow> extract_regions(const Image& image, LabelMap labels, const RadiomicsConfig& config);

}  // namespace radiopath::radiology
