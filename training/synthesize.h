#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>

#include "core/config.h"

namespace radiopath::training {

/// A synthetic cohort with a planted, known signal.
struct SynthesisConfig {
  std::filesystem::path output;
  int patients = 220;
  std::int64_t seed = 1;
  std::string preset = "default";
  double signal = 1;
  double prevalence = 0.4;
  double noise = 1;
  double site_effect = 1;
  int volume_size = 48;
  int slide_size = 1536;
  int slide_levels = 1;
  bool images = true;

  static auto fields() {
    return std::tuple{
        field("output", &SynthesisConfig::output, "folder to write: cohort.csv, truth.csv, truth.json, mri/, wsi/"),
        field("patients", &SynthesisConfig::patients, "number of patients").range(20, 1'000'000),
        field("seed", &SynthesisConfig::seed, "seed of every random stream").at_least(0),
        field("preset", &SynthesisConfig::preset,
              "who lacks MRI or slides: default (80 % of patients have both) or study (the study's 183 of 998)")
            .one_of({"default", "study"}),
        field("signal", &SynthesisConfig::signal,
              "strength of the planted signal: 1 makes an AUC of about 0.93 reachable, 0 none")
            .range(0, 10),
        field("prevalence", &SynthesisConfig::prevalence, "expected share of platinum-resistant patients")
            .range(0.05, 0.95),
        field("noise", &SynthesisConfig::noise, "image noise and differences between single examinations; 0 = none")
            .range(0, 5),
        field("site_effect", &SynthesisConfig::site_effect, "differences of scanner and stain between sites; 0 = none")
            .range(0, 3),
        field("volume_size", &SynthesisConfig::volume_size, "width of the MRI volumes; a third as many slices")
            .unit("voxels")
            .range(24, 512),
        field("slide_size", &SynthesisConfig::slide_size, "width of the slides at 0.5 µm/px")
            .unit("px")
            .range(256, 32768),
        field("slide_levels", &SynthesisConfig::slide_levels, "pyramid levels of the slides, each a quarter as wide")
            .range(1, 6),
        field("images", &SynthesisConfig::images, "write volumes and slides; without them only the tables"),
    };
  }
};

/// What was made.
struct Synthesis {
  std::filesystem::path manifest;  ///< cohort.csv
  int patients = 0, events = 0;
  double reachable_auc = 0;  ///< of the true risk against the outcomes drawn; NaN for one class alone
  bool was_there = false;    ///< the folder already held this cohort
};

/// Writes the cohort: `cohort.csv` (the manifest), `truth.csv` (per patient: true risk, best possible risk for every
/// choice of sources, contributions, habitat and texture shares, stain vectors), `truth.json` (reachable AUCs, observed
/// and expected), `mri/<patient>/`, `wsi/`. Parallel over patients; the same settings give the same bytes for any
/// number of threads. A folder that holds the same cohort is left as it is, a half-written one is completed, one of
/// other settings is replaced. Throws InputError when the folder holds a cohort that was not synthesised, or cannot be
/// written.
Synthesis synthesize(const SynthesisConfig& config);

}  // namespace radiopath::training
