#include "training/statistics_compare.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/calibration.h"
#include "core/contingency.h"
#include "core/decision_curve.h"
#include "core/error.h"
#include "core/operating_point.h"
#include "core/reclassification.h"
#include "core/roc.h"
#include "core/table.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Interval& interval) { return {{"lower", finite(interval.lower)}, {"upper", finite(interval.upper)}}; }

Json share(const Proportion& p) {
  const Interval exact = clopper_pearson(p.count, p.total);
  return {{"value", finite(p.value)}, {"lower", finite(p.interval.lower)}, {"upper", finite(p.interval.upper)},
          {"exact_lower", finite(exact.lower)}, {"exact_upper", finite(exact.upper)}};
}

std::vector<std::size_t> all_models(const ScoredFile& file) {
  std::vector<std::size_t> all(file.models.size());
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::string note_on(const AucDelong& auc) {
  const int patients = auc.events + auc.non_events;
  if (patients == 0) return "no patients";
  if (auc.events == 0) return "no events";
  if (auc.non_events == 0) return "no patients without the event";
  if (std::isnan(auc.standard_error)) return "fewer than two patients of a class: no interval";
  return auc.standard_error == 0 ? "complete separation: the AUC's interval has no width" : "";
}

bool are_probabilities(const std::vector<double>& scores) {
  return std::ranges::all_of(scores, [](double s) { return s >= 0 && s <= 1; });
}

Json figures_of(const std::string& model, const ScoredCohort& cohort, const std::vector<double>& scores, const char* population,
                double threshold, const BootstrapConfig& config) {
  const AucDelong auc = auc_delong(scores, cohort.outcomes);
  Json f = {{"model", model}, {"cohort", cohort.name}, {"population", population}, {"patients", cohort.outcomes.size()}, {"events", auc.events},
            {"auc", {{"value", finite(auc.auc)}, {"lower", finite(auc.interval.lower)}, {"upper", finite(auc.interval.upper)}, {"standard_error", finite(auc.standard_error)}}},
            {"hanley_mcneil_error", finite(hanley_mcneil_error(auc.auc, auc.events, auc.non_events))},
            {"average_precision", finite(average_precision(scores, cohort.outcomes))}};
  if (auc.events > 0 && auc.non_events > 0) {
    const PartialAuc partial = partial_auc(scores, cohort.outcomes, RocAxis::specificity, 0.9, 1);
    f["partial_auc_specificity_90"] = {{"area", finite(partial.area)}, {"corrected", finite(partial.corrected)}};
    if (config.resamples > 0) {
      const BootstrapIntervals b = bootstrap(config, "auc/" + cohort.name + "/" + model, cohort.outcomes, of_scores(scores, cohort.outcomes, radiopath::auc));
      f["auc_bootstrap"] = {{"percentile", json_of(b.type7)}, {"bca", json_of(b.bca)}, {"resamples", config.resamples}};
    }
  }
  f["threshold"] = finite(threshold);
  if (!std::isnan(threshold)) {
    const ThresholdMetrics t = threshold_metrics(scores, cohort.outcomes, threshold);
    f["tp"] = t.tp, f["fp"] = t.fp, f["tn"] = t.tn, f["fn"] = t.fn;
    f["accuracy"] = share(t.accuracy), f["sensitivity"] = share(t.sensitivity), f["specificity"] = share(t.specificity);
    f["ppv"] = share(t.ppv), f["npv"] = share(t.npv);
  }
  f["brier"] = finite(brier_score(scores, cohort.outcomes));
  f["mean_score"] = finite(scores.empty() ? NAN : std::accumulate(scores.begin(), scores.end(), 0.0) / double(scores.size()));
  f["note"] = note_on(auc);
  return f;
}

Json improvement_json(const Improvement& i) {
  return {{"value", finite(i.value)}, {"standard_error", finite(i.standard_error)}, {"lower", finite(i.interval.lower)}, {"upper", finite(i.interval.upper)},
          {"z", finite(i.z)}, {"p", finite(i.p)}, {"events", finite(i.events)}, {"non_events", finite(i.non_events)}};
}

Json table_of(const Eigen::MatrixXi& counts) {
  Json rows = Json::array();
  for (Eigen::Index r = 0; r < counts.rows(); ++r)
    rows.push_back(std::vector<int>(counts.row(r).begin(), counts.row(r).end()));
  return rows;
}

/// Risks move between the classes that the cuts make.
Json categorical_of(const ScoredCohort& cohort, const std::vector<double>& first, const std::vector<double>& second,
                    const std::vector<double>& cuts) {
  const CategoricalNri nri = categorical_nri(first, second, cohort.outcomes, cuts);
  Json json = improvement_json(nri.nri);
  json["cuts"] = cuts;
  json["events_table"] = table_of(nri.events), json["non_events_table"] = table_of(nri.non_events);
  return json;
}

/// Who calls a patient rightly at the thresholds, among those with outcome `only` (-1: all).
Json mcnemar_of(const ScoredCohort& cohort, const std::vector<double>& model, double at,
                const std::vector<double>& against, double at_against, int only) {
  Eigen::Matrix2i table = Eigen::Matrix2i::Zero();
  for (std::size_t i = 0; i < cohort.outcomes.size(); ++i) {
    if (only >= 0 && cohort.outcomes[i] != only) continue;
    const bool event = cohort.outcomes[i] == 1;
    ++table((model[i] > at) == event ? 0 : 1, (against[i] > at_against) == event ? 0 : 1);
  }
  const McNemar test = mcnemar(table);
  return {{"only_model_right", table(0, 1)},
          {"only_against_right", table(1, 0)},
          {"p_exact", finite(test.p_exact)},
          {"p_corrected", finite(test.corrected.p)},
          {"p", finite(test.plain.p)}};
}

Json benefit_of(const ScoredCohort& cohort, const std::vector<double>& first, const std::vector<double>& second,
                const std::vector<double>& thresholds) {
  Json points = Json::array();
  for (const double threshold : thresholds) {
    const NetBenefitDifference d = net_benefit_difference(first, second, cohort.outcomes, threshold);
    points.push_back({{"threshold", threshold},
                      {"value", finite(d.value)},
                      {"standard_error", finite(d.standard_error)},
                      {"lower", finite(d.interval.lower)},
                      {"upper", finite(d.interval.upper)},
                      {"p", finite(d.p)}});
  }
  return points;
}

Json pair_of(const ScoredFile& file, const ScoredCohort& cohort, std::size_t i, std::size_t j, const CompareConfig& config) {
  const auto &first = cohort.scores[j], &second = cohort.scores[i];
  const DelongTest test = delong_test(second, first, cohort.outcomes);
  const Improvement change = idi(first, second, cohort.outcomes);
  Json pair = {{"model", file.models[i]},
               {"against", file.models[j]},
               {"auc_difference", finite(test.difference)},
               {"auc_standard_error", finite(test.standard_error)},
               {"auc_lower", finite(test.interval.lower)},
               {"auc_upper", finite(test.interval.upper)},
               {"delong_z", finite(test.z)},
               {"delong_p", finite(test.p)},
               {"idi", finite(change.value)},
               {"idi_standard_error", finite(change.standard_error)},
               {"idi_lower", finite(change.interval.lower)},
               {"idi_upper", finite(change.interval.upper)},
               {"idi_z", finite(change.z)},
               {"idi_p", finite(change.p)},
               {"idi_events", finite(change.events)},
               {"idi_non_events", finite(change.non_events)},
               {"idi_events_standard_error", finite(change.standard_error_events)},
               {"idi_non_events_standard_error", finite(change.standard_error_non_events)}};
  pair["continuous_nri"] = improvement_json(continuous_nri(first, second, cohort.outcomes));
  const double at = file.thresholds[i], at_against = file.thresholds[j];
  if (are_probabilities(first) && are_probabilities(second)) {
    if (!config.cuts.empty())
      pair["categorical_nri"] = categorical_of(cohort, first, second, config.cuts);
    else if (at == at_against && at > 0 && at < 1)
      pair["categorical_nri"] = categorical_of(cohort, first, second, {at});
    pair["net_benefit_difference"] = benefit_of(cohort, first, second, config.decision_thresholds);
  }
  if (!std::isnan(at) && !std::isnan(at_against)) {
    pair["mcnemar"] = mcnemar_of(cohort, second, at, first, at_against, -1);
    pair["mcnemar"]["events"] = mcnemar_of(cohort, second, at, first, at_against, 1);
    pair["mcnemar"]["non_events"] = mcnemar_of(cohort, second, at, first, at_against, 0);
  }
  if (config.bootstrap.resamples > 0) {
    const BootstrapIntervals b = bootstrap(config.bootstrap, "nri/" + cohort.name + "/" + file.models[i] + "/" + file.models[j], cohort.outcomes,
        of_pairs(first, second, cohort.outcomes, [](auto a, auto c, auto y) { return continuous_nri(a, c, y).value; }));
    pair["continuous_nri"]["bootstrap"] = json_of(b.type7);
  }
  return pair;
}

Json calibration_of(const std::string& model, const ScoredCohort& cohort, const std::vector<double>& scores) {
  const CalibrationFigures f = calibration(scores, cohort.outcomes);
  const HosmerLemeshow hl = hosmer_lemeshow(scores, cohort.outcomes);
  return {{"model", model}, {"patients", f.patients}, {"events", f.events}, {"slope", finite(f.slope.slope)}, {"slope_error", finite(f.slope.slope_error)},
          {"intercept", finite(f.slope.intercept)}, {"in_the_large", finite(f.in_the_large.intercept)}, {"in_the_large_error", finite(f.in_the_large.intercept_error)},
          {"left_out", f.slope.left_out}, {"brier", finite(f.brier.brier)}, {"brier_scaled", finite(f.brier.scaled)},
          {"reliability", finite(f.brier.reliability)}, {"resolution", finite(f.brier.resolution)}, {"uncertainty", finite(f.brier.uncertainty)},
          {"ici", finite(f.average)}, {"e90", finite(f.ninetieth)}, {"emax", finite(f.largest)}, {"ece", finite(f.expected_error)},
          {"observed_expected", finite(f.observed_expected)}, {"spiegelhalter_z", finite(f.spiegelhalter.z)}, {"spiegelhalter_p", finite(f.spiegelhalter.p)},
          {"hosmer_lemeshow", {{"chi_squared", finite(hl.chi_squared)}, {"df", finite(hl.degrees_of_freedom)}, {"p", finite(hl.p)}, {"groups", hl.groups.size()}}},
          {"curve", {{"probability", f.curve.x}, {"lowess", f.curve.y}}}};
}

Json decision_of(const std::string& model, const ScoredCohort& cohort, const std::vector<double>& scores, const std::vector<double>& thresholds) {
  Json points = Json::array();
  for (const double threshold : thresholds) {
    const NetBenefit own = net_benefit(scores, cohort.outcomes, threshold), all = treat_all(cohort.outcomes, threshold);
    points.push_back({{"threshold", threshold}, {"net_benefit", finite(own.value)}, {"lower", finite(own.interval.lower)}, {"upper", finite(own.interval.upper)},
                      {"treat_all", finite(all.value)}, {"interventions_avoided", finite(own.interventions_avoided)}});
  }
  return {{"model", model}, {"points", points}};
}

}  // namespace

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json compare_scores(const ScoredFile& file, const CompareConfig& config) {
  for (std::size_t c = 0; c < config.cuts.size(); ++c) {
    if (!(config.cuts[c] > (c == 0 ? 0 : config.cuts[c - 1]) && config.cuts[c] < 1))
      throw InputError("--cuts must ascend inside (0, 1); found " + format_double(config.cuts[c]) +
                       (c == 0 ? "" : " after " + format_double(config.cuts[c - 1])));
  }
  Json result = {{"schema", 1}, {"not_for_clinical_use", true}, {"models", file.models}, {"threshold_rule", file.threshold_rule}, {"cohorts", Json::array()}};
  for (const ScoredCohort& cohort : file.cohorts) {
    const ScoredCohort common = scored_by_all(cohort, all_models(file));
    Json of = {{"cohort", cohort.name}, {"patients", common.outcomes.size()}, {"events", std::count(common.outcomes.begin(), common.outcomes.end(), 1)}};
    for (const char* part : {"figures", "pairs", "calibration", "decision_curve"}) of[part] = Json::array();
    for (std::size_t m = 0; m < file.models.size(); ++m) {
      const ScoredCohort own = scored_by_all(cohort, {m});
      of["figures"].push_back(figures_of(file.models[m], own, own.scores[m], "own", file.thresholds[m], config.bootstrap));
    }
    for (std::size_t m = 0; m < file.models.size(); ++m) {
      of["figures"].push_back(figures_of(file.models[m], common, common.scores[m], "common", file.thresholds[m], config.bootstrap));
      if (common.outcomes.empty() || !are_probabilities(common.scores[m])) continue;
      of["calibration"].push_back(calibration_of(file.models[m], common, common.scores[m]));
      of["decision_curve"].push_back(decision_of(file.models[m], common, common.scores[m], config.decision_thresholds));
    }
    const auto events = std::count(common.outcomes.begin(), common.outcomes.end(), 1), others = std::ssize(common.outcomes) - events;
    for (std::size_t i = 0; i < file.models.size() && events > 1 && others > 1; ++i)
      for (std::size_t j = 0; j < i; ++j) of["pairs"].push_back(pair_of(file, common, i, j, config));
    result["cohorts"].push_back(std::move(of));
  }
  return result;
}

}  // namespace radiopath::training
