#include "core/table_one.h"

#include <Eigen/Core>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/contingency.h"
#include "core/error.h"
#include "core/hypothesis_tests.h"
#include "core/table.h"

namespace radiopath {
namespace {

constexpr const char* kOneGroup = "one group alone: no test";
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

bool is_missing(const std::string& cell) {
  const auto value = parse_double(cell);
  return value && std::isnan(*value);
}

bool is_numeric(const BaselineColumn& column, int most_levels) {
  std::set<double> distinct;
  for (const std::string& cell : column.cells) {
    if (is_missing(cell)) continue;
    const auto value = parse_double(cell);
    if (!value) return false;
    if (std::isinf(*value)) throw InputError("column '" + column.name + "' is infinite in one row; expected finite numbers");
    distinct.insert(*value);
  }
  return static_cast<int>(distinct.size()) > most_levels;
}

bool looks_normal(const std::vector<double>& values) {
  const NormalityTest test = values.size() > 5000 ? lilliefors(values) : shapiro_wilk(values);
  return test.p >= 0.05;  // false for NaN
}

void choose_numeric_test(BaselineRow& row, const Groups& groups) {
  const auto set = [&](const char* name, double p) { row.test = name, row.p = p; };
  const bool two = groups.size() == 2;
  if (!row.normal) return two ? set("Mann-Whitney", mann_whitney(groups[0], groups[1]).best()) : set("Kruskal-Wallis", kruskal_wallis(groups).p);
  const bool equal = levene(groups).p >= 0.05;
  if (two) return set(equal ? "t" : "Welch", t_test(groups[0], groups[1], equal ? Variances::pooled : Variances::separate).p);
  set(equal ? "ANOVA" : "Welch ANOVA", equal ? anova(groups).p : welch_anova(groups).p);
}

double largest_numeric_difference(const std::vector<Moments>& groups) {
  double largest = kNan;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double sd = std::sqrt((groups[i].variance + groups[j].variance) / 2), gap = std::abs(groups[i].mean - groups[j].mean);
      largest = std::fmax(largest, gap == 0 ? 0 : gap / sd);
    }
  }
  return std::isfinite(largest) ? largest : kNan;
}

/// Mahalanobis distance of two multinomial shares, the first level left out.
double categorical_difference(const Eigen::VectorXd& first, const Eigen::VectorXd& second) {
  const Eigen::Index k = first.size() - 1;
  if (k < 1) return 0;
  const Eigen::VectorXd a = first.tail(k) / first.sum(), b = second.tail(k) / second.sum(), gap = a - b;
  if (gap.isZero(0)) return 0;
  const auto covariance = [](const Eigen::VectorXd& p) { return Eigen::MatrixXd(Eigen::MatrixXd(p.asDiagonal()) - p * p.transpose()); };
  const Eigen::MatrixXd pooled = (covariance(a) + covariance(b)) / 2;
  const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(pooled);
  const double squared = qr.rank() == k ? gap.dot(qr.solve(gap)) : kNan;
  return squared >= 0 ? std::sqrt(squared) : kNan;
}

void describe_numbers(BaselineRow& row, const BaselineColumn& column, const std::vector<int>& group_of) {
  Groups groups(row.missing.size());
  for (std::size_t i = 0; i < column.cells.size(); ++i) {
    if (group_of[i] >= 0 && !is_missing(column.cells[i])) groups[group_of[i]].push_back(*parse_double(column.cells[i]));
  }
  row.normal = true;
  bool enough = true, varies = false;
  double one = kNan;
  for (const auto& group : groups) {
    row.moments.push_back(moments(group));
    row.medians.push_back(median(group));
    row.lower_quartiles.push_back(quantile(group, 0.25)), row.upper_quartiles.push_back(quantile(group, 0.75));
    row.normal = row.normal && looks_normal(group);
    enough = enough && group.size() >= 2;
    for (const double value : group) one = std::isnan(one) ? value : one, varies = varies || value != one;
  }
  row.standardised_difference = largest_numeric_difference(row.moments);
  if (groups.size() < 2) {
    row.remark = kOneGroup;
    return;
  }
  if (!enough) row.remark = "fewer than two values in a group";
  else if (!varies) row.remark = "constant";
  else choose_numeric_test(row, groups);
}

void describe_categories(BaselineRow& row, const BaselineColumn& column, const std::vector<int>& group_of) {
  std::map<std::pair<double, std::string>, std::vector<int>> levels;  // numbers in their order, then words
  for (std::size_t i = 0; i < column.cells.size(); ++i) {
    if (group_of[i] < 0 || is_missing(column.cells[i])) continue;
    const auto value = parse_double(column.cells[i]);
    auto& counts = levels[{value.value_or(std::numeric_limits<double>::infinity()), column.cells[i]}];
    counts.resize(row.missing.size());
    ++counts[group_of[i]];
  }
  Eigen::MatrixXi table(levels.size(), row.missing.size());
  for (const auto& [level, counts] : levels) {
    table.row(Eigen::Index(row.levels.size())) = Eigen::Map<const Eigen::RowVectorXi>(counts.data(), Eigen::Index(counts.size()));
    row.levels.push_back(level.second), row.counts.push_back(counts);
  }
  if (table.cols() < 2) {
    row.remark = table.rows() == 0 ? "all missing" : kOneGroup;
    return;
  }
  if (table.rows() < 2 || (table.colwise().sum().array() > 0).count() < 2) {
    row.remark = table.rows() == 0 ? "all missing" : table.rows() == 1 ? "constant" : "one group alone has values";
    return;
  }
  for (int i = 0; i < table.cols(); ++i) {
    for (int j = 0; j < i; ++j) {
      row.standardised_difference = std::fmax(row.standardised_difference,
          categorical_difference(table.col(i).cast<double>(), table.col(j).cast<double>()));
    }
  }
  const Eigen::ArrayXXd expected = expected_counts(table).array();
  const double low = double((expected < 5).count());
  const bool sparse = table.size() == 4 ? low > 0 : low > 0.2 * double(table.size()) || expected.minCoeff() < 1;
  row.test = sparse ? "Fisher" : "chi-squared";
  row.p = sparse ? fisher_p(table) : chi_squared_test(table).p;
  if (sparse && std::isnan(row.p)) {
    row.test = "chi-squared", row.p = chi_squared_test(table).p;
    row.remark = "too large a table for Fisher's test; some expected counts are below 5";
  }
}

}  // namespace

BaselineRow baseline_row(const BaselineColumn& column, const std::vector<int>& group_of, int groups, int most_levels) {
  BaselineRow row;
  row.variable = column.name;
  row.p = row.standardised_difference = kNan;
  row.missing.assign(static_cast<std::size_t>(groups), 0);
  for (std::size_t i = 0; i < column.cells.size(); ++i) {
    if (group_of[i] >= 0) row.missing[group_of[i]] += is_missing(column.cells[i]);
  }
  row.numeric = is_numeric(column, most_levels);
  if (row.numeric) describe_numbers(row, column, group_of);
  else describe_categories(row, column, group_of);
  return row;
}

}  // namespace radiopath
