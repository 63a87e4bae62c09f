#pragma once

#include <span>
#include <vector>

#include "core/descriptive.h"
#include "core/hypothesis_tests.h"

// Times until an event or until a patient is lost to sight: `times` >= 0, `events` 1 or 0 (censored), one each per
// patient; anything else is std::logic_error. Patients censored at the time of an event were still at risk.
namespace radiopath {

/// The product-limit estimate after each distinct time. The interval is normal on the log scale (R's survfit default).
/// Sources: Kaplan & Meier, J Am Stat Assoc 1958;53:457; Greenwood 1926.
struct SurvivalPoint {
  double time;
  int at_risk, events, censored;
  double survival, standard_error;
  Interval interval;
};
struct KaplanMeier {
  std::vector<SurvivalPoint> points;
  double median;             ///< first time at which half have had the event; NaN where it is not reached
  Interval median_interval;  ///< where the curve's limits reach one half (Brookmeyer & Crowley 1982); NaN: not reached
};
KaplanMeier kaplan_meier(std::span<const double> times, std::span<const int> events);

/// Do groups differ in their hazard? Mantel 1966, as R's survdiff(rho = 0). `groups` from 0 to their number - 1.
struct LogRank {
  ChiSquaredTest test;
  std::vector<double> observed, expected;
};
LogRank log_rank(std::span<const double> times, std::span<const int> events, std::span<const int> groups);

/// Proportional hazards with one covariate. `converged` false: the likelihood has no maximum (a monotone one).
/// Source: Cox, J R Stat Soc B 1972;34:187; ties by Efron 1977 or Breslow 1974.
enum class CoxTies { efron, breslow };
struct CoxFit {
  double coefficient, standard_error, hazard_ratio;
  Interval interval;  ///< of the hazard ratio, Wald
  double z, p, log_likelihood, null_log_likelihood, likelihood_ratio_p;
  bool converged;
};
CoxFit cox(std::span<const double> times, std::span<const int> events, std::span<const double> covariate,
           CoxTies ties = CoxTies::efron);

/// Share of usable pairs in which the higher score has the event first; equal scores count half, pairs with events at
/// the same time are not usable. NaN without a usable pair. Source: Harrell et al., JAMA 1982;247:2543.
struct Concordance {
  double c;
  double concordant, discordant, tied_scores;
};
Concordance concordance(std::span<const double> times, std::span<const int> events, std::span<const double> scores);

}  // namespace radiopath
