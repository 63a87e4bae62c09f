#include "core/contingency.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

namespace radiopath {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double log_factorial(int n) { return std::lgamma(n + 1.0); }

Eigen::MatrixXi without_empty(const Eigen::MatrixXi& table) {
  std::vector<int> rows, columns;
  for (int r = 0; r < table.rows(); ++r) if (table.row(r).sum() > 0) rows.push_back(r);
  for (int c = 0; c < table.cols(); ++c) if (table.col(c).sum() > 0) columns.push_back(c);
  return table(rows, columns);
}

/// Sums the tables with given margins column by column, those with -log(product of factorials) at most `bound`.
class TableSum {
 public:
  TableSum(const Eigen::MatrixXi& table) : columns_(table.colwise().sum().transpose()), rows_(table.rowwise().sum()) {
    constant_ = -log_factorial(table.sum());
    for (const int total : columns_) constant_ += log_factorial(total);
    for (const int total : rows_) constant_ += log_factorial(total);
    observed_ = constant_;
    for (const int count : table.reshaped()) observed_ -= log_factorial(count);
  }

  double p() {
    Eigen::VectorXi left = rows_;
    fill(0, 0, columns_[0], left, constant_);
    return looked_at_ > kMostFisherTables ? kNan : std::min(1.0, sum_);
  }

 private:
  void fill(Eigen::Index column, Eigen::Index row, int open, Eigen::VectorXi& left, double log_p) {
    if (looked_at_ > kMostFisherTables) return;
    if (column + 1 == columns_.size()) {  // what is left is the last column
      ++looked_at_;
      for (const int count : left) log_p -= log_factorial(count);
      if (log_p <= observed_ + 1e-7) sum_ += std::exp(log_p);
      return;
    }
    const bool last = row + 1 == left.size();
    if (last && open > left[row]) return;
    const int rest = last ? 0 : left.tail(left.size() - row - 1).sum();
    for (int count = std::max(0, last ? open : open - rest); count <= std::min(open, left[row]); ++count) {
      left[row] -= count;
      const double next = log_p - log_factorial(count);
      if (last) fill(column + 1, 0, columns_[column + 1], left, next);
      else fill(column, row + 1, open - count, left, next);
      left[row] += count;
    }
  }

  Eigen::VectorXi columns_, rows_;
  double constant_, observed_, sum_ = 0, looked_at_ = 0;
};

/// The first cell of a 2 x 2 table given its margins, at an odds ratio of exp(log_odds).
struct FirstCell {
  explicit FirstCell(const Eigen::Matrix2i& t) {
    const int m = t.col(0).sum(), n = t.col(1).sum(), k = t.row(0).sum();
    low = std::max(0, k - n), high = std::min(k, m);
    for (int x = low; x <= high; ++x) {
      log_weights.push_back(-log_factorial(x) - log_factorial(m - x) - log_factorial(k - x) - log_factorial(n - k + x));
    }
  }
  /// Sum of f(x) over the distribution.
  template <class F>
  double mean(double log_odds, F f) const {
    double largest = -kInfinity, total = 0, sum = 0;
    for (int x = low; x <= high; ++x) largest = std::max(largest, log_weights[x - low] + log_odds * x);
    for (int x = low; x <= high; ++x) {
      const double w = std::exp(log_weights[x - low] + log_odds * x - largest);
      total += w, sum += w * f(x);
    }
    return sum / total;
  }
  int low, high;
  std::vector<double> log_weights;
};

/// Where a function that rises with the log odds passes 0.
double root(const std::function<double(double)>& rising) {
  double low = -50, high = 50;
  for (int i = 0; i < 200; ++i) {
    const double middle = (low + high) / 2;
    (rising(middle) < 0 ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
}

ChiSquaredTest one_degree(double statistic) {
  if (std::isnan(statistic)) return {kNan, 1, kNan};
  return {statistic, 1, boost::math::cdf(boost::math::complement(boost::math::chi_squared(1), statistic))};
}

}  // namespace

Eigen::MatrixXd expected_counts(const Eigen::MatrixXi& table) {
  const Eigen::MatrixXd counts = table.cast<double>();
  return counts.rowwise().sum() * counts.colwise().sum() / counts.sum();
}

ChiSquaredTest chi_squared_test(const Eigen::MatrixXi& given, Continuity continuity) {
  const Eigen::MatrixXi table = without_empty(given);
  if (table.rows() < 2 || table.cols() < 2) return {kNan, kNan, kNan};
  const Eigen::ArrayXXd expected = expected_counts(table).array();
  Eigen::ArrayXXd off = (table.cast<double>().array() - expected).abs();
  if (continuity == Continuity::yates && table.size() == 4) off -= std::min(0.5, off.minCoeff());
  const double statistic = (off.square() / expected).sum(), df = double((table.rows() - 1) * (table.cols() - 1));
  return {statistic, df, boost::math::cdf(boost::math::complement(boost::math::chi_squared(df), statistic))};
}

double fisher_p(const Eigen::MatrixXi& given) {
  Eigen::MatrixXi table = without_empty(given);
  if (table.rows() < 2 || table.cols() < 2) return kNan;
  if (table.cols() < table.rows()) table.transposeInPlace();  // short columns, the last of them for free
  return TableSum(table).p();
}

OddsRatio fisher_odds_ratio(const Eigen::Matrix2i& table) {
  const FirstCell cell(table);
  const int x = table(0, 0);
  if (cell.low == cell.high) return {kNan, {0, kInfinity}};
  const auto value = [&] {
    if (x == cell.low) return 0.0;
    if (x == cell.high) return kInfinity;
    return root([&](double o) { return cell.mean(o, [](int i) { return double(i); }) - x; });
  };
  const double lower = x == cell.low ? 0 : root([&](double o) { return cell.mean(o, [&](int i) { return double(i >= x); }) - 0.025; });
  const double upper = x == cell.high ? kInfinity : root([&](double o) { return 0.025 - cell.mean(o, [&](int i) { return double(i <= x); }); });
  return {value(), {lower, upper}};
}

McNemar mcnemar(const Eigen::Matrix2i& table) {
  const double b = table(0, 1), c = table(1, 0), off = std::abs(b - c);
  if (b + c == 0) return {one_degree(kNan), one_degree(kNan), 1};
  const double corrected = std::max(0.0, off - 1);
  const double exact = 2 * boost::math::cdf(boost::math::binomial(b + c, 0.5), std::min(b, c));
  return {one_degree(corrected * corrected / (b + c)), one_degree(off * off / (b + c)), std::min(1.0, exact)};
}

}  // namespace radiopath
