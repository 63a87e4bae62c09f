#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace radiopath::radiology {

/// Whose rules and names: PyRadiomics' (its sentinels, its epsilon in logarithms) or the IBSI reference manual's.
enum class Profile : std::uint8_t { kPyRadiomics, kIbsi };

/// Feature families that work on a region's shape, intensities or grey levels.
enum class Family : std::uint8_t {
  kFirstOrder,
  kShape,
  kShape2D,
  kGlcm,
  kGlrlm,
  kGlszm,
  kGldzm,
  kGldm,
  kNgtdm,
  kMorphology,  ///< IBSI's morphology beyond kShape: densities and what depends on intensities
  kLocalIntensity,
  kIntensityStatistics,
  kIntensityHistogram,
  kIntensityVolumeHistogram,
};

/// PyRadiomics' name of the class ("firstorder", "glcm"); GLDZM, which it lacks, is "gldzm".
std::string_view name_of(Family family);

/// What is to be known about a value.
enum class Status : std::uint8_t {
  kValue,               ///< computed by its formula
  kEmptyRegion,         ///< NaN: the region has no voxel
  kFlatRegion,          ///< one grey level or intensity in the region: PyRadiomics' convention, NaN under IBSI
  kFlatDirection,       ///< a convention entered the mean: in some slice or direction there is one grey level only
  kNoPair,              ///< NaN: no two voxels of the region are neighbours
  kNoDifference,        ///< every voxel equals the mean of its neighbours: a convention stands for a division by 0
  kDegenerateGeometry,  ///< NaN: a length, an area or a volume is 0
  kTooFewVoxels,        ///< NaN: no voxel is left between the percentiles
  kTooManyLevels,       ///< NaN: an eigenvalue of a matrix of too many grey levels
  kSeveralSlices,       ///< NaN: a shape in the plane of a region of several slices
};

/// One line for a status column; "" for kValue.
std::string_view describe(Status status);

struct FeatureValue {
  double value = std::numeric_limits<double>::quiet_NaN();
  Status status = Status::kEmptyRegion;
};

/// A family's values in the order of columns_of().
using FeatureValues = std::vector<FeatureValue>;

struct FeatureColumn {
  std::string_view name;     ///< PyRadiomics' name; IBSI's words where it has none
  std::string_view tag;      ///< short name in IBSI's reference tables, "" outside the standard
  std::string_view ibsi_id;  ///< four letters, "" outside the standard
  /// Who has it: both profiles, one, or IBSI and, off by default, PyRadiomics; without a tag the last is PyRadiomics'.
  enum class Use : std::uint8_t { kBoth, kPyRadiomics, kDeprecated, kIbsi } use = Use::kBoth;

  bool in(Profile profile) const { return profile == Profile::kIbsi ? !tag.empty() : use != Use::kIbsi; }
  bool deprecated() const { return use == Use::kDeprecated; }
};

/// The columns of a family under a profile, always the same; empty where the profile lacks the family.
const std::vector<FeatureColumn>& columns_of(Family family, Profile profile);

}  // namespace radiopath::radiology
