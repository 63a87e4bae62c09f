#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "training/results.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json share(const Proportion& p) {
  return {{"value", number(p.value)}, {"lower", number(p.interval.lower)}, {"upper", number(p.interval.upper)}};
}

Json json_of(const OperatingPoint& point) {
  return {{"model", point.model},       {"rule", point.rule},     {"threshold", number(point.threshold)},
          {"patients", point.patients}, {"events", point.events}, {"note", point.note}};
}

Json json_of(const Figures& f) {
  const ThresholdMetrics& t = f.at_threshold;
  return {{"model", f.model},
          {"subset", name_of(f.subset)},
          {"population", name_of(f.population)},
          {"patients", f.patients},
          {"events", f.events},
          {"auc",
           {{"value", number(f.auc.auc)},
            {"lower", number(f.auc.interval.lower)},
            {"upper", number(f.auc.interval.upper)},
            {"standard_error", number(f.auc.standard_error)}}},
          {"threshold", number(t.threshold)},
          {"tp", t.tp},
          {"fp", t.fp},
          {"tn", t.tn},
          {"fn", t.fn},
          {"accuracy", share(t.accuracy)},
          {"sensitivity", share(t.sensitivity)},
          {"specificity", share(t.specificity)},
          {"ppv", share(t.ppv)},
          {"npv", share(t.npv)},
          {"brier", number(f.brier)},
          {"mean_score", number(f.mean_score)},
          {"reachable_auc", number(f.reachable)},
          {"reachable_z", number(f.reachable_z)},
          {"note", f.note}};
}

Json json_of(const Pair& pair) {
  return {{"model", pair.model},
          {"against", pair.against},
          {"auc_difference", number(pair.auc.difference)},
          {"auc_standard_error", number(pair.auc.standard_error)},
          {"auc_lower", number(pair.auc.interval.lower)},
          {"auc_upper", number(pair.auc.interval.upper)},
          {"delong_z", number(pair.auc.z)},
          {"delong_p", number(pair.auc.p)},
          {"idi", number(pair.idi.value)},
          {"idi_standard_error", number(pair.idi.standard_error)},
          {"idi_lower", number(pair.idi.interval.lower)},
          {"idi_upper", number(pair.idi.interval.upper)},
          {"idi_z", number(pair.idi.z)},
          {"idi_p", number(pair.idi.p)},
          {"idi_events", number(pair.idi.events)},
          {"idi_non_events", number(pair.idi.non_events)},
          {"idi_events_standard_error", number(pair.idi.standard_error_events)},
          {"idi_non_events_standard_error", number(pair.idi.standard_error_non_events)}};
}

Json json_of(const Comparison& comparison) {
  Json pairs = Json::array();
  for (const Pair& pair : comparison.pairs) pairs.push_back(json_of(pair));
  return {{"subset", name_of(comparison.subset)},
          {"patients", comparison.patients},
          {"events", comparison.events},
          {"note", comparison.note},
          {"pairs", pairs}};
}

template <class Items>
Json array_of(const Items& items) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(json_of(item));
  return array;
}

double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

Interval interval(const Json& json) { return {number(json.at("lower")), number(json.at("upper"))}; }

Proportion share(const Json& json, int count, int total) {
  return {number(json.at("value")), interval(json), count, total};
}

Subset subset_named(const std::string& name) {
  for (const Subset subset :
       {Subset::train_in_sample, Subset::train_out_of_fold, Subset::validation, Subset::test, Subset::pooled})
    if (name_of(subset) == name) return subset;
  throw InputError("unknown subset '" + name + "'");
}

OperatingPoint threshold_from(const Json& json) {
  return {json.at("model"),    json.at("rule"),   number(json.at("threshold")),
          json.at("patients"), json.at("events"), json.at("note")};
}

