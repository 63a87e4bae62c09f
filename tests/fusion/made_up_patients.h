#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cohort.h"
#include "core/random.h"
#include "core/table.h"

namespace radiopath::fusion {

/// A cohort whose first `train` patients are training ones and whose rest is the test cohort.
inline Cohort made_up_cohort(const std::vector<int>& outcomes, int train) {
  std::vector<Patient> patients;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const Role role = static_cast<int>(i) < train ? Role::train : Role::test;
    patients.push_back({.id = "P" + std::to_string(1000 + i), .site = "A", .role = role, .cells = {},
                        .line = static_cast<int>(i) + 2});
  }
  return Cohort(std::move(patients), outcomes, ".", {});
}

inline std::vector<int> made_up_outcomes(int count, std::uint64_t seed) {
  Random random(seed, "outcomes");
  std::vector<int> outcomes;
  for (int i = 0; i < count; ++i) outcomes.push_back(random.chance(0.4));
  return outcomes;
}

/// Standard normal columns f0, f1, ...; the first `signal` of them are shifted by `shift` in patients with the event.
inline Table made_up_table(const Cohort& cohort, const std::vector<int>& outcomes, int columns, int signal, double shift,
                           std::uint64_t seed) {
  std::vector<std::string> ids, names;
  for (const Patient& patient : cohort.patients()) ids.push_back(patient.id);
  for (int c = 0; c < columns; ++c) names.push_back("f" + std::to_string(c));
  Table table(ids, names);
  Random random(seed, "table");
  for (int r = 0; r < table.rows(); ++r) {
    for (int c = 0; c < columns; ++c) {
      table.values(r, c) = random.normal() + (c < signal && outcomes[static_cast<std::size_t>(r)] == 1 ? shift : 0);
    }
  }
  return table;
}

}  // namespace radiopath::fusion
