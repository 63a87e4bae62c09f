#include "core/icc.h"

#include <boost/math/distributions/fisher_f.hpp>
#include <cmath>
#include <limits>

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// Mean squares of the two-way table.
struct MeanSquares {
  double n, k, subjects, within, raters, error;
};

MeanSquares mean_squares(const Eigen::MatrixXd& x) {
  const double n = double(x.rows()), k = double(x.cols()), grand = x.mean();
  const double subjects = k * (x.rowwise().mean().array() - grand).square().sum();
  const double raters = n * (x.colwise().mean().array() - grand).square().sum();
  const double within = (x.colwise() - x.rowwise().mean()).array().square().sum();
  const double error = std::max(0.0, within - raters);
  return {n, k, subjects / (n - 1), within / (n * (k - 1)), raters / (k - 1), error / ((n - 1) * (k - 1))};
}

double upper_quantile(double df1, double df2) {
  return std::isfinite(df1) && std::isfinite(df2) && df1 > 0 && df2 > 0
             ? boost::math::quantile(boost::math::fisher_f(df1, df2), 0.975) : kNan;
}

double p_of(double f, double df1, double df2) {
  if (!std::isfinite(f) || !std::isfinite(df2) || !(df2 > 0)) return f > 0 && std::isinf(f) ? 0 : kNan;
  return boost::math::cdf(boost::math::complement(boost::math::fisher_f(df1, df2), f));
}

Icc one_rater(std::string form, double f, double df1, double df2, double k) {
  const double low = f / upper_quantile(df1, df2), high = f * upper_quantile(df2, df1);
  return {std::move(form), (f - 1) / (f + k - 1), f, df1, df2, p_of(f, df1, df2),
          {(low - 1) / (low + k - 1), (high - 1) / (high + k - 1)}};
}

Icc mean_of_raters(std::string form, double f, double df1, double df2) {
  return {std::move(form), 1 - 1 / f, f, df1, df2, p_of(f, df1, df2),
          {1 - upper_quantile(df1, df2) / f, 1 - 1 / (f * upper_quantile(df2, df1))}};
}

/// Satterthwaite's degrees of freedom of a * raters + b * error.
double freedom(const MeanSquares& ms, double a, double b) {
  const double raters = a * ms.raters, error = b * ms.error;
  return (raters + error) * (raters + error) /
         (raters * raters / (ms.k - 1) + error * error / ((ms.n - 1) * (ms.k - 1)));
}

Icc agreement_single(const MeanSquares& ms, IccInference inference) {
  const auto [n, k, subjects, within, raters, error] = ms;
  const double value = (subjects - error) / (subjects + (k - 1) * error + k * (raters - error) / n);
  const double a = k * value / (n * (1 - value)), v = freedom(ms, a, 1 + a * (n - 1));
  const double lower = upper_quantile(n - 1, v), upper = upper_quantile(v, n - 1);
  const double spread = k * raters + (k * n - k - n) * error, f = subjects / error;
  const double df2 = inference == IccInference::shrout_fleiss ? (n - 1) * (k - 1) : v;
  return {"ICC(2,1)", value, f, n - 1, df2, p_of(f, n - 1, df2),
          {n * (subjects - lower * error) / (lower * spread + n * subjects),
           n * (upper * subjects - error) / (spread + n * upper * subjects)}};
}

Icc agreement_mean(const MeanSquares& ms, const Icc& single, IccInference inference) {
  const auto [n, k, subjects, within, raters, error] = ms;
  const double value = (subjects - error) / (subjects + (raters - error) / n);
  const auto step_up = [&](double icc) { return icc * k / (1 + icc * (k - 1)); };
  if (inference == IccInference::shrout_fleiss) {
    return {"ICC(2,k)", value, single.f, single.df1, single.df2, single.p,
            {step_up(single.interval.lower), step_up(single.interval.upper)}};
  }
  const double a = k * value / (n * (1 - value)), v = freedom(ms, a, 1 + a * (n - 1));
  const double lower = upper_quantile(n - 1, v), upper = upper_quantile(v, n - 1);
  return {"ICC(2,k)", value, single.f, n - 1, v, p_of(single.f, n - 1, v),
          {n * (subjects - lower * error) / (lower * (raters - error) + n * subjects),
           n * (upper * subjects - error) / (raters - error + n * upper * subjects)}};
}

}  // namespace

std::vector<Icc> intraclass_correlations(const Eigen::MatrixXd& ratings, IccInference inference) {
  const bool varies = ratings.rows() >= 2 && ratings.cols() >= 2 && ratings.minCoeff() < ratings.maxCoeff();
  if (!varies) {
    std::vector<Icc> none;
    for (const char* form : {"ICC(1,1)", "ICC(2,1)", "ICC(3,1)", "ICC(1,k)", "ICC(2,k)", "ICC(3,k)"}) {
      none.push_back({form, kNan, kNan, kNan, kNan, kNan, {kNan, kNan}});
    }
    return none;
  }
  const MeanSquares ms = mean_squares(ratings);
  const double one_way = ms.subjects / ms.within, two_way = ms.subjects / ms.error;
  const double df1 = ms.n - 1, df_one = ms.n * (ms.k - 1), df_two = (ms.n - 1) * (ms.k - 1);
  const Icc agreement = agreement_single(ms, inference);
  return {one_rater("ICC(1,1)", one_way, df1, df_one, ms.k),
          agreement,
          one_rater("ICC(3,1)", two_way, df1, df_two, ms.k),
          mean_of_raters("ICC(1,k)", one_way, df1, df_one),
          agreement_mean(ms, agreement, inference),
          mean_of_raters("ICC(3,k)", two_way, df1, df_two)};
}

}  // namespace radiopath
