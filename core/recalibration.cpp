#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/calibration.h"
#include "core/descriptive.h"
#include "core/statistics_internal.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double inverse_logit(double x) { return x >= 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x)); }
double logit(double p) { return std::log(p / (1 - p)); }

/// Maximum likelihood of intercept and slope on one column by Newton steps with halving; targets may be shares.
struct Line {
  double intercept, slope, intercept_variance, slope_variance, log_likelihood;
  bool converged;
};

double likelihood(std::span<const double> x, std::span<const double> targets, double a, double b) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double f = a + b * x[i];
    sum += targets[i] * f - (std::max(f, 0.0) + std::log1p(std::exp(-std::abs(f))));
  }
  return sum;
}

enum class Free { intercept, both };

Line fit_line(std::span<const double> x, std::span<const double> targets, double slope, Free free) {
  Line line{0, slope, 0, 0, likelihood(x, targets, 0, slope), false};
  for (int step = 0; step < 200 && !line.converged; ++step) {
    double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double p = inverse_logit(line.intercept + line.slope * x[i]), w = p * (1 - p), r = targets[i] - p;
      g0 += r, g1 += r * x[i], h00 += w, h01 += w * x[i], h11 += w * x[i] * x[i];
    }
    if (free == Free::intercept) h01 = 0, g1 = 0, h11 = 1;
    const double determinant = h00 * h11 - h01 * h01;
    if (!(determinant > 0)) return line;
    double d0 = (h11 * g0 - h01 * g1) / determinant, d1 = (h00 * g1 - h01 * g0) / determinant;
    line.intercept_variance = h11 / determinant, line.slope_variance = h00 / determinant;
    line.converged = std::abs(d0) < 1e-10 * (1 + std::abs(line.intercept)) &&
                     std::abs(d1) < 1e-10 * (1 + std::abs(line.slope));
    for (int halving = 0; halving < 40; ++halving, d0 /= 2, d1 /= 2) {
      const double next = likelihood(x, targets, line.intercept + d0, line.slope + d1);
      if (next < line.log_likelihood - 1e-12 * std::abs(line.log_likelihood)) continue;
      line.intercept += d0, line.slope += d1, line.log_likelihood = next;
      break;
    }
    if (std::abs(line.slope) > 1e8 || std::abs(line.intercept) > 1e8) return line;
  }
  return line;
}

LogisticCalibration recalibrated(std::span<const double> probabilities, std::span<const int> outcomes, Free free) {
  detail::check_scored(probabilities, outcomes);
  std::vector<double> x, y;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    if (probabilities[i] > 0 && probabilities[i] < 1) x.push_back(logit(probabilities[i])), y.push_back(outcomes[i]);
  }
  const int left_out = static_cast<int>(outcomes.size() - x.size());
  const double events = std::accumulate(y.begin(), y.end(), 0.0);
  if (events == 0 || events == double(y.size())) return {kNan, kNan, kNan, kNan, kNan, left_out};
  const Line line = fit_line(x, y, 1, free);
  if (!line.converged) return {kNan, kNan, kNan, kNan, kNan, left_out};
  const bool both = free == Free::both;
  return {line.intercept, std::sqrt(line.intercept_variance), line.slope, both ? std::sqrt(line.slope_variance) : 0,
          line.log_likelihood, left_out};
}

}  // namespace

LogisticCalibration calibration_slope(std::span<const double> probabilities, std::span<const int> outcomes) {
  return recalibrated(probabilities, outcomes, Free::both);
}

LogisticCalibration calibration_in_the_large(std::span<const double> probabilities, std::span<const int> outcomes) {
  return recalibrated(probabilities, outcomes, Free::intercept);
}

double PlattScaling::operator()(double score) const { return inverse_logit(-(a * score + b)); }

PlattScaling fit_platt_scaling(std::span<const double> scores, std::span<const int> outcomes) {
  detail::check_scored(scores, outcomes);
  const double events = double(std::count(outcomes.begin(), outcomes.end(), 1));
  const double others = double(outcomes.size()) - events;
  std::vector<double> targets;
  for (const int outcome : outcomes) targets.push_back(outcome == 1 ? (events + 1) / (events + 2) : 1 / (others + 2));
  const Moments m = moments(scores);
  const double spread = std::sqrt(m.variance);
  if (!(spread > 1e-15 * std::abs(m.mean)))
    return {0, -logit(std::accumulate(targets.begin(), targets.end(), 0.0) / double(targets.size()))};
  std::vector<double> scaled;  // Newton steps on scores of 1e12 would lose all digits
  for (const double score : scores) scaled.push_back((score - m.mean) / spread);
  const Line line = fit_line(scaled, targets, 0, Free::both);
  if (!line.converged) return {kNan, kNan};
  return {-line.slope / spread, line.slope * m.mean / spread - line.intercept};
}

IsotonicScaling fit_isotonic(std::span<const double> scores, std::span<const int> outcomes) {
  detail::check_scored(scores, outcomes);
  struct Block {
    double low, high, events, patients;
    double mean() const { return events / patients; }
  };
  std::vector<Block> blocks;
  for (const int i : detail::ascending(scores)) {
    if (!blocks.empty() && blocks.back().high == scores[i] && blocks.back().low == scores[i]) {
      blocks.back().events += outcomes[i], blocks.back().patients += 1;
    } else {
      blocks.push_back({scores[i], scores[i], double(outcomes[i]), 1});
    }
  }
  std::vector<Block> pooled;
  for (const Block& next : blocks) {
    pooled.push_back(next);
    while (pooled.size() > 1 && pooled[pooled.size() - 2].mean() >= pooled.back().mean()) {
      const Block last = pooled.back();
      pooled.pop_back();
      pooled.back() = {pooled.back().low, last.high, pooled.back().events + last.events, pooled.back().patients + last.patients};
    }
  }
  IsotonicScaling result;
  for (const Block& block : pooled) {
    result.scores.push_back(block.low), result.probabilities.push_back(block.mean());
    if (block.high > block.low) result.scores.push_back(block.high), result.probabilities.push_back(block.mean());
  }
  return result;
}

double IsotonicScaling::operator()(double score) const {
  if (scores.empty() || std::isnan(score)) return kNan;
  const auto upper = std::lower_bound(scores.begin(), scores.end(), score);
  const auto i = static_cast<std::size_t>(upper - scores.begin());
  if (upper == scores.end()) return probabilities.back();
  if (i == 0) return probabilities.front();
  return probabilities[i - 1] + (probabilities[i] - probabilities[i - 1]) * (score - scores[i - 1]) / (scores[i] - scores[i - 1]);
}

double shift_probability(double probability, double shift) {
  if (probability <= 0 || probability >= 1) return probability;
  return inverse_logit(logit(probability) + shift);
}

}  // namespace radiopath
