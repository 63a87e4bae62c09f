#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "core/descriptive.h"

namespace radiopath {

/// Rows drawn with replacement, as many of each class as there are.
std::vector<std::vector<int>> stratified_resamples(std::span<const int> outcomes, int count, std::uint64_t seed,
                                                   std::string_view stream);

/// A figure of the rows given by index (with repeats).
using RowStatistic = std::function<double(std::span<const int> rows)>;

/// The figure on each resample, in parallel; the same values for any number of threads.
std::vector<double> on_resamples(const std::vector<std::vector<int>>& resamples, const RowStatistic& statistic);

/// Jackknife influence within strata, (n_s - 1)(t0 - t without i), n_s the size of the patient's class.
std::vector<double> jackknife_influence(std::span<const int> outcomes, const RowStatistic& statistic);

/// Intervals of 95 % from resampled values. Percentiles interpolate on the scale of normal quantiles, as R's boot;
/// `type7` is the plain percentile of NumPy and R's quantile.
struct BootstrapIntervals {
  double estimate, mean, standard_error;
  Interval normal, basic, percentile, type7;
  Interval bca;  ///< bias-corrected and accelerated (Efron, J Am Stat Assoc 1987;82:171); NaN when no value is below
  int undefined; ///< resamples whose figure is NaN, left out
};
BootstrapIntervals bootstrap_intervals(double estimate, std::span<const double> resampled,
                                       std::span<const double> influence);

/// All of it for one figure of scored patients, on resamples stratified by outcome.
struct BootstrapConfig {
  int resamples = 1000;
  std::uint64_t seed = 1;
};
BootstrapIntervals bootstrap(const BootstrapConfig& config, std::string_view stream, std::span<const int> outcomes,
                             const RowStatistic& statistic);

/// The same intervals of an AUC, or of the second's AUC less the first's, in O(n log n + n * resamples): scores are
/// sorted once, and the jackknife's influence is a patient's placement less the AUC (DeLong 1988).
BootstrapIntervals bootstrap_auc(const BootstrapConfig& config, std::string_view stream, std::span<const int> outcomes,
                                 std::span<const double> scores);
BootstrapIntervals bootstrap_auc_difference(const BootstrapConfig& config, std::string_view stream,
                                            std::span<const int> outcomes, std::span<const double> first,
                                            std::span<const double> second);
/// Of figures that are a mean over the events plus a mean over the non-events of patients' values (IDI, NRI), all on
/// the same resamples. @param values (figures, patients)
std::vector<BootstrapIntervals> bootstrap_means(const BootstrapConfig& config, std::string_view stream,
                                                std::span<const int> outcomes,
                                                const std::vector<std::vector<double>>& values);

/// Figures of scores as row statistics: AUC and the like of (scores, outcomes) restricted to the rows.
RowStatistic of_scores(std::span<const double> scores, std::span<const int> outcomes,
                       std::function<double(std::span<const double>, std::span<const int>)> figure);
RowStatistic of_pairs(
    std::span<const double> first, std::span<const double> second, std::span<const int> outcomes,
    std::function<double(std::span<const double>, std::span<const double>, std::span<const int>)> figure);

}  // namespace radiopath
