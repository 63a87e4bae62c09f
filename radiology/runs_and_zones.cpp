#include "radiology/runs_and_zones.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <bit>
#include <cstring>
#include <limits>
#include <unordered_set>

#include "radiology/zones.h"

namespace radiopath::radiology {
namespace {

/// Columns of a table of lengths, sizes or distances up to `most`; longer ones are sorted. Where levels are thousands,
/// nearly all are short.
constexpr int kMostColumns = 64, kMostRunColumns = 16;  // runs have a table for each direction
int table_columns(std::int64_t most, int codes, int most_columns) {
  return static_cast<int>(std::min<std::int64_t>(codes > 4096 ? 4 : most_columns, most + 1));
}

constexpr int kBlock = 64;

/// Bit x is set where a[x] == b[x], of a whole block.
template <class Code>
std::uint64_t equal_bits(const Code* a, const Code* b) {
#ifdef __SSE2__
  if constexpr (sizeof(Code) == 1) {
    std::uint64_t bits = 0;
    for (int part = 0; part < kBlock / 16; ++part) {
      const __m128i left = _mm_loadu_si128(reinterpret_cast<const __m128i*>(a) + part);
      const __m128i right = _mm_loadu_si128(reinterpret_cast<const __m128i*>(b) + part);
      const int equal = _mm_movemask_epi8(_mm_cmpeq_epi8(left, right));
      bits |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(equal)) << (16 * part);
    }
    return bits;
  }
#endif
  std::array<std::uint8_t, kBlock> equal;
  for (int x = 0; x < kBlock; ++x) equal[static_cast<std::size_t>(x)] = a[x] == b[x];
  std::uint64_t bits = 0;
  for (int word = 0; word < kBlock / 8; ++word) {
    std::uint64_t bytes;
    std::memcpy(&bytes, equal.data() + 8 * word, 8);
    bits |= (bytes * 0x0102040810204080u >> 56) << (8 * word);  // the lowest bits of eight bytes, side by side
  }
  return bits;
}

/// Whether any line along `offset` holds two voxels.
template <class Code>
bool any_line_of_two(const LevelBox<Code>& box, Rows rows, const Offset& offset) {
  const std::int64_t step = box.step(offset);
  for (const VoxelRow& row : rows) {
    const Code* const here = box.codes.data() + row.start;
    for (int x = 0; x < row.length; ++x) {
      if (here[x - step] != 0) return true;
    }
  }
  const std::size_t axis = offset[2] != 0 ? 2 : offset[1] != 0 ? 1 : 0;  // where a step goes forward by one
  std::unordered_set<std::int64_t> lines;
  for (const VoxelRow& row : rows) {
    for (std::int64_t place = row.start; place < row.start + row.length; ++place) {
      const std::array<std::int64_t, 3> at = {place % box.size[0], place / box.size[0] % box.size[1],
                                              place / (box.size[0] * box.size[1])};
      if (!lines.insert(place - at[axis] * step).second) return true;
    }
  }
  return false;
}

/// For each direction those that make it needless: where both neighbours equal the voxel and touch each other, one join
/// is enough. The earlier a direction stands in the order by number of zeros, the more it spares.
std::vector<std::vector<std::size_t>> sparing_directions(const std::vector<Offset>& offsets) {
  const auto zeros = [&](std::size_t d) { return std::count(offsets[d].begin(), offsets[d].end(), 0); };
  const auto touch = [&](std::size_t a, std::size_t b) {
    for (std::size_t k = 0; k < 3; ++k) {
      if (std::abs(offsets[a][k] - offsets[b][k]) > 1) return false;
    }
    return true;
  };
  std::vector<std::vector<std::size_t>> sparing(offsets.size());
  for (std::size_t d = 0; d < offsets.size(); ++d) {
    for (std::size_t other = 0; other < offsets.size(); ++other) {
      const bool before = zeros(other) > zeros(d) || (zeros(other) == zeros(d) && other < d);
      if (before && touch(d, other)) sparing[d].push_back(other);
    }
  }
  return sparing;
}

/// The same, made once: by slice axis, in space last.
const std::vector<std::vector<std::size_t>>& sparing_directions(std::optional<int> slice_axis) {
  static const std::array<std::vector<std::vector<std::size_t>>, 4> kMade = {
      sparing_directions(half_neighbourhood({1}, 0)), sparing_directions(half_neighbourhood({1}, 1)),
      sparing_directions(half_neighbourhood({1}, 2)), sparing_directions(half_neighbourhood({1}, std::nullopt))};
  return kMade.at(static_cast<std::size_t>(slice_axis.value_or(3)));
}

/// The pass over the region: every pair of equal neighbours is seen once, in blocks of a row.
template <class Code>
class EqualPairs {
 public:
  EqualPairs(const LevelBox<Code>& box, const std::vector<Offset>& offsets, const MatrixOptions& options)
      : box_(box), sparing_(sparing_directions(options.slice_axis)), runs_wanted_(options.wanted.glrlm) {
    for (const Offset& offset : offsets) steps_.push_back(box.step(offset));
    runs_.reserve(offsets.size());
    if (!runs_wanted_) return;
    const std::int64_t longest = *std::max_element(box.size.begin(), box.size.end());
    const int columns = table_columns(longest, box.code_count(), kMostRunColumns);
    for (std::size_t d = 0; d < offsets.size(); ++d) runs_.emplace_back(box.code_count(), columns);
    in_runs_.assign(offsets.size(), std::vector<std::int64_t>(static_cast<std::size_t>(box.code_count())));
  }

