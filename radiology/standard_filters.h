#pragma once

#include <map>
#include <variant>

#include "radiology/filters.h"

namespace radiopath::radiology {

// The filters of the IBSI-2 reference manual (arXiv:2006.05470; Whybra et al., Radiology 2024;310:e231319). All give
// float64 on the grid of the image. Extent::volume filters in 3-D, the others slice by slice.

namespace detail {
inline const std::vector<std::string> kBoundaries = {"mirror", "nearest", "periodic", "zero"};
inline const std::vector<std::string> kPoolings = {"none", "max", "mean"};
inline const std::vector<std::string> kLawsKernels = {"L3", "E3", "S3", "L5", "E5", "S5", "W5", "R5"};
inline constexpr const char* kBoundaryMeaning = "what lies beyond the image";
inline constexpr const char* kPoolingMeaning = "how responses to rotated filters become one; none: not rotated";
}  // namespace detail

struct MeanConfig {
  int support = 15;
  std::string boundary = "mirror";

  static auto fields() {
    return std::tuple{
        field("support", &MeanConfig::support, "edge of the box that is averaged, an odd number")
            .unit("voxels")
            .range(1, 1001),
        field("boundary", &MeanConfig::boundary, detail::kBoundaryMeaning).one_of(detail::kBoundaries),
    };
  }
};

/// Laplacian of Gaussian cut off at cutoff * sigma, in voxel units, not multiplied by sigma squared.
struct LaplacianOfGaussianConfig {
  double sigma_mm = 3;
  double cutoff = 4;
  std::string boundary = "mirror";

  static auto fields() {
    return std::tuple{
        field("sigma_mm", &LaplacianOfGaussianConfig::sigma_mm, "width").unit("mm").range(1e-3, 1e3),
        field("cutoff", &LaplacianOfGaussianConfig::cutoff, "reach of the kernel in widths").range(1, 20),
        field("boundary", &LaplacianOfGaussianConfig::boundary, detail::kBoundaryMeaning).one_of(detail::kBoundaries),
    };
  }
};

struct LawsConfig {
  std::vector<std::string> kernels = {"E5", "L5", "S5"};
  int energy_distance = 0;
  std::string pooling = "none";
  std::string boundary = "mirror";

  static auto fields() {
    return std::tuple{
        field("kernels", &LawsConfig::kernels, "one for each axis, x first").one_of(detail::kLawsKernels),
        field("energy_distance", &LawsConfig::energy_distance,
              "the response becomes its mean magnitude within this distance; 0: it stays")
            .unit("voxels")
            .range(0, 100),
        field("pooling", &LawsConfig::pooling, detail::kPoolingMeaning).one_of(detail::kPoolings),
        field("boundary", &LawsConfig::boundary, detail::kBoundaryMeaning).one_of(detail::kBoundaries),
    };
  }
};

/// Modulus of the complex Gabor response in slices; Extent::volume averages the three orthogonal planes.
struct GaborConfig {
  double sigma_mm = 5, wavelength_mm = 2, gamma = 1, theta_deg = 0, theta_step_deg = 0;
  std::string pooling = "mean";
  std::string boundary = "mirror";

  double reach_mm() const { return 7 * sigma_mm / (gamma < 1 ? gamma : 1); }  ///< of the kernel, which is cut off there

  static auto fields() {
    return std::tuple{
        field("sigma_mm", &GaborConfig::sigma_mm, "width of the envelope").unit("mm").range(1e-3, 1e3),
        field("wavelength_mm", &GaborConfig::wavelength_mm, "wavelength").unit("mm").range(1e-3, 1e3),
        field("gamma", &GaborConfig::gamma, "aspect ratio of the envelope").range(1e-2, 1e2),
        field("theta_deg", &GaborConfig::theta_deg, "direction of the wave from the first axis to the second")
            .unit("degrees"),
        field("theta_step_deg", &GaborConfig::theta_step_deg,
              "pool theta over the full turn in such steps; 0: one theta")
            .unit("degrees")
            .range(0, 180),
        field("pooling", &GaborConfig::pooling, "how the responses of several theta become one")
            .one_of({"max", "mean"}),
        field("boundary", &GaborConfig::boundary, detail::kBoundaryMeaning).one_of(detail::kBoundaries),
    };
  }
};

/// Undecimated separable wavelets with dilated filters (a trous), unlike PyRadiomics' `wavelet_bands`.
struct SeparableWaveletConfig {
  std::string wavelet = "coif1";
  std::string band = "LLH";
  int level = 1;
  std::string pooling = "none";
  std::string boundary = "mirror";

