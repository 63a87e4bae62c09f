#pragma once

#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "radiology/volume.h"

namespace radiopath::radiology {

/// `[radiology.preprocessing]`: what is done to every volume before habitats and features.
struct PreprocessingConfig {
  std::string grid = "mask";
  double voxel_size_mm = 1;
  std::string interpolation = "linear";
  std::string normalization = "surroundings";
  double scale = 100;
  std::vector<std::string> quantitative = {"adc"};

  static auto fields() {
    return std::tuple{
        field("grid", &PreprocessingConfig::grid, "common grid: the mask's own, or cubes of voxel_size_mm over it")
            .one_of({"mask", "isotropic"}),
        field("voxel_size_mm", &PreprocessingConfig::voxel_size_mm, "edge of the voxels of the isotropic grid")
            .unit("mm")
            .range(0.05, 20),
        field("interpolation", &PreprocessingConfig::interpolation, "how intensities reach the common grid")
            .one_of({"linear", "bspline", "nearest"}),
        field(
            "normalization", &PreprocessingConfig::normalization,
            "voxels that mean and SD of the z-score are taken over: those brighter than air (Otsu) outside the lesion, so "
            "that what the lesion is made of does not set its own scale; the same with the lesion (body); nonzero "
            "ones; all; or no z-score")
            .one_of({"surroundings", "body", "nonzero", "all", "none"}),
        field("scale", &PreprocessingConfig::scale,
              "z-scores are multiplied by this, so that bin widths are of usual size")
            .range(1e-6, 1e6),
        field("quantitative", &PreprocessingConfig::quantitative,
              "sequences with a physical unit: never normalised. ADC in 1e-6 mm2/s suits a bin width of 25"),
    };
  }
};

enum class Interpolation { nearest, linear, bspline };
Interpolation interpolation_named(const std::string& name);

/// `volume` at the voxel centres of `grid`, in physical space; NaN where it does not reach. Nothing is interpolated
/// where the centres coincide. No smoothing before down-sampling. B-splines are cubic and overshoot at edges.
/// Throws InputError when B-splines meet a NaN voxel, which would spread over the whole volume.
Volume resample(const Volume& volume, const Grid& grid, Interpolation interpolation);
/// The label of the nearest voxel; 0 where the map does not reach.
Mask resample(const Mask& mask, const Grid& grid);

/// The grid of cubic voxels over `grid`: same directions and same outer corner, as PyRadiomics aligns it.
Grid isotropic_grid(const Grid& grid, double voxel_size_mm);

/// A box of voxels within a grid.
struct Box {
  std::array<int, 3> low = {0, 0, 0}, size = {0, 0, 0};
};
Box bounding_box(const Mask& mask);  ///< of the nonzero voxels; empty size when there are none
bool is_whole(const Box& box, const Grid& grid);
Grid cut(const Grid& grid, const Box& box);
Mask cut(const Mask& mask, const Box& box);

/// Threshold that splits finite intensities into two classes of least variance: 256 bins from the minimum to the
/// 99.5th percentile. Source: Otsu, IEEE Trans SMC 1979;9:62.
double otsu_threshold(const std::vector<float>& voxels);

/// (v - mean) / SD * config.scale with mean and population SD over the voxels that config.normalization names.
/// @param lesion on any grid; only "surroundings" asks for it
/// Throws InputError when these have no spread.
Volume normalize(Volume volume, const PreprocessingConfig& config, const Mask& lesion);

}  // namespace radiopath::radiology
