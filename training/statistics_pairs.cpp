#include "training/statistics_pairs.h"

#include <algorithm>
#include <cmath>

#include "core/bootstrap.h"
#include "core/contingency.h"
#include "core/decision_curve.h"
#include "core/reclassification.h"
#include "core/roc.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

Json improvement_json(const Improvement& i) {
  return {{"value", finite(i.value)}, {"standard_error", finite(i.standard_error)}, {"lower",
      finite(i.interval.lower)}, {"upper", finite(i.interval.upper)},
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

/// Cuts of the categorical NRI: those asked for, or the threshold that both models keep.
std::vector<double> cuts_of(const PairedScores& pair, const CompareConfig& config) {
  if (!config.cuts.empty()) return config.cuts;
  if (pair.at == pair.at_against && pair.at > 0 && pair.at < 1) return {pair.at};
  return {};
}

double class_of(const std::vector<double>& cuts, double risk) {
  return double(std::upper_bound(cuts.begin(), cuts.end(), risk) - cuts.begin());
}

/// A figure's values per patient: its sum is their mean among events plus that among non-events.
struct Contributions {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;

  /// The whole figure and its two parts.
  void add(const std::string& name, const std::vector<double>& change, const std::vector<int>& outcomes) {
    for (const char* part : {"", "_events", "_non_events"}) {
      names.push_back(name + part), values.emplace_back();
      for (std::size_t i = 0; i < change.size(); ++i) {
        const bool event = outcomes[i] == 1, counts = *part == 0 || (std::string_view(part) == "_events") == event;
        values.back().push_back(!counts ? 0 : event ? change[i] : -change[i]);
      }
    }
  }
};

Json bootstrap_of(const ScoredCohort& cohort, const PairedScores& pair, const CompareConfig& config) {
  const std::string stream = "pair/" + cohort.name + "/" + pair.model + "/" + pair.against;
  const auto json = [](const BootstrapIntervals& b) {
    return Json{{"lower", finite(b.type7.lower)}, {"upper", finite(b.type7.upper)}, {"bca", interval_json(b.bca)}};
  };
  Json result = {{"resamples", config.bootstrap.resamples},
                 {"auc_difference", json(bootstrap_auc_difference(config.bootstrap, stream, cohort.outcomes, pair.first,
                                                                  pair.second))}};
  if (!pair.probabilities) return result;
  const std::vector<double> cuts = cuts_of(pair, config);
  std::vector<double> rise, up, steps;
  for (std::size_t i = 0; i < cohort.outcomes.size(); ++i) {
    const double from = pair.first[i], to = pair.second[i], step = class_of(cuts, to) - class_of(cuts, from);
    rise.push_back(to - from), up.push_back((to > from) - (to < from)), steps.push_back((step > 0) - (step < 0));
  }
  Contributions figures;
  figures.add("idi", rise, cohort.outcomes), figures.add("continuous_nri", up, cohort.outcomes);
  if (!cuts.empty()) figures.add("categorical_nri", steps, cohort.outcomes);
  const auto intervals = bootstrap_means(config.bootstrap, stream, cohort.outcomes, figures.values);
  for (std::size_t f = 0; f < intervals.size(); ++f) result[figures.names[f]] = json(intervals[f]);
  return result;
}

/// IDI and NRI of probabilities, else nulls.
void add_reclassification(Json& json, const ScoredCohort& cohort, const PairedScores& pair,
                          const CompareConfig& config) {
  const Improvement change = idi(pair.first, pair.second, cohort.outcomes);
  const auto known = [&](double value) { return pair.probabilities ? finite(value) : Json(); };
  json["idi"] = known(change.value), json["idi_standard_error"] = known(change.standard_error);
  json["idi_lower"] = known(change.interval.lower), json["idi_upper"] = known(change.interval.upper);
  json["idi_z"] = known(change.z), json["idi_p"] = known(change.p);
  json["idi_events"] = known(change.events), json["idi_non_events"] = known(change.non_events);
  json["idi_events_standard_error"] = known(change.standard_error_events);
  json["idi_non_events_standard_error"] = known(change.standard_error_non_events);
  json["continuous_nri"] = nullptr;
  if (!pair.probabilities) return;
  json["continuous_nri"] = improvement_json(continuous_nri(pair.first, pair.second, cohort.outcomes));
  if (const std::vector<double> cuts = cuts_of(pair, config); !cuts.empty())
    json["categorical_nri"] = categorical_of(cohort, pair.first, pair.second, cuts);
  json["net_benefit_difference"] = benefit_of(cohort, pair.first, pair.second, config.decision_thresholds);
}

}  // namespace

Json interval_json(const Interval& interval) {
  return {{"lower", finite(interval.lower)}, {"upper", finite(interval.upper)}};
}

Json pair_of(const ScoredCohort& cohort, const PairedScores& pair, const CompareConfig& config) {
  const DelongTest test = delong_test(pair.second, pair.first, cohort.outcomes);
  Json json = {{"model", pair.model},
               {"against", pair.against},
               {"auc_difference", finite(test.difference)},
               {"auc_standard_error", finite(test.standard_error)},
               {"auc_lower", finite(test.interval.lower)},
               {"auc_upper", finite(test.interval.upper)},
               {"delong_z", finite(test.z)},
               {"delong_p", finite(test.p)}};
  add_reclassification(json, cohort, pair, config);
  if (!std::isnan(pair.at) && !std::isnan(pair.at_against)) {
    const auto calls = [&](int only) {
      return mcnemar_of(cohort, pair.second, pair.at, pair.first, pair.at_against, only);
    };
    json["mcnemar"] = calls(-1);
    json["mcnemar"]["events"] = calls(1), json["mcnemar"]["non_events"] = calls(0);
  }
  if (config.bootstrap.resamples > 0) json["bootstrap"] = bootstrap_of(cohort, pair, config);
  return json;
}

Json between_cohorts(const ScoredFile& file) {
  Json tests = Json::array();
  for (std::size_t m = 0; m < file.models.size(); ++m)
    for (std::size_t i = 0; i < file.cohorts.size(); ++i)
      for (std::size_t j = 0; j < i; ++j) {
        if (file.overlapping.contains(file.cohorts[i].name) ||
            file.overlapping.contains(file.cohorts[j].name)) continue;
        const auto auc_in = [&](const ScoredCohort& all) {
          const ScoredCohort own = scored_by_all(all, {m});
          return auc_delong(own.scores[m], own.outcomes);
        };
        const UnpairedAucTest test = delong_test_unpaired(auc_in(file.cohorts[i]), auc_in(file.cohorts[j]));
        tests.push_back({{"model", file.models[m]},
                         {"cohort", file.cohorts[i].name},
                         {"against", file.cohorts[j].name},
                         {"auc_difference", finite(test.difference)},
                         {"t", finite(test.t)},
                         {"df", finite(test.degrees_of_freedom)},
                         {"p", finite(test.p)}});
      }
  return tests;
}

}  // namespace radiopath::training
