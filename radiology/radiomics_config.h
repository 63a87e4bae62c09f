#pragma once

#include <tuple>

#include "core/config.h"
#include "radiology/features_config.h"
#include "radiology/image_processing.h"
#include "radiology/labels.h"
#include "radiology/voxel_maps.h"

namespace radiopath::radiology {

/// Radiomics of one image: what the features command reads.
struct RadiomicsConfig {
  NumbersOrWord labels = std::vector<int>{1};
  int label_channel = 0;
  bool diagnostics = true;
  ImageProcessingConfig processing;
  FeaturesConfig features;
  VoxelMapsConfig maps;

  static auto fields() {
    return std::tuple{
        field("labels", &RadiomicsConfig::labels,
              "regions of the mask, a row each: 1, [1, 3], \"all\", \"merge\" (every nonzero voxel as one), "
              "\"each-component\" (26-connected pieces of the nonzero voxels)")
            .range(1, 32767)
            .one_of(kLabelWords),
        field("label_channel", &RadiomicsConfig::label_channel,
              "channel read of masks with several numbers per voxel, from 0")
            .range(0, 1000000),
        field("diagnostics", &RadiomicsConfig::diagnostics, "columns diagnostics_*: versions, hashes, geometry"),
        field("processing", &RadiomicsConfig::processing, "what is done to image and mask first"),
        field("features", &RadiomicsConfig::features, "what is measured"),
        field("maps", &RadiomicsConfig::maps, "voxel-based maps, where they are asked for"),
    };
  }
};

}  // namespace radiopath::radiology
