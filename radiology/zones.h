#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

namespace radiopath::radiology {

/// Connected zones of voxels by their places in a box: a disjoint-set forest whose roots are the first voxels in scan
/// order. Source: Galler & Fischer, CACM 1964; path halving: van Leeuwen & Weide 1977.
class ZoneForest {
 public:
  /// For places from `first` to `last` - 1. Throws std::length_error when they are more than 2^32.
  ZoneForest(std::int64_t first, std::int64_t last) : first_(first), parent_(static_cast<std::size_t>(last - first)) {
    if (last - first > std::int64_t{1} << 32) throw std::length_error("too many places for a forest of zones");
  }

  /// Places are numbered from the first.
  std::uint32_t number(std::int64_t place) const { return static_cast<std::uint32_t>(place - first_); }

  void add(std::uint32_t place) { parent_[place] = place; }

  std::uint32_t root(std::uint32_t place) {
    while (parent_[place] != place) {
      parent_[place] = parent_[parent_[place]];
      place = parent_[place];
    }
    return place;
  }

  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    if (a < b)
      parent_[b] = a;
    else
      parent_[a] = b;
  }

  /// Number of the place's zone, zones numbered by their first places. Uses the forest up: to be called once for every
  /// place, in ascending order, so that a parent has its number already.
  std::uint32_t take_zone(std::uint32_t place) {
    const std::uint32_t parent = parent_[place];
    const bool root = parent == place;
    const std::uint32_t zone = root ? zones_ : parent_[parent];
    zones_ += root ? 1 : 0;
    return parent_[place] = zone;
  }
  std::uint32_t taken() const { return zones_; }  ///< zones numbered so far

 private:
  std::int64_t first_;
  std::uint32_t zones_ = 0;
  std::vector<std::uint32_t> parent_;
};

}  // namespace radiopath::radiology
