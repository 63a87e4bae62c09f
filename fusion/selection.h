#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/training_table.h"

namespace radiopath::fusion {

/// `[models.selection]`: the study's chain, each step of which can be left out.
struct SelectionConfig {
  std::vector<std::string> steps = {"t_test", "pearson", "mrmr", "lasso"};
  double p_value = 0.05;
  double max_correlation = 0.9;
  std::string keep = "central";
  int mrmr_columns = 64;
  int lasso_folds = 5;
  int lasso_alphas = 100;
  std::string lasso_rule = "one_standard_error";

  static auto fields() {
    return std::tuple{
        field("steps", &SelectionConfig::steps, "steps in order; none keeps every column")
            .one_of({"t_test", "pearson", "mrmr", "lasso"}),
        field("p_value", &SelectionConfig::p_value, "t_test keeps columns with a Welch P below this").range(0, 1),
        field("max_correlation", &SelectionConfig::max_correlation,
              "pearson keeps no two columns with |r| at or above this")
            .range(0, 1),
        field("keep", &SelectionConfig::keep,
              "which of such columns stays: the one that shares most with the others (central), or the one with the "
              "larger |r| with the outcome, which among near copies is the luckiest rather than the best")
            .one_of({"central", "outcome"}),
        field("mrmr_columns", &SelectionConfig::mrmr_columns, "mrmr keeps at most this many columns").at_least(1),
        field("lasso_folds", &SelectionConfig::lasso_folds, "folds that choose the lasso's alpha").range(2, 100),
        field("lasso_alphas", &SelectionConfig::lasso_alphas, "points of the lasso's path").range(2, 10000),
        field("lasso_rule", &SelectionConfig::lasso_rule,
              "the largest alpha within one standard error of the smallest cross-validated error, or the smallest error's "
              "own as the study did; with some hundred patients the first keeps far less noise")
            .one_of({"one_standard_error", "smallest_error"}),
    };
  }
};

/// What one step left over.
struct SelectionStep {
  std::string name;
  int before = 0;
  std::vector<std::string> kept;
  std::string remark;  ///< what the user should know; "" when all went as usual
};

/// Columns chosen on training patients, with the survivors of every step (the waterfall).
struct Selection {
  std::vector<std::string> columns;
  std::vector<SelectionStep> steps;
};

/// Chooses columns of an encoded table; at least one is kept at every step.
///
/// t_test: Welch, two-sided. When none passes, the column with the smallest P stays and the remark says so.
/// pearson: columns in falling order of the sum of |r| with those that reach the limit (or of |r| with the outcome);
///        one stays unless |r| with a kept one reaches the limit.
/// mrmr: greedy, MI(f; y) - mean MI(f; chosen) with Gaussian MI = -log(1 - r^2) / 2 (De Jay et al., mRMRe, 2013).
/// lasso: linear lasso on 0/1 outcomes (scikit-learn's LassoCV, converged), alpha by the smallest cross-validated error,
///        where the steps before it are repeated inside each fold; when that chooses nothing, the first column of the
///        path stays.
/// @param encoded  without missing values   @param seed  of the stream that makes the lasso's folds
/// Throws InputError when a class has fewer than two patients.
Selection fit_selection(const SelectionConfig& config, const TrainingTable& encoded, std::uint64_t seed);

}  // namespace radiopath::fusion
