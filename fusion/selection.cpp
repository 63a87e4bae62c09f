#include "fusion/selection.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "core/table.h"
#include "fusion/selection_steps.h"

namespace radiopath::fusion {
namespace {

const std::vector<std::pair<std::string, Step>>& steps() {
  static const std::vector<std::pair<std::string, Step>> table = {
      {"near_zero_variance", by_near_zero_variance},
      {"icc", by_icc},
      {"t_test", by_t_test},
      {"univariable", by_univariable},
      {"pearson", by_pearson},
      {"spearman", by_spearman},
      {"vif", by_vif},
      {"mrmr", by_mrmr},
      {"lasso", by_lasso},
      {"elastic_net", by_elastic_net},
      {"boruta", by_boruta},
  };
  return table;
}

Step step_called(const std::string& name) {
  for (const auto& [known, step] : steps()) {
    if (known == name) return step;
  }
  throw std::logic_error("unknown selection step " + name);
}

/// What the step does, in words, with its settings.
std::string definition_of(const std::string& step, const SelectionConfig& c) {
  const std::string p = (c.adjust == "none" ? "P < " : "P adjusted by Benjamini-Hochberg < ") + format_double(c.p_value);
  const std::string twins = "no two columns with |r| at or above " + format_double(c.max_correlation) + "; the one that " +
                            (c.keep == "outcome" ? "has the larger |r| with the outcome" : "shares most with the others") + " stays";
  const std::string penalty = std::string(c.lasso_family == "binomial" ? "binomial deviance" : "squared error") +
      " with a penalty chosen by " + std::to_string(c.lasso_folds) + "-fold cross-validation, which repeats the steps before: " +
      (c.lasso_rule == "one_standard_error" ? "the largest within one standard error of the smallest error" : "the smallest error");
  const std::map<std::string, std::string> words = {
      {"near_zero_variance", "most frequent value over " + format_double(c.max_frequency_ratio) + " times the next and at most " +
                                 format_double(100 * c.min_unique_share) + " % distinct values: dropped"},
      {"icc", c.icc_form + " of repeated measurements at least " + format_double(c.min_icc)},
      {"t_test", "Welch's t-test, two-sided, " + p},
      {"univariable", "Student's t, Welch's t or Mann-Whitney, as Shapiro-Wilk and " +
                          std::string(c.variance_test == "f" ? "F" : "Levene") + " decide, " + p},
      {"pearson", "Pearson: " + twins},
      {"spearman", "Spearman: " + twins},
      {"vif", "variance inflation at most " + format_double(c.max_vif) + ", the largest dropped one by one"},
      {"mrmr", "greedy, difference form: mutual information with the outcome less its mean with the columns chosen before, "
               "Gaussian, -log(1 - r^2)/2 (mRMRe); at most " + std::to_string(c.mrmr_columns) + " columns"},
      {"lasso", "LASSO, " + penalty},
      {"elastic_net", "elastic net, " + format_double(100 * c.l1_ratio) + " % of the penalty on absolute values, " + penalty},
      {"boruta", "Gini importance above the best shuffled column in more of " + std::to_string(c.boruta_rounds) +
                     " forests than chance explains (binomial, Bonferroni)"},
  };
  return words.at(step);
}

}  // namespace

const std::vector<std::string>& selection_step_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, step] : steps()) all.push_back(name);
    return all;
  }();
  return names;
}

Eigen::VectorXd targets_of(const std::vector<int>& outcomes) {
  return Eigen::Map<const Eigen::VectorXi>(outcomes.data(), static_cast<Eigen::Index>(outcomes.size())).cast<double>();
}

std::vector<Kept> run_steps(const SelectionConfig& config, const TrainingTable& encoded, std::uint64_t seed) {
  const Eigen::MatrixXd& all = encoded.table().values;
  std::vector<Kept> done;
  Eigen::MatrixXd narrower;
  std::vector<int> columns(static_cast<std::size_t>(all.cols()));
  std::iota(columns.begin(), columns.end(), 0);
  SelectionConfig earlier = config;
  earlier.steps.clear();
  for (const std::string& step : config.steps) {
    Kept kept = step_called(step)({done.empty() ? all : narrower, columns, encoded, config, earlier, seed});
    earlier.steps.push_back(step);
    for (int& j : kept.columns) j = columns[static_cast<std::size_t>(j)];
    columns = kept.columns;
    narrower = all(Eigen::all, columns);
    done.push_back(std::move(kept));
  }
  return done;
}

Selection fit_selection(const SelectionConfig& config, const TrainingTable& encoded, std::uint64_t seed) {
  if (encoded.cols() == 0 || std::isnan(encoded.table().values.sum())) {
    throw std::logic_error("selection needs an encoded table: columns, and no missing value");
  }
  Selection selection{encoded.table().columns, {}};
  std::vector<Kept> kept = run_steps(config, encoded, seed);
  for (std::size_t s = 0; s < kept.size(); ++s) {
    SelectionStep record{config.steps[s], definition_of(config.steps[s], config),
                         static_cast<int>(selection.columns.size()), {}, std::move(kept[s].remark)};
    for (const int j : kept[s].columns) record.kept.push_back(encoded.table().columns[static_cast<std::size_t>(j)]);
    selection.columns = record.kept;
    selection.steps.push_back(std::move(record));
  }
  return selection;
}

std::vector<SelectionFrequency> selection_frequency(const std::vector<Selection>& selections) {
  std::map<std::string, int> count;
  for (const Selection& selection : selections) {
    for (const std::string& column : selection.columns) ++count[column];
  }
  std::vector<SelectionFrequency> frequencies;
  for (const auto& [column, times] : count) frequencies.push_back({column, times / double(selections.size())});
  std::stable_sort(frequencies.begin(), frequencies.end(), [](const auto& a, const auto& b) { return a.share > b.share; });
  return frequencies;
}

double selection_stability(const std::vector<SelectionFrequency>& frequencies, int selections, int columns) {
  double kept = 0, variance = 0;
  for (const auto& [column, share] : frequencies) {
    kept += share / columns;
    variance += share * (1 - share) * selections / (selections - 1.0) / columns;
  }
  return selections < 2 || !(kept > 0 && kept < 1) ? std::nan("") : 1 - variance / (kept * (1 - kept));
}

}  // namespace radiopath::fusion
