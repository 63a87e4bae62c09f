#pragma once

#include <string>
#include <vector>

#include "core/cohort.h"
#include "core/run_folder.h"
#include "core/table.h"

namespace radiopath::training {

struct ExperimentConfig;

/// One source of information as numbers: a row for every patient who enters it and has it.
struct Modality {
  std::string name;  ///< Clinic, Habitat, Pathology, mirna, …
  Table table;
};

/// How many patients entered a modality and why the others did not.
struct PatientFlow {
  struct Loss {
    std::string reason;
    int train = 0, validation = 0, test = 0;
  };
  std::string modality;
  int total = 0;
  std::vector<Loss> losses;
  int train = 0, validation = 0, test = 0;  ///< that remain
};

/// Every modality of a study, extracted by what was fitted on the training patients of one split.
struct Features {
  std::vector<Modality> modalities;
  std::vector<PatientFlow> flow;  ///< one per modality
};

/// Habitats, patch encoder, codebook and clinical coding are fitted on `split.train`, then applied to everybody.
/// Patients that fail are listed in `folder.failures`.
Features extract_features(const ExperimentConfig& config, const Split& split, RunFolder& folder);

/// One branch alone, as `extract radiology` asks for it.
enum class Branch { clinic, radiology, pathology };
Modality extract_branch(const ExperimentConfig& config, Branch branch, const Split& split, RunFolder& folder);

}  // namespace radiopath::training
