#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pathology/phantom.h"
#include "radiology/phantom.h"

namespace radiopath::training {

/// What decides who is in a synthetic cohort and how ill they are.
struct SyntheticDesign {
  int patients = 220;
  std::uint64_t seed = 1;
  std::string preset = "default";
  double signal = 1;
  double prevalence = 0.4;
  double noise = 1;
  double site_effect = 1;
};

/// The three sources of information, as bits.
enum Source : unsigned { kClinic = 1, kHabitat = 2, kPathology = 4, kAllSources = 7 };

/// One patient: what a hospital would know, and the truth behind it.
struct SyntheticPatient {
  std::string id, site, cohort;
  int resistant = 0;                                        ///< the outcome
  int age = 0, figo = 0, parpi = 0, nact = 0, ascites = 0;  ///< `figo` indexes kFigoStages
  std::optional<int> ca125;                                 ///< U/ml
  bool has_mri = true;
  int slides = 1;

  double clinic = 0, habitat = 0, pathology = 0;  ///< contributions to the log-odds of resistance
  std::array<double, 4> habitat_shares{};         ///< log(share 3 / share 4) carries `habitat`
  double texture_b_share = 0;                     ///< its logit carries `pathology`
  radiology::ScannerResponse scanner;
  pathology::StainColours stains;

  double contribution(unsigned sources) const;  ///< sum over the sources
  unsigned available() const;                   ///< sources with data
};

inline constexpr std::array<const char*, 7> kFigoStages = {"I", "IIA", "IIB", "IIIA", "IIIB", "IIIC", "IV"};

struct SyntheticCohort {
  SyntheticDesign design;
  double intercept = 0;  ///< log-odds at average contributions; gives the prevalence wanted
  std::vector<SyntheticPatient> patients;

  /// P(resistant | what `sources` know), the others integrated out over their distribution: no model that sees these
  /// sources can rank better. With all sources it is the true risk.
  double risk(const SyntheticPatient& patient, unsigned sources = kAllSources) const;
};

/// Draws the patients: sites A (60 %) to D, 7:3 train and validation inside A (stratified by outcome), test elsewhere.
/// The log-odds of resistance are a sum of FIGO stage, PARP inhibitor, habitat mixture and slide texture; age, CA125
/// (a tenth missing), ascites and neoadjuvant chemotherapy (a tenth of patients) say nothing.
/// Preset "default": 80 % of patients have MRI and slides, 8 % lack either, 4 % both. Preset "study": the study's
/// 183 both, 395 MRI only, 404 slides only, 16 neither of 998, scaled to the number of patients.
/// Throws InputError for an unknown preset or fewer than 20 patients.
SyntheticCohort draw_cohort(const SyntheticDesign& design);

/// Expected AUC of `scores` where patient i has the event with probability `risks[i]`, independently: pairs weighted
/// by risk_i (1 - risk_j). With risks of 0 and 1 it is the AUC itself. NaN where no pair can differ.
double expected_auc(std::span<const double> scores, std::span<const double> risks);

}  // namespace radiopath::training
