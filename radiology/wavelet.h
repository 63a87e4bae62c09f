#pragma once

#include <optional>

#include "radiology/filters.h"

namespace radiopath::radiology {

/// PyRadiomics' settings of its Wavelet image type.
struct WaveletConfig {
  std::string wavelet = "coif1";
  int level = 1;
  int start_level = 0;

  static auto fields() {
    return std::tuple{
        field("wavelet", &WaveletConfig::wavelet,
              "haar, db1-20, sym2-20, coif1-5, dmey, bior1.1-6.8 or rbio1.1-6.8, named as in PyWavelets"),
        field("level", &WaveletConfig::level, "decompositions that give images").range(1, 8),
        field("start_level", &WaveletConfig::start_level, "decompositions before the first that gives images")
            .range(0, 8),
    };
  }
};

/// Decomposition filters of an orthogonal or biorthogonal wavelet, of equal, even length.
struct WaveletFilters {
  std::vector<double> low, high;
};
/// Throws InputError naming the nearest wavelet when there is none of that name.
/// Source: PyWavelets (MIT), which cites Daubechies, Ten Lectures on Wavelets, SIAM 1992, tables 6.1, 6.2, 8.1 and 8.3.
WaveletFilters wavelet_filters(const std::string& name);
std::vector<std::string> wavelet_names();

/// PyRadiomics' stationary wavelet transform (getWaveletImage over PyWavelets' swtn, one level at a time): periodic,
/// odd sizes extended by one voxel with wrap, undilated filters at every level. Per level the details `wavelet-LLH` …
/// `wavelet-HHH` (`wavelet2-LLH` … for the second), first letter x; the approximation `wavelet-LLL` of the last level
/// comes last. In slices: `wavelet-LH`, `wavelet-HL`, `wavelet-HH`, `wavelet-LL`. float32 for a float32 image, else
/// float64, in PyWavelets' order of summation: the same bits.
/// With `box`, only its voxels are computed, on the grid of the box: the same bits as the whole image cut to it.
std::vector<NamedImage> wavelet_bands(const Image& image, const WaveletConfig& config, Extent extent = Extent::volume,
                                      const std::optional<Box>& box = {});

}  // namespace radiopath::radiology
