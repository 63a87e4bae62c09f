#pragma once

#include <Eigen/Core>
#include <functional>
#include <string>
#include <vector>

#include "fusion/selection.h"

// The steps that fit_selection runs; nobody else includes it. A step sees the columns that are left and returns indices
// into them, at least one.
namespace radiopath::fusion {

struct Kept {
  std::vector<int> columns;
  std::string remark;  ///< what the user should know; "" when all went as usual
};

struct StepInput {
  const Eigen::MatrixXd& x;         ///< (patients, columns left), encoded
  const std::vector<int>& columns;  ///< those that are left, of `train`
  const TrainingTable& train;       ///< the encoded table with all columns: patients, outcomes, folds
  const SelectionConfig& config;
  const SelectionConfig& earlier;   ///< with the steps that ran before this one
  std::uint64_t seed;

  const std::string& name(Eigen::Index j) const {
    return train.table().columns[static_cast<std::size_t>(columns[static_cast<std::size_t>(j)])];
  }
};

using Step = Kept (*)(const StepInput&);

Kept by_near_zero_variance(const StepInput& input);
Kept by_icc(const StepInput& input);
Kept by_t_test(const StepInput& input);
Kept by_univariable(const StepInput& input);
Kept by_pearson(const StepInput& input);
Kept by_spearman(const StepInput& input);
Kept by_vif(const StepInput& input);
Kept by_mrmr(const StepInput& input);
Kept by_lasso(const StepInput& input);
Kept by_elastic_net(const StepInput& input);
Kept by_boruta(const StepInput& input);

/// What each of `config.steps` keeps, as indices into the columns of `encoded`: fit_selection without its record.
std::vector<Kept> run_steps(const SelectionConfig& config, const TrainingTable& encoded, std::uint64_t seed);

/// Columns whose P, adjusted as `config.adjust` says, is below the limit; else the one with the smallest. NaN counts as 1.
Kept keep_significant(std::vector<double> p, const SelectionConfig& config);

/// Outcomes as numbers.
Eigen::VectorXd targets_of(const std::vector<int>& outcomes);

}  // namespace radiopath::fusion
