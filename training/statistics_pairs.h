#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/descriptive.h"
#include "training/statistics_compare.h"
#include "training/statistics_input.h"

namespace radiopath::training {

// Two models on the same patients, one model on two cohorts, for statistics_compare.cpp.

/// `second` of `model` against `first` of `against`, with the thresholds that each keeps.
struct PairedScores {
  std::string model, against;
  const std::vector<double>&second, &first;
  double at, at_against;
  bool probabilities;  ///< both: else IDI, NRI and net benefit are null
};

/// DeLong, IDI, NRI, McNemar at the thresholds, net benefit; with resamples "bootstrap" holds percentile and BCa
/// intervals of the AUC's difference, of IDI and NRI and of their parts, all on the same resamples.
nlohmann::ordered_json pair_of(const ScoredCohort& cohort, const PairedScores& pair, const CompareConfig& config);

/// Each model's AUC in one cohort less that in another, by DeLong's unpaired test; cohorts that share patients are not
/// compared.
nlohmann::ordered_json between_cohorts(const ScoredFile& file);

nlohmann::ordered_json interval_json(const Interval& interval);

}  // namespace radiopath::training