Figures figures_from(const Json& json) {
  Figures f;
  f.model = json.at("model");
  f.subset = subset_named(json.at("subset"));
  f.population = json.at("population") == "own" ? Population::own : Population::common;
  f.patients = json.at("patients");
  f.events = json.at("events");
  const Json& auc = json.at("auc");
  f.auc = {number(auc.at("value")), number(auc.at("standard_error")), interval(auc), f.events, f.patients - f.events};
  ThresholdMetrics& t = f.at_threshold;
  t.threshold = number(json.at("threshold"));
  t.tp = json.at("tp"), t.fp = json.at("fp"), t.tn = json.at("tn"), t.fn = json.at("fn");
  t.accuracy = share(json.at("accuracy"), t.tp + t.tn, t.tp + t.fp + t.tn + t.fn);
  t.sensitivity = share(json.at("sensitivity"), t.tp, t.tp + t.fn);
  t.specificity = share(json.at("specificity"), t.tn, t.tn + t.fp);
  t.ppv = share(json.at("ppv"), t.tp, t.tp + t.fp);
  t.npv = share(json.at("npv"), t.tn, t.tn + t.fn);
  f.brier = number(json.at("brier"));
  f.mean_score = number(json.at("mean_score"));
  f.reachable = number(json.at("reachable_auc"));
  f.reachable_z = number(json.at("reachable_z"));
  f.note = json.at("note");
  return f;
}

Pair pair_from(const Json& json) {
  Pair pair{json.at("model"), json.at("against"), {}, {}};
  pair.auc.difference = number(json.at("auc_difference"));
  pair.auc.standard_error = number(json.at("auc_standard_error"));
  pair.auc.interval = {number(json.at("auc_lower")), number(json.at("auc_upper"))};
  pair.auc.z = number(json.at("delong_z"));
  pair.auc.p = number(json.at("delong_p"));
  pair.idi.value = number(json.at("idi"));
  pair.idi.standard_error = number(json.at("idi_standard_error"));
  pair.idi.interval = {number(json.at("idi_lower")), number(json.at("idi_upper"))};
  pair.idi.z = number(json.at("idi_z"));
  pair.idi.p = number(json.at("idi_p"));
  pair.idi.events = number(json.at("idi_events"));
  pair.idi.non_events = number(json.at("idi_non_events"));
  pair.idi.standard_error_events = number(json.at("idi_events_standard_error"));
  pair.idi.standard_error_non_events = number(json.at("idi_non_events_standard_error"));
  return pair;
}

Comparison comparison_from(const Json& json) {
  Comparison comparison{subset_named(json.at("subset")), json.at("patients"), json.at("events"), {}, json.at("note")};
  for (const Json& pair : json.at("pairs")) comparison.pairs.push_back(pair_from(pair));
  return comparison;
}

}  // namespace

void write_results(const std::filesystem::path& file, const Results& results) {
  const Json json = {{"schema", 1},
                     {"not_for_clinical_use", true},
                     {"models", results.models},
                     {"headline", results.headline},
                     {"comparator", results.comparator},
                     {"thresholds", array_of(results.thresholds)},
                     {"figures", array_of(results.figures)},
                     {"comparisons", array_of(results.comparisons)}};
  write_text(file, json.dump(1) + "\n");
}

Results read_results(const std::filesystem::path& file) try {
  const Json json = Json::parse(read_text(file));
  Results results;
  results.models = json.at("models").get<std::vector<std::string>>();
  results.headline = json.at("headline");
  results.comparator = json.at("comparator");
  for (const Json& item : json.at("thresholds")) results.thresholds.push_back(threshold_from(item));
  for (const Json& item : json.at("figures")) results.figures.push_back(figures_from(item));
  for (const Json& item : json.at("comparisons")) results.comparisons.push_back(comparison_from(item));
  return results;
} catch (const Json::exception& error) {
  throw InputError(file.string() + ": not a results.json of this version: " + error.what());
}

}  // namespace radiopath::training
