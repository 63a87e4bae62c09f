#pragma once

#include <Eigen/Core>
#include <span>
#include <string_view>
#include <vector>

#include "core/descriptive.h"

// `scores` are any finite or infinite numbers that rise with the risk, `outcomes` are 1 (event) or 0, both in the same
// order of patients. A NaN score, an outcome that is neither 0 nor 1, or lengths that differ are std::logic_error:
// whoever calls has to say first whom a model scores. What the data leave undefined is NaN (an AUC of one class alone).
namespace radiopath {

/// An improvement of `second` over `first`, with the parts of events and non-events, which belong beside it.
struct Improvement {
  double value, standard_error, z, p;
  Interval interval;  ///< normal
  double events, non_events;
  double standard_error_events, standard_error_non_events;
};

/// Integrated discrimination improvement of probabilities: rise of the mean among events minus that among non-events.
/// z and P are NaN when the variance is 0, unless nothing changed (z 0, P 1).
/// Source: Pencina et al., Stat Med 2008;27:157; variances with n - 1, as Hmisc::improveProb 4.8.
Improvement idi(std::span<const double> first, std::span<const double> second, std::span<const int> outcomes);

/// Continuous net reclassification improvement: any rise counts as up. Its P value is not to be trusted alone
/// (Hilden & Gerds 2014; Kerr 2014): print both parts, and Brier and AUC beside it.
Improvement continuous_nri(std::span<const double> first, std::span<const double> second,
                           std::span<const int> outcomes);

/// Net reclassification improvement over risk classes; `cuts` ascend inside (0, 1), a risk equal to a cut belongs to the
/// upper class. Tables: rows the class by `first`, columns by `second`.
/// Source: Pencina et al. 2008; variances as Hmisc::improveProb. Throws std::logic_error unless the cuts ascend.
struct CategoricalNri {
  Improvement nri;
  Eigen::MatrixXi events, non_events;
};
CategoricalNri categorical_nri(std::span<const double> first, std::span<const double> second,
                               std::span<const int> outcomes, std::span<const double> cuts);

/// To be printed with every NRI (Hilden & Gerds, Stat Med 2014;33:3405; Pepe et al., JNCI 2014;106:dju041; Kerr et al.,
/// Epidemiology 2014;25:114) and with every DeLong test (Demler et al., Stat Med 2012;31:2577).
inline constexpr std::string_view kNriWarning =
    "NRI: read the parts of events and non-events, not the sum; its P finds 'improvement' in 19-63 % of useless "
    "markers (JNCI 2014;106:dju041), so prefer the bootstrap interval, and Brier, AUC and net benefit beside it";
inline constexpr std::string_view kNriManyClasses =
    "NRI with three or more classes counts a step of one class as much as a step of two: Kerr 2014 advises against it";
inline constexpr std::string_view kDelongNested =
    "DeLong's test does not hold for nested models on the patients that fitted them (Demler 2012): likelihood ratio there";

}  // namespace radiopath
