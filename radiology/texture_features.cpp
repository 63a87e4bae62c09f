#include "radiology/texture_features.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "radiology/emphasis.h"
#include "radiology/glcm.h"
#include "radiology/ngtdm.h"

namespace radiopath::radiology {
namespace {

/// Mean of the values of slices and directions; what has none is NaN. The most telling status is kept.
class Mean {
 public:
  explicit Mean(std::size_t features) : sums_(features), statuses_(features, Status::kValue) {}

  /// Of one slice or direction.
  void add(const std::vector<double>& values) {
    for (std::size_t f = 0; f < sums_.size(); ++f) sums_[f] += values[f];
    ++count_;
  }
  void mark(std::size_t feature, Status status) {
    if (status != Status::kValue) statuses_[feature] = status;
  }

  FeatureValues values(Status without_any) const {
    FeatureValues mean(sums_.size(), {std::numeric_limits<double>::quiet_NaN(), without_any});
    for (std::size_t f = 0; f < mean.size() && count_ > 0; ++f) mean[f] = {sums_[f] / count_, statuses_[f]};
    return mean;
  }

 private:
  std::vector<double> sums_;
  std::vector<Status> statuses_;
  int count_ = 0;
};

/// In the order of columns_of().
const std::vector<double GlcmValues::*>& glcm_members_of(Profile profile) {
  const auto made = [](Profile of) {
    std::vector<double GlcmValues::*> members;
    for (const GlcmFeature& feature : glcm_features()) {
      if (feature.column.in(of)) members.push_back(feature.value);
    }
    return members;
  };
  static const auto kPyRadiomics = made(Profile::kPyRadiomics), kIbsi = made(Profile::kIbsi);
  return profile == Profile::kIbsi ? kIbsi : kPyRadiomics;
}

Status status_of(double GlcmValues::*member, const GlcmValues& found, bool one_level) {
  if (std::isnan(found.*member)) return Status::kTooManyLevels;
  const bool convention = (found.flat && (member == &GlcmValues::correlation || member == &GlcmValues::imc1)) ||
                          (one_level && member == &GlcmValues::maximal_correlation);
  if (!convention) return Status::kValue;
  return one_level ? Status::kFlatRegion : Status::kFlatDirection;
}

/// `values` is a buffer.
void add_glcm(const CountMatrix& matrix, const Discretized& levels, const TextureOptions& options,
              std::vector<double>& values, Mean& mean) {
  const bool pyradiomics = options.profile == Profile::kPyRadiomics;
  const bool one_level =
      std::max<std::size_t>(levels.levels.size(), static_cast<std::size_t>(levels.levels_of_whole)) == 1;
  const GlcmValues found =
      glcm_values(matrix, options.symmetry, levels.grey_levels, options.profile,
                  pyradiomics && !one_level ? MaximalCorrelation::kWanted : MaximalCorrelation::kLeftOut);
  const auto& members = glcm_members_of(options.profile);
  values.resize(members.size());
  std::transform(members.begin(), members.end(), values.begin(), [&](auto member) { return found.*member; });
  const bool special = found.flat || one_level ||
                       std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); });
  for (std::size_t f = 0; f < values.size() && special; ++f) {
    const Status status = status_of(members[f], found, one_level);
    mean.mark(f, status);
    if (status != Status::kValue && !pyradiomics) values[f] = std::numeric_limits<double>::quiet_NaN();
  }
  mean.add(values);
}

void add_emphasis(Family family, const CountMatrix& matrix, Profile profile, Mean& mean) {
  const Emphasis found = emphasis_of(matrix, profile);
  std::vector<double> values;
  for (const EmphasisFeature& feature : emphasis_features(family)) {
    if (feature.column.in(profile)) values.push_back(found.*feature.value);
  }
  mean.add(values);
}

void add_ngtdm(const ToneDifferences& differences, Mean& mean) {
  if (differences.levels.empty()) return;
  std::vector<double> values;
  for (const FeatureValue& found : ngtdm_values(differences)) {
    mean.mark(values.size(), found.status);
    values.push_back(found.value);
  }
  mean.add(values);
}

/// PyRadiomics' weights of merged directions: exp(-d^2) of the distance in mm for pairs, the distance for runs.
std::vector<double> weights_of(Family family, const std::vector<Offset>& offsets, const Roi& roi,
                               const TextureOptions& options) {
  std::vector<double> weights;
  for (const Offset& offset : offsets) {
    double sum = 0, squares = 0, largest = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      const double mm = std::abs(offset[a]) * roi.spacing_mm[a];
      sum += mm;
      squares += mm * mm;
      largest = std::max(largest, mm);
    }
    const double distance = options.weighting == Weighting::kManhattan   ? sum
                            : options.weighting == Weighting::kEuclidean ? std::sqrt(squares)
                                                                         : largest;
    weights.push_back(options.weighting == Weighting::kEqual ? 1
                      : family == Family::kGlcm              ? std::exp(-distance * distance)
                                                             : distance);
  }
  return weights;
}

