#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "core/predictions.h"
#include "core/random.h"
#include "training/evaluation.h"

namespace radiopath::training {

inline const std::vector<std::string> kStudyModels = {"Clinic",      "Habitat",     "Pathology",    "Ensemble_CH",
                                                      "Ensemble_CP", "Ensemble_HP", "Ensemble_CHP", "MHA_CHP"};

struct MadeUp {
  Predictions predictions;
  Truth truth;
};

/// Predictions with a known signal: the true risk is logistic(z), a model sees z through noise. Every third patient
/// lacks MRI (models with an H) and every fourth slides (models with a P), but the attention model scores everybody.
inline MadeUp made_up_predictions(int patients_per_role, std::uint64_t seed, double signal = 1.5) {
  MadeUp made;
  made.predictions.models = kStudyModels;
  Random random(seed, "made-up");
  const std::vector<double> noise = {3, 2, 2.5, 1.6, 1.8, 1.4, 1.1, 1};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  int number = 0;
  for (const Role role : {Role::train, Role::validation, Role::test})
    for (int i = 0; i < patients_per_role; ++i, ++number) {
      const std::string id = "P" + std::to_string(1000 + number);
      const double z = random.normal(-0.8, signal);
      const double risk = 1 / (1 + std::exp(-z));
      const int outcome = random.chance(risk);
      made.truth.risks["true_risk"][id] = risk;
      const auto row = [&](Scored scored, double sharpen) {
        Predictions::Row r{id, role == Role::test ? "B" : "A", role, scored, outcome, {}};
        for (std::size_t m = 0; m < kStudyModels.size(); ++m) {
          const std::string& name = kStudyModels[m];
          const bool mri = name == "Habitat" || (name.starts_with("E") && name.find('H', 9) != std::string::npos);
          const bool slides = name == "Pathology" || (name.starts_with("E") && name.find('P', 9) != std::string::npos);
          const double seen = z + sharpen * (2 * outcome - 1) + random.normal(0, noise[m]);
          const bool missing = (mri && number % 3 == 0) || (slides && number % 4 == 0);
          r.scores.push_back(missing ? nan : 1 / (1 + std::exp(-seen)));
        }
        made.predictions.rows.push_back(std::move(r));
      };
      if (role != Role::train) {
        row(Scored::held_out, 0);
      } else {
        row(Scored::in_sample, 1);
        row(Scored::out_of_fold, 0);
      }
    }
  return made;
}

}  // namespace radiopath::training
