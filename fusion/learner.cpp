#include "fusion/learner.h"

#include "core/error.h"
#include "core/table.h"

namespace radiopath::fusion {

const std::vector<std::string>& learner_names() {
  static const std::vector<std::string> names = {"logistic_regression", "random_forest"};
  return names;
}

Learner fit_learner(const std::string& name, const LearnerConfigs& config, const TrainingTable& train,
                    std::uint64_t seed) {
  if (name == "logistic_regression") return fit_logistic_regression(config.logistic_regression, train);
  if (name == "random_forest") return fit_forest(config.random_forest, train, seed);
  const auto nearest = nearest_name(name, learner_names());
  throw InputError("unknown learner '" + name + "'" + (nearest ? "; did you mean '" + *nearest + "'?" : ".") +
                   " Known: " + join_names(learner_names()));
}

Eigen::VectorXd predict(const Learner& learner, const Table& table) {
  return std::visit([&](const auto& model) { return predict(model, table); }, learner);
}

}  // namespace radiopath::fusion
