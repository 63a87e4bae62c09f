#include "training/statistics_compare.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/calibration.h"
#include "core/decision_curve.h"
#include "core/error.h"
#include "core/operating_point.h"
#include "core/roc.h"
#include "core/table.h"
#include "training/evaluation.h"
#include "training/statistics_pairs.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

Json share(const Proportion& p) {
  const Interval exact = clopper_pearson(p.count, p.total);
  return {{"value", finite(p.value)}, {"lower", finite(p.interval.lower)}, {"upper", finite(p.interval.upper)},
          {"exact_lower", finite(exact.lower)}, {"exact_upper", finite(exact.upper)}};
}

/// Indices of the models that score somebody there.
std::vector<std::size_t> scoring(const ScoredCohort& cohort) {
  std::vector<std::size_t> models;
  for (std::size_t m = 0; m < cohort.scores.size(); ++m)
    if (std::ranges::any_of(cohort.scores[m], [](double s) { return !std::isnan(s); })) models.push_back(m);
  return models;
}

std::string note_on(const AucDelong& auc) {
  const int patients = auc.events + auc.non_events;
  if (patients == 0) return "no patients";
  if (auc.events == 0) return "no events";
  if (auc.non_events == 0) return "no patients without the event";
  if (std::isnan(auc.standard_error)) return "fewer than two patients of a class: no interval";
  return width_note(auc);
}

/// Lowest and highest score of a model, in all cohorts.
struct Range {
  double lowest = INFINITY, highest = -INFINITY;
  bool probabilities() const { return lowest >= 0 && highest <= 1; }
};
Range range_of(const ScoredFile& file, std::size_t model) {
  Range range;
  for (const ScoredCohort& cohort : file.cohorts)
    for (const double s : cohort.scores[model])
      if (!std::isnan(s)) range.lowest = std::min(range.lowest, s), range.highest = std::max(range.highest, s);
  return range;
}

Json ratio_json(const DiagnosticRatios::Ratio& ratio) {
  return {{"value", finite(ratio.value)}, {"lower", finite(ratio.interval.lower)}, {"upper",
      finite(ratio.interval.upper)}};
}

void add_calls(Json& f, const std::vector<double>& scores, const std::vector<int>& outcomes, double threshold) {
  const ThresholdMetrics t = threshold_metrics(scores, outcomes, threshold);
  f["tp"] = t.tp, f["fp"] = t.fp, f["tn"] = t.tn, f["fn"] = t.fn;
  f["accuracy"] = share(t.accuracy), f["sensitivity"] = share(t.sensitivity), f["specificity"] = share(t.specificity);
  f["ppv"] = share(t.ppv), f["npv"] = share(t.npv);
  const DiagnosticRatios ratios = diagnostic_ratios(t);
  f["likelihood_ratio_positive"] = ratio_json(ratios.positive_likelihood);
  f["likelihood_ratio_negative"] = ratio_json(ratios.negative_likelihood);
  f["diagnostic_odds_ratio"] = ratio_json(ratios.diagnostic_odds), f["youden"] = ratio_json(ratios.youden);
  f["kappa"] = finite(ratios.kappa);
}

Json figures_of(const std::string& model, const ScoredCohort& cohort, const std::vector<double>& scores, const char* population,
                double threshold, bool probabilities, const BootstrapConfig& config) {
  const AucDelong auc = auc_delong(scores, cohort.outcomes);
  Json f = {{"model", model}, {"cohort", cohort.name}, {"population", population}, {"patients", cohort.outcomes.size()}, {"events", auc.events},
            {"auc", {{"value", finite(auc.auc)}, {"lower", finite(auc.interval.lower)}, {"upper", finite(auc.interval.upper)}, {"standard_error", finite(auc.standard_error)}}},
            {"hanley_mcneil_error", finite(hanley_mcneil_error(auc.auc, auc.events, auc.non_events))},
            {"average_precision", auc.events > 0 && auc.non_events > 0 ? finite(average_precision(scores,
                cohort.outcomes)) : Json()}};
  if (const Interval exact = separated_auc_interval(auc); !std::isnan(exact.lower)) f["auc_exact"] = interval_json(exact);
  if (auc.events > 0 && auc.non_events > 0) {
    const PartialAuc partial = partial_auc(scores, cohort.outcomes, RocAxis::specificity, 0.9, 1);
    f["partial_auc_specificity_90"] = {{"area", finite(partial.area)}, {"corrected", finite(partial.corrected)}};
    if (config.resamples > 0) {
      const BootstrapIntervals b = bootstrap_auc(config, "auc/" + cohort.name + "/" + model, cohort.outcomes, scores);
      f["auc_bootstrap"] = {{"percentile", interval_json(b.type7)}, {"bca", interval_json(b.bca)}, {"resamples",
          config.resamples}};
    }
  }
  f["threshold"] = finite(threshold);
  if (!std::isnan(threshold)) add_calls(f, scores, cohort.outcomes, threshold);
  f["brier"] = probabilities ? finite(brier_score(scores, cohort.outcomes)) : Json();
  f["mean_score"] = finite(scores.empty() ? NAN : std::accumulate(scores.begin(), scores.end(), 0.0) / double(scores.size()));
  f["note"] = note_on(auc);
  return f;
}

