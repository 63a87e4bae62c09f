#include "core/survival.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

void check_times(std::span<const double> times, std::span<const int> events, std::size_t other) {
  if (times.size() != events.size() || other != times.size()) throw std::logic_error("one time and one event per patient");
  for (const double time : times) if (!(time >= 0) || std::isinf(time)) throw std::logic_error("a time is negative or no number");
  for (const int event : events) if (event != 0 && event != 1) throw std::logic_error("an event is neither 0 nor 1");
}

double p_of(double statistic, double df) {
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(df), std::max(0.0, statistic)));
}

/// Calls f(first, last) for the patients of `order` in [first, last) who share a time, in ascending time.
template <class F>
void by_time(std::span<const double> times, const std::vector<int>& order, F f) {
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && times[order[last]] == times[order[first]]) ++last;
    f(first, last);
    first = last;
  }
}

/// First time at which `curve(point)` is at most one half; halfway to the next change where it is one half exactly.
template <class F>
double time_of_half(const std::vector<SurvivalPoint>& points, F curve) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double value = curve(points[i]);
    if (std::isnan(value) || value > 0.5 + 1e-12) continue;
    if (value < 0.5 - 1e-12) return points[i].time;
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      if (curve(points[j]) < value - 1e-12) return (points[i].time + points[j].time) / 2;
    }
    return points[i].time;
  }
  return kNan;
}

/// Log partial likelihood with its first and second derivative at `beta`.
struct Partial {
  double value = 0, slope = 0, curvature = 0;
};

Partial partial_likelihood(std::span<const double> times, std::span<const int> events, std::span<const double> x,
                           const std::vector<int>& order, double beta, CoxTies ties) {
  Partial result;
  double risk = 0, risk_x = 0, risk_xx = 0;  // sums over those at risk, from the last time back
  const std::vector<int> backwards(order.rbegin(), order.rend());
  by_time(times, backwards, [&](std::size_t first, std::size_t last) {
    double d = 0, of_events = 0, of_events_x = 0, of_events_xx = 0;
    for (std::size_t i = first; i < last; ++i) {
      const double value = x[backwards[i]], weight = std::exp(beta * value);
      risk += weight, risk_x += weight * value, risk_xx += weight * value * value;
      if (events[backwards[i]] == 0) continue;
      d += 1, of_events += weight, of_events_x += weight * value, of_events_xx += weight * value * value;
      result.value += beta * value, result.slope += value;
    }
    for (double k = 0; k < d; ++k) {
      const double share = ties == CoxTies::efron ? k / d : 0;
      const double s = risk - share * of_events, mean = (risk_x - share * of_events_x) / s;
      result.value -= std::log(s), result.slope -= mean;
      result.curvature += (risk_xx - share * of_events_xx) / s - mean * mean;
    }
  });
  return result;
}

}  // namespace

KaplanMeier kaplan_meier(std::span<const double> times, std::span<const int> events) {
  check_times(times, events, times.size());
  const std::vector<int> order = detail::ascending(times);
  KaplanMeier result;
  double survival = 1, greenwood = 0;
  by_time(times, order, [&](std::size_t first, std::size_t last) {
    const int at_risk = static_cast<int>(order.size() - first);
    int died = 0;
    for (std::size_t i = first; i < last; ++i) died += events[order[i]];
    survival *= 1 - double(died) / at_risk;
    greenwood += double(died) / (double(at_risk) * (at_risk - died));
    const double error = std::sqrt(greenwood), reach = std::exp(normal_quantile(0.975) * error);
    const Interval interval = survival > 0 ? Interval{survival / reach, std::min(1.0, survival * reach)} : Interval{kNan, kNan};
    result.points.push_back({times[order[first]], at_risk, died, static_cast<int>(last - first) - died, survival,
                             survival > 0 ? survival * error : kNan, interval});
  });
  result.median = time_of_half(result.points, [](const SurvivalPoint& p) { return p.survival; });
  result.median_interval = {time_of_half(result.points, [](const SurvivalPoint& p) { return p.interval.lower; }),
                            time_of_half(result.points, [](const SurvivalPoint& p) { return p.interval.upper; })};
  return result;
}

