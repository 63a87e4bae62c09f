#pragma once

#include <span>
#include <vector>

#include "core/descriptive.h"

// Do probabilities mean what they say? `probabilities` in [0, 1], `outcomes` 1 or 0; a mismatch is std::logic_error.
namespace radiopath {

/// Mean squared difference of probability and outcome (Brier 1950). NaN without patients.
double brier_score(std::span<const double> probabilities, std::span<const int> outcomes);

/// Bins of probabilities; `quantile`: of equal size, by type-7 quantiles.
enum class Bins { equal_width, quantile };

/// Brier = reliability - resolution + uncertainty + within. Groups are those of equal probability (`bins` 0: within is 0,
/// but where probabilities hardly repeat each patient is a group and the other parts say nothing) or bins, where within
/// is the variance of the probabilities in them less twice their covariance with the outcomes.
/// Source: Murphy, J Appl Meteorol 1973;12:595; Stephenson, Weather Forecast 2008;23:752.
struct BrierParts {
  double brier, reliability, resolution, uncertainty, within;
  double scaled;  ///< 1 - brier / uncertainty; NaN for one class alone
  int groups;     ///< that are not empty
};
BrierParts brier_parts(std::span<const double> probabilities, std::span<const int> outcomes, int bins = 0,
                       Bins kind = Bins::equal_width);

/// Hosmer-Lemeshow. Breaks are type-7 quantiles of the probabilities, equal breaks are merged (so that ties stay
/// together and there may be fewer groups than asked for), intervals closed on the right, groups - 2 degrees of freedom.
/// NaN with fewer than three groups. Depends on the grouping: print intercept and slope first.
/// Source: Hosmer & Lemeshow, Commun Stat 1980;9:1043; ties as ResourceSelection 0.3.
struct HosmerLemeshow {
  struct Group {
    double lower, upper;  ///< probabilities in (lower, upper]
    int patients, events;
    double expected;  ///< sum of the probabilities
  };
  double chi_squared, degrees_of_freedom, p;
  std::vector<Group> groups;
};
HosmerLemeshow hosmer_lemeshow(std::span<const double> probabilities, std::span<const int> outcomes, int groups = 10);

/// z of Brier's expectation under perfect calibration (Spiegelhalter, Stat Med 1986;5:421), two-sided P.
struct ZTest {
  double z, p;
};
ZTest spiegelhalter(std::span<const double> probabilities, std::span<const int> outcomes);

/// logit(P) = intercept + slope * logit(p), by maximum likelihood. Patients with p of 0 or 1 are left out and counted.
/// NaN for one class alone or when the probabilities separate the classes.
struct LogisticCalibration {
  double intercept, intercept_error, slope, slope_error, log_likelihood;
  int left_out;
};
LogisticCalibration calibration_slope(std::span<const double> probabilities, std::span<const int> outcomes);
/// Calibration in the large: the intercept with slope 1.
LogisticCalibration calibration_in_the_large(std::span<const double> probabilities, std::span<const int> outcomes);

/// Cleveland's lowess (J Am Stat Assoc 1979;74:829), locally linear with tricube weights, without robustness steps: R's
/// lowess(iter = 0). Points nearer than 1 % of the range to the last fitted one are interpolated. x ascends.
struct Curve {
  std::vector<double> x, y;
};
Curve lowess(std::span<const double> x, std::span<const double> y, double span = 2.0 / 3);

/// Everything that rms::val.prob prints and more. Smooth figures come from the lowess curve of the outcome.
struct CalibrationFigures {
  int patients, events;
  BrierParts brier;  ///< its parts by ten quantile bins, equal probabilities together
  double log_loss, observed_expected;
  LogisticCalibration slope, in_the_large;
  double nagelkerke_r2, discrimination, unreliability, quality, unreliability_p;  ///< R2, D, U, Q of rms::val.prob
  double largest, ninetieth, average;  ///< |lowess - p|: Emax, E90, and Eavg = ICI (Austin & Steyerberg 2019)
  double expected_error;               ///< ECE, ten bins of equal width
  ZTest spiegelhalter;
  Curve curve;
};
CalibrationFigures calibration(std::span<const double> probabilities, std::span<const int> outcomes);

/// Mean probability and share of events in bins, as scikit-learn's calibration_curve; empty bins are left out.
struct CalibrationBin {
  double mean_probability, event_share;
  int patients;
};
std::vector<CalibrationBin> calibration_bins(std::span<const double> probabilities, std::span<const int> outcomes,
                                             int bins = 10, Bins kind = Bins::equal_width);

// --- Recalibration: fit on training patients that the model has not seen, apply anywhere ------------------------------

/// 1 / (1 + exp(a s + b)) with the smoothed targets (n1 + 1) / (n1 + 2) and 1 / (n0 + 2), which keep it finite when the
/// scores separate; scores without spread give the mean target. Scores are those of patients that their model has not seen.
/// Source: Platt 1999; Lin, Lin & Weng, Machine Learning 2007;68:267 (as in libsvm).
struct PlattScaling {
  double a, b;
  double operator()(double score) const;
};
PlattScaling fit_platt_scaling(std::span<const double> scores, std::span<const int> outcomes);

/// Least-squares monotone steps through the outcomes (pool adjacent violators), linear between, clipped outside:
/// scikit-learn's IsotonicRegression(out_of_bounds='clip').
struct IsotonicScaling {
  std::vector<double> scores, probabilities;
  double operator()(double score) const;
};
IsotonicScaling fit_isotonic(std::span<const double> scores, std::span<const int> outcomes);

/// Intercept only: logit(P) = shift + logit(p).
double shift_probability(double probability, double shift);

}  // namespace radiopath
