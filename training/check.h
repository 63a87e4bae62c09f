#pragma once

#include <string>
#include <vector>

#include "core/failures.h"
#include "training/experiment.h"

namespace radiopath::training {

/// What `radiopath check` and `run --dry-run` say.
struct CheckResult {
  std::vector<std::string> problems;         ///< of the config and the manifest: nothing can run
  std::vector<Failures::Entry> unreadable;   ///< patients whose files could not be used; a run would go on without them
  std::string plan;                          ///< patients, folds, models, as text of at most 80 columns
};

/// Reads the manifest and the header of every input, computes nothing, and reports everything at once.
CheckResult check(const ExperimentConfig& config);

}  // namespace radiopath::training