  void visit(Rows rows, ZoneForest* zones) {
    Equal equal;
    for (const VoxelRow& row : rows) {
      for (int x = 0; x < row.length; x += kBlock) {
        const std::int64_t place = row.start + x;
        const std::uint64_t inside =
            row.length - x >= kBlock ? ~std::uint64_t{0} : (std::uint64_t{1} << (row.length - x)) - 1;
        const Code* const here = box_.codes.data() + place;
        equal.directions = 0;
        for (std::size_t d = 0; d < steps_.size(); ++d) {
          equal.bits[d] = equal_bits(here, here - steps_[d]) & inside;
          equal.directions |= (equal.bits[d] != 0 ? 1u : 0u) << d;
        }
        if (runs_wanted_) add_runs(place, equal);
        if (zones != nullptr) join(place, equal, *zones);
      }
    }
  }

  /// Of a direction, given the voxels of each code.
  CountMatrix runs(std::size_t direction, const std::vector<std::int64_t>& voxels) {
    CellCounter& counter = runs_[direction];
    for (std::size_t code = 1; code < voxels.size(); ++code)
      counter.at(static_cast<int>(code), 1) = static_cast<std::uint32_t>(voxels[code] - in_runs_[direction][code]);
    return counter.finish(box_.level_of);
  }

 private:
  /// Of a block, by direction: bits of the voxels that equal the one before.
  struct Equal {
    std::array<std::uint64_t, 13> bits;
    std::uint32_t directions = 0;  // those that have any, a bit each
  };

  /// A run is followed from its second voxel: equal to the one before, which differs from the one before that.
  void add_runs(std::int64_t place, const Equal& equal) {
    const Code* const here = box_.codes.data() + place;
    for (auto directions = equal.directions; directions != 0; directions &= directions - 1) {
      const auto d = static_cast<std::size_t>(std::countr_zero(directions));
      const std::int64_t step = steps_[d];
      for (auto left = equal.bits[d]; left != 0; left &= left - 1) {
        const Code* second = here + std::countr_zero(left);
        const Code code = *second;
        if (second[-2 * step] == code) continue;
        int length = 2;
        for (const Code* next = second + step; *next == code; next += step) ++length;
        runs_[d].add(code, length);
        in_runs_[d][code] += length;
      }
    }
  }

  void join(std::int64_t place, const Equal& equal, ZoneForest& zones) const {
    for (auto directions = equal.directions; directions != 0; directions &= directions - 1) {
      const auto d = static_cast<std::size_t>(std::countr_zero(directions));
      std::uint64_t left = equal.bits[d];
      for (const std::size_t other : sparing_[d]) left &= ~equal.bits[other];
      for (; left != 0; left &= left - 1) {
        const std::int64_t voxel = place + std::countr_zero(left);
        zones.join(zones.number(voxel), zones.number(voxel - steps_[d]));
      }
    }
  }

