#pragma once

#include <span>

#include "core/descriptive.h"

namespace radiopath {

enum class Variances { separate, pooled };  ///< Welch or Student

/// Two-sample t-test, first minus second. When both variances are 0: P = 1 for equal means, 0 for different ones
/// (the limit). NaN with fewer than two values in a group.
struct TTest {
  double difference, standard_error, t, degrees_of_freedom, p;
};
TTest t_test(const Moments& first, const Moments& second, Variances variances = Variances::separate);
TTest t_test(std::span<const double> first, std::span<const double> second, Variances variances = Variances::separate);

Interval interval_of(const TTest& test);  ///< 95 %, of the difference of means

}  // namespace radiopath
