#include "core/correlation.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// P of a correlation by t with n - 2 degrees of freedom.
double p_of(double r, double n) {
  if (std::isnan(r) || n < 3) return kNan;
  if (std::abs(r) >= 1) return 0;
  const double t = r * std::sqrt((n - 2) / ((1 - r) * (1 + r)));
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(n - 2), std::abs(t)));
}

int sign(double value) { return (value > 0) - (value < 0); }

}  // namespace

double pearson(std::span<const double> first, std::span<const double> second) {
  if (first.size() != second.size()) throw std::logic_error("a correlation needs two columns of one length");
  const Moments a = moments(first), b = moments(second);
  double product = 0;
  for (std::size_t i = 0; i < first.size(); ++i) product += (first[i] - a.mean) * (second[i] - b.mean);
  const double scale = std::sqrt(a.variance) * std::sqrt(b.variance) * double(first.size() - 1);
  return first.size() >= 2 && scale > 0 ? std::min(1.0, std::max(-1.0, product / scale)) : kNan;
}

Correlation pearson_test(std::span<const double> first, std::span<const double> second) {
  const double r = pearson(first, second), n = double(first.size());
  Interval interval{kNan, kNan};
  if (!std::isnan(r) && n > 3) {
    const Interval z = normal_interval(std::atanh(r), 1 / std::sqrt(n - 3));
    interval = {std::tanh(z.lower), std::tanh(z.upper)};
  }
  return {r, p_of(r, n), interval};
}

Correlation spearman_test(std::span<const double> first, std::span<const double> second) {
  const double r = pearson(midranks(first), midranks(second));
  return {r, p_of(r, double(first.size())), {kNan, kNan}};
}

Correlation kendall_test(std::span<const double> first, std::span<const double> second) {
  if (first.size() != second.size()) throw std::logic_error("a correlation needs two columns of one length");
  const double n = double(first.size());
  double score = 0;  // concordant minus discordant pairs
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) score += sign(first[i] - first[j]) * sign(second[i] - second[j]);
  }
  const std::vector<double> ties = tie_sizes(first), other_ties = tie_sizes(second);
  const auto sum = [](const std::vector<double>& sizes, auto term) {
    double total = 0;
    for (const double t : sizes) total += term(t);
    return total;
  };
  const auto pairs = [](double t) { return t * (t - 1); };
  const auto triples = [](double t) { return t * (t - 1) * (t - 2); };
  const auto spread = [](double t) { return t * (t - 1) * (2 * t + 5); };
  const double tau =
      score / std::sqrt((pairs(n) - sum(ties, pairs)) / 2) / std::sqrt((pairs(n) - sum(other_ties, pairs)) / 2);
  const double variance = (spread(n) - sum(ties, spread) - sum(other_ties, spread)) / 18 +
                          sum(ties, pairs) * sum(other_ties, pairs) / (2 * pairs(n)) +
                          sum(ties, triples) * sum(other_ties, triples) / (9 * triples(n));
  if (!std::isfinite(tau) || n < 3) return {kNan, kNan, {kNan, kNan}};
  return {tau, two_sided_p(score / std::sqrt(variance)), {kNan, kNan}};
}

std::vector<double> adjust_p(std::span<const double> p, Adjustment adjustment) {
  const double n = double(p.size());
  std::vector<double> adjusted(p.begin(), p.end());
  if (adjustment == Adjustment::bonferroni) {
    for (double& value : adjusted) value = std::min(1.0, value * n);
    return adjusted;
  }
  const std::vector<int> order = detail::ascending(p);
  if (adjustment == Adjustment::holm) {
    double largest = 0;
    for (std::size_t i = 0; i < order.size(); ++i) {
      largest = std::max(largest, (n - double(i)) * p[order[i]]);
      adjusted[order[i]] = std::min(1.0, largest);
    }
    return adjusted;
  }
  double harmonic = 1;
  if (adjustment == Adjustment::benjamini_yekutieli) {
    harmonic = 0;
    for (double i = 1; i <= n; ++i) harmonic += 1 / i;
  }
  double smallest = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    const double factor = adjustment == Adjustment::hochberg ? n - double(i) : harmonic * n / double(i + 1);
    smallest = std::min(smallest, factor * p[order[i]]);
    adjusted[order[i]] = smallest;
  }
  return adjusted;
}

}  // namespace radiopath
