#include "core/descriptive.h"

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

}  // namespace

void detail::check_scored(std::span<const double> scores, std::span<const int> outcomes) {
  if (scores.size() != outcomes.size()) throw std::logic_error("scores and outcomes differ in length");
  for (const double score : scores) {
    if (std::isnan(score)) throw std::logic_error("a score is NaN: choose the patients a model scores first");
  }
  for (const int outcome : outcomes) {
    if (outcome != 0 && outcome != 1) throw std::logic_error("an outcome is neither 0 nor 1");
  }
}

std::vector<int> detail::ascending(std::span<const double> values) {
  std::vector<std::pair<double, int>> keyed(values.size());  // values beside their indices: no look-ups while sorting
  for (std::size_t i = 0; i < values.size(); ++i) keyed[i] = {values[i], static_cast<int>(i)};
  std::sort(keyed.begin(), keyed.end());
  std::vector<int> order(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) order[i] = keyed[i].second;
  return order;
}

double normal_quantile(double probability) { return boost::math::quantile(boost::math::normal(), probability); }

double normal_cdf(double z) { return boost::math::erfc(-z / std::sqrt(2.0)) / 2; }

double two_sided_p(double z) { return std::isnan(z) ? kNan : boost::math::erfc(std::abs(z) / std::sqrt(2.0)); }

Interval normal_interval(double value, double error, double level) {
  const double reach = normal_quantile(0.5 + level / 2) * error;
  return {value - reach, value + reach};
}

std::vector<double> midranks(std::span<const double> values) {
  const std::vector<int> order = detail::ascending(values);
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    for (std::size_t i = first; i <= last; ++i) ranks[order[i]] = double(first + last) / 2 + 1;
    first = last + 1;
  }
  return ranks;
}

std::vector<double> tie_sizes(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end()), sizes;
  std::sort(sorted.begin(), sorted.end());
  for (auto first = sorted.begin(); first != sorted.end();) {
    const auto last = std::upper_bound(first, sorted.end(), *first);
    if (last - first > 1) sizes.push_back(double(last - first));
    first = last;
  }
  return sizes;
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

double quantile(std::span<const double> values, double probability) {
  if (values.empty()) return kNan;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double position = probability * double(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(position + 4 * std::numeric_limits<double>::epsilon() * position);
  const double share = std::max(0.0, position - double(low));
  return share == 0 || low + 1 >= sorted.size() ? sorted[low] : sorted[low] + share * (sorted[low + 1] - sorted[low]);
}

double median(std::span<const double> values) { return quantile(values, 0.5); }

Proportion proportion(int count, int total) {
  if (total == 0) return {kNan, {kNan, kNan}, count, total};
  const double n = total, share = count / n, z = normal_quantile(0.975), z2 = z * z;
  const double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double reach = z / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  // At the ends the formula gives 0 and 1 but for rounding.
  return {share, {count == 0 ? 0 : centre - reach, count == total ? 1 : centre + reach}, count, total};
}

Interval clopper_pearson(int count, int total) {
  if (total == 0) return {kNan, kNan};
  using Beta = boost::math::beta_distribution<>;
  return {count == 0 ? 0 : boost::math::quantile(Beta(count, total - count + 1), 0.025),
          count == total ? 1 : boost::math::quantile(Beta(count + 1, total - count), 0.975)};
}

}  // namespace radiopath
