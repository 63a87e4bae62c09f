#include "fusion/learner.h"

#include "core/error.h"
#include "core/table.h"

namespace radiopath::fusion {
namespace {

using Fit = Learner (*)(const LearnerConfigs&, const TrainingTable&, const FitOptions&);

const std::vector<std::pair<std::string, Fit>>& fits() {
  using C = LearnerConfigs;
  using T = TrainingTable;
  using O = FitOptions;
  static const std::vector<std::pair<std::string, Fit>> table = {
      {"logistic_regression", [](const C& c, const T& t, const O& o) -> Learner { return fit_logistic_regression(c.logistic_regression, t, o); }},
      {"random_forest", [](const C& c, const T& t, const O& o) -> Learner { return fit_forest(c.random_forest, t, o); }},
      {"extra_trees", [](const C& c, const T& t, const O& o) -> Learner { return fit_extra_trees(c.extra_trees, t, o); }},
      {"decision_tree", [](const C& c, const T& t, const O& o) -> Learner { return fit_decision_tree(c.decision_tree, t, o); }},
      {"gradient_boosting", [](const C& c, const T& t, const O& o) -> Learner { return fit_boosting(c.gradient_boosting, t, o); }},
      {"naive_bayes", [](const C&, const T& t, const O& o) -> Learner { return fit_naive_bayes(t, o); }},
      {"nearest_neighbours", [](const C& c, const T& t, const O& o) -> Learner { return fit_nearest_neighbours(c.nearest_neighbours, t, o); }},
      {"svm", [](const C& c, const T& t, const O& o) -> Learner { return fit_svm(c.svm, t, o); }},
      {"xgboost", [](const C& c, const T& t, const O& o) -> Learner { return fit_xgboost(c.xgboost, t, o); }},
      {"lightgbm", [](const C& c, const T& t, const O& o) -> Learner { return fit_lightgbm(c.lightgbm, t, o); }},
      {"majority", [](const C&, const T& t, const O& o) -> Learner { return fit_majority(t, o); }},
  };
  return table;
}

}  // namespace

const std::vector<std::string>& learner_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, fit] : fits()) all.push_back(name);
    return all;
  }();
  return names;
}

Learner fit_learner(const std::string& name, const LearnerConfigs& config, const TrainingTable& train, std::uint64_t seed) {
  for (const auto& [known, fit] : fits()) {
    if (known == name) return fit(config, train, {.seed = seed, .imbalance = imbalance_of(config.imbalance)});
  }
  const auto nearest = nearest_name(name, learner_names());
  throw InputError("unknown learner '" + name + "'" + (nearest ? "; did you mean '" + *nearest + "'?" : ".") +
                   " Known: " + join_names(learner_names()));
}

std::optional<std::string> learner_objection(const std::string& name, const LearnerConfigs& config) {
  if (name == "lightgbm") return lightgbm_objection(config.lightgbm.library);
  if (name == "xgboost" && !has_xgboost()) return "XGBoost is not built in";
  if (name == "svm" && !has_libsvm()) return "libsvm is not built in";
  return std::nullopt;
}

Eigen::VectorXd predict(const Learner& learner, const Table& table) {
  return std::visit([&](const auto& model) { return predict(model, table); }, learner);
}

}  // namespace radiopath::fusion