Json calibration_of(const std::string& model, const ScoredCohort& cohort, const std::vector<double>& scores) {
  const CalibrationFigures f = calibration(scores, cohort.outcomes);
  const bool both = f.events > 0 && f.events < f.patients;
  const HosmerLemeshow hl = both ? hosmer_lemeshow(scores, cohort.outcomes) : HosmerLemeshow{NAN, NAN, NAN, {}};
  Json bins = Json::array();
  for (const CalibrationBin& bin : calibration_bins(scores, cohort.outcomes, 10, Bins::quantile))
    bins.push_back({{"mean_probability", bin.mean_probability}, {"event_share", bin.event_share}, {"patients",
        bin.patients}});
  return {{"model", model}, {"patients", f.patients}, {"events", f.events}, {"slope", finite(f.slope.slope)}, {"slope_error", finite(f.slope.slope_error)},
          {"intercept", finite(f.slope.intercept)}, {"intercept_error", finite(f.slope.intercept_error)},
              {"in_the_large", finite(f.in_the_large.intercept)}, {"in_the_large_error",
              finite(f.in_the_large.intercept_error)},
          {"left_out", f.slope.left_out}, {"brier", finite(f.brier.brier)}, {"brier_scaled", finite(f.brier.scaled)},
          {"reliability", finite(f.brier.reliability)}, {"resolution", finite(f.brier.resolution)}, {"uncertainty", finite(f.brier.uncertainty)},
          {"within", finite(f.brier.within)}, {"brier_groups", f.brier.groups}, {"brier_grouping",
              "ten quantile bins, ties together"},
          {"ici", finite(f.average)}, {"e90", finite(f.ninetieth)}, {"emax", finite(f.largest)}, {"ece", finite(f.expected_error)},
          {"observed_expected", finite(f.observed_expected)}, {"spiegelhalter_z",
              both ? finite(f.spiegelhalter.z) : Json()}, {"spiegelhalter_p",
              both ? finite(f.spiegelhalter.p) : Json()},
          {"hosmer_lemeshow", {{"chi_squared", finite(hl.chi_squared)}, {"df", finite(hl.degrees_of_freedom)}, {"p", finite(hl.p)}, {"groups", hl.groups.size()}}},
          {"bins", bins}, {"curve", {{"probability", f.curve.x}, {"lowess", f.curve.y}}}};
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

/// Everything of one cohort. Models that score nobody in it do not take its patients away from the others.
Json cohort_of(const ScoredFile& file, const ScoredCohort& cohort, const std::vector<bool>& probabilities,
               const CompareConfig& config) {
  const std::vector<std::size_t> models = scoring(cohort);
  const ScoredCohort nobody{cohort.name, {}, std::vector<std::vector<double>>(file.models.size())};
  const ScoredCohort common = models.empty() ? nobody : scored_by_all(cohort, models);
  const auto events = std::ranges::count(common.outcomes, 1), others = std::ssize(common.outcomes) - events;
  Json of = {{"cohort", cohort.name},
             {"patients", common.outcomes.size()},
             {"events", events},
             {"rows_with_gaps", cohort.outcomes.size() - common.outcomes.size()}};
  for (const char* part : {"without_scores", "figures", "pairs", "calibration", "decision_curve"})
    of[part] = Json::array();
  const auto add_figures = [&](const ScoredCohort& patients, std::size_t m, const char* population) {
    of["figures"].push_back(figures_of(file.models[m], patients, patients.scores[m], population, file.thresholds[m],
                                       probabilities[m], config.bootstrap));
  };
  for (std::size_t m = 0; m < file.models.size(); ++m) add_figures(scored_by_all(cohort, {m}), m, "own");
  for (std::size_t m = 0; m < file.models.size(); ++m) {
    const bool scores = std::ranges::find(models, m) != models.end();
    if (!scores) of["without_scores"].push_back(file.models[m]);
    add_figures(scores ? common : nobody, m, "common");
    if (!scores || common.outcomes.empty() || !probabilities[m]) continue;
    of["calibration"].push_back(calibration_of(file.models[m], common, common.scores[m]));
    of["decision_curve"].push_back(
        decision_of(file.models[m], common, common.scores[m], config.decision_thresholds));
  }
  for (const std::size_t i : models)
    for (const std::size_t j : models) {
      if (j >= i || events < 2 || others < 2) continue;
      const PairedScores pair{file.models[i],     file.models[j],     common.scores[i],
                              common.scores[j],   file.thresholds[i], file.thresholds[j],
                              probabilities[i] && probabilities[j]};
      of["pairs"].push_back(pair_of(common, pair, config));
    }
  return of;
}

}  // namespace

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json compare_scores(const ScoredFile& file, const CompareConfig& config) {
  for (std::size_t c = 0; c < config.cuts.size(); ++c) {
    if (!(config.cuts[c] > (c == 0 ? 0 : config.cuts[c - 1]) && config.cuts[c] < 1))
      throw InputError("--cuts must ascend inside (0, 1); found " + format_double(config.cuts[c]) +
                       (c == 0 ? "" : " after " + format_double(config.cuts[c - 1])));
  }
  std::vector<bool> probabilities;
  Json others = Json::array();
  for (std::size_t m = 0; m < file.models.size(); ++m) {
    const Range range = range_of(file, m);
    probabilities.push_back(range.probabilities());
    if (range.lowest <= range.highest && !range.probabilities())
      others.push_back({{"model", file.models[m]}, {"lowest", finite(range.lowest)}, {"highest",
          finite(range.highest)}});
  }
  Json result = {{"schema", 1},
                 {"not_for_clinical_use", true},
                 {"models", file.models},
                 {"threshold_rule", file.threshold_rule},
                 {"threshold_cohort", file.threshold_cohort},
                 {"resamples", config.bootstrap.resamples},
                 {"no_probabilities", others},
                 {"cohorts", Json::array()}};
  for (const ScoredCohort& cohort : file.cohorts)
    result["cohorts"].push_back(cohort_of(file, cohort, probabilities, config));
  result["between_cohorts"] = between_cohorts(file);
  return result;
}

}  // namespace radiopath::training
