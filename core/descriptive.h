#pragma once

#include <span>
#include <string>
#include <vector>

// What every other theme of statistics is written with: ranks, moments, quantiles, shares. What the data leave
// undefined is NaN, never a guess.
namespace radiopath {

struct Interval {
  double lower, upper;  ///< 95 % unless said otherwise
};

double normal_quantile(double probability);  ///< z with P(Z <= z) = probability, 0 < probability < 1
double normal_cdf(double z);                 ///< P(Z <= z) of a standard normal
double two_sided_p(double z);                ///< P(|Z| >= |z|) of a standard normal; NaN for NaN

/// value -+ z * error at `level`; NaN where either is.
Interval normal_interval(double value, double error, double level = 0.95);

/// Ranks from 1; equal values share the mean of their ranks. O(n log n).
std::vector<double> midranks(std::span<const double> values);
/// Sizes of the groups of equal values, those of one value alone left out.
std::vector<double> tie_sizes(std::span<const double> values);

struct Moments {
  int count;
  double mean, variance;  ///< n - 1 in the denominator; NaN below two values
};
Moments moments(std::span<const double> values);

/// Quantile of type 7 (linear between order statistics, R's and NumPy's default). NaN without values.
double quantile(std::span<const double> values, double probability);
double median(std::span<const double> values);

/// A share with its Wilson score interval (J Am Stat Assoc 1927;22:209). NaN when `total` is 0.
struct Proportion {
  double value;
  Interval interval;
  int count, total;
};
Proportion proportion(int count, int total);
/// The exact interval of Clopper & Pearson (Biometrika 1934;26:404); NaN when `total` is 0.
Interval clopper_pearson(int count, int total);

}  // namespace radiopath
