#pragma once

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "radiology/discretization.h"
#include "radiology/feature.h"
#include "radiology/local_binary_pattern.h"
#include "radiology/local_binary_pattern_3d.h"
#include "radiology/standard_filters.h"
#include "radiology/texture_features.h"
#include "radiology/wavelet.h"

namespace radiopath::radiology {

/// Grey levels of one image type alone; 0: not set.
struct BinsConfig {
  double bin_width = 0;
  int bin_count = 0;

  static auto fields() {
    return std::tuple{
        field("bin_width", &BinsConfig::bin_width, "width of a grey level, as features.bin_width")
            .unit("intensity")
            .at_least(0),
        field("bin_count", &BinsConfig::bin_count, "number of grey levels instead of a width; 0: bin_width counts")
            .range(0, 65536),
    };
  }
};

/// What is measured in a region: PyRadiomics' settings of its feature classes, and IBSI's aggregation.
struct FeaturesConfig {
  std::string profile = "pyradiomics";
  std::vector<std::string> families;
  std::map<std::string, std::vector<std::string>> only;
  std::vector<std::string> image_types = {"original"};
  std::vector<double> sigma_mm;
  bool sigma_as_integers = false;
  bool gradient_use_spacing = true;
  WaveletConfig wavelet;
  LocalBinaryPattern2dConfig lbp_2d;
  LocalBinaryPattern3dConfig lbp_3d;
  StandardFiltersConfig filters;
  bool deprecated = false;
  double bin_width = 25;
  int bin_count = 0;
  std::map<std::string, BinsConfig> bins;
  double ivh_bin_width = 0;
  int ivh_bin_count = 0;
  bool force_2d = false;
  int force_2d_dimension = 0;
  std::vector<int> distances = {1};
  std::string weighting = "none";
  bool symmetrical_glcm = true;
  double gldm_a = 0;
  double voxel_array_shift = 0;
  std::string aggregation = "3D:avg";

  static auto fields() {
    return std::tuple{
        field("profile", &FeaturesConfig::profile, "whose rules and names: PyRadiomics' or the IBSI manual's")
            .one_of({"pyradiomics", "ibsi"}),
        field("families", &FeaturesConfig::families,
              "feature classes: firstorder, shape, shape2D, glcm, glrlm, glszm, gldm, ngtdm; under ibsi shape, "
              "morphology, local_intensity, intensity_statistics, intensity_histogram, intensity_volume_histogram, "
              "glcm, glrlm, glszm, gldzm, gldm (NGLDM), ngtdm; empty: all of the profile without shape2D; of habitats "
              "first order (ibsi: intensity_statistics), shape and glcm"),
        field("only", &FeaturesConfig::only,
              "features of a family where not all are wanted, as { glcm = [\"Idm\", \"Contrast\"] }"),
        field("image_types", &FeaturesConfig::image_types,
              "images measured: original, wavelet, log, square, squareroot, logarithm, exponential, gradient, lbp-2D, "
              "lbp-3D"),
        field("sigma_mm", &FeaturesConfig::sigma_mm, "widths of the Laplacian of Gaussian, an image each").unit("mm"),
        field("sigma_as_integers", &FeaturesConfig::sigma_as_integers,
              "whole sigma_mm are named log-sigma-2-mm-3D, as PyRadiomics names [2]; else log-sigma-2-0-mm-3D"),
        field("gradient_use_spacing", &FeaturesConfig::gradient_use_spacing, "gradient per mm rather than per voxel"),
        field("wavelet", &FeaturesConfig::wavelet, "of the image type wavelet"),
        field("lbp_2d", &FeaturesConfig::lbp_2d, "of the image type lbp-2D"),
        field("lbp_3d", &FeaturesConfig::lbp_3d, "of the image type lbp-3D"),
        field("filters", &FeaturesConfig::filters,
              "IBSI-2's filters: each gives an image more, whose columns start with the filter's name; in slices under "
              "force_2d"),
        field("deprecated", &FeaturesConfig::deprecated, "also the features that PyRadiomics leaves out by default"),
        field("bin_width", &FeaturesConfig::bin_width,
              "width of a grey level, edges at its multiples (ibsi: from the lower bound of re-segmentation)")
            .unit("intensity")
            .at_least(1e-9),
        field("bin_count", &FeaturesConfig::bin_count, "number of grey levels instead of a width; 0: bin_width counts")
            .range(0, 65536),
        field("bins", &FeaturesConfig::bins,
              "grey levels of an image type or filter alone, named as there; others have those of features"),
        field("ivh_bin_width", &FeaturesConfig::ivh_bin_width,
              "bins of the intensity-volume histogram; 0: whole intensities, or 1000 bins where they are none")
            .unit("intensity")
            .at_least(0),
        field("ivh_bin_count", &FeaturesConfig::ivh_bin_count, "number of its bins instead of a width; 0: none")
            .range(0, 65536),
        field("force_2d", &FeaturesConfig::force_2d, "neighbours within slices only, all slices in one matrix"),
        field("force_2d_dimension", &FeaturesConfig::force_2d_dimension, "axis across the slices: 0 = z, 1 = y, 2 = x")
            .range(0, 2),
        field("distances", &FeaturesConfig::distances, "of neighbours in GLCM, GLDM and NGTDM").unit("voxels"),
        field("weighting", &FeaturesConfig::weighting,
              "norm that weights the summed directions of GLCM and GLRLM; none: the mean over directions")
            .one_of({"none", "no_weighting", "manhattan", "euclidean", "infinity"}),
        field("symmetrical_glcm", &FeaturesConfig::symmetrical_glcm, "pairs count both ways"),
        field("gldm_a", &FeaturesConfig::gldm_a, "largest difference of dependent grey levels").at_least(0),
        field("voxel_array_shift", &FeaturesConfig::voxel_array_shift,
              "added to intensities for Energy, TotalEnergy and RootMeanSquared")
            .unit("intensity"),
        field("aggregation", &FeaturesConfig::aggregation, "of slices and directions under ibsi")
            .one_of({"2D:avg", "2D:mrg", "2.5D:avg", "2.5D:mrg", "3D:avg", "3D:mrg"}),
    };
  }
};

Profile profile_of(const FeaturesConfig& config);
/// What an empty FeaturesConfig::families stands for, in PyRadiomics' order.
std::vector<std::string> default_families(Profile profile);
/// Throws InputError naming the nearest family that the profile has.
std::vector<Family> families_of(const FeaturesConfig& config);
/// Of the region rather than of an image: measured once, under the name of the original.
bool of_original_alone(Family family);
/// Throws InputError for distances below 1 or none.
TextureOptions texture_options_of(const FeaturesConfig& config);
/// The config with the grey levels of an image type or filter of its own, where it has them.
FeaturesConfig with_bins_of(const FeaturesConfig& config, const std::string& image_type);
/// Grey levels by the config's profile. `lowest`: lower bound of re-segmentation (ibsi only).
Discretized discretize(const std::vector<double>& intensities, const FeaturesConfig& config,
                       std::optional<double> lowest = {});

/// A family's columns under the config: those of its profile that are wanted, deprecated ones where they are asked for;
/// in the order in which they are named, else in PyRadiomics' order.
struct FamilyColumns {
  Family family;
  std::vector<FeatureColumn> columns;
  std::vector<std::size_t> places;  ///< of the columns in columns_of(family, profile)
};
/// Throws InputError naming the nearest feature for one that its family lacks.
std::vector<FamilyColumns> family_columns(const FeaturesConfig& config);

}  // namespace radiopath::radiology
