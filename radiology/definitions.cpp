#include "radiology/definitions.h"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "radiology/emphasis.h"

namespace radiopath::radiology {
namespace {

using Definitions = std::map<std::string_view, std::string_view>;

// Of grey levels where the family is the intensity histogram, of intensities elsewhere.
const Definitions kStatistics = {
    {"10Percentile", "10th percentile"},
    {"90Percentile", "90th percentile"},
    {"CoefficientOfVariation", "standard deviation over mean"},
    {"Energy", "sum of squares (PyRadiomics: of intensities plus voxelArrayShift)"},
    {"Entropy", "entropy of the grey levels' frequencies, in bits"},
    {"InterquartileRange", "75th less 25th percentile"},
    {"Kurtosis", "fourth central moment over squared variance (IBSI: less 3)"},
    {"Maximum", "largest value"},
    {"MaximumGradient", "largest slope of the histogram"},
    {"MaximumGradientLevel", "grey level of the histogram's largest slope"},
    {"Mean", "mean"},
    {"MeanAbsoluteDeviation", "mean distance from the mean"},
    {"Median", "median"},
    {"MedianAbsoluteDeviation", "mean distance from the median"},
    {"Minimum", "smallest value"},
    {"MinimumGradient", "smallest slope of the histogram"},
    {"MinimumGradientLevel", "grey level of the histogram's smallest slope"},
    {"Mode", "most frequent grey level; of several the one nearest the mean"},
    {"QuartileCoefficientOfDispersion", "75th less 25th percentile over their sum"},
    {"Range", "largest less smallest value"},
    {"RobustMeanAbsoluteDeviation", "mean distance from the mean of the values from the 10th to the 90th percentile"},
    {"RootMeanSquare", "root of the mean square"},
    {"RootMeanSquared", "root of the mean square of intensities plus voxelArrayShift"},
    {"Skewness", "third central moment over variance^1.5"},
    {"StandardDeviation", "root of the variance"},
    {"TotalEnergy", "energy times the volume of a voxel in mm3"},
    {"Uniformity", "sum of the squared frequencies of grey levels"},
    {"Variance", "mean squared distance from the mean"}};

const Definitions kShapes = {
    {"Asphericity", "cube root of A^3 / (36 pi V^2), less 1"},
    {"Compactness1", "V / (sqrt(pi) A^1.5)"},
    {"Compactness2", "36 pi V^2 / A^3"},
    {"Elongation", "minor over major axis length"},
    {"Flatness", "least over major axis length"},
    {"LeastAxisLength", "4 times the root of the smallest principal variance of voxel centres, mm"},
    {"MajorAxisLength", "4 times the root of the largest principal variance of voxel centres, mm"},
    {"Maximum2DDiameterColumn", "largest distance of two surface vertices in a plane across y, mm"},
    {"Maximum2DDiameterRow", "largest distance of two surface vertices in a plane across x, mm"},
    {"Maximum2DDiameterSlice", "largest distance of two surface vertices in a plane across z, mm"},
    {"Maximum3DDiameter", "largest distance of two surface vertices, mm"},
    {"MaximumDiameter", "largest distance of two vertices of the outline, mm"},
    {"MeshSurface", "area inside the outline, mm2"},
    {"MeshVolume", "volume V inside the surface mesh, mm3"},
    {"MinorAxisLength", "4 times the root of the second principal variance of voxel centres, mm"},
    {"Perimeter", "length of the outline, mm"},
    {"PerimeterSurfaceRatio", "perimeter over mesh surface, 1/mm"},
    {"PixelSurface", "number of pixels times their area, mm2"},
    {"SphericalDisproportion", "surface over that of the sphere (outline: circle) of the same content"},
    {"Sphericity", "surface of the sphere (outline: circle) of the same content over the region's"},
    {"SurfaceArea", "area A of the surface mesh, mm2"},
    {"SurfaceVolumeRatio", "A / V, 1/mm"},
    {"VoxelVolume", "number of voxels times their volume, mm3"}};

const Definitions kOthers = {
    {"CentreOfMassShift", "distance of the centres of mass of geometry and intensities, mm"},
    {"VolumeDensityBoundingBox", "volume over that of the box along the axes"},
    {"AreaDensityBoundingBox", "surface over that of the box along the axes"},
    {"VolumeDensityEllipsoid", "volume over that of the ellipsoid of the principal axes"},
    {"AreaDensityEllipsoid", "surface over that of the ellipsoid of the principal axes"},
    {"VolumeDensityConvexHull", "volume over that of the convex hull"},
    {"AreaDensityConvexHull", "surface over that of the convex hull"},
    {"IntegratedIntensity", "mean intensity times volume"},
    {"MoranI", "spatial autocorrelation with weights 1 / distance"},
    {"GearyC", "squared differences of pairs with weights 1 / distance over the variance"},
    {"LocalPeak", "mean within 1 cm3 round the voxel of highest intensity"},
    {"GlobalPeak", "highest mean within 1 cm3 round a voxel"},
    {"VolumeAtIntensityFraction10", "part of the volume at or above 10 % of the intensity range"},
    {"VolumeAtIntensityFraction90", "part of the volume at or above 90 % of the intensity range"},
    {"IntensityAtVolumeFraction10", "least intensity that at most 10 % of the volume reach"},
    {"IntensityAtVolumeFraction90", "least intensity that at most 90 % of the volume reach"},
    {"VolumeFractionDifference", "volume fraction at 10 % less that at 90 % of the intensity range"},
    {"IntensityDifference", "intensity at 10 % less that at 90 % of the volume"}};

// p(i, j): probability of levels i and j as neighbours; mu, s2: mean and variance of i.
const Definitions kGlcm = {
    {"Autocorrelation", "mean of i j"},
    {"ClusterProminence", "mean of (i + j - 2 mu)^4"},
    {"ClusterShade", "mean of (i + j - 2 mu)^3"},
    {"ClusterTendency", "mean of (i + j - 2 mu)^2"},
    {"Contrast", "mean of (i - j)^2"},
    {"Correlation", "mean of (i - mu)(j - mu) over the variance of i"},
    {"DifferenceAverage", "mean of |i - j|"},
    {"DifferenceEntropy", "entropy of |i - j|, in bits"},
    {"DifferenceVariance", "variance of |i - j|"},
    {"Dissimilarity", "mean of |i - j|"},
    {"Homogeneity1", "mean of 1 / (1 + |i - j|)"},
    {"Homogeneity2", "mean of 1 / (1 + (i - j)^2)"},
    {"Id", "mean of 1 / (1 + |i - j|)"},
    {"Idm", "mean of 1 / (1 + (i - j)^2)"},
    {"Idmn", "mean of 1 / (1 + (i - j)^2 / Ng^2)"},
    {"Idn", "mean of 1 / (1 + |i - j| / Ng)"},
    {"Imc1", "(joint entropy less that of independent i and j) over the entropy of i"},
    {"Imc2", "sqrt(1 - exp(-2 (entropy of independent i and j less joint entropy)))"},
    {"InverseVariance", "sum of p(i, j) / (i - j)^2 over i other than j"},
    {"JointAverage", "mean of i"},
    {"JointEnergy", "sum of p(i, j)^2"},
    {"JointEntropy", "entropy of p(i, j), in bits"},
    {"MCC", "root of the second largest eigenvalue of sum over k of p(i, k) p(j, k) / (p(i) p(k))"},
    {"MaximumProbability", "largest p(i, j)"},
    {"SumAverage", "mean of i + j"},
    {"SumEntropy", "entropy of i + j, in bits"},
    {"SumSquares", "variance of i"},
    {"SumVariance", "variance of i + j"}};

// s(i): sum over voxels of level i of |i - mean of the neighbours|; p(i): their part of the voxels with neighbours.
const Definitions kNgtdm = {
    {"Busyness", "sum of p(i) s(i) over sum of |i p(i) - j p(j)| of pairs of levels"},
    {"Coarseness", "1 over sum of p(i) s(i)"},
    {"Complexity", "sum of |i - j| (p(i) s(i) + p(j) s(j)) / (p(i) + p(j)) of pairs of levels, over the number of voxels"},
    {"Contrast", "sum of p(i) p(j) (i - j)^2 over Ng (Ng - 1), times the mean of s"},
    {"Strength", "sum of (p(i) + p(j)) (i - j)^2 of pairs of levels over sum of s(i)"}};

/// Feature of the matrix of grey level i against j.
std::string emphasis_definition(Family family, std::string_view name) {
  const bool runs = family == Family::kGlrlm, distances = family == Family::kGldzm;
  const bool dependences = family == Family::kGldm;
  const std::string things = runs ? "runs" : dependences ? "voxels" : "zones";
  const std::string j = runs ? "length" : dependences ? "dependence" : distances ? "distance to the edge" : "size";
  const std::pair<double Emphasis::*, std::string> texts[] = {
      {&Emphasis::short_j, "mean of 1 / j^2"},
      {&Emphasis::long_j, "mean of j^2"},
      {&Emphasis::low_grey, "mean of 1 / i^2"},
      {&Emphasis::high_grey, "mean of i^2"},
      {&Emphasis::short_low, "mean of 1 / (i^2 j^2)"},
      {&Emphasis::short_high, "mean of i^2 / j^2"},
      {&Emphasis::long_low, "mean of j^2 / i^2"},
      {&Emphasis::long_high, "mean of i^2 j^2"},
      {&Emphasis::grey_nonuniformity, "sum over i of squared numbers, over their sum"},
      {&Emphasis::grey_nonuniformity_normalised, "sum over i of squared frequencies"},
      {&Emphasis::j_nonuniformity, "sum over j of squared numbers, over their sum"},
      {&Emphasis::j_nonuniformity_normalised, "sum over j of squared frequencies"},
      {&Emphasis::percentage, "number over that of voxels"},
      {&Emphasis::grey_variance, "variance of i"},
      {&Emphasis::j_variance, "variance of j"},
      {&Emphasis::entropy, "entropy of (i, j), in bits"},
      {&Emphasis::energy, "sum over (i, j) of squared frequencies"}};
  for (const EmphasisFeature& feature : emphasis_features(family)) {
    if (feature.column.name != name) continue;
    for (const auto& [member, text] : texts)
      if (member == feature.value) return fmt::format("{}, over {} of grey level i and {} j", text, things, j);
  }
  throw std::logic_error("no definition of " + std::string(name));
}

}  // namespace

std::string definition_of(Family family, const FeatureColumn& column) {
  const auto in = [&](const Definitions& definitions) { return std::string(definitions.at(column.name)); };
  switch (family) {
    case Family::kFirstOrder:
    case Family::kIntensityStatistics: return in(kStatistics);
    case Family::kIntensityHistogram: return in(kStatistics) + (column.name == "Mode" ? "" : ", of grey levels");
    case Family::kShape:
    case Family::kShape2D: return in(kShapes);
    case Family::kMorphology:
    case Family::kLocalIntensity:
    case Family::kIntensityVolumeHistogram: return in(kOthers);
    case Family::kGlcm: return in(kGlcm);
    case Family::kNgtdm: return in(kNgtdm);
    default: return emphasis_definition(family, column.name);
  }
}

}  // namespace radiopath::radiology
