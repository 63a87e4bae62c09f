#include "core/statistics.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// In double throughout: a filter over thousands of columns asks for one P each, and long double costs five times that.
using StudentsT = boost::math::students_t_distribution<
    double, boost::math::policies::policy<boost::math::policies::promote_double<false>>>;

/// z, P and interval from a value and the variances of its two independent parts.
Improvement improvement(double events, double non_events, double variance_events, double variance_non_events) {
  const double value = events + non_events;
  const double error = std::sqrt(variance_events + variance_non_events);
  const double z = error > 0 ? value / error : (error == 0 && value == 0 ? 0 : kNan);
  const double reach = normal_quantile(0.975) * error;
  return {.value = value,
          .standard_error = error,
          .z = z,
          .p = two_sided_p(z),
          .interval = {value - reach, value + reach},
          .events = events,
          .non_events = non_events,
          .standard_error_events = std::sqrt(variance_events),
          .standard_error_non_events = std::sqrt(variance_non_events)};
}

/// Second minus first, among the patients of each outcome.
struct Changes {
  std::vector<double> events, non_events;
};

Changes changes(std::span<const double> first, std::span<const double> second, std::span<const int> outcomes) {
  detail::check_scored(first, outcomes);
  detail::check_scored(second, outcomes);
  Changes result;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    (outcomes[i] == 1 ? result.events : result.non_events).push_back(second[i] - first[i]);
  }
  return result;
}

}  // namespace

double normal_quantile(double probability) { return boost::math::quantile(boost::math::normal(), probability); }

double two_sided_p(double z) { return std::isnan(z) ? kNan : boost::math::erfc(std::abs(z) / std::sqrt(2.0)); }

Proportion proportion(int count, int total) {
  if (total == 0) return {kNan, {kNan, kNan}, count, total};
  const double n = total, share = count / n, z = normal_quantile(0.975), z2 = z * z;
  const double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double reach = z / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  // At the ends the formula gives 0 and 1 but for rounding.
  return {share, {count == 0 ? 0 : centre - reach, count == total ? 1 : centre + reach}, count, total};
}

double brier_score(std::span<const double> probabilities, std::span<const int> outcomes) {
  detail::check_scored(probabilities, outcomes);
  double sum = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    sum += (probabilities[i] - outcomes[i]) * (probabilities[i] - outcomes[i]);
  }
  return outcomes.empty() ? kNan : sum / double(outcomes.size());
}

Improvement idi(std::span<const double> first, std::span<const double> second, std::span<const int> outcomes) {
  const Changes change = changes(first, second, outcomes);
  const Moments events = moments(change.events), non_events = moments(change.non_events);
  return improvement(events.mean, -non_events.mean, events.variance / events.count,
                     non_events.variance / non_events.count);
}

Improvement continuous_nri(std::span<const double> first, std::span<const double> second,
                           std::span<const int> outcomes) {
  const Changes change = changes(first, second, outcomes);
  const auto net_up = [](const std::vector<double>& differences) {
    double up = 0, down = 0;
    for (const double difference : differences) up += difference > 0, down += difference < 0;
    const double n = double(differences.size());
    const double net = (up - down) / n;
    return std::pair{net, ((up + down) / n - net * net) / n};
  };
  const auto [events, variance_events] = net_up(change.events);
  const auto [non_events, variance_non_events] = net_up(change.non_events);
  return improvement(events, -non_events, variance_events, variance_non_events);
}

Moments moments(std::span<const double> values) {
  const int count = static_cast<int>(values.size());
  if (values.empty()) return {0, kNan, kNan};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  double sum = 0, squares = 0;
  for (const double value : values) sum += value;
  const double mean = *low == *high ? *low : sum / count;  // equal values have no spread, not even a rounding error
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {count, mean, count < 2 ? kNan : squares / (count - 1)};
}

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

double pearson(std::span<const double> first, std::span<const double> second) {
  if (first.size() != second.size()) throw std::logic_error("a correlation needs two columns of one length");
  const Moments a = moments(first), b = moments(second);
  double product = 0;
  for (std::size_t i = 0; i < first.size(); ++i) product += (first[i] - a.mean) * (second[i] - b.mean);
  const double scale = std::sqrt(a.variance) * std::sqrt(b.variance) * double(first.size() - 1);
  return first.size() >= 2 && scale > 0 ? std::min(1.0, std::max(-1.0, product / scale)) : kNan;
}

}  // namespace radiopath
