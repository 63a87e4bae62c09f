#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/training_table.h"

namespace radiopath::fusion {

/// Names that `steps` may hold.
const std::vector<std::string>& selection_step_names();

/// `[models.selection]`: the study's chain, each step of which can be left out or joined by others.
struct SelectionConfig {
  std::vector<std::string> steps = {"t_test", "pearson", "mrmr", "lasso"};
  double max_frequency_ratio = 19;
  double min_unique_share = 0.1;
  std::filesystem::path icc_table;
  std::string icc_form = "ICC(2,1)";
  double min_icc = 0.75;
  double p_value = 0.05;
  std::string adjust = "none";
  std::string variance_test = "levene";
  double max_correlation = 0.9;
  std::string keep = "central";
  double max_vif = 10;
  int mrmr_columns = 64;
  std::string lasso_family = "gaussian";
  int lasso_folds = 5;
  int lasso_alphas = 100;
  std::string lasso_rule = "one_standard_error";
  std::string lasso_stop = "converged";
  double l1_ratio = 0.5;
  int boruta_rounds = 20;
  int boruta_trees = 100;

  static auto fields() {
    return std::tuple{
        field("steps", &SelectionConfig::steps, "steps in order; none keeps every column").one_of(selection_step_names()),
        field("max_frequency_ratio", &SelectionConfig::max_frequency_ratio,
              "near_zero_variance drops columns whose most frequent value is more than this many times as frequent as the "
              "next, if they have few values too").at_least(1),
        field("min_unique_share", &SelectionConfig::min_unique_share,
              "near_zero_variance: few values are at most this share of the patients").range(0, 1),
        field("icc_table", &SelectionConfig::icc_table,
              "icc: CSV of repeated measurements. First column: the patient, one row per reading; further columns named as the "
              "table's; a column `reading`, if there, orders a patient's rows"),
        field("icc_form", &SelectionConfig::icc_form, "icc: one way, two-way agreement or two-way consistency (Shrout & Fleiss)")
            .one_of({"ICC(1,1)", "ICC(2,1)", "ICC(3,1)"}),
        field("min_icc", &SelectionConfig::min_icc, "icc keeps columns with at least this").range(0, 1),
        field("p_value", &SelectionConfig::p_value, "t_test and univariable keep columns with a P below this").range(0, 1),
        field("adjust", &SelectionConfig::adjust, "these P as they are, or for their number (false discovery rate)")
            .one_of({"none", "benjamini_hochberg"}),
        field("variance_test", &SelectionConfig::variance_test, "univariable: what tells equal variances, Levene's test on medians or F")
            .one_of({"levene", "f"}),
        field("max_correlation", &SelectionConfig::max_correlation,
              "pearson and spearman keep no two columns with |r| at or above this").range(0, 1),
        field("keep", &SelectionConfig::keep,
              "which of such columns stays: the one that shares most with the others (central), or the one with the "
              "larger |r| with the outcome, which among near copies is the luckiest rather than the best")
            .one_of({"central", "outcome"}),
        field("max_vif", &SelectionConfig::max_vif, "vif drops the column of largest variance inflation until none is above this")
            .at_least(1),
        field("mrmr_columns", &SelectionConfig::mrmr_columns, "mrmr keeps at most this many columns").at_least(1),
        field("lasso_family", &SelectionConfig::lasso_family,
              "lasso and elastic_net: squared error on 0/1 outcomes (scikit-learn's LassoCV, the study) or binomial deviance "
              "(glmnet)").one_of({"gaussian", "binomial"}),
        field("lasso_folds", &SelectionConfig::lasso_folds, "folds that choose the lasso's alpha").range(2, 100),
        field("lasso_alphas", &SelectionConfig::lasso_alphas, "points of the lasso's path").range(2, 10000),
        field("lasso_rule", &SelectionConfig::lasso_rule,
              "the largest alpha within one standard error of the smallest cross-validated error, or the smallest error's "
              "own as the study did; with some hundred patients the first keeps far less noise")
            .one_of({"one_standard_error", "smallest_error"}),
        field("lasso_stop", &SelectionConfig::lasso_stop,
              "follow the gaussian path to its optimum, or stop where LassoCV's defaults stop").one_of({"converged", "scikit_learn"}),
        field("l1_ratio", &SelectionConfig::l1_ratio, "elastic_net: share of the penalty on absolute values").range(0.01, 1),
        field("boruta_rounds", &SelectionConfig::boruta_rounds, "boruta: forests that compare columns with shuffled ones")
            .range(5, 1000),
        field("boruta_trees", &SelectionConfig::boruta_trees, "boruta: trees of each forest").range(10, 10000),
    };
  }
};

/// What one step left over.
struct SelectionStep {
  std::string name;
  std::string definition;  ///< what it does, in words, with its settings: for the report
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
/// near_zero_variance: most frequent value too frequent and few values (Kuhn, caret's nearZeroVar); the last one stays.
/// icc: reliability over repeated measurements of training patients and of patients outside the study; the study's held-out
///        patients are not looked at. Columns without repeats stay (the remark counts them), undefined values do not.
/// t_test: Welch, two-sided. When none passes, the column with the smallest P stays and the remark says so.
/// univariable: Student's t where Shapiro-Wilk finds both classes normal and their variances pass as equal, Welch's where
///        these do not, else Mann-Whitney (each at 0.05); the remark counts them. P may be adjusted (Benjamini & Hochberg 1995).
/// pearson, spearman: columns in falling order of the sum of |r| with those that reach the limit (or of |r| with the
///        outcome); one stays unless |r| with a kept one reaches the limit. Spearman's r is Pearson's of the midranks.
/// vif: columns that are combinations of earlier ones go first (their inflation is infinite), then the largest, one by one.
/// mrmr: greedy, MI(f; y) - mean MI(f; chosen) with Gaussian MI = -log(1 - r^2) / 2 (De Jay et al., mRMRe, 2013).
/// lasso, elastic_net: alpha by cross-validation, where the steps before are repeated inside each fold; when that chooses
///        nothing, the first column of the path stays.
/// boruta: columns whose Gini importance beats the best of shuffled copies of all columns in more rounds than chance
///        explains (one-sided binomial, P < 0.05 / columns; Kursa & Rudnicki, J Stat Softw 2010;36:11, without its
///        removal by steps); when none does, the one that did most often stays.
/// @param encoded  without missing values   @param seed  of the streams that make folds and shuffles
/// Throws InputError when a class has fewer than two patients.
Selection fit_selection(const SelectionConfig& config, const TrainingTable& encoded, std::uint64_t seed);

/// Why the steps cannot be run on any patients (a table of repeated measurements that is not there); nothing where they can.
std::optional<std::string> selection_objection(const SelectionConfig& config);

/// Share of the selections that keep each column, most often kept first: how stable a selection is over resamples.
struct SelectionFrequency {
  std::string column;
  double share = 0;
};
std::vector<SelectionFrequency> selection_frequency(const std::vector<Selection>& selections);
/// One number for it: 1 when every selection is the same, about 0 when columns are drawn by chance; NaN below two selections
/// or when all or no columns are always kept. Source: Nogueira et al., JMLR 2018;18(174):1, definition 4.
/// @param selections, columns  how many there were, and how many columns could be chosen
double selection_stability(const std::vector<SelectionFrequency>& frequencies, int selections, int columns);

}  // namespace radiopath::fusion
