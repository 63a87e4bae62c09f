#include "fusion/nomogram.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "fusion/logistic_fit.h"

namespace radiopath::fusion {

std::vector<double> pretty(double low, double high, int steps) {
  if (!(low < high)) return {low};
  const double cell = (high - low) / steps, base = std::pow(10, std::floor(std::log10(cell)));
  // Of 1, 2, 5 and 10 times a power of ten the one nearest from below, with R's bias towards the larger ones.
  double unit = base;
  if (2 * base - cell < 1.5 * (cell - unit)) unit = 2 * base;
  if (unit == 2 * base && 5 * base - cell < 2.75 * (cell - unit)) unit = 5 * base;
  if (unit == 5 * base && 10 * base - cell < 1.5 * (cell - unit)) unit = 10 * base;
  std::vector<double> values;
  const double first = std::floor(low / unit + 1e-7), last = std::ceil(high / unit - 1e-7);
  for (double k = first; k <= last; ++k) values.push_back(k * unit);
  return values;
}

double Nomogram::risk(double total_points) const { return logistic(logit_at_zero + total_points / points_per_logit); }

Nomogram make_nomogram(const std::vector<std::string>& columns, const Eigen::MatrixXd& x, double intercept,
                       const Eigen::VectorXd& coefficients, const std::vector<double>& risks) {
  if (x.cols() != coefficients.size() || x.rows() == 0) throw std::logic_error("a nomogram needs a coefficient per column");
  Nomogram result{{}, 0, intercept, risks, {}};
  double widest = 0;
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    const std::set<double> distinct(x.col(j).begin(), x.col(j).end());
    Nomogram::Axis axis{columns[static_cast<std::size_t>(j)], {}, {}};
    axis.values = distinct.size() <= 10 ? std::vector<double>(distinct.begin(), distinct.end()) : pretty(*distinct.begin(), *distinct.rbegin(), 10);
    widest = std::max(widest, std::abs(coefficients[j]) * (axis.values.back() - axis.values.front()));
    result.logit_at_zero += std::min(coefficients[j] * axis.values.front(), coefficients[j] * axis.values.back());
    result.axes.push_back(std::move(axis));
  }
  result.points_per_logit = widest > 0 ? 100 / widest : 0;
  for (Eigen::Index j = 0; j < x.cols(); ++j) {
    Nomogram::Axis& axis = result.axes[static_cast<std::size_t>(j)];
    const double lowest = coefficients[j] >= 0 ? axis.values.front() : axis.values.back();
    for (const double value : axis.values) axis.points.push_back(coefficients[j] * (value - lowest) * result.points_per_logit);
  }
  for (const double risk : risks) result.risk_points.push_back((logit(risk) - result.logit_at_zero) * result.points_per_logit);
  return result;
}

}  // namespace radiopath::fusion
