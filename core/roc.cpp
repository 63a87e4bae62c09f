#include "core/roc.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Halfway between neighbouring scores, below the upper one even where doubles leave no room between them.
double between(double low, double high) {
  const double middle = low + (high - low) / 2;
  return middle < high ? middle : low;
}

}  // namespace

double auc(std::span<const double> scores, std::span<const int> outcomes) {
  detail::check_scored(scores, outcomes);
  const std::vector<double> ranks = midranks(scores);
  double rank_sum = 0, events = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (outcomes[i] == 1) rank_sum += ranks[i], events += 1;
  }
  const double non_events = double(scores.size()) - events;
  if (events == 0 || non_events == 0) return kNan;
  return (rank_sum - events * (events + 1) / 2) / (events * non_events);
}

Placements placements(std::span<const double> scores, std::span<const int> outcomes) {
  detail::check_scored(scores, outcomes);
  // One sort: below and level with a patient are those already passed and those of the same score.
  std::vector<std::pair<double, std::size_t>> order(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) order[i] = {scores[i], i};
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  const double m = double(std::count(outcomes.begin(), outcomes.end(), 1)), n = double(scores.size()) - m;
  std::vector<double> placed(scores.size());
  double events = 0, non_events = 0, pairs = 0;  // passed; pairs in order
  for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
    double level[2] = {0, 0};
    for (; last < order.size() && order[last].first == order[first].first; ++last)
      ++level[outcomes[order[last].second]];
    const double of_event = non_events + level[0] / 2, of_non_event = events + level[1] / 2;
    for (std::size_t i = first; i < last; ++i) {
      const std::size_t patient = order[i].second;
      placed[patient] = outcomes[patient] == 1 ? of_event / n : 1 - of_non_event / m;
    }
    pairs += level[1] * of_event, events += level[1], non_events += level[0];
  }
  Placements result;
  for (std::size_t i = 0; i < placed.size(); ++i)
    (outcomes[i] == 1 ? result.events : result.non_events).push_back(placed[i]);
  result.auc = m == 0 || n == 0 ? kNan : pairs / (m * n);
  return result;
}

AucDelong auc_delong(const Placements& p) {
  const double variance =
      moments(p.events).variance / double(p.events.size()) +
      moments(p.non_events).variance / double(p.non_events.size());
  const double error = std::isnan(p.auc) ? kNan : std::sqrt(variance);
  const double reach = normal_quantile(0.975) * error;
  Interval interval{kNan, kNan};
  if (!std::isnan(reach)) interval = {std::max(0.0, p.auc - reach), std::min(1.0, p.auc + reach)};
  return {p.auc, error, interval, static_cast<int>(p.events.size()), static_cast<int>(p.non_events.size())};
}

AucDelong auc_delong(std::span<const double> scores, std::span<const int> outcomes) {
  return auc_delong(placements(scores, outcomes));
}