class Extraction {
 public:
  Extraction(const Roi& roi, const Discretized& levels, const TextureOptions& options)
      : roi_(roi), levels_(levels), options_(options) {}

  /// Of the parts (slices, or the whole region) of one family.
  FeatureValues values(Family family, const std::vector<TextureMatrices>& parts) const {
    Mean mean(columns_of(family, options_.profile).size());
    for (const TextureMatrices& part : parts) add(family, part, mean);
    return mean.values(roi_.voxels.empty() ? Status::kEmptyRegion : Status::kNoPair);
  }

 private:
  void add(Family family, const TextureMatrices& part, Mean& mean) const {
    switch (family) {
      case Family::kGlcm:
        return add_directions(family, part.glcm, options_.distances, mean);
      case Family::kGlrlm:
        return add_directions(family, part.glrlm, {1}, mean);
      case Family::kGlszm:
        return add_emphasis(family, part.glszm, options_.profile, mean);
      case Family::kGldzm:
        return add_emphasis(family, part.gldzm, options_.profile, mean);
      case Family::kGldm:
        return add_emphasis(family, part.gldm, options_.profile, mean);
      case Family::kNgtdm:
        return add_ngtdm(part.ngtdm, mean);
      default:
        throw std::logic_error("not a texture family");
    }
  }

  void add_directions(Family family, const std::vector<CountMatrix>& directions, const std::vector<int>& distances,
                      Mean& mean) const {
    std::vector<CountMatrix> merged;
    if (options_.directions == Directions::kMerged) {
      const auto offsets = half_neighbourhood(distances, slice_axis());
      merged = {merge(directions, weights_of(family, offsets, roi_, options_))};
    }
    std::vector<double> values;
    for (const CountMatrix& matrix : options_.directions == Directions::kMerged ? merged : directions) {
      if (matrix.cells.empty()) continue;
      if (family == Family::kGlcm)
        add_glcm(matrix, levels_, options_, values, mean);
      else
        add_emphasis(family, matrix, options_.profile, mean);
    }
  }

  std::optional<int> slice_axis() const {
    return options_.slices == Slices::kVolume ? std::nullopt : std::optional(options_.slice_axis);
  }

  const Roi& roi_;
  const Discretized& levels_;
  const TextureOptions& options_;
};

}  // namespace

std::vector<FeatureValues> texture_features(const Roi& roi, const Discretized& levels,
                                            const std::vector<Family>& families, const TextureOptions& options,
                                            const Roi* edge_region) {
  MatrixOptions matrix_options;
  const auto wanted = [&](Family family) {
    return std::find(families.begin(), families.end(), family) != families.end();
  };
  matrix_options.wanted = {wanted(Family::kGlcm),  wanted(Family::kGlrlm), wanted(Family::kGlszm),
                           wanted(Family::kGldzm), wanted(Family::kGldm),  wanted(Family::kNgtdm)};
  matrix_options.distances = options.distances;
  if (options.slices != Slices::kVolume) matrix_options.slice_axis = options.slice_axis;
  matrix_options.symmetry = options.symmetry;
  matrix_options.dependence = options.dependence;
  matrix_options.profile = options.profile;
  if (matrix_options.wanted.gldzm)
    matrix_options.edge_distance =
        distances_to_edge(roi, edge_region != nullptr ? *edge_region : roi, matrix_options.slice_axis);
  std::vector<TextureMatrices> parts;
  if (options.slices == Slices::kAveraged)
    parts = texture_matrices_by_slice(roi, levels, matrix_options);
  else if (!roi.voxels.empty())
    parts.push_back(texture_matrices(roi, levels, matrix_options));
  const Extraction extraction(roi, levels, options);
  std::vector<FeatureValues> values;
  for (const Family family : families) values.push_back(extraction.values(family, parts));
  return values;
}

std::array<double, kGlcmNames.size()> glcm(const Roi& roi, const Discretized& levels) {
  const FeatureValues values = texture_features(roi, levels, {Family::kGlcm}, {}).front();
  std::array<double, kGlcmNames.size()> features;
  for (std::size_t f = 0; f < features.size(); ++f) features[f] = values[f].value;
  return features;
}

}  // namespace radiopath::radiology
