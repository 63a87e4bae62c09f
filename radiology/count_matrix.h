#pragma once

#include <cstdint>
#include <vector>

namespace radiopath::radiology {

/// A texture matrix as its non-zero cells, ascending by (i, j).
struct CountMatrix {
  struct Cell {
    std::int32_t i = 0;  ///< grey level
    std::int32_t j = 0;  ///< grey level, run length, zone size, zone distance or dependence, from 1
    double count = 0;    ///< whole, but for weighted matrices
  };
  std::vector<Cell> cells;
  double voxels = 0;  ///< voxels that were counted, once per direction; of a GLCM the sum of the whole matrix

  double total() const;
};

/// Sum of matrices, each times its weight (all 1 when `weights` is empty).
CountMatrix merge(const std::vector<CountMatrix>& matrices, const std::vector<double>& weights = {});

/// Counts cells: in a table where j is small, as sorted keys where it is not, so that 16-bit grey levels and zones of
/// millions of voxels cost memory for what occurs.
class CellCounter {
 public:
  /// Cells (i, j) with i from 0 to rows - 1 and any j >= 0; those with j < columns are kept in a table.
  CellCounter(int rows, int columns);

  void add(int i, int j) {
    if (j < columns_)
      ++at(i, j);
    else
      keys_.push_back(static_cast<std::uint64_t>(i) << 32 | static_cast<std::uint32_t>(j));
  }
  /// A cell of the table, j < columns.
  std::uint32_t& at(int i, int j) {
    return table_[static_cast<std::size_t>(i) * static_cast<std::size_t>(columns_) + static_cast<std::size_t>(j)];
  }

  /// The cells with i > 0, i replaced by level_of[i - 1].
  CountMatrix finish(const std::vector<int>& level_of);

 private:
  int rows_, columns_;
  std::vector<std::uint32_t> table_;  // a cell holds at most the voxels of a region, below 2^31
  std::vector<std::uint64_t> keys_;
};

}  // namespace radiopath::radiology