  const LevelBox<Code>& box_;
  std::vector<std::int64_t> steps_;
  const std::vector<std::vector<std::size_t>>& sparing_;
  bool runs_wanted_;
  std::vector<CellCounter> runs_;
  std::vector<std::vector<std::int64_t>> in_runs_;  // voxels in runs of two or more, by direction and code
};

/// Zones by size and by their least distance to the edge of the region.
template <class Code>
void count_zones(const LevelBox<Code>& box, Rows rows, ZoneForest& zones, const MatrixOptions& options,
                 TextureMatrices& matrices) {
  struct Zone {
    Code code = 0;
    std::int32_t size = 0, distance = std::numeric_limits<std::int32_t>::max();
  };
  std::vector<Zone> found(static_cast<std::size_t>(rows.back().first + rows.back().length - rows.front().first));
  for (const VoxelRow& row : rows) {
    for (int x = 0; x < row.length; ++x) {
      Zone& zone = found[zones.take_zone(zones.number(row.start + x))];
      zone.code = box.codes[static_cast<std::size_t>(row.start + x)];
      ++zone.size;
      zone.distance = std::min(zone.distance, options.edge_distance.empty()
                                                  ? 0
                                                  : options.edge_distance[static_cast<std::size_t>(row.first + x)]);
    }
  }
  found.resize(zones.taken());
  std::int32_t largest = 0, farthest = 0;
  for (const Zone& zone : found) {
    largest = std::max(largest, zone.size);
    farthest = std::max(farthest, zone.distance);
  }
  const int codes = box.code_count();
  CellCounter sizes(codes, table_columns(largest, codes, kMostColumns));
  CellCounter distances(codes, table_columns(farthest, codes, kMostColumns));
  for (const Zone& zone : found) {
    sizes.add(zone.code, zone.size);
    distances.add(zone.code, zone.distance);
  }
  if (options.wanted.glszm) matrices.glszm = sizes.finish(box.level_of);
  if (options.wanted.gldzm) matrices.gldzm = distances.finish(box.level_of);
}

}  // namespace

template <class Code>
void count_runs_and_zones(const LevelBox<Code>& box, Rows rows, const MatrixOptions& options,
                          TextureMatrices& matrices) {
  const bool zones_wanted = options.wanted.glszm || options.wanted.gldzm;
  if (!options.wanted.glrlm && !zones_wanted) return;
  const std::int64_t first = rows.front().start, last = rows.back().start + rows.back().length;
  ZoneForest zones(first, zones_wanted ? last : first);
  std::vector<std::int64_t> voxels(static_cast<std::size_t>(box.code_count()));  // of each code
  double all = 0;
  for (const VoxelRow& row : rows) {
    for (std::int64_t place = row.start; place < row.start + row.length; ++place) {
      ++voxels[box.codes[static_cast<std::size_t>(place)]];
      if (zones_wanted) zones.add(zones.number(place));
    }
    all += row.length;
  }
  const auto offsets = half_neighbourhood({1}, options.slice_axis);
  EqualPairs<Code> pairs(box, offsets, options);
  pairs.visit(rows, zones_wanted ? &zones : nullptr);
  for (std::size_t d = 0; d < offsets.size() && options.wanted.glrlm; ++d) {
    CountMatrix runs;
    if (options.profile != Profile::kPyRadiomics || any_line_of_two(box, rows, offsets[d])) {
      runs = pairs.runs(d, voxels);
      runs.voxels = all;
    }
    matrices.glrlm.push_back(std::move(runs));
  }
  if (zones_wanted) count_zones(box, rows, zones, options, matrices);
}

template void count_runs_and_zones(const LevelBox<std::uint8_t>&, Rows, const MatrixOptions&, TextureMatrices&);
template void count_runs_and_zones(const LevelBox<std::uint16_t>&, Rows, const MatrixOptions&, TextureMatrices&);
template void count_runs_and_zones(const LevelBox<std::int32_t>&, Rows, const MatrixOptions&, TextureMatrices&);

}  // namespace radiopath::radiology
