#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/calibration.h"
#include "core/error.h"
#include "core/table.h"
#include "training/statistics_compare.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

/// A fitted map of scores to probabilities and what it is made of.
struct Fitted {
  std::function<double(double)> map;
  Json parameters;
};

Fitted fit(const std::string& method, const std::vector<double>& scores, const std::vector<int>& outcomes) {
  if (method == "platt") {
    const PlattScaling platt = fit_platt_scaling(scores, outcomes);
    return {platt, {{"a", finite(platt.a)}, {"b", finite(platt.b)}}};
  }
  if (method == "isotonic") {
    const IsotonicScaling steps = fit_isotonic(scores, outcomes);
    return {steps, {{"scores", steps.scores}, {"probabilities", steps.probabilities}}};
  }
  const double shift = calibration_in_the_large(scores, outcomes).intercept;
  return {[shift](double p) { return std::isnan(p) ? p : shift_probability(p, shift); }, {{"shift", finite(shift)}}};
}

void check_fit(const std::string& model, const std::string& method, const ScoredCohort& own,
               const std::vector<double>& scores) {
  const auto events = std::ranges::count(own.outcomes, 1);
  if (events == 0 || events == std::ssize(own.outcomes))
    throw InputError(fmt::format("--recalibrate-on {}: {} scores {} patients, {} with the event; expected both classes",
                                 own.name, model, own.outcomes.size(), events));
  const auto [low, high] = std::ranges::minmax(scores);
  if (method == "intercept" && !(low > 0 && high < 1))
    throw InputError(fmt::format(
        "--recalibrate intercept: {} runs from {} to {}; expected probabilities above 0 and below 1", model,
        format_double(low), format_double(high)));
}

}  // namespace

void add_recalibration(Json& comparison, const ScoredFile& file, const std::string& method, const std::string& on,
                       const CompareConfig& config) {
  if (method.empty() != on.empty()) throw InputError("--recalibrate and --recalibrate-on COHORT need each other");
  if (method.empty()) return;
  if (method != "platt" && method != "isotonic" && method != "intercept")
    throw InputError("--recalibrate is '" + method + "'; expected platt, isotonic or intercept");
  const auto fitted_on = std::ranges::find(file.cohorts, on, &ScoredCohort::name);
  std::vector<std::string> names;
  for (const ScoredCohort& cohort : file.cohorts) names.push_back(cohort.name);
  if (fitted_on == file.cohorts.end())
    throw InputError("--recalibrate-on: no cohort '" + on + "'; known: " + join_names(names));
  if (file.overlapping.contains(on))
    throw InputError("--recalibrate-on: '" + on + "' shares patients with other cohorts; choose another");
  ScoredFile mapped = file;
  Json models = Json::array();
  for (std::size_t m = 0; m < file.models.size(); ++m) {
    const ScoredCohort own = scored_by_all(*fitted_on, {m});
    check_fit(file.models[m], method, own, own.scores[m]);
    const Fitted fitted = fit(method, own.scores[m], own.outcomes);
    models.push_back({{"model", file.models[m]}, {"patients", own.outcomes.size()}, {"parameters", fitted.parameters}});
    for (ScoredCohort& cohort : mapped.cohorts)
      for (double& score : cohort.scores[m])
        if (!std::isnan(score)) score = fitted.map(score);
  }
  // The patients of the fit would flatter it, and so would cohorts that hold them.
  std::erase_if(mapped.cohorts,
                [&](const ScoredCohort& c) { return c.name == on || file.overlapping.contains(c.name); });
  if (mapped.cohorts.empty()) throw InputError("--recalibrate-on: there is no cohort beside '" + on +
      "' to show it on");
  Json cohorts = Json::array();
  CompareConfig plain = config;
  plain.bootstrap.resamples = 0;
  const Json after = compare_scores(mapped, plain);
  for (const Json& cohort : after["cohorts"])
    cohorts.push_back({{"cohort", cohort["cohort"]},
                       {"patients", cohort["patients"]},
                       {"events", cohort["events"]},
                       {"rows_with_gaps", cohort["rows_with_gaps"]},
                       {"without_scores", cohort["without_scores"]},
                       {"calibration", cohort["calibration"]}});
  comparison["recalibration"] = {{"method", method}, {"fitted_on", on}, {"models", models}, {"cohorts", cohorts}};
}

}  // namespace radiopath::training
