#include "core/reclassification.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>

#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

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

CategoricalNri categorical_nri(std::span<const double> first, std::span<const double> second,
                               std::span<const int> outcomes, std::span<const double> cuts) {
  if (!std::is_sorted(cuts.begin(), cuts.end(), std::less_equal<>())) throw std::logic_error("cuts must ascend");
  const auto classes = [&](std::span<const double> risks) {
    std::vector<double> result;
    for (const double risk : risks) result.push_back(double(std::upper_bound(cuts.begin(), cuts.end(), risk) - cuts.begin()));
    return result;
  };
  const std::vector<double> before = classes(first), after = classes(second);
  const auto count = static_cast<Eigen::Index>(cuts.size()) + 1;
  CategoricalNri result{continuous_nri(before, after, outcomes), Eigen::MatrixXi::Zero(count, count),
                        Eigen::MatrixXi::Zero(count, count)};
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    ++(outcomes[i] == 1 ? result.events : result.non_events)(Eigen::Index(before[i]), Eigen::Index(after[i]));
  }
  return result;
}

}  // namespace radiopath
