#include <algorithm>
#include <cmath>
#include <limits>

#include "core/hypothesis_tests.h"

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

template <std::size_t N>
double polynomial(const double (&coefficients)[N], double x) {
  double value = 0;
  for (std::size_t i = N; i-- > 0;) value = value * x + coefficients[i];
  return value;
}

std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// Royston's weights of the upper half, largest value first.
std::vector<double> shapiro_weights(int n) {
  const int half = n / 2;
  if (n == 3) return {std::sqrt(0.5)};
  std::vector<double> m, weights;
  double squares = 0;
  for (int i = 1; i <= half; ++i) {
    m.push_back(-normal_quantile((i - 0.375) / (n + 0.25)));
    squares += 2 * m.back() * m.back();
  }
  const double root = std::sqrt(squares), u = 1 / std::sqrt(double(n));
  static constexpr double c1[] = {0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056};
  static constexpr double c2[] = {0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633};
  const double first = m[0] / root + polynomial(c1, u);
  weights.push_back(first);
  double rest = squares - 2 * m[0] * m[0], left = 1 - 2 * first * first;
  if (n > 5) {
    const double second = m[1] / root + polynomial(c2, u);
    weights.push_back(second);
    rest -= 2 * m[1] * m[1], left -= 2 * second * second;
  }
  const double scale = std::sqrt(rest / left);
  for (std::size_t i = weights.size(); i < m.size(); ++i) weights.push_back(m[i] / scale);
  return weights;
}

double shapiro_p(double w, int n) {
  if (n == 3) return std::clamp(6 / M_PI * (std::asin(std::sqrt(w)) - std::asin(std::sqrt(0.75))), 0.0, 1.0);
  static constexpr double gamma[] = {-2.273, 0.459};
  static constexpr double small_mean[] = {0.544, -0.39978, 0.025054, -6.714e-4};
  static constexpr double small_sd[] = {1.3822, -0.77857, 0.062767, -0.0020322};
  static constexpr double mean[] = {-1.5861, -0.31082, -0.083751, 0.0038915};
  static constexpr double sd[] = {-0.4803, -0.082676, 0.0030302};
  double y = std::log1p(-w);
  if (n <= 11) {
    const double g = polynomial(gamma, n);
    if (y >= g) return 1e-99;
    y = -std::log(g - y);
    return normal_cdf(-(y - polynomial(small_mean, n)) / std::exp(polynomial(small_sd, n)));
  }
  const double x = std::log(double(n));
  return normal_cdf(-(y - polynomial(mean, x)) / std::exp(polynomial(sd, x)));
}

}  // namespace

NormalityTest shapiro_wilk(std::span<const double> values) {
  const int n = static_cast<int>(values.size());
  if (n < 3 || n > 5000) return {kNan, kNan};
  const std::vector<double> x = sorted_copy(values);
  const double range = x.back() - x.front();
  if (!(range > 0) || !std::isfinite(range)) return {kNan, kNan};
  const std::vector<double> weights = shapiro_weights(n);
  double numerator = 0, squares = 0, mean = 0;
  for (const double value : x) mean += (value - x.front()) / range / n;
  for (std::size_t i = 0; i < weights.size(); ++i) numerator += weights[i] * (x[x.size() - 1 - i] - x[i]) / range;
  for (const double value : x) squares += std::pow((value - x.front()) / range - mean, 2);
  const double w = std::min(1.0, numerator * numerator / squares);
  return {w, shapiro_p(w, n)};
}

NormalityTest lilliefors(std::span<const double> values) {
  const Moments m = moments(values);
  if (m.count < 5 || !(m.variance > 0)) return {kNan, kNan};
  const double d = kolmogorov_smirnov_normal(values, m.mean, std::sqrt(m.variance)).statistic;
  const double n = m.count, many = std::min(n, 100.0), k = n <= 100 ? d : d * std::pow(n / 100, 0.49);
  double p = std::exp(-7.01256 * k * k * (many + 2.78019) + 2.99587 * k * std::sqrt(many + 2.78019) - 0.122119 +
                      0.974598 / std::sqrt(many) + 1.67997 / many);
  if (p > 0.1) {
    const double s = (std::sqrt(n) - 0.01 + 0.85 / std::sqrt(n)) * d;
    static constexpr double low[] = {2.76773, -19.828315, 80.709644, -138.55152, 81.218052};
    static constexpr double middle[] = {-4.901232, 40.662806, -97.490286, 94.029866, -32.355711};
    static constexpr double high[] = {6.198765, -19.558097, 23.186922, -12.234627, 2.423045};
    p = s <= 0.302 ? 1 : s <= 0.5 ? polynomial(low, s) : s <= 0.9 ? polynomial(middle, s) : s <= 1.31 ? polynomial(high, s) : 0;
  }
  return {d, p};
}

NormalityTest anderson_darling(std::span<const double> values) {
  const Moments m = moments(values);
  if (m.count < 8 || !(m.variance > 0)) return {kNan, kNan};
  const std::vector<double> x = sorted_copy(values);
  const double n = m.count, sd = std::sqrt(m.variance);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double below = normal_cdf((x[i] - m.mean) / sd), above = normal_cdf(-(x[x.size() - 1 - i] - m.mean) / sd);
    sum += (2 * double(i) + 1) * (std::log(below) + std::log(above));
  }
  const double a = -n - sum / n, b = (1 + 0.75 / n + 2.25 / (n * n)) * a;
  const double p = b < 0.2    ? 1 - std::exp(-13.436 + 101.14 * b - 223.73 * b * b)
                   : b < 0.34 ? 1 - std::exp(-8.318 + 42.796 * b - 59.938 * b * b)
                   : b < 0.6  ? std::exp(0.9177 - 4.279 * b - 1.38 * b * b)
                   : b < 10   ? std::exp(1.2937 - 5.709 * b + 0.0186 * b * b)
                              : 3.7e-24;
  return {a, p};
}

}  // namespace radiopath
