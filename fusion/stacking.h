#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/logistic.h"
#include "fusion/out_of_fold.h"

namespace radiopath::fusion {

/// `[models.stacking]`
struct StackingConfig {
  double c = 1.0;

  static auto fields() {
    return std::tuple{
        field("c", &StackingConfig::c, "inverse strength of the L2 penalty on the ensemble's weights").at_least(1e-12),
    };
  }
};

/// An ensemble: logistic regression on the log-odds of its components.
struct StackedModel {
  std::string name;                     ///< "Ensemble_CH"
  std::vector<std::string> components;  ///< modalities, in order
  LogisticModel model;                  ///< on log-odds of probabilities cut to [0.01, 0.99]
  int patients = 0, events = 0;         ///< training patients who have all components
};

/// Fits on out-of-fold predictions of the training patients who have every component, with weights of 0 or more:
/// out-of-fold scores of a component without signal lean below 0.5 by themselves, and a negative weight would turn it
/// round at prediction time (Breiman, Machine Learning 1996;24:49).
/// Throws InputError when those are too few (4 of each outcome), std::logic_error without components.
StackedModel fit_stacking(const StackingConfig& config, const std::string& name, const std::vector<OutOfFold>& inputs,
                          const TrainingView& train);

/// Probabilities of the event; NaN for a patient without one of the components.
/// @param probabilities  one column per component, by name
Eigen::VectorXd predict(const StackedModel& model, const Table& probabilities);

}  // namespace radiopath::fusion
