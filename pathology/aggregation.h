#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/cohort.h"
#include "core/config.h"
#include "core/table.h"

namespace radiopath::pathology {

/// `[pathology.aggregation]`: from the likelihoods of a patient's tiles to columns.
struct AggregationConfig {
  std::string plh = "fractions";
  int plh_bins = 10;
  std::string bow = "rounded";
  int bow_decimals = 2;
  int bow_min_patients = 1;
  bool companions = true;

  static auto fields() {
    return std::tuple{
        field("plh", &AggregationConfig::plh,
              "patch likelihood histogram: fractions in equal bins on [0, 1]; epla: raw counts in half-open bins; "
              "distinct: fractions of each value, rounded as the words are, that training patients have")
            .one_of({"fractions", "epla", "distinct"}),
        // A few dozen tiles per patient fill ten bins; with a hundred, most fractions are 0 or one tile.
        field("plh_bins", &AggregationConfig::plh_bins, "bins of the histogram").range(1, 1000),
        field("bow", &AggregationConfig::bow,
              "bag of words: rounded likelihoods; epla: their decimals only, so that 0 and 1 are one word")
            .one_of({"rounded", "epla"}),
        field("bow_decimals", &AggregationConfig::bow_decimals, "decimals that words are rounded to").range(1, 6),
        field("bow_min_patients", &AggregationConfig::bow_min_patients,
              "training patients in whom a word must occur to enter the vocabulary")
            .at_least(1),
        field("companions", &AggregationConfig::companions,
              "also mean, standard deviation, quantiles and maximum: the baselines that PLH and BoW must beat"),
    };
  }
};

/// Likelihoods of every patient's tiles, in tile order.
using PatchLikelihoods = std::map<std::string, std::vector<double>>;

/// Words and weights that were learned from training patients. Immutable.
struct Codebook {
  AggregationConfig config;
  std::vector<int> plh_values;  ///< for "distinct": the values, in units of the last decimal
  std::vector<int> words;       ///< rounded likelihoods in units of the last decimal, ascending
  std::vector<double> idf;      ///< of each word
  int patients = 0;             ///< training patients it was fitted on
  std::string trained_on;       ///< TrainingView::hash

  std::vector<std::string> columns() const;  ///< plh_…, bow_…, likelihood_…
};

/// The vocabulary of the training patients, with idf = ln((1 + n) / (1 + df)) + 1 over those who have tiles.
/// Likelihoods of other patients are not looked at. Throws InputError when no training patient has any.
/// Source: scikit-learn's TfidfTransformer (smooth_idf), as EPLA (Cao et al., Theranostics 2020) uses it.
Codebook fit_codebook(const AggregationConfig& config, const PatchLikelihoods& likelihoods, const TrainingView& train);

/// One row per patient of `view`; all missing for one without tiles.
///
/// PLH: share of likelihoods per bin, `plh_00` lowest, the last bin closed. BoW: counts · idf, scaled to length 1;
/// words outside the vocabulary are left out (see unseen_share). Companions: `likelihood_mean`, `_sd` (population),
/// `_min`, `_q10`, `_q25`, `_q50`, `_q75`, `_q90` (linear interpolation), `_max`, `_share_positive` (> 0.5).
Table aggregate(const Codebook& codebook, const PatchLikelihoods& likelihoods, const PatientView& view);

/// Share of the tiles of `view` whose word the codebook does not know; NaN without tiles.
double unseen_share(const Codebook& codebook, const PatchLikelihoods& likelihoods, const PatientView& view);

/// `likelihood` (and `patient_id`) of a CSV with one row per tile. Throws InputError for a value outside [0, 1].
PatchLikelihoods read_likelihoods(const std::filesystem::path& file);

}  // namespace radiopath::pathology
