#pragma once

#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "core/cohort.h"
#include "core/config.h"
#include "core/failures.h"
#include "core/run_folder.h"
#include "core/table.h"
#include "radiology/features_config.h"
#include "radiology/habitats.h"
#include "radiology/preprocessing.h"

namespace radiopath::radiology {

/// `[radiology]`: MRI to a table of habitat features.
struct RadiologyConfig {
  std::string name = "Habitat";
  std::vector<std::string> sequences;
  std::string mask = "lesion";
  int label = 0;
  std::string include;
  bool resample_mask = false;
  PreprocessingConfig preprocessing;
  HabitatsConfig habitats;
  FeaturesConfig features;

  static auto fields() {
    return std::tuple{
        field("name", &RadiologyConfig::name, "the modality's name in results and reports"),
        field("sequences", &RadiologyConfig::sequences,
              "manifest columns with the volumes, in order; empty: no images"),
        field("mask", &RadiologyConfig::mask, "manifest column with the lesion mask"),
        field("label", &RadiologyConfig::label, "label of the lesion in the mask; 0: every nonzero voxel")
            .range(0, 32767),
        field("include", &RadiologyConfig::include, "rule over manifest columns for patients to use; empty: all"),
        field("resample_mask", &RadiologyConfig::resample_mask,
              "put a mask that lies on no sequence's grid onto the first one's, instead of refusing it"),
        field("preprocessing", &RadiologyConfig::preprocessing, "what is done to the volumes first"),
        field("habitats", &RadiologyConfig::habitats, "clustering of the lesions' voxels"),
        field("features", &RadiologyConfig::features, "what is measured in every habitat"),
    };
  }
};

/// What is measured in every habitat: where no families are named, the profile's of first order, shape and GLCM.
FeaturesConfig habitat_features(const RadiologyConfig& config);

/// Names of the columns for a model of `k` habitats, the same for every patient: `h1_volume_ml`, `h1_proportion`,
/// `h1_original_shape_Flatness`, `t2_h1_original_glcm_Idm`.
std::vector<std::string> feature_columns(const RadiologyConfig& config, int k);

/// One row per patient of the view who has images and is included, in the view's order. A habitat that is absent has volume 0 and its features missing; so has one of a single voxel,
/// in a single line of voxels, or below habitats.min_volume_mm3.
///
/// Label maps are kept as habitats/<id>.nrrd on the common grid, rows as habitats/<id>.csv, keyed by input files,
/// settings and model: a second run reads them. Patients that fail go to folder.failures and have no row.
/// Throws InputError when a column of the manifest is unknown or the settings are.
Table extract_features(const RadiologyConfig& config, const HabitatModel& model, const PatientView& view,
                       RunFolder& folder);

/// What would fail, found from headers and masks alone, sorted; a setting's fault has an empty patient_id.
std::vector<Failures::Entry> check_inputs(const RadiologyConfig& config, const PatientView& view);

}  // namespace radiopath::radiology
