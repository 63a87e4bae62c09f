#include "core/t_test.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// In double throughout: a filter over thousands of columns asks for one P each, and long double costs five times that.
using StudentsT = boost::math::students_t_distribution<
    double, boost::math::policies::policy<boost::math::policies::promote_double<false>>>;

}  // namespace

TTest t_test(const Moments& first, const Moments& second, Variances variances) {
  const double n = first.count, m = second.count;
  const double difference = first.mean - second.mean;
  if (first.count < 2 || second.count < 2 || std::isnan(difference)) return {difference, kNan, kNan, kNan, kNan};
  const double part_first = first.variance / n, part_second = second.variance / m;
  double squared_error = part_first + part_second, freedom = n + m - 2;
  if (variances == Variances::pooled) {
    const double pooled = ((n - 1) * first.variance + (m - 1) * second.variance) / freedom;
    squared_error = pooled * (1 / n + 1 / m);
  } else if (squared_error > 0) {
    const double a = part_first / squared_error, b = part_second / squared_error;  // scaled: squares of tiny variances
    freedom = 1 / (a * a / (n - 1) + b * b / (m - 1));
  }
  const double error = std::sqrt(squared_error);
  if (!(error > 0)) {
    const double t = difference == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), difference);
    return {difference, 0, t, freedom, difference == 0 ? 1.0 : 0.0};
  }
  const double t = difference / error;
  return {difference, error, t, freedom, 2 * boost::math::cdf(boost::math::complement(StudentsT(freedom), std::abs(t)))};
}

Interval interval_of(const TTest& test) {
  if (std::isnan(test.p)) return {kNan, kNan};
  const double reach = boost::math::quantile(StudentsT(test.degrees_of_freedom), 0.975) * test.standard_error;
  return {test.difference - reach, test.difference + reach};
}

TTest t_test(std::span<const double> first, std::span<const double> second, Variances variances) {
  return t_test(moments(first), moments(second), variances);
}

}  // namespace radiopath
