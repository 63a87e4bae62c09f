#include "training/results.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "training/html.h"

namespace radiopath::training {
std::string_view name_of(Subset subset) {
  switch (subset) {
    case Subset::train_in_sample:
      return "train_in_sample";
    case Subset::train_out_of_fold:
      return "train_out_of_fold";
    case Subset::validation:
      return "validation";
    case Subset::test:
      return "test";
    case Subset::pooled:
      return "pooled";
  }
  throw std::logic_error("unknown subset");
}

std::string_view title_of(Subset subset) {
  switch (subset) {
    case Subset::train_in_sample:
      return "Training, in-sample";
    case Subset::train_out_of_fold:
      return "Training, out-of-fold";
    case Subset::validation:
      return "Internal validation";
    case Subset::test:
      return "External test";
    case Subset::pooled:
      return "Pooled, never in-sample";
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
  if (with_reachable) row += padded(format_fixed(f.reachable), 6) + padded(format_signed(f.reachable_z, 1), 6);
  return row + "\n";
}

std::string table_head(bool with_reachable) {
  std::string head = fmt::format("  {:<{}}", "model", kNameWidth);
  head += padded("AUC [95 % CI]", 21) + padded("sens", 7) + padded("spec", 6) + padded("acc", 6) + padded("Brier", 7);
  if (with_reachable) head += padded("best", 6) + padded("z", 6);
  return head + "\n";
}

std::string subset_block(const Results& results, Subset subset, bool with_reachable) {
  std::string block;
  for (const std::string& model : results.models) {
    const Figures* f = results.find(model, subset, Population::common);
    if (f == nullptr) continue;
    if (block.empty()) {
      block = fmt::format("{}: {} patients, {} events", title_of(subset), f->patients, f->events);
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
  for (const Subset subset :
       {Subset::train_in_sample, Subset::train_out_of_fold, Subset::validation, Subset::test, Subset::pooled})
    text += subset_block(results, subset, with_reachable);
  if (with_reachable) text += "best: best reachable AUC of these sources; z: (best - AUC) / standard error\n";
  return text + "Research use only: not for clinical use.\n";
}

}  // namespace radiopath::training
