#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "core/table.h"
#include "radiology/discretization.h"
#include "radiology/first_order.h"
#include "radiology/shape.h"
#include "radiology/shape_2d.h"
#include "radiology/texture_features.h"
#include "radiology/volume.h"

namespace radiopath::radiology {

/// Values by `class_Feature` (PyRadiomics) or by IBSI's tag.
using NamedValues = std::map<std::string, FeatureValue>;

inline void put(NamedValues& named, Family family, Profile profile, const FeatureValues& values) {
  const auto columns = columns_of(family, profile);
  if (columns.size() != values.size()) throw std::logic_error("columns and values differ in number");
  for (std::size_t f = 0; f < columns.size(); ++f) {
    named[profile == Profile::kIbsi ? std::string(columns[f].tag)
                                    : std::string(name_of(family)) + "_" + std::string(columns[f].name)] = values[f];
  }
}

inline const std::vector<Family> kPyRadiomicsTextures = {Family::kGlcm, Family::kGlrlm, Family::kGlszm, Family::kGldm,
                                                         Family::kNgtdm};
inline const std::vector<Family> kIbsiTextures = {Family::kGlcm,  Family::kGlrlm, Family::kGlszm,
                                                  Family::kGldzm, Family::kGldm,  Family::kNgtdm};

/// Every family of the IBSI profile, as the config names them.
inline const std::vector<std::string> kIbsiFamilies = {
    "shape", "morphology", "local_intensity", "intensity_statistics", "intensity_histogram", "intensity_volume_histogram",
    "glcm",  "glrlm",      "glszm",           "gldzm",                "gldm",                "ngtdm"};

inline void put_textures(NamedValues& named, const Roi& roi, const Discretized& levels, const TextureOptions& options) {
  const auto& families = options.profile == Profile::kIbsi ? kIbsiTextures : kPyRadiomicsTextures;
  const auto values = texture_features(roi, levels, families, options);
  for (std::size_t f = 0; f < families.size(); ++f) put(named, families[f], options.profile, values[f]);
}

struct Case {
  Volume image;
  LabelMap labels;
};

/// A volume or label map with its axes permuted and mirrored: axis a of the result is axis axes[a] of `from`, backwards
/// where bit a of `mirrored` is set.
template <class Voxels>
Voxels turned(const Voxels& from, const std::array<int, 3>& axes, int mirrored) {
  Voxels to = from;
  for (std::size_t a = 0; a < 3; ++a) {
    to.grid.size[a] = from.grid.size[static_cast<std::size_t>(axes[a])];
    to.grid.spacing_mm[a] = from.grid.spacing_mm[static_cast<std::size_t>(axes[a])];
  }
  std::array<int, 3> p;
  for (p[2] = 0; p[2] < to.grid.size[2]; ++p[2]) {
    for (p[1] = 0; p[1] < to.grid.size[1]; ++p[1]) {
      for (p[0] = 0; p[0] < to.grid.size[0]; ++p[0]) {
        std::array<int, 3> q;
        for (std::size_t a = 0; a < 3; ++a)
          q[static_cast<std::size_t>(axes[a])] = (mirrored >> a & 1) != 0 ? to.grid.size[a] - 1 - p[a] : p[a];
        to.voxels[to.grid.index(p[0], p[1], p[2])] = from.voxels[from.grid.index(q[0], q[1], q[2])];
      }
    }
  }
  return to;
}

inline Case pyradiomics_case(const std::string& name) {
  const std::string path = RADIOPATH_TEST_DATA "/pyradiomics/" + name;
  return {read_volume(path + "_image.nrrd"), read_label_map(path + "_label.nrrd")};
}

inline Case digital_phantom() {
  const std::string path = RADIOPATH_TEST_DATA "/ibsi/digital_phantom/";
  return {read_volume(path + "image.nii.gz"), read_label_map(path + "mask.nii.gz")};
}

inline const std::map<std::string, std::pair<Slices, Directions>> kIbsiAggregations = {
    {"2D:avg", {Slices::kAveraged, Directions::kAveraged}}, {"2D:mrg", {Slices::kAveraged, Directions::kMerged}},
    {"2.5D:avg", {Slices::kMerged, Directions::kAveraged}}, {"2.5D:mrg", {Slices::kMerged, Directions::kMerged}},
    {"3D:avg", {Slices::kVolume, Directions::kAveraged}},   {"3D:mrg", {Slices::kVolume, Directions::kMerged}},
    {"2D", {Slices::kAveraged, Directions::kAveraged}},     {"2.5D", {Slices::kMerged, Directions::kAveraged}},
    {"3D", {Slices::kVolume, Directions::kAveraged}}};

}  // namespace radiopath::radiology
