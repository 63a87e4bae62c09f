#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "radiology/filters.h"
#include "radiology/preprocessing.h"
#include "radiology/roi.h"

namespace radiopath::radiology {

/// What is done to image and mask before features: PyRadiomics' settings, and IBSI's.
struct ImageProcessingConfig {
  bool normalize = false;
  double normalize_scale = 1;
  double remove_outliers = 0;
  std::vector<double> resampled_spacing_mm;
  std::string interpolator = "bspline";
  int pad_distance = 5;
  bool pre_crop = false;
  std::vector<double> resegment_range;
  std::string resegment_mode = "absolute";
  bool resegment_shape = false;
  double resegment_outliers_sd = 0;
  bool round_intensities = false;
  int minimum_roi_dimensions = 2;
  int minimum_roi_size = 0;
  bool resample_mask = false;

  static auto fields() {
    using Config = ImageProcessingConfig;
    return std::tuple{
        field("normalize", &Config::normalize, "mean 0 and sample SD 1 over the whole image"),
        field("normalize_scale", &Config::normalize_scale, "normalised intensities are multiplied by this"),
        field("remove_outliers", &Config::remove_outliers, "normalised intensities are clipped here; 0: not at all")
            .unit("SD")
            .at_least(0),
        field("resampled_spacing_mm", &Config::resampled_spacing_mm,
              "voxel size x, y, z; 0 keeps an axis; empty: no resampling")
            .unit("mm"),
        field("interpolator", &Config::interpolator, "of intensities; masks take the nearest label (ibsi: linear, 0.5)")
            .one_of({"nearest", "linear", "bspline", "gaussian", "label_gaussian", "hamming_windowed_sinc",
                     "cosine_windowed_sinc", "welch_windowed_sinc", "lanczos_windowed_sinc", "blackman_windowed_sinc"}),
        field("pad_distance", &Config::pad_distance, "voxels kept round the region by resampling and pre_crop")
            .range(0, 1000),
        field("pre_crop", &Config::pre_crop, "cut the image to the region and pad_distance before filters"),
        field("resegment_range", &Config::resegment_range, "lowest and, if two, highest intensity kept in the region"),
        field("resegment_mode", &Config::resegment_mode,
              "unit of the range: intensity, parts of the region's maximum, or SDs from its mean")
            .one_of({"absolute", "relative", "sigma"}),
        field("resegment_shape", &Config::resegment_shape, "shape too is of the re-segmented region"),
        field("resegment_outliers_sd", &Config::resegment_outliers_sd,
              "voxels farther than this from the region's mean are left out, after the range; 0: none")
            .unit("SD")
            .at_least(0),
        field("round_intensities", &Config::round_intensities, "resampled intensities become whole numbers (ibsi)"),
        field("minimum_roi_dimensions", &Config::minimum_roi_dimensions, "axes along which a region must span two voxels")
            .range(1, 3),
        field("minimum_roi_size", &Config::minimum_roi_size, "regions of this many voxels or fewer are refused")
            .at_least(0),
        field("resample_mask", &Config::resample_mask, "put a mask on another grid onto the image's (correctMask)"),
    };
  }
};

/// As stored, with the type of its voxels; Inf and NaN are kept. Throws as read_volume does.
Image load_image(const std::filesystem::path& file);

/// An image and what else its file says.
struct ImageFile {
  Image image;
  int dimensions = 3;      ///< of the file; two-dimensional ones are one slice, 1 mm thick
  std::string voxel_hash;  ///< of the voxels as they are stored, however they are packed
  bool nifti = false;
};
/// As load_image, but that two-dimensional files are read too.
ImageFile read_image_file(const std::filesystem::path& file);

/// NaN and infinite voxels become 0, but not those that carry a label: what PyRadiomics sees of NIfTI files, which its
/// reader fills so, without taking what is no number for a measured one. Nothing changes where the grids differ.
void fill_beyond_labels(Image& image, const LabelMap& labels);

struct LabelFile {
  LabelMap labels;
  int dimensions = 3;
  std::string voxel_hash;  ///< likewise, of the channel that was read
};
/// As read_label_map, but that two-dimensional files are read too, and one channel, from 0, of files of several numbers
/// per voxel. Throws InputError where there is no such channel.
LabelFile read_label_file(const std::filesystem::path& file, int channel = 0);

/// In double precision; else as write_volume.
void write_image(const std::filesystem::path& file, const Image& image);

/// SimpleITK's Normalize over the whole image, then clipping and scale. Throws InputError for a blank image and for one
/// with voxels that are not finite. Source: PyRadiomics imageoperations.py, normalizeImage.
Image normalize_image(Image image, const ImageProcessingConfig& config);

/// PyRadiomics' grid of a resampled region: a piece, `box` and pad_distance, of the grid of the new spacing that shares
/// the image's outer corner. Nothing where the spacing is the image's own already. Source: as above, resampleImage.
std::optional<Grid> resampled_grid(const Grid& grid, const Box& box, const ImageProcessingConfig& config);
/// IBSI's: the whole image, its centre kept (IBSI VTM2).
Grid centred_grid(const Grid& grid, const std::vector<double>& spacing_mm);

/// `image` at the voxel centres of `grid`, 0 outside it, by one of ImageProcessingConfig's interpolators with SimpleITK's
/// parameters; an integer image stays one (cut off towards 0).
Image resample_image(const Image& image, const Grid& grid, const std::string& interpolator);
LabelMap resample_labels(const LabelMap& labels, const Grid& grid);  ///< the nearest voxel's; 0 outside
/// One label interpolated linearly: half or more is inside (IBSI, partial mask volume). A voxel midway between an
/// inside and an outside one is half but for rounding, and there are thousands of them.
LabelMap interpolate_label(const LabelMap& labels, int label, const Grid& grid);

/// Whether each voxel of a region stays in it. Throws InputError when one voxel or none does, NotFinite when a mean or a
/// maximum that it asks for is not finite.
std::vector<bool> resegmentation(const std::vector<double>& intensities, const ImageProcessingConfig& config);
/// The voxels of `roi` that are kept, in a box of their own.
Roi kept_voxels(const Roi& roi, const std::vector<bool>& keep);

/// Throws InputError for a region of one voxel, too few dimensions or too few voxels. PyRadiomics' checkMask.
void require_measurable(const Roi& roi, const ImageProcessingConfig& config);

Box grown(const Box& box, const std::array<int, 3>& margin, const std::array<int, 3>& size);
LabelMap cut(const LabelMap& labels, const Box& box);

}  // namespace radiopath::radiology
