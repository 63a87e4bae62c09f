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
  std::string method = "logistic_regression";
  double c = 1.0;
  std::string inputs = "log_odds";
  std::string weights = "non_negative";

  static auto fields() {
    return std::tuple{
        field("method", &StackingConfig::method,
              "second level: logistic regression, or the mean of probabilities weighted by out-of-fold AUC - 0.5")
            .one_of({"logistic_regression", "weighted_mean"}),
        field("c", &StackingConfig::c, "inverse strength of the L2 penalty on the ensemble's weights of log-odds scaled to unit "
              "variance, or of probabilities").at_least(1e-12),
        field("inputs", &StackingConfig::inputs, "what the regression sees of its components").one_of({"log_odds", "probability"}),
        field("weights", &StackingConfig::weights, "weights of the regression: of 0 or more, or of any sign")
            .one_of({"non_negative", "free"}),
    };
  }
};

/// An ensemble: logistic regression on what its components say, or their weighted mean.
struct StackedModel {
  std::string name;                     ///< "Ensemble_CH"
  std::vector<std::string> components;  ///< modalities, in order
  std::string method, inputs;           ///< as in StackingConfig
  LogisticModel model;                  ///< on log-odds of probabilities cut to [0.01, 0.99]; of a mean, its weights
  int patients = 0, events = 0;         ///< training patients who have all components
};

/// Fits on out-of-fold predictions of the training patients who have every component, by default with weights of 0 or
/// more: out-of-fold scores of a component without signal lean below 0.5 by themselves, and a negative weight would turn
/// it round at prediction time (Breiman, Machine Learning 1996;24:49). With inputs = "probability" and weights = "free"
/// it is scikit-learn's StackingClassifier. A mean whose components all have an AUC of 0.5 or less weighs them alike.
/// Throws InputError when those are too few (4 of each outcome), std::logic_error without components.
StackedModel fit_stacking(const StackingConfig& config, const std::string& name, const std::vector<OutOfFold>& inputs,
                          const TrainingView& train);

/// Probabilities of the event; NaN for a patient without one of the components.
/// @param probabilities  one column per component, by name
Eigen::VectorXd predict(const StackedModel& model, const Table& probabilities);

}  // namespace radiopath::fusion
