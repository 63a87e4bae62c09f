#include <algorithm>
#include <cmath>

#include "core/correlation.h"
#include "core/hypothesis_tests.h"
#include "core/parallel.h"
#include "core/table.h"
#include "fusion/selection_steps.h"

namespace radiopath::fusion {
namespace {

constexpr double kAlpha = 0.05;  // of the tests that choose the test

enum class Chosen { student, welch, mann_whitney };

struct Tested {
  Chosen test;
  double p;
};

bool looks_normal(const std::vector<double>& values) { return shapiro_wilk(values).p >= kAlpha; }

bool equal_variances(const Groups& groups, const std::string& by) {
  return (by == "f" ? variance_ratio_test(groups[1], groups[0]).test.p : levene(groups).p) >= kAlpha;
}

Tested test(const Groups& groups, const std::string& variances_by) {
  if (!looks_normal(groups[0]) || !looks_normal(groups[1]))
    return {Chosen::mann_whitney, mann_whitney(groups[1], groups[0]).best()};
  if (equal_variances(groups, variances_by))
    return {Chosen::student, t_test(groups[1], groups[0], Variances::pooled).p};
  return {Chosen::welch, t_test(groups[1], groups[0]).p};
}

Groups groups_of(const StepInput& input, Eigen::Index column) {
  Groups groups(2);
  for (Eigen::Index i = 0; i < input.x.rows(); ++i)
    groups[static_cast<std::size_t>(input.train.outcomes()[static_cast<std::size_t>(i)])].push_back(input.x(i, column));
  return groups;
}

}  // namespace

Kept keep_significant(std::vector<double> p, const SelectionConfig& config) {
  const bool adjusted = config.adjust == "benjamini_hochberg";
  for (double& value : p)
    if (std::isnan(value)) value = 1;  // a constant column: it stays among those counted
  if (adjusted) p = adjust_p(p, Adjustment::benjamini_hochberg);
  Kept kept;
  for (std::size_t j = 0; j < p.size(); ++j) {
    if (p[j] < config.p_value) kept.columns.push_back(static_cast<int>(j));
  }
  if (!kept.columns.empty()) return kept;
  const auto smallest = std::min_element(p.begin(), p.end());
  kept.columns = {static_cast<int>(smallest - p.begin())};
  kept.remark = "no column has " + std::string(adjusted ? "an adjusted P < " : "P < ") + format_double(config.p_value) +
                "; kept the smallest P, " + format_double(*smallest);
  return kept;
}

Kept by_univariable(const StepInput& input) {
  const auto tested = parallel_map(
      input.x.cols(), [&](std::int64_t j) { return test(groups_of(input, j), input.config.variance_test); });
  std::vector<double> p;
  int count[3] = {0, 0, 0};
  for (const Tested& one : tested) p.push_back(one.p), ++count[static_cast<int>(one.test)];
  Kept kept = keep_significant(std::move(p), input.config);
  kept.remark = std::to_string(count[0]) + " columns by Student's t, " + std::to_string(count[1]) + " by Welch's, " +
                std::to_string(count[2]) + " by Mann-Whitney" + (kept.remark.empty() ? "" : "; " + kept.remark);
  return kept;
}

}  // namespace radiopath::fusion
