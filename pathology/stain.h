#pragma once

#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>

#include "core/config.h"
#include "pathology/raster.h"

namespace radiopath::pathology {

/// `[pathology.stain]`
struct StainConfig {
  std::string method = "macenko";
  std::string scope = "slide";
  double background = 240;
  double alpha = 1;
  double beta = 0.15;
  int min_pixels = 1000;
  double min_share = 0.01;
  int sample_tiles = 16;

  static auto fields() {
    return std::tuple{
        field("method", &StainConfig::method, "colour normalisation of the tiles").one_of({"macenko", "none"}),
        field("scope", &StainConfig::scope,
              "one stain matrix per slide, or one per tile (invents contrast where a tile has one stain only)")
            .one_of({"slide", "tile"}),
        field("background", &StainConfig::background, "intensity of the unstained background, Macenko's Io")
            .range(1, 255),
        field("alpha", &StainConfig::alpha, "percentile that the stain directions are taken at, from either end")
            .range(0, 49),
        field("beta", &StainConfig::beta, "optical density (natural) that every channel of a stained pixel reaches")
            .range(0, 2),
        field("min_pixels", &StainConfig::min_pixels, "stained pixels without which no matrix is estimated")
            .at_least(2),
        field("min_share", &StainConfig::min_share, "share of stained pixels without which no matrix is estimated")
            .range(0, 1),
        field("sample_tiles", &StainConfig::sample_tiles, "tiles of a slide whose pixels its matrix is estimated from")
            .at_least(1),
    };
  }
};

/// Stain vectors and how strong the stains are.
struct Stain {
  Eigen::Matrix<double, 3, 2> he;  ///< rows R, G, B; columns haematoxylin, eosin; unit length
  Eigen::Vector2d max_c;           ///< 99th percentile of the two concentrations
};

/// The target that everybody normalises to (mitkovetta/staining-normalization, 2013; torchstain's HERef, maxCRef).
Stain reference_stain();

/// What was estimated, or why nothing was.
struct StainEstimate {
  std::optional<Stain> stain;
  std::string refusal;  ///< "" when there is a stain
  std::int64_t stained_pixels = 0;
  double angle_deg = 0;  ///< between H and E
  std::string note;      ///< odd, but used: not H&E-like
};

/// Macenko's stain matrix of RGB pixels (n, 3), as torchstain's NumPy backend computes it.
///
/// Optical density -ln((I + 1) / Io); pixels with every channel ≥ beta; plane of the two leading eigenvectors of their
/// covariance; directions at the alpha and 100 - alpha percentiles of the angle in it; the one with more red is
/// haematoxylin; concentrations of all pixels by least squares; their 99th percentile.
/// Refused, with a reason: fewer than `min_pixels` or `min_share` stained pixels, H and E less than 5° or more than
/// 60° apart, a badly conditioned matrix (> 20), a maximal concentration ≤ 0.1.
/// Source: Macenko et al., ISBI 2009, restated in PMC6778842, algorithm 1.
StainEstimate estimate_stain(std::span<const std::uint8_t> rgb, const StainConfig& config);

/// Appends every `stride`-th stained pixel (every channel's density ≥ beta) of `image` to `pool`.
void collect_stained(const Raster& image, const StainConfig& config, int stride, std::vector<std::uint8_t>& pool);

/// Rewrites pixels from one stain to another: nine tables, since the new intensity is a product over channels.
class StainNormalizer {
 public:
  /// `background` is Io of both images.
  StainNormalizer(const Stain& source, const Stain& target, double background);
  /// Io · exp(-HE_target · C · maxC_target / maxC_source), cut at 255, truncated.
  void apply(Raster& image) const;

 private:
  // From input channel and value to the factors of the three output channels; four, so that a row is one vector load.
  std::array<std::array<std::array<double, 4>, 256>, 3> factors_;
};

}  // namespace radiopath::pathology
