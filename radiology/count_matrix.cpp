#include "radiology/count_matrix.h"

#include <algorithm>

namespace radiopath::radiology {

double CountMatrix::total() const {
  double sum = 0;
  for (const Cell& cell : cells) sum += cell.count;
  return sum;
}

CountMatrix merge(const std::vector<CountMatrix>& matrices, const std::vector<double>& weights) {
  CountMatrix merged;
  for (std::size_t m = 0; m < matrices.size(); ++m) {
    const double weight = weights.empty() ? 1 : weights[m];
    for (const auto& cell : matrices[m].cells) merged.cells.push_back({cell.i, cell.j, weight * cell.count});
    merged.voxels += weight * matrices[m].voxels;
  }
  // Stable, so that sums of weighted counts are taken in the order of the matrices.
  std::stable_sort(merged.cells.begin(), merged.cells.end(),
                   [](const auto& a, const auto& b) { return a.i != b.i ? a.i < b.i : a.j < b.j; });
  std::size_t kept = 0;
  for (std::size_t c = 0; c < merged.cells.size(); ++c) {
    const auto cell = merged.cells[c];
    if (kept > 0 && merged.cells[kept - 1].i == cell.i && merged.cells[kept - 1].j == cell.j)
      merged.cells[kept - 1].count += cell.count;
    else
      merged.cells[kept++] = cell;
  }
  merged.cells.resize(kept);
  return merged;
}

CellCounter::CellCounter(int rows, int columns)
    : rows_(rows), columns_(columns), table_(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns)) {}

CountMatrix CellCounter::finish(const std::vector<int>& level_of) {
  CountMatrix matrix;
  matrix.cells.reserve(2 * static_cast<std::size_t>(rows_));
  std::sort(keys_.begin(), keys_.end());
  auto key = keys_.begin();
  while (key != keys_.end() && *key >> 32 == 0) ++key;
  for (int i = 1; i < rows_; ++i) {
    const int level = level_of[static_cast<std::size_t>(i) - 1];
    const std::uint32_t* row = table_.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(columns_);
    for (int j = 0; j < columns_; ++j) {
      if (row[j] != 0) matrix.cells.push_back({level, j, static_cast<double>(row[j])});
    }
    while (key != keys_.end() && *key >> 32 == static_cast<std::uint64_t>(i)) {
      const auto same = std::find_if(key, keys_.end(), [&](std::uint64_t other) { return other != *key; });
      matrix.cells.push_back({level, static_cast<std::int32_t>(*key & 0xffffffff), static_cast<double>(same - key)});
      key = same;
    }
  }
  return matrix;
}

}  // namespace radiopath::radiology
