#include "radiology/texture_matrices.h"

#include <array>
#include <bit>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "radiology/level_box.h"
#include "radiology/runs_and_zones.h"

namespace radiopath::radiology {
namespace {

constexpr int kMostTableLevels = 1024;  // a table of pairs up to 4 MiB, sorted keys above

template <class Code>
const Code* codes_of(const LevelBox<Code>& box, const VoxelRow& row) {
  return box.codes.data() + row.start;
}

/// f(voxels, first) of every row in pieces of a fixed width, whose loops over voxels need no remainder: what lies
/// beyond a piece's end is read and not used.
constexpr int kPiece = 32;
template <class Function>
void for_each_piece(Rows rows, Function&& f) {
  for (const VoxelRow& row : rows)
    for (int x = 0; x < row.length; x += kPiece) f(std::min(kPiece, row.length - x), row.start + x);
}

/// Pairs of a voxel and the neighbour one `step` before it, as a table [before][here] over codes. `table` is a buffer.
template <class Code>
CountMatrix count_pairs_in_table(const LevelBox<Code>& box, Rows rows, std::int64_t step, Symmetry symmetry,
                                 std::vector<std::uint32_t>& table) {
  const auto n = static_cast<std::uint32_t>(box.code_count());
  // Two tables in turn, where there are voxels enough: neighbours along a row often fall into one cell, and would wait
  // for each other.
  const bool two = box.codes.size() > 4 * n * n;
  table.assign((two ? 2 : 1) * n * n, 0);
  std::uint32_t* const even = table.data();
  std::uint32_t* const odd = two ? even + n * n : even;
  using Cell = std::conditional_t<sizeof(Code) == 1, std::uint16_t, std::uint32_t>;
  for_each_piece(rows, [&](int voxels, std::int64_t first) {
    const Code* const here = box.codes.data() + first;
    const Code* const before = here - step;
    std::array<Cell, kPiece> cell;
    for (std::size_t x = 0; x < kPiece; ++x) cell[x] = static_cast<Cell>(before[x] * n + here[x]);
    int x = 0;
    for (; x + 1 < voxels; x += 2) {
      ++even[cell[x]];  // row 0 of the table: the neighbour is outside
      ++odd[cell[x + 1]];
    }
    if (x < voxels) ++even[cell[x]];
  });
  if (two)
    for (std::size_t cell = n; cell < n * n; ++cell) even[cell] += odd[cell];
  CountMatrix matrix;
  matrix.cells.reserve(2 * n);
  for (std::size_t i = 1; i < n; ++i) {
    for (std::size_t j = symmetry == Symmetry::kSymmetric ? i : 1; j < n; ++j) {
      std::int64_t count = table[i * n + j];
      if (symmetry == Symmetry::kSymmetric) count += table[j * n + i];
      if (count != 0) matrix.cells.push_back({box.level_of[i - 1], box.level_of[j - 1], static_cast<double>(count)});
    }
  }
  return matrix;
}

constexpr std::size_t kMostMarkedLevels = 64;

/// The same for few voxels of many grey levels, as in the kernels of maps: what occurs is marked in a bit each, so that
/// the table need not be searched. `table` is a buffer, 0 from its row 1 on when taken and when left.
template <class Code>
CountMatrix count_few_pairs(const LevelBox<Code>& box, Rows rows, std::int64_t step, Symmetry symmetry,
                            std::vector<std::uint32_t>& table) {
  const auto n = static_cast<std::size_t>(box.code_count());
  const bool symmetric = symmetry == Symmetry::kSymmetric;
  table.resize(n * n);
  std::array<std::uint64_t, kMostMarkedLevels> marks;
  std::fill_n(marks.begin(), n, 0);
  for (const VoxelRow& row : rows) {
    const Code* const here = codes_of(box, row);
    const Code* const before = here - step;
    for (int x = 0; x < row.length; ++x) {
      const std::size_t from = before[x], to = here[x];  // from 0: the neighbour is outside
      const std::size_t i = symmetric ? std::min(from, to) : from, j = symmetric ? std::max(from, to) : to;
      ++table[i * n + j];
      marks[i] |= std::uint64_t{1} << j;
    }
  }
  CountMatrix matrix;
  matrix.cells.reserve(2 * n);
  for (std::size_t i = 1; i < n; ++i) {
    for (auto left = marks[i]; left != 0; left &= left - 1) {
      const auto j = static_cast<std::size_t>(std::countr_zero(left));
      const std::uint32_t count = std::exchange(table[i * n + j], 0) << (symmetric && i == j ? 1 : 0);
      matrix.cells.push_back({box.level_of[i - 1], box.level_of[j - 1], static_cast<double>(count)});
    }
  }
  return matrix;
}

/// The same for many grey levels.
template <class Code>
CountMatrix count_pairs_by_key(const LevelBox<Code>& box, Rows rows, std::int64_t step, Symmetry symmetry) {
  CellCounter counter(box.code_count(), 0);
  for (const VoxelRow& row : rows) {
    const Code* const here = codes_of(box, row);
    const Code* const before = here - step;
    for (int x = 0; x < row.length; ++x) {
      if (before[x] == 0) continue;
      const bool turn = symmetry == Symmetry::kSymmetric && before[x] > here[x];
      counter.add(turn ? here[x] : before[x], turn ? before[x] : here[x]);
    }
  }
  CountMatrix matrix = counter.finish(box.level_of);
  for (auto& cell : matrix.cells) {
    cell.j = box.level_of[static_cast<std::size_t>(cell.j) - 1];
    if (symmetry == Symmetry::kSymmetric && cell.i == cell.j) cell.count *= 2;
  }
  return matrix;
}

/// Of `voxels` voxels.
template <class Code>
CountMatrix count_pairs(const LevelBox<Code>& box, Rows rows, double voxels, std::int64_t step, Symmetry symmetry,
                        std::vector<std::uint32_t>& table) {
  const auto n = static_cast<std::size_t>(box.code_count());
  CountMatrix matrix = n > kMostTableLevels ? count_pairs_by_key(box, rows, step, symmetry)
                       : n <= kMostMarkedLevels && voxels < static_cast<double>(n * n)
                           ? count_few_pairs(box, rows, step, symmetry, table)
                           : count_pairs_in_table(box, rows, step, symmetry, table);
  for (const auto& cell : matrix.cells)
    matrix.voxels += (symmetry == Symmetry::kSymmetric && cell.i != cell.j ? 2 : 1) * cell.count;
  return matrix;
}

/// `Count` holds the number of all neighbours and one.
template <class Count, class Code>
CountMatrix count_dependences(const LevelBox<Code>& box, Rows rows, const std::vector<std::int64_t>& steps,
                              double most) {
  CellCounter counter(box.code_count(), std::min<int>(64, static_cast<int>(steps.size()) + 2));
  for_each_piece(rows, [&](int voxels, std::int64_t first) {
    std::array<Count, kPiece> dependent;
    dependent.fill(1);
    const Code* const here = box.codes.data() + first;
    const auto* const value = box.values.data() + first;
    for (const std::int64_t step : steps) {
      const Code* const there = here + step;
      if (most == 0) {
        for (std::size_t x = 0; x < kPiece; ++x) dependent[x] += there[x] == here[x];
      } else {
        const auto* const other = value + step;
        for (std::size_t x = 0; x < kPiece; ++x)
          dependent[x] += there[x] != 0 && std::abs(other[x] - value[x]) <= most;
      }
    }
    for (int x = 0; x < voxels; ++x) counter.add(here[x], dependent[static_cast<std::size_t>(x)]);
  });
  return counter.finish(box.level_of);
}

/// `Count` holds the number of all neighbours, `Sum` the sum of their levels.
template <class Count, class Sum, class Code>
ToneDifferences count_differences(const LevelBox<Code>& box, Rows rows, const std::vector<std::int64_t>& steps,
                                  Profile profile) {
  std::vector<ToneDifferences::Level> of_code(static_cast<std::size_t>(box.code_count()));
  for_each_piece(rows, [&](int voxels, std::int64_t first) {
    std::array<Sum, kPiece> sum = {};
    std::array<Count, kPiece> neighbours = {};
    const Code* const here = box.codes.data() + first;
    const auto* const value = box.values.data() + first;
    for (const std::int64_t step : steps) {
      const Code* const there = here + step;
      const auto* const other = value + step;
      for (std::size_t x = 0; x < kPiece; ++x) sum[x] += static_cast<Sum>(other[x]);
      for (std::size_t x = 0; x < kPiece; ++x) neighbours[x] += there[x] != 0;
    }
    for (std::size_t x = 0; x < static_cast<std::size_t>(voxels); ++x) {
      if (neighbours[x] == 0 && profile == Profile::kIbsi) continue;
      auto& level = of_code[static_cast<std::size_t>(here[x])];
      level.voxels += 1;
      if (neighbours[x] != 0) level.difference += std::abs(value[x] - static_cast<double>(sum[x]) / neighbours[x]);
    }
  });
  ToneDifferences differences;
  for (std::size_t code = 1; code < of_code.size(); ++code) {
    of_code[code].level = box.level_of[code - 1];
    if (of_code[code].voxels > 0) differences.levels.push_back(of_code[code]);
  }
  return differences;
}

template <class Code>
TextureMatrices count_all(const LevelBox<Code>& box, Rows rows, const MatrixOptions& options) {
  TextureMatrices matrices;
  const MatrixSelection& wanted = options.wanted;
  double all = 0;
  for (const VoxelRow& row : rows) all += row.length;
  std::vector<std::int64_t> both_ways;
  std::vector<std::uint32_t> table;
  const std::vector<Offset> offsets = half_neighbourhood(options.distances, options.slice_axis);
  both_ways.reserve(2 * offsets.size());
  if (wanted.glcm) matrices.glcm.reserve(offsets.size());
  for (const Offset& offset : offsets) {
    const std::int64_t step = box.step(offset);
    both_ways.push_back(step);
    both_ways.push_back(-step);
    if (wanted.glcm) matrices.glcm.push_back(count_pairs(box, rows, all, step, options.symmetry, table));
  }
  count_runs_and_zones(box, rows, options, matrices);
  const bool few = both_ways.size() < 255, low = few && box.level_of.back() < 256;  // narrow sums: more at once
  if (wanted.gldm)
    matrices.gldm = few ? count_dependences<std::uint8_t>(box, rows, both_ways, options.dependence)
                        : count_dependences<std::uint16_t>(box, rows, both_ways, options.dependence);
  if (wanted.ngtdm)
    matrices.ngtdm = low ? count_differences<std::uint8_t, std::uint16_t>(box, rows, both_ways, options.profile)
                         : count_differences<std::uint16_t, std::uint32_t>(box, rows, both_ways, options.profile);
  for (CountMatrix* matrix : {&matrices.glszm, &matrices.gldzm, &matrices.gldm}) matrix->voxels = all;
  return matrices;
}

enum class Parts : std::uint8_t { kWhole, kSlices };

template <class Code>
std::vector<TextureMatrices> count_parts(const Roi& roi, const Discretized& levels, const MatrixOptions& options,
                                         Parts parts) {
  const int margin = std::max(1, *std::max_element(options.distances.begin(), options.distances.end()));
  const auto box = make_level_box<Code>(roi, levels, margin);
  std::vector<TextureMatrices> slices;
  if (parts == Parts::kWhole) {
    slices.push_back(count_all(box, box.rows, options));
    return slices;
  }
  const std::int64_t slice_size = box.size[0] * box.size[1];
  for (auto first = box.rows.begin(); first != box.rows.end();) {
    const auto last = std::find_if(first, box.rows.end(), [&](const VoxelRow& row) {
      return row.start / slice_size != first->start / slice_size;
    });
    slices.push_back(count_all(box, Rows(first, last), options));
    first = last;
  }
  return slices;
}

std::vector<TextureMatrices> count_parts(const Roi& roi, const Discretized& levels, const MatrixOptions& options,
                                         Parts parts) {
  if (roi.voxels.empty()) return {};
  if (levels.levels.back() > 65535) return count_parts<std::int32_t>(roi, levels, options, parts);
  if (levels.levels.size() < 255) return count_parts<std::uint8_t>(roi, levels, options, parts);
  return count_parts<std::uint16_t>(roi, levels, options, parts);
}

}  // namespace

TextureMatrices texture_matrices(const Roi& roi, const Discretized& levels, const MatrixOptions& options) {
  auto whole = count_parts(roi, levels, options, Parts::kWhole);
  return whole.empty() ? TextureMatrices{} : std::move(whole.front());
}

std::vector<TextureMatrices> texture_matrices_by_slice(const Roi& roi, const Discretized& levels,
                                                       const MatrixOptions& options) {
  if (options.slice_axis != 2) throw std::logic_error("matrices by slice need slice_axis 2");
  return count_parts(roi, levels, options, Parts::kSlices);
}

}  // namespace radiopath::radiology