  static auto fields() {
    return std::tuple{
        field("wavelet", &SeparableWaveletConfig::wavelet, "family and order, named as in PyWavelets"),
        field("band", &SeparableWaveletConfig::band, "L (low-pass) or H (high-pass) for each axis, x first"),
        field("level", &SeparableWaveletConfig::level, "decomposition level of the band").range(1, 8),
        field("pooling", &SeparableWaveletConfig::pooling, detail::kPoolingMeaning).one_of(detail::kPoolings),
        field("boundary", &SeparableWaveletConfig::boundary, detail::kBoundaryMeaning).one_of(detail::kBoundaries),
    };
  }
};

/// Band-pass B map of the non-separable Simoncelli wavelet over the periodic image.
struct SimoncelliConfig {
  int level = 1;
  std::vector<int> riesz;

  static auto fields() {
    return std::tuple{
        field("level", &SimoncelliConfig::level, "decomposition level").range(1, 8),
        field("riesz", &SimoncelliConfig::riesz, "orders of the Riesz transform along x, y, z; none: not transformed"),
    };
  }
};

/// Riesz transform of the Laplacian of Gaussian; the image is extended by half its size on every side.
struct RieszLaplacianOfGaussianConfig {
  LaplacianOfGaussianConfig laplacian;
  std::vector<int> riesz = {1, 0, 0};

  static auto fields() {
    return std::tuple{
        field("laplacian", &RieszLaplacianOfGaussianConfig::laplacian, "the filter that is transformed"),
        field("riesz", &RieszLaplacianOfGaussianConfig::riesz, "orders of the Riesz transform along x, y, z"),
    };
  }
};

// Each throws InputError for a setting it cannot honour: an even support, an unknown kernel, a band of another length.
Image standard_filter(const Image& image, const MeanConfig& config, Extent extent = Extent::volume);
Image standard_filter(const Image& image, const LaplacianOfGaussianConfig& config, Extent extent = Extent::volume);
Image standard_filter(const Image& image, const LawsConfig& config, Extent extent = Extent::volume);
Image standard_filter(const Image& image, const GaborConfig& config, Extent extent = Extent::volume);
Image standard_filter(const Image& image, const SeparableWaveletConfig& config, Extent extent = Extent::volume);
Image standard_filter(const Image& image, const SimoncelliConfig& config, Extent extent = Extent::volume);
Image standard_filter(const Image& image, const RieszLaplacianOfGaussianConfig& config, Extent extent = Extent::volume);

using StandardFilter = std::variant<MeanConfig, LaplacianOfGaussianConfig, LawsConfig, GaborConfig,
                                    SeparableWaveletConfig, SimoncelliConfig, RieszLaplacianOfGaussianConfig>;
inline Image standard_filter(const Image& image, const StandardFilter& filter, Extent extent = Extent::volume) {
  return std::visit([&](const auto& config) { return standard_filter(image, config, extent); }, filter);
}
/// Filters by kind and name, as `[features.filters.laws.texture]`. A filter's name is that of its image.
struct StandardFiltersConfig {
  std::map<std::string, MeanConfig> mean;
  std::map<std::string, LaplacianOfGaussianConfig> log;
  std::map<std::string, LawsConfig> laws;
  std::map<std::string, GaborConfig> gabor;
  std::map<std::string, SeparableWaveletConfig> wavelet;
  std::map<std::string, SimoncelliConfig> simoncelli;
  std::map<std::string, RieszLaplacianOfGaussianConfig> riesz_log;

  static auto fields() {
    return std::tuple{
        field("mean", &StandardFiltersConfig::mean, "mean filter"),
        field("log", &StandardFiltersConfig::log, "Laplacian of Gaussian, cut off"),
        field("laws", &StandardFiltersConfig::laws, "Laws' kernels, and their energy"),
        field("gabor", &StandardFiltersConfig::gabor, "modulus of Gabor's filter, in slices or mean of three planes"),
        field("wavelet", &StandardFiltersConfig::wavelet, "a band of an undecimated separable wavelet"),
        field("simoncelli", &StandardFiltersConfig::simoncelli,
              "band of the non-separable Simoncelli wavelet, Riesz-transformed where orders are given; periodic"),
        field("riesz_log", &StandardFiltersConfig::riesz_log, "Riesz transform of the Laplacian of Gaussian"),
    };
  }
};

struct NamedFilter {
  std::string name, kind;
  StandardFilter filter;
};
/// By kind as above, then by name. Throws InputError, naming the filter, for a setting that it cannot honour and for a
/// name that is no part of a column's.
std::vector<NamedFilter> named_filters(const StandardFiltersConfig& config, Extent extent);

/// The response within `box`, computed from the box and the filter's reach round it, or from the whole image where the
/// filter is one of its Fourier transform (Simoncelli, Riesz).
Image standard_filter_in(const Image& image, const Box& box, const StandardFilter& filter, Extent extent);

}  // namespace radiopath::radiology