DelongTest delong_test(const Placements& first, const Placements& second) {
  if (first.events.size() != second.events.size() || first.non_events.size() != second.non_events.size()) {
    throw std::logic_error("a paired test needs both models on the same patients");
  }
  const auto variance_of_difference = [](const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> difference(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
    return moments(difference).variance / double(a.size());
  };
  const double difference = first.auc - second.auc;
  const double error = std::sqrt(variance_of_difference(first.events, second.events) +
                                 variance_of_difference(first.non_events, second.non_events));
  const double z = error > 0 ? difference / error : (error == 0 && difference == 0 ? 0 : kNan);
  const double reach = normal_quantile(0.975) * error;
  return {difference, error, z, two_sided_p(z), {difference - reach, difference + reach}};
}

DelongTest delong_test(std::span<const double> first, std::span<const double> second, std::span<const int> outcomes) {
  return delong_test(placements(first, outcomes), placements(second, outcomes));
}

std::vector<RocPoint> roc_curve(std::span<const double> scores, std::span<const int> outcomes) {
  detail::check_scored(scores, outcomes);
  const std::vector<int> order = detail::ascending(scores);
  const double events = double(std::count(outcomes.begin(), outcomes.end(), 1));
  const double non_events = double(outcomes.size()) - events;
  std::vector<RocPoint> points;
  double true_positives = 0, false_positives = 0;
  const auto add = [&](double threshold) {
    points.push_back({threshold, events > 0 ? true_positives / events : kNan,
                      non_events > 0 ? (non_events - false_positives) / non_events : kNan});
  };
  add(kInfinity);
  for (std::size_t i = order.size(); i-- > 0;) {
    (outcomes[order[i]] == 1 ? true_positives : false_positives) += 1;
    if (i == 0) {
      add(-kInfinity);
    } else if (scores[order[i - 1]] < scores[order[i]]) {
      add(between(scores[order[i - 1]], scores[order[i]]));
    }
  }
  return points;
}

Interval auc_interval(const AucDelong& auc, double level) {
  const Interval whole = normal_interval(auc.auc, auc.standard_error, level);
  if (std::isnan(whole.lower)) return whole;
  return {std::max(0.0, whole.lower), std::min(1.0, whole.upper)};
}

Interval separated_auc_interval(const AucDelong& auc) {
  const int pairs = std::min(auc.events, auc.non_events);
  if (auc.auc != 0 && auc.auc != 1) return {kNan, kNan};
  return clopper_pearson(auc.auc == 1 ? pairs : 0, pairs);
}

Eigen::MatrixXd delong_covariance(const std::vector<Placements>& models) {
  const auto covariance = [&](std::vector<double> Placements::*part) {
    const auto count = static_cast<Eigen::Index>(models.size());
    const auto patients = static_cast<Eigen::Index>(models.empty() ? 0 : (models[0].*part).size());
    Eigen::MatrixXd centred(patients, count);
    for (Eigen::Index i = 0; i < count; ++i) {
      const std::vector<double>& of = models[static_cast<std::size_t>(i)].*part;
      if (static_cast<Eigen::Index>(of.size()) != patients)
        throw std::logic_error("a covariance needs all models on the same patients");
      // Copied first: Eigen sums a std::vector's memory in an order that depends on its address.
      centred.col(i) = Eigen::Map<const Eigen::VectorXd>(of.data(), patients);
      if (patients > 0) centred.col(i).array() -= centred.col(i).mean();
    }
    if (patients < 2) return Eigen::MatrixXd(Eigen::MatrixXd::Constant(count, count, kNan));
    return Eigen::MatrixXd(centred.transpose() * centred / (double(patients) - 1) / double(patients));
  };
  return covariance(&Placements::events) + covariance(&Placements::non_events);
}

UnpairedAucTest delong_test_unpaired(const AucDelong& first, const AucDelong& second) {
  const double a = first.standard_error * first.standard_error, b = second.standard_error * second.standard_error;
  const double n = first.events + first.non_events, m = second.events + second.non_events;
  const double difference = first.auc - second.auc, t = difference / std::sqrt(a + b);
  const double freedom = (a + b) * (a + b) / (a * a / (n - 1) + b * b / (m - 1));
  if (!std::isfinite(t) || !std::isfinite(freedom)) return {difference, kNan, kNan, kNan};
  return {difference, t, freedom,
          2 * boost::math::cdf(boost::math::complement(boost::math::students_t(freedom), std::abs(t)))};
}

double hanley_mcneil_error(double auc, int events, int non_events) {
  if (events < 1 || non_events < 1) return kNan;
  const double q1 = auc / (2 - auc), q2 = 2 * auc * auc / (1 + auc), square = auc * auc;
  return std::sqrt((auc * (1 - auc) + (events - 1) * (q1 - square) + (non_events - 1) * (q2 - square)) /
                   (double(events) * non_events));
}

PartialAuc partial_auc(std::span<const double> scores, std::span<const int> outcomes, RocAxis axis, double low,
                       double high) {
  if (!(0 <= low && low < high && high <= 1)) throw std::logic_error("a partial AUC needs 0 <= low < high <= 1");
  double area = 0;
  const std::vector<RocPoint> curve = roc_curve(scores, outcomes);
  for (std::size_t i = 1; i < curve.size(); ++i) {
    // From one point to the next, along the axis that bounds the area and up the other one.
    double x0 = curve[i - 1].specificity, x1 = curve[i].specificity;
    double y0 = curve[i - 1].sensitivity, y1 = curve[i].sensitivity;
    if (axis == RocAxis::sensitivity) std::swap(x0, y0), std::swap(x1, y1);
    if (std::isnan(x0) || std::isnan(y0)) return {kNan, kNan};
    if (x0 > x1) std::swap(x0, x1), std::swap(y0, y1);
    const double from = std::max(x0, low), to = std::min(x1, high);
    if (from >= to) continue;
    const auto at = [&](double x) { return y0 + (y1 - y0) * (x - x0) / (x1 - x0); };
    area += (to - from) * (at(from) + at(to)) / 2;
  }
  const double least = (high - low) * (2 - low - high) / 2, most = high - low;
  return {area, area < least - 1e-12 ? kNan : (1 + (area - least) / (most - least)) / 2};
}

double average_precision(std::span<const double> scores, std::span<const int> outcomes) {
  detail::check_scored(scores, outcomes);
  const std::vector<int> order = detail::ascending(scores);
  const double events = double(std::count(outcomes.begin(), outcomes.end(), 1));
  if (events == 0) return kNan;
  double sum = 0, found = 0, found_before = 0;
  for (std::size_t i = order.size(); i-- > 0;) {
    found += outcomes[order[i]];
    if (i > 0 && scores[order[i - 1]] == scores[order[i]]) continue;
    sum += (found - found_before) / events * (found / double(order.size() - i));
    found_before = found;
  }
  return sum;
}

}  // namespace radiopath
