#pragma once

#include <string>
#include <vector>

#include "core/cohort.h"
#include "core/files.h"
#include "tests/support/scratch.h"

namespace radiopath {

/// A manifest `cohort.csv` with the given lines, read as a user's would be.
inline Cohort made_up_cohort(const Scratch& scratch, const std::string& text) {
  write_text(scratch / "cohort.csv", text);
  CohortConfig config;
  config.manifest = scratch / "cohort.csv";
  return read_cohort(config);
}

}  // namespace radiopath
