#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "radiology/count_matrix.h"
#include "radiology/discretization.h"
#include "radiology/feature.h"
#include "radiology/neighbourhood.h"
#include "radiology/roi.h"

namespace radiopath::radiology {

/// Grey tone differences: per grey level that occurs, voxels and the sum of their distances to their neighbours' mean.
struct ToneDifferences {
  struct Level {
    std::int32_t level = 0;
    double voxels = 0;      ///< n_i
    double difference = 0;  ///< s_i
  };
  std::vector<Level> levels;  ///< ascending
};

/// The matrices of one region, or of one of its slices.
struct TextureMatrices {
  std::vector<CountMatrix> glcm;   ///< one per direction
  std::vector<CountMatrix> glrlm;  ///< one per direction of distance 1
  CountMatrix glszm, gldzm, gldm;
  ToneDifferences ngtdm;
};

enum class Symmetry : std::uint8_t { kSymmetric, kOneWay };
/// Which matrices are wanted.
struct MatrixSelection {
  bool glcm = false, glrlm = false, glszm = false, gldzm = false, gldm = false, ngtdm = false;
};

struct MatrixOptions {
  MatrixSelection wanted;
  std::vector<int> distances = {1};  ///< Chebyshev, in voxels: GLCM, GLDM, NGTDM; runs and zones always use 1
  std::optional<int> slice_axis;     ///< neighbours only within slices across this axis (0 = x); empty: in space
  Symmetry symmetry = Symmetry::kSymmetric;
  double dependence = 0;  ///< largest difference of dependent neighbours (gldm_a, IBSI's coarseness)
  /// PyRadiomics counts a voxel without neighbours in the NGTDM with difference 0 and empties the GLRLM of a direction
  /// in which no line holds two voxels of the region; IBSI leaves the voxel out and keeps the direction.
  Profile profile = Profile::kPyRadiomics;
  /// For the GLDZM, one per voxel of the region (distances_to_edge()).
  std::vector<std::int32_t> edge_distance;
};

/// Matrices of the whole region. Symmetric GLCMs M + M^T are given by their cells with i <= j.
/// With one way, i is the level of the voxel and j that of its neighbour in the direction half_neighbourhood() names.
TextureMatrices texture_matrices(const Roi& roi, const Discretized& levels, const MatrixOptions& options);

/// The same for each slice across z that holds voxels; options.slice_axis must be 2.
std::vector<TextureMatrices> texture_matrices_by_slice(const Roi& roi, const Discretized& levels,
                                                       const MatrixOptions& options);

/// Steps over faces from each voxel of `region` to the nearest voxel outside `edge_region` (6-connected in space,
/// 4-connected within slices across `slice_axis`), 1 at the edge. Both regions come from the same grid, and
/// `edge_region` (IBSI: the morphological mask) holds all voxels of `region`. IBSI VMDZ.
std::vector<std::int32_t> distances_to_edge(const Roi& region, const Roi& edge_region, std::optional<int> slice_axis);

}  // namespace radiopath::radiology
