#include "core/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "core/parallel.h"
#include "core/random.h"
#include "core/roc.h"
#include "core/statistics_internal.h"

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

/// Draws as many of each class as there are. One resample at a time: a thousand of 1e5 patients would not fit.
class Stratified {
 public:
  Stratified(std::span<const int> outcomes, std::uint64_t seed, std::string_view stream)
      : outcomes_(outcomes), seed_(seed), stream_(stream) {
    for (std::size_t i = 0; i < outcomes.size(); ++i) rows_[outcomes[i] == 1].push_back(static_cast<int>(i));
  }
  std::vector<int> draw(std::uint64_t resample) const {
    Random random(seed_, stream_, {resample});
    std::vector<int> drawn;
    drawn.reserve(outcomes_.size());
    for (const int outcome : outcomes_) {
      const auto& own = rows_[outcome == 1];
      drawn.push_back(own[random.below(own.size())]);
    }
    return drawn;
  }
  std::vector<int> counts(std::uint64_t resample) const {
    std::vector<int> count(outcomes_.size(), 0);
    for (const int row : draw(resample)) ++count[static_cast<std::size_t>(row)];
    return count;
  }
  double size(int outcome) const { return double(rows_[outcome].size()); }

 private:
  std::span<const int> outcomes_;
  std::uint64_t seed_;
  std::string_view stream_;
  std::vector<int> rows_[2];
};

/// Scores in their order, for the AUC of patients counted several times or never.
class SortedScores {
 public:
  SortedScores(std::span<const double> scores, std::span<const int> outcomes)
      : scores_(scores), outcomes_(outcomes), order_(detail::ascending(scores)) {}

  double auc(std::span<const int> counts) const {
    double below = 0, pairs = 0, events = 0;
    for (std::size_t first = 0, last = 0; first < order_.size(); first = last) {
      double level[2] = {0, 0};
      for (; last < order_.size() && scores_[order_[last]] == scores_[order_[first]]; ++last)
        level[outcomes_[order_[last]]] += counts[order_[last]];
      pairs += level[1] * (below + level[0] / 2), below += level[0], events += level[1];
    }
    return pairs / (events * below);  // NaN for one class alone
  }

 private:
  std::span<const double> scores_;
  std::span<const int> outcomes_;
  std::vector<int> order_;
};

/// Jackknife influence of an AUC: (n - 1)(t0 - t without i) is the placement less the AUC.
std::vector<double> auc_influence(std::span<const double> scores, std::span<const int> outcomes) {
  const Placements placed = placements(scores, outcomes);
  std::vector<double> influence;
  for (std::size_t i = 0, event = 0, other = 0; i < outcomes.size(); ++i) {
    const auto& own = outcomes[i] == 1 ? placed.events : placed.non_events;
    influence.push_back(own.size() < 2 ? kNan : own[outcomes[i] == 1 ? event++ : other++] - placed.auc);
  }
  return influence;
}

}  // namespace

std::vector<std::vector<int>> stratified_resamples(std::span<const int> outcomes, int count, std::uint64_t seed,
                                                   std::string_view stream) {
  const Stratified stratified(outcomes, seed, stream);
  std::vector<std::vector<int>> result;
  for (int r = 0; r < count; ++r) result.push_back(stratified.draw(static_cast<std::uint64_t>(r)));
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
  const Stratified stratified(outcomes, config.seed, stream);
  const auto drawn = parallel_map(config.resamples, [&](std::int64_t r) { return statistic(stratified.draw(r)); });
  return bootstrap_intervals(statistic(all), drawn, jackknife_influence(outcomes, statistic));
}

BootstrapIntervals bootstrap_auc(const BootstrapConfig& config, std::string_view stream, std::span<const int> outcomes,
                                 std::span<const double> scores) {
  const Stratified stratified(outcomes, config.seed, stream);
  const SortedScores sorted(scores, outcomes);
  const auto drawn = parallel_map(config.resamples, [&](std::int64_t r) { return sorted.auc(stratified.counts(r)); });
  return bootstrap_intervals(auc(scores, outcomes), drawn, auc_influence(scores, outcomes));
}

BootstrapIntervals bootstrap_auc_difference(const BootstrapConfig& config, std::string_view stream,
                                            std::span<const int> outcomes, std::span<const double> first,
                                            std::span<const double> second) {
  const Stratified stratified(outcomes, config.seed, stream);
  const SortedScores before(first, outcomes), after(second, outcomes);
  const auto drawn = parallel_map(config.resamples, [&](std::int64_t r) {
    const std::vector<int> counts = stratified.counts(r);
    return after.auc(counts) - before.auc(counts);
  });
  std::vector<double> influence = auc_influence(second, outcomes);
  const std::vector<double> of_first = auc_influence(first, outcomes);
  for (std::size_t i = 0; i < influence.size(); ++i) influence[i] -= of_first[i];
  return bootstrap_intervals(auc(second, outcomes) - auc(first, outcomes), drawn, influence);
}

std::vector<BootstrapIntervals> bootstrap_means(const BootstrapConfig& config, std::string_view stream,
                                                std::span<const int> outcomes,
                                                const std::vector<std::vector<double>>& values) {
  const Stratified stratified(outcomes, config.seed, stream);
  const double sizes[2] = {stratified.size(0), stratified.size(1)};
  struct Means {
    double of[2];
    double sum() const { return of[0] + of[1]; }
  };
  const auto means = [&](const std::vector<double>& of, std::span<const int> counts) {
    Means m{};
    for (std::size_t i = 0; i < of.size(); ++i) m.of[outcomes[i]] += counts[i] * of[i];
    for (const int outcome : {0, 1}) m.of[outcome] /= sizes[outcome];
    return m;
  };
  const auto drawn = parallel_map(config.resamples, [&](std::int64_t r) {
    const std::vector<int> counts = stratified.counts(r);
    std::vector<double> figures;
    for (const auto& of : values) figures.push_back(means(of, counts).sum());
    return figures;
  });
  std::vector<BootstrapIntervals> result;
  for (std::size_t f = 0; f < values.size(); ++f) {
    const Means here = means(values[f], std::vector<int>(outcomes.size(), 1));
    std::vector<double> resampled, influence;
    for (const auto& figures : drawn) resampled.push_back(figures[f]);
    for (std::size_t i = 0; i < outcomes.size(); ++i)
      influence.push_back(sizes[outcomes[i]] < 2 ? kNan : values[f][i] - here.of[outcomes[i]]);
    result.push_back(bootstrap_intervals(here.sum(), resampled, influence));
  }
  return result;
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
