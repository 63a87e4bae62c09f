#include "core/hypothesis_tests.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <limits>

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr FTest kNoTest{kNan, kNan, kNan, kNan};

FTest f_test(double f, double df1, double df2) {
  if (!std::isfinite(f) || !(df1 > 0) || !(df2 > 0)) return {std::isinf(f) ? f : kNan, df1, df2, std::isinf(f) ? 0 : kNan};
  return {f, df1, df2, boost::math::cdf(boost::math::complement(boost::math::fisher_f(df1, df2), f))};
}

ChiSquaredTest chi_squared(double statistic, double df) {
  if (!std::isfinite(statistic) || !(df > 0)) return {kNan, df, kNan};
  return {statistic, df, boost::math::cdf(boost::math::complement(boost::math::chi_squared(df), std::max(0.0, statistic)))};
}

std::vector<double> joined(const Groups& groups) {
  std::vector<double> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

std::vector<Moments> moments_of(const Groups& groups) {
  std::vector<Moments> result;
  for (const auto& group : groups) result.push_back(moments(group));
  return result;
}

bool too_few(const Groups& groups, std::size_t least) {
  return groups.size() < 2 || std::any_of(groups.begin(), groups.end(), [&](const auto& g) { return g.size() < least; });
}

/// Number of ways to a rank-sum statistic of u or less, as a share of all.
double exact_rank_sum_cdf(std::size_t n, std::size_t m, double u) {
  const std::size_t most = n * m;
  // ways[k][s]: subsets of k of the first ranks with statistic s, built rank by rank (Mann & Whitney's recursion).
  std::vector<std::vector<double>> ways(n + 1, std::vector<double>(most + 1, 0.0));
  ways[0][0] = 1;
  double all = 1;
  for (std::size_t rank = 1; rank <= n + m; ++rank) {
    for (std::size_t k = std::min(rank, n); k >= 1; --k) {
      const std::size_t gain = rank - k;  // members of the second sample below, when the k-th of the first has this rank
      if (gain > m) continue;
      for (std::size_t s = most + 1; s-- > gain;) ways[k][s] += ways[k - 1][s - gain];
    }
  }
  double below = 0;
  all = 0;
  for (std::size_t s = 0; s <= most; ++s) {
    all += ways[n][s];
    if (double(s) <= u) below += ways[n][s];
  }
  return below / all;
}

/// Share of paths from (0, 0) to (n, m), all orders of the pooled values equally likely, that somewhere reach `d`.
/// Ties: distances count only at the end of a group of equal values.
double exact_ks_p(std::size_t n, std::size_t m, long long d, const std::vector<char>& ends) {
  std::vector<double> inside(m + 1, 0.0);
  double reached = 0;
  for (std::size_t i = 0; i <= n; ++i) {
    for (std::size_t j = 0; j <= m; ++j) {
      const double left = double(n + m - i - j + 1);
      double here = i == 0 && j == 0 ? 1 : 0;
      if (i > 0) here += inside[j] * double(n - i + 1) / left;
      if (j > 0) here += inside[j - 1] * double(m - j + 1) / left;
      const long long distance = std::llabs((long long)(i * m) - (long long)(j * n));
      if (i + j > 0 && ends[i + j - 1] && distance >= d) reached += here, here = 0;
      inside[j] = here;
    }
  }
  return std::min(1.0, reached);
}

/// P(K >= x) of Kolmogorov's distribution.
double kolmogorov_p(double x) {
  if (x < 1) {  // the theta function's other series converges there
    double below = 0;
    for (int k = 1; k < 40; k += 2) below += std::exp(-k * k * M_PI * M_PI / (8 * x * x));
    return x > 0 ? std::clamp(1 - std::sqrt(2 * M_PI) / x * below, 0.0, 1.0) : 1;
  }
  double sum = 0;
  for (int k = 1; k < 40; ++k) sum += (k % 2 == 1 ? 2 : -2) * std::exp(-2.0 * k * k * x * x);
  return sum;
}

}  // namespace

double MannWhitney::best() const { return std::isnan(p_exact) ? p : p_exact; }

MannWhitney mann_whitney(std::span<const double> first, std::span<const double> second) {
  const double n = double(first.size()), m = double(second.size());
  if (n == 0 || m == 0) return {kNan, kNan, kNan, kNan};
  std::vector<double> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  const std::vector<double> ranks = midranks(all), ties = tie_sizes(all);
  double u = -n * (n + 1) / 2, tied = 0;
  for (std::size_t i = 0; i < first.size(); ++i) u += ranks[i];
  for (const double t : ties) tied += t * t * t - t;
  const double sd = std::sqrt(n * m / 12 * (n + m + 1 - tied / ((n + m) * (n + m - 1)))), off = u - n * m / 2;
  const double corrected = off - 0.5 * ((off > 0) - (off < 0));
  double exact = kNan;
  if (ties.empty() && n < 50 && m < 50) {
    const double low = std::min(u, n * m - u);  // the distribution is symmetric
    exact = std::min(1.0, 2 * exact_rank_sum_cdf(first.size(), second.size(), low));
  }
  const auto p = [&](double z) { return sd > 0 ? two_sided_p(z / sd) : kNan; };
  return {u, p(corrected), p(off), exact};
}

