#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <variant>

#include "core/config.h"
#include "fusion/forest.h"
#include "fusion/logistic.h"

namespace radiopath::fusion {

/// Any fitted learner. A further one is one more alternative here, one more name below.
using Learner = std::variant<LogisticModel, ForestModel>;

/// Settings of all learners.
struct LearnerConfigs {
  LogisticConfig logistic_regression;
  ForestConfig random_forest;
};

/// Names that fit_learner knows: "logistic_regression", "random_forest".
const std::vector<std::string>& learner_names();

/// Fits the learner called `name` on encoded columns. Throws InputError for an unknown name.
Learner fit_learner(const std::string& name, const LearnerConfigs& config, const TrainingTable& train,
                    std::uint64_t seed);

/// Probabilities of the event, one per row.
Eigen::VectorXd predict(const Learner& learner, const Table& table);

}  // namespace radiopath::fusion
