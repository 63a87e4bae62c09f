#include "radiology/features_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/table.h"

namespace radiopath::radiology {
namespace {

constexpr Family kFamilies[] = {Family::kFirstOrder,        Family::kShape,           Family::kShape2D,
                                Family::kMorphology,        Family::kLocalIntensity,  Family::kIntensityStatistics,
                                Family::kIntensityHistogram, Family::kIntensityVolumeHistogram,
                                Family::kGlcm,              Family::kGlrlm,           Family::kGlszm,
                                Family::kGldzm,             Family::kGldm,            Family::kNgtdm};

}  // namespace

bool of_original_alone(Family family) {
  return family == Family::kShape || family == Family::kShape2D || family == Family::kMorphology;
}

Profile profile_of(const FeaturesConfig& config) {
  return config.profile == "ibsi" ? Profile::kIbsi : Profile::kPyRadiomics;
}

std::vector<std::string> default_families(Profile profile) {
  if (profile == Profile::kPyRadiomics) return {"shape", "firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm"};
  std::vector<std::string> names;
  for (const Family family : kFamilies)
    if (!columns_of(family, profile).empty()) names.emplace_back(name_of(family));
  return names;
}

namespace {

std::vector<std::string> family_names(const FeaturesConfig& config) {
  return config.families.empty() ? default_families(profile_of(config)) : config.families;
}

}  // namespace

std::vector<Family> families_of(const FeaturesConfig& config) {
  std::vector<std::string> known;
  for (const Family family : kFamilies) {
    if (!columns_of(family, profile_of(config)).empty()) known.emplace_back(name_of(family));
  }
  std::vector<Family> families;
  for (const auto& name : family_names(config)) {
    const auto* const found =
        std::find_if(std::begin(kFamilies), std::end(kFamilies), [&](Family f) { return name_of(f) == name; });
    if (found == std::end(kFamilies) || std::find(known.begin(), known.end(), name) == known.end()) {
      const auto nearest = nearest_name(name, known);
      throw InputError(fmt::format("families: unknown '{}'{}; known under profile {}: {}", name,
                                   nearest ? "; did you mean '" + *nearest + "'?" : "", config.profile,
                                   join_names(known)));
    }
    if (std::find(families.begin(), families.end(), *found) == families.end()) families.push_back(*found);
  }
  return families;
}

TextureOptions texture_options_of(const FeaturesConfig& config) {
  if (config.distances.empty() || *std::min_element(config.distances.begin(), config.distances.end()) < 1)
    throw InputError("distances: expected whole numbers from 1");
  TextureOptions options;
  options.profile = profile_of(config);
  options.distances = config.distances;
  options.symmetry = config.symmetrical_glcm ? Symmetry::kSymmetric : Symmetry::kOneWay;
  options.dependence = config.gldm_a;
  if (options.profile == Profile::kIbsi) {
    options.slices = config.aggregation.starts_with("3D")     ? Slices::kVolume
                     : config.aggregation.starts_with("2.5D") ? Slices::kMerged
                                                              : Slices::kAveraged;
    options.directions = config.aggregation.ends_with("mrg") ? Directions::kMerged : Directions::kAveraged;
    return options;
  }
  options.slices = config.force_2d ? Slices::kMerged : Slices::kVolume;
  options.slice_axis = config.force_2d ? 2 - config.force_2d_dimension : 2;
  if (config.weighting == "none") return options;
  options.directions = Directions::kMerged;
  options.weighting = config.weighting == "manhattan"   ? Weighting::kManhattan
                      : config.weighting == "euclidean" ? Weighting::kEuclidean
                      : config.weighting == "infinity"  ? Weighting::kInfinity
                                                        : Weighting::kEqual;
  return options;
}

FeaturesConfig with_bins_of(const FeaturesConfig& config, const std::string& image_type) {
  FeaturesConfig own = config;
  const auto bins = config.bins.find(image_type);
  if (bins == config.bins.end()) return own;
  if (bins->second.bin_width > 0) own.bin_width = bins->second.bin_width;
  own.bin_count = bins->second.bin_count;
  return own;
}

Discretized discretize(const std::vector<double>& intensities, const FeaturesConfig& config,
                       std::optional<double> lowest) {
  if (profile_of(config) == Profile::kIbsi) {
    return config.bin_count > 0 ? discretize_ibsi_bin_number(intensities, config.bin_count)
                                : discretize_ibsi_bin_size(intensities, config.bin_width, lowest);
  }
  return config.bin_count > 0 ? discretize_bin_count(intensities, config.bin_count)
                              : discretize(intensities, config.bin_width);
}

namespace {

/// Names of features that `only` keeps of a family; nothing where it keeps all.
const std::vector<std::string>* chosen_features(const FeaturesConfig& config, Family family,
                                                const std::vector<FeatureColumn>& all) {
  const auto entry = config.only.find(std::string(name_of(family)));
  if (entry == config.only.end()) return nullptr;
  std::vector<std::string> known;
  for (const auto& column : all) known.emplace_back(column.name);
  for (const auto& name : entry->second) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const auto nearest = nearest_name(name, known);
    throw InputError(fmt::format("only: {} has no feature '{}'{}; it has {}", name_of(family), name,
                                 nearest ? "; did you mean '" + *nearest + "'?" : "", join_names(known, 50)));
  }
  return &entry->second;
}

void require_families(const FeaturesConfig& config) {
  const auto families = family_names(config);
  for (const auto& [name, features] : config.only) {
    if (std::find(families.begin(), families.end(), name) == families.end())
      throw InputError(fmt::format("only: '{}' is none of the families: {}", name, join_names(families)));
  }
}

}  // namespace

std::vector<FamilyColumns> family_columns(const FeaturesConfig& config) {
  require_families(config);
  std::vector<FamilyColumns> wanted;
  for (const Family family : families_of(config)) {
    const auto& all = columns_of(family, profile_of(config));
    const auto* const chosen = chosen_features(config, family, all);
    FamilyColumns kept{family, {}, {}};
    const auto keep = [&](std::size_t c) {
      if (std::find(kept.places.begin(), kept.places.end(), c) != kept.places.end()) return;
      kept.columns.push_back(all[c]);
      kept.places.push_back(c);
    };
    const bool old = profile_of(config) == Profile::kIbsi || config.deprecated;
    for (std::size_t c = 0; c < all.size() && chosen == nullptr; ++c)
      if (old || !all[c].deprecated()) keep(c);
    for (std::size_t n = 0; chosen != nullptr && n < chosen->size(); ++n) {
      for (std::size_t c = 0; c < all.size(); ++c)
        if (all[c].name == (*chosen)[n]) keep(c);
    }
    wanted.push_back(std::move(kept));
  }
  return wanted;
}

}  // namespace radiopath::radiology