VarianceRatio variance_ratio_test(std::span<const double> first, std::span<const double> second) {
  const Moments a = moments(first), b = moments(second);
  if (a.count < 2 || b.count < 2 || !(b.variance > 0)) return {kNoTest, {kNan, kNan}};
  const double f = a.variance / b.variance, df1 = a.count - 1, df2 = b.count - 1;
  const boost::math::fisher_f distribution(df1, df2);
  const double below = boost::math::cdf(distribution, f), above = boost::math::cdf(boost::math::complement(distribution, f));
  return {{f, df1, df2, std::min(1.0, 2 * std::min(below, above))},
          {f / boost::math::quantile(distribution, 0.975), f / boost::math::quantile(distribution, 0.025)}};
}

FTest anova(const Groups& groups) {
  if (too_few(groups, 1)) return kNoTest;
  const double k = double(groups.size()), grand = moments(joined(groups)).mean;
  double between = 0, within = 0, n = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const Moments m = moments(groups[g]);
    between += m.count * (m.mean - grand) * (m.mean - grand), n += m.count;
    if (m.count > 1) within += (m.count - 1) * m.variance;
  }
  return f_test(between / (k - 1) / (within / (n - k)), k - 1, n - k);
}

FTest welch_anova(const Groups& groups) {
  if (too_few(groups, 2)) return kNoTest;
  const std::vector<Moments> all = moments_of(groups);
  const double k = double(groups.size());
  double weights = 0, mean = 0, between = 0, spread = 0;
  for (const Moments& m : all) weights += m.count / m.variance;
  for (const Moments& m : all) mean += m.count / m.variance / weights * m.mean;
  for (const Moments& m : all) {
    const double w = m.count / m.variance;
    between += w * (m.mean - mean) * (m.mean - mean) / (k - 1);
    spread += (1 - w / weights) * (1 - w / weights) / (m.count - 1) / (k * k - 1);
  }
  return f_test(between / (1 + 2 * (k - 2) * spread), k - 1, 1 / (3 * spread));
}

FTest levene(const Groups& groups, Centre centre) {
  Groups distances = groups;
  for (auto& group : distances) {
    const double middle = centre == Centre::median ? median(group) : moments(group).mean;
    for (double& value : group) value = std::abs(value - middle);
  }
  return anova(distances);
}

ChiSquaredTest kruskal_wallis(const Groups& groups) {
  if (too_few(groups, 1)) return {kNan, kNan, kNan};
  const std::vector<double> all = joined(groups), ranks = midranks(all);
  const double n = double(all.size());
  double sum = 0, tied = 0;
  for (std::size_t g = 0, at = 0; g < groups.size(); ++g) {
    double of_group = 0;
    for (std::size_t i = 0; i < groups[g].size(); ++i) of_group += ranks[at++];
    sum += of_group * of_group / double(groups[g].size());
  }
  for (const double t : tie_sizes(all)) tied += t * t * t - t;
  return chi_squared((12 * sum / (n * (n + 1)) - 3 * (n + 1)) / (1 - tied / (n * n * n - n)), double(groups.size()) - 1);
}

ChiSquaredTest bartlett(const Groups& groups) {
  if (too_few(groups, 2)) return {kNan, kNan, kNan};
  const double k = double(groups.size());
  double freedom = 0, pooled = 0, logs = 0, inverse = 0;
  for (const Moments& m : moments_of(groups)) {
    const double df = m.count - 1;
    freedom += df, pooled += df * m.variance, logs += df * std::log(m.variance), inverse += 1 / df;
  }
  return chi_squared((freedom * std::log(pooled / freedom) - logs) / (1 + (inverse - 1 / freedom) / (3 * (k - 1))), k - 1);
}

KolmogorovSmirnov kolmogorov_smirnov(std::span<const double> first, std::span<const double> second) {
  if (first.empty() || second.empty()) return {kNan, kNan, kNan};
  const std::size_t n = first.size(), m = second.size();
  std::vector<double> a(first.begin(), first.end()), b(second.begin(), second.end()), all = joined({a, b});
  for (auto* values : {&a, &b, &all}) std::sort(values->begin(), values->end());
  std::vector<char> ends(all.size());
  long long largest = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    ends[i] = i + 1 == all.size() || all[i + 1] != all[i];
    if (!ends[i]) continue;
    const auto below = [&](const std::vector<double>& v) { return std::upper_bound(v.begin(), v.end(), all[i]) - v.begin(); };
    largest = std::max(largest, std::llabs((long long)(below(a) * std::ptrdiff_t(m) - below(b) * std::ptrdiff_t(n))));
  }
  const double d = double(largest) / (double(n) * double(m));
  return {d, kolmogorov_p(std::sqrt(double(n) * double(m) / double(n + m)) * d), exact_ks_p(n, m, largest, ends)};
}

NormalityTest kolmogorov_smirnov_normal(std::span<const double> values, double mean, double sd) {
  if (values.empty() || !(sd > 0)) return {kNan, kNan};
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double n = double(sorted.size());
  double d = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double p = normal_cdf((sorted[i] - mean) / sd);
    d = std::max({d, double(i + 1) / n - p, p - double(i) / n});
  }
  return {d, kolmogorov_p(std::sqrt(n) * d)};
}

}  // namespace radiopath
