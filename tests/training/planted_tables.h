#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/cohort.h"
#include "core/random.h"
#include "core/table.h"
#include "fusion/attention_fusion.h"

namespace radiopath::training {

/// Patients with three modalities whose columns carry a part of the outcome, and columns of noise.
struct Planted {
  Cohort cohort;
  std::map<std::string, Table> tables;  ///< Clinic, Habitat, Pathology
  std::vector<double> best;             ///< per patient, what can be known of z from the columns that are there
};

/// The true score z is standard normal and the outcome Bernoulli(logistic(2 z)). The first column of each modality is
/// signal * z + normal noise, shifted and scaled; the others are noise. `best` is the posterior mean of z.
/// Every third patient lacks Habitat and every fourth Pathology; the last patient has nothing at all.
inline Planted plant_tables(int patients, double signal, std::uint64_t seed) {
  Random random(seed, "planted tables");
  std::vector<Patient> people;
  std::vector<int> outcomes;
  std::vector<std::string> ids;
  std::vector<double> z;
  for (int i = 0; i < patients; ++i) {
    z.push_back(random.normal());
    outcomes.push_back(random.chance(1 / (1 + std::exp(-2 * z.back()))));
    Patient patient;
    patient.id = "P" + std::to_string(100 + i);
    ids.push_back(patient.id);
    people.push_back(patient);
  }
  std::map<std::string, Table> tables;
  std::vector<double> sum(ids.size(), 0), copies(ids.size(), 0);
  for (const auto& [name, columns] : std::map<std::string, int>{{"Clinic", 2}, {"Habitat", 6}, {"Pathology", 4}}) {
    std::vector<std::string> names;
    for (int c = 0; c < columns; ++c) names.push_back(name + std::to_string(c));
    Table table(ids, names);
    for (int i = 0; i < patients; ++i) {
      const bool missing = (name == "Habitat" && i % 3 == 0) || (name == "Pathology" && i % 4 == 0) || i + 1 == patients;
      for (int c = 0; c < columns; ++c) {
        const auto k = static_cast<std::size_t>(i);
        const double value = (c == 0 ? signal * z[k] : 0) + random.normal();
        const bool hole = c > 0 && random.chance(0.05);
        if (missing || hole) continue;
        table.values(i, c) = 10 * c + 3 * value;
        if (c == 0) sum[k] += value, ++copies[k];
      }
    }
    tables[name] = table;
  }
  std::vector<double> best;
  for (std::size_t i = 0; i < ids.size(); ++i) best.push_back(signal * sum[i] / (1 + copies[i] * signal * signal));
  return {Cohort(people, outcomes, ".", {}), tables, best};
}

/// Every column but the last, filled with 0 and divided by 3: what an encoding would do, without fitting one.
inline std::vector<fusion::AttentionInput> plain_inputs(const std::map<std::string, Table>& tables) {
  std::vector<fusion::AttentionInput> inputs;
  for (const auto& [name, table] : tables) {
    fusion::AttentionInput input;
    input.modality = name;
    input.columns = table.columns;
    for (int c = 0; c + 1 < table.cols(); ++c) {
      input.used.push_back(c);
      input.fill.push_back(10 * c);
      input.mean.push_back(10 * c);
      input.sd.push_back(3);
    }
    inputs.push_back(input);
  }
  return inputs;
}

}  // namespace radiopath::training