LogRank log_rank(std::span<const double> times, std::span<const int> events, std::span<const int> groups) {
  check_times(times, events, groups.size());
  const int k = groups.empty() ? 0 : *std::max_element(groups.begin(), groups.end()) + 1;
  Eigen::VectorXd at_risk = Eigen::VectorXd::Zero(k), observed = at_risk, expected = at_risk;
  Eigen::MatrixXd variance = Eigen::MatrixXd::Zero(k, k);
  for (const int group : groups) at_risk[group] += 1;
  const std::vector<int> order = detail::ascending(times);
  by_time(times, order, [&](std::size_t first, std::size_t last) {
    double died = 0;
    const double n = at_risk.sum();
    for (std::size_t i = first; i < last; ++i) died += events[order[i]], observed[groups[order[i]]] += events[order[i]];
    const Eigen::VectorXd share = at_risk / n;
    expected += died * share;
    if (n > 1) variance += died * (n - died) / (n - 1) * (Eigen::MatrixXd(share.asDiagonal()) - share * share.transpose());
    for (std::size_t i = first; i < last; ++i) at_risk[groups[order[i]]] -= 1;
  });
  LogRank result{{kNan, k - 1.0, kNan}, {observed.begin(), observed.end()}, {expected.begin(), expected.end()}};
  if (k < 2 || observed.sum() == 0) return result;
  const Eigen::VectorXd excess = (observed - expected).head(k - 1);
  const double statistic = excess.dot(variance.topLeftCorner(k - 1, k - 1).ldlt().solve(excess));
  if (std::isfinite(statistic)) result.test = {statistic, k - 1.0, p_of(statistic, k - 1)};
  return result;
}

CoxFit cox(std::span<const double> times, std::span<const int> events, std::span<const double> covariate, CoxTies ties) {
  check_times(times, events, covariate.size());
  const Moments m = moments(covariate);
  CoxFit fit{kNan, kNan, kNan, {kNan, kNan}, kNan, kNan, kNan, kNan, kNan, false};
  if (!(m.variance > 0) || std::count(events.begin(), events.end(), 1) == 0) return fit;
  const double scale = std::sqrt(m.variance);
  std::vector<double> x;  // scaled: exp() of large columns
  for (const double value : covariate) x.push_back((value - m.mean) / scale);
  const std::vector<int> order = detail::ascending(times);
  const auto at = [&](double beta) { return partial_likelihood(times, events, x, order, beta, ties); };
  double beta = 0;
  Partial here = at(0);
  fit.null_log_likelihood = here.value;
  for (int step = 0; step < 100 && here.curvature > 0 && std::abs(beta) < 30; ++step) {
    double move = here.slope / here.curvature;
    fit.converged = std::abs(move) < 1e-10;
    if (fit.converged) break;
    for (int halving = 0; halving < 40; ++halving, move /= 2) {
      const Partial next = at(beta + move);
      if (next.value < here.value - 1e-12 * std::abs(here.value)) continue;
      beta += move, here = next;
      break;
    }
  }
  fit.log_likelihood = here.value;
  fit.likelihood_ratio_p = p_of(2 * (here.value - fit.null_log_likelihood), 1);
  if (!fit.converged) return fit;
  fit.coefficient = beta / scale, fit.standard_error = 1 / std::sqrt(here.curvature) / scale;
  const Interval interval = normal_interval(fit.coefficient, fit.standard_error);
  fit.hazard_ratio = std::exp(fit.coefficient), fit.interval = {std::exp(interval.lower), std::exp(interval.upper)};
  fit.z = fit.coefficient / fit.standard_error, fit.p = two_sided_p(fit.z);
  return fit;
}

Concordance concordance(std::span<const double> times, std::span<const int> events, std::span<const double> scores) {
  check_times(times, events, scores.size());
  Concordance result{kNan, 0, 0, 0};
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (events[i] == 0) continue;
    for (std::size_t j = 0; j < times.size(); ++j) {
      const bool later = times[j] > times[i] || (times[j] == times[i] && events[j] == 0);
      if (!later) continue;
      (scores[i] > scores[j] ? result.concordant : scores[i] < scores[j] ? result.discordant : result.tied_scores) += 1;
    }
  }
  const double usable = result.concordant + result.discordant + result.tied_scores;
  if (usable > 0) result.c = (result.concordant + result.tied_scores / 2) / usable;
  return result;
}

}  // namespace radiopath
