#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace radiopath {

/// A named random stream: same (seed, name, index) gives the same numbers everywhere, whatever other streams did.
/// Generator: xoshiro256** 1.0 (Blackman & Vigna 2018), seeded through SplitMix64 from an XXH3 hash of the name.
/// The distributions are our own, because the standard library leaves theirs open.
class Random {
 public:
  Random(std::uint64_t seed, std::string_view stream, std::initializer_list<std::uint64_t> index = {});

  std::uint64_t next();                         ///< 64 uniform bits
  double uniform();                             ///< [0, 1), 53 bits
  double uniform(double low, double high);      ///< [low, high)
  std::uint64_t below(std::uint64_t bound);     ///< 0 … bound - 1, unbiased (Lemire 2019); bound > 0
  double normal(double mean = 0, double sd = 1);  ///< Gaussian, Marsaglia's polar method
  bool chance(double probability) { return uniform() < probability; }

  std::vector<int> permutation(int n);          ///< 0 … n - 1 shuffled
  std::vector<int> resample(int n);             ///< n draws from 0 … n - 1 with replacement (one bootstrap)

  template <class T>
  void shuffle(std::vector<T>& values) {        // Fisher–Yates
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  std::array<std::uint64_t, 4> state_;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace radiopath
