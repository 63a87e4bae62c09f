#include "training/results.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "core/files.h"
#include "training/html.h"

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
          {"auc_lower", number(pair.auc.interval.lower)},
          {"auc_upper", number(pair.auc.interval.upper)},
          {"delong_z", number(pair.auc.z)},
          {"delong_p", number(pair.auc.p)},
          {"idi", number(pair.idi.value)},
          {"idi_lower", number(pair.idi.interval.lower)},
          {"idi_upper", number(pair.idi.interval.upper)},
          {"idi_z", number(pair.idi.z)},
          {"idi_p", number(pair.idi.p)},
          {"idi_events", number(pair.idi.events)},
          {"idi_non_events", number(pair.idi.non_events)}};
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

}  // namespace

std::string_view name_of(Subset subset) {
  switch (subset) {
    case Subset::train_in_sample: return "train_in_sample";
    case Subset::train_out_of_fold: return "train_out_of_fold";
    case Subset::validation: return "validation";
    case Subset::test: return "test";
    case Subset::pooled: return "pooled";
  }
  throw std::logic_error("unknown subset");
}

std::string_view title_of(Subset subset) {
  switch (subset) {
    case Subset::train_in_sample: return "Training, in-sample";
    case Subset::train_out_of_fold: return "Training, out-of-fold";
    case Subset::validation: return "Internal validation";
    case Subset::test: return "External test";
    case Subset::pooled: return "Pooled, never in-sample";
  }
  throw std::logic_error("unknown subset");
}

std::string_view name_of(Population population) { return population == Population::own ? "own" : "common"; }

const Figures* Results::find(std::string_view model, Subset subset, Population population) const {
  for (const Figures& f : figures)
    if (f.model == model && f.subset == subset && f.population == population) return &f;
  return nullptr;
}

const Pair* Results::find_pair(std::string_view model, std::string_view against, Subset subset) const {
  for (const Comparison& comparison : comparisons)
    if (comparison.subset == subset)
      for (const Pair& pair : comparison.pairs)
        if (pair.model == model && pair.against == against) return &pair;
  return nullptr;
}

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

namespace {

constexpr int kNameWidth = 18;

std::string cut(const std::string& name) {
  return name.size() <= kNameWidth ? name : name.substr(0, kNameWidth - 1) + "~";
}

/// Bytes and columns differ for the dashes, so that padding by hand is needed.
std::string padded(const std::string& text, std::size_t width) {
  std::size_t columns = 0;
  for (const char c : text) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return std::string(width > columns ? width - columns : 0, ' ') + text;
}

std::string table_row(const Figures& f, bool with_reachable) {
  const auto& t = f.at_threshold;
  std::string row = fmt::format("  {:<{}}", cut(f.model), kNameWidth);
  row += padded(format_interval(f.auc.auc, f.auc.interval.lower, f.auc.interval.upper), 21);
  row += padded(format_fixed(t.sensitivity.value, 2), 7) + padded(format_fixed(t.specificity.value, 2), 6);
  row += padded(format_fixed(t.accuracy.value, 2), 6) + padded(format_fixed(f.brier), 7);
  if (with_reachable) row += padded(format_signed(f.reachable_z, 1), 7);
  return row + "\n";
}

/// Model name, padded as the rows are.
std::string table_head(bool with_reachable) {
  std::string head = fmt::format("  {:<{}}", "model", kNameWidth);
  head += padded("AUC [95 % CI]", 21) + padded("sens", 7) + padded("spec", 6) + padded("acc", 6) + padded("Brier", 7);
  if (with_reachable) head += padded("z", 7);
  return head + "\n";
}

std::string subset_block(const Results& results, Subset subset, bool with_reachable) {
  std::string block;
  for (const std::string& model : results.models) {
    const Figures* f = results.find(model, subset, Population::common);
    if (f == nullptr) continue;
    if (block.empty()) {
      block = fmt::format("{}: {} patients, {} events", title_of(subset), f->patients, f->events);
      if (!std::isnan(f->reachable)) block += fmt::format("; best reachable AUC {}", format_fixed(f->reachable));
      block += f->note.empty() ? "\n" : fmt::format("\n  ({})\n", f->note);
      if (f->patients == 0) return block;
    }
    block += table_row(*f, with_reachable);
  }
  return block;
}

}  // namespace

std::string comparison_table(const Results& results) {
  bool with_reachable = false;
  for (const Figures& f : results.figures) with_reachable |= !std::isnan(f.reachable);
  std::string text = "Patients that all models score; thresholds from out-of-fold training scores\n";
  text += table_head(with_reachable);
  for (const Subset subset : {Subset::train_in_sample, Subset::train_out_of_fold, Subset::validation, Subset::test,
                              Subset::pooled})
    text += subset_block(results, subset, with_reachable);
  if (with_reachable) text += "z: (best reachable AUC - reached AUC) / standard error of the reached one\n";
  return text + "Research use only: not for clinical use.\n";
}

}  // namespace radiopath::training
