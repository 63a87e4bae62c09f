#include "core/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "core/parallel.h"
#include "core/random.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The value below which a share of the sorted ones lies, between two of them on the scale of normal quantiles.
double order_quantile(const std::vector<double>& sorted, double share) {
  const double n = double(sorted.size()), position = (n + 1) * share, whole = std::floor(position);
  if (std::isnan(position)) return kNan;
  if (whole < 1) return sorted.front();
  if (whole >= n) return sorted.back();
  const auto k = static_cast<std::size_t>(whole);
  if (position == whole) return sorted[k - 1];
  const double low = normal_quantile(whole / (n + 1)), high = normal_quantile((whole + 1) / (n + 1));
  return sorted[k - 1] + (normal_quantile(share) - low) / (high - low) * (sorted[k] - sorted[k - 1]);
}

Interval bca_interval(double estimate, const std::vector<double>& sorted, std::span<const double> influence) {
  const double below = double(std::lower_bound(sorted.begin(), sorted.end(), estimate) - sorted.begin());
  if (below == 0 || below == double(sorted.size())) return {kNan, kNan};
  double squares = 0, cubes = 0;
  for (const double value : influence) squares += value * value, cubes += value * value * value;
  if (!(squares > 0)) return {kNan, kNan};
  const double bias = normal_quantile(below / double(sorted.size())), acceleration = cubes / (6 * std::pow(squares, 1.5));
  const auto at = [&](double z) {
    return order_quantile(sorted, normal_cdf(bias + (bias + z) / (1 - acceleration * (bias + z))));
  };
  return {at(normal_quantile(0.025)), at(normal_quantile(0.975))};
}

}  // namespace

std::vector<std::vector<int>> stratified_resamples(std::span<const int> outcomes, int count, std::uint64_t seed,
                                                   std::string_view stream) {
  std::vector<int> rows[2];
  for (std::size_t i = 0; i < outcomes.size(); ++i) rows[outcomes[i] == 1].push_back(static_cast<int>(i));
  std::vector<std::vector<int>> result(static_cast<std::size_t>(count));
  for (std::size_t r = 0; r < result.size(); ++r) {
    Random random(seed, stream, {r});
    for (const int outcome : outcomes) {
      const auto& own = rows[outcome == 1];
      result[r].push_back(own[random.below(own.size())]);
    }
  }
  return result;
}

std::vector<double> on_resamples(const std::vector<std::vector<int>>& resamples, const RowStatistic& statistic) {
  return parallel_map(static_cast<std::int64_t>(resamples.size()),
                      [&](std::int64_t i) { return statistic(resamples[static_cast<std::size_t>(i)]); });
}

std::vector<double> jackknife_influence(std::span<const int> outcomes, const RowStatistic& statistic) {
  std::vector<int> all(outcomes.size());
  std::iota(all.begin(), all.end(), 0);
  const double estimate = statistic(all), events = double(std::count(outcomes.begin(), outcomes.end(), 1));
  return parallel_map(static_cast<std::int64_t>(all.size()), [&](std::int64_t i) {
    std::vector<int> others = all;
    others.erase(others.begin() + i);
    const double size = outcomes[static_cast<std::size_t>(i)] == 1 ? events : double(all.size()) - events;
    return (size - 1) * (estimate - statistic(others));
  });
}

BootstrapIntervals bootstrap_intervals(double estimate, std::span<const double> resampled,
                                       std::span<const double> influence) {
  std::vector<double> sorted;
  for (const double value : resampled) if (!std::isnan(value)) sorted.push_back(value);
  const int undefined = static_cast<int>(resampled.size() - sorted.size());
  const Interval none{kNan, kNan};
  if (sorted.size() < 2 || std::isnan(estimate)) return {estimate, kNan, kNan, none, none, none, none, none, undefined};
  const Moments m = moments(sorted);  // in the order drawn
  std::sort(sorted.begin(), sorted.end());
  const double error = std::sqrt(m.variance);
  const Interval percentile{order_quantile(sorted, 0.025), order_quantile(sorted, 0.975)};
  return {.estimate = estimate,
          .mean = m.mean,
          .standard_error = error,
          .normal = normal_interval(2 * estimate - m.mean, error),
          .basic = {2 * estimate - percentile.upper, 2 * estimate - percentile.lower},
          .percentile = percentile,
          .type7 = {quantile(sorted, 0.025), quantile(sorted, 0.975)},
          .bca = bca_interval(estimate, sorted, influence),
          .undefined = undefined};
}

BootstrapIntervals bootstrap(const BootstrapConfig& config, std::string_view stream, std::span<const int> outcomes,
                             const RowStatistic& statistic) {
  std::vector<int> all(outcomes.size());
  std::iota(all.begin(), all.end(), 0);
  const auto resamples = stratified_resamples(outcomes, config.resamples, config.seed, stream);
  return bootstrap_intervals(statistic(all), on_resamples(resamples, statistic), jackknife_influence(outcomes, statistic));
}

RowStatistic of_scores(std::span<const double> scores, std::span<const int> outcomes,
                       std::function<double(std::span<const double>, std::span<const int>)> figure) {
  return [=](std::span<const int> rows) {
    std::vector<double> s;
    std::vector<int> y;
    for (const int row : rows) s.push_back(scores[row]), y.push_back(outcomes[row]);
    return figure(s, y);
  };
}

RowStatistic of_pairs(
    std::span<const double> first, std::span<const double> second, std::span<const int> outcomes,
    std::function<double(std::span<const double>, std::span<const double>, std::span<const int>)> figure) {
  return [=](std::span<const int> rows) {
    std::vector<double> a, b;
    std::vector<int> y;
    for (const int row : rows) a.push_back(first[row]), b.push_back(second[row]), y.push_back(outcomes[row]);
    return figure(a, b, y);
  };
}

}  // namespace radiopath
