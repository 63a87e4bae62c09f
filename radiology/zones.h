#pragma once

#include <cstdint>
#include <vector>

namespace radiopath::radiology {

/// Connected zones of voxels by their places in a box: a disjoint-set forest whose roots are the first voxels in scan
/// order. Source: Galler & Fischer, CACM 1964; path halving: van Leeuwen & Weide 1977.
class ZoneForest {
 public:
  explicit ZoneForest(std::size_t places) : parent_(places) {}

  void add(std::int64_t place) { parent_[static_cast<std::size_t>(place)] = static_cast<std::uint32_t>(place); }

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

 private:
  std::vector<std::uint32_t> parent_;
};

}  // namespace radiopath::radiology
