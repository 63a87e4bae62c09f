#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "core/cohort.h"
#include "core/config.h"
#include "core/run_folder.h"
#include "radiology/images.h"
#include "radiology/volume.h"

namespace radiopath::radiology {

struct RadiologyConfig;

/// `[radiology.habitats]`: clustering of the lesions' voxels over the whole training cohort.
struct HabitatsConfig {
  int k_min = 2;
  int k_max = 10;
  int n_init = 10;
  int max_voxels_per_patient = 0;
  std::string order_by;
  double min_volume_mm3 = 0;

  static auto fields() {
    return std::tuple{
        field("k_min", &HabitatsConfig::k_min, "smallest number of habitats tried").range(2, 64),
        field("k_max", &HabitatsConfig::k_max, "largest number of habitats tried").range(2, 64),
        field("n_init", &HabitatsConfig::n_init, "K-means runs from different seeds per number of habitats")
            .range(1, 1000),
        field("max_voxels_per_patient", &HabitatsConfig::max_voxels_per_patient,
              "a larger lesion enters the clustering as a random sample of this size; 0: whole, as in the study")
            .unit("voxels")
            .at_least(0),
        field("order_by", &HabitatsConfig::order_by,
              "habitats are numbered by rising centre of this sequence; empty: the last one"),
        field("min_volume_mm3", &HabitatsConfig::min_volume_mm3, "features of a smaller habitat are left missing")
            .unit("mm3")
            .at_least(0),
    };
  }
};

/// What each number of habitats reached on the training voxels.
struct HabitatCurvePoint {
  int k = 0;
  double calinski_harabasz = 0;
  double within = 0;  ///< scatter within clusters, of the scaled voxels
};

/// Habitats as fitted on the training cohort; applies to any patient. A voxel belongs to the habitat of the nearest
/// centroid after (v - mean) / sd of each channel.
struct HabitatModel {
  std::vector<std::string> channels;           ///< sequences, in the order of the vectors below
  std::vector<double> mean, sd;                ///< of the training voxels, per channel
  std::vector<std::vector<double>> centroids;  ///< (k, channels), scaled, by rising centre of `order_by`
  std::string order_by;
  std::vector<HabitatCurvePoint> curve;
  std::uint64_t seed = 0;
  std::string training_hash;              ///< TrainingView::hash() of the patients it was fitted on
  std::int64_t patients = 0, voxels = 0;  ///< that entered

  int k() const { return static_cast<int>(centroids.size()); }
  std::string hash() const;
};

/// Fits on the lesions of `train`'s patients and keeps habitats/model.json and habitats/curve.csv in `folder`. K is the
/// one of largest Calinski-Harabasz index. Patients whose images fail go to folder.failures and do not enter. Without
/// sequences the model is empty.
/// Throws InputError when no patient is left or a column is unknown.
HabitatModel fit_habitats(const RadiologyConfig& config, const TrainingView& train, std::uint64_t seed,
                          RunFolder& folder);

/// Throws InputError when the settings contradict each other.
void require_habitat_settings(const RadiologyConfig& config);

/// Labels 1 … k in the lesion, 0 elsewhere, on the images' grid.
LabelMap assign_habitats(const HabitatModel& model, const LesionImages& images);

/// JSON for people and programs; doubles come back exactly. Reading throws InputError naming what is wrong.
void write_habitat_model(const std::filesystem::path& file, const HabitatModel& model);
HabitatModel read_habitat_model(const std::filesystem::path& file);

}  // namespace radiopath::radiology
