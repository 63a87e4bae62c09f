#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "radiology/feature.h"

namespace radiopath::radiology {

inline constexpr double kEpsilon = std::numeric_limits<double>::epsilon();  ///< PyRadiomics' numpy.spacing(1)

inline constexpr std::size_t kTabled = 4096;
extern const std::array<double, kTabled> kNLog2N;  ///< n log2 n of whole numbers

/// n log2 n; from a table for the whole numbers that counts mostly are.
inline double n_log2_n(double n) {
  if (n < static_cast<double>(kTabled)) {
    const auto whole = static_cast<std::int32_t>(n);
    if (whole == n) return kNLog2N[static_cast<std::size_t>(whole)];
  }
  return n * std::log2(n);
}

/// Entropy of counts n: -sum of p log2(p + e), p = n / all, with e = 2.2e-16 for PyRadiomics and 0 for IBSI.
/// It is (all log2 all - sum of n log2 n) / all; the part of e is its first order, e / ln 2 for each p that is not 0
/// (the second, e^2 / p, is beyond double precision for any p a region can have).
class EntropySum {
 public:
  EntropySum() = default;
  EntropySum(double n_log2_n, double terms) : sum_(n_log2_n), terms_(terms) {}
  void add(double n, double times = 1) {
    sum_ += times * n_log2_n(n);
    terms_ += n > 0 ? times : 0;
  }
  double bits(double all, Profile profile) const {
    return (n_log2_n(all) - sum_) / all - (profile == Profile::kPyRadiomics ? terms_ * kEpsilonInBits : 0);
  }
  double terms() const { return terms_; }  ///< counts that are not 0

  static constexpr double kEpsilonInBits = kEpsilon * 1.4426950408889634;  ///< e / ln 2

 private:
  double sum_ = 0, terms_ = 0;
};

}  // namespace radiopath::radiology
