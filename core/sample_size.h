#pragma once

namespace radiopath {

/// How many patients a model of a binary outcome needs, by the four criteria of Riley et al., BMJ 2020;368:m441.
struct SampleSizeNeeds {
  int shrinkage;          ///< expected shrinkage of at least 0.9
  int optimism;           ///< apparent minus adjusted Nagelkerke R2 of at most 0.05
  int prevalence;         ///< overall risk within 0.05
  int prediction_error;   ///< mean absolute error of the risks of at most 0.05; 0 above 30 parameters, for which the
                          ///< regression of van Smeden et al. (Stat Methods Med Res 2019;28:2455) was not made
  int patients;           ///< the largest
  double events, events_per_parameter;  ///< at that size
};
/// @param cox_snell_r2 that the model is expected to reach, below the largest possible for this share of events
/// Throws std::logic_error for values outside their range.
SampleSizeNeeds sample_size_needs(double event_share, int parameters, double cox_snell_r2);

/// Cox-Snell R2 of a fitted model less what chance alone adds: R2 times the expected shrinkage 1 + p / (n log(1 - R2)), at
/// least 0 (Riley et al., Stat Med 2019;38:1276).
double adjusted_cox_snell_r2(double likelihood_ratio, int patients, int parameters);

/// Largest Cox-Snell R2 at a share of events.
double largest_cox_snell_r2(double event_share);

/// Events (of the rarer class) per candidate parameter; below 10 is the old warning sign (Peduzzi 1996).
double events_per_parameter(int patients, int events, int parameters);

}  // namespace radiopath
