#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/reclassification.h"
#include "training/statistics_compare.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

std::string fixed(const Json& value, int digits = 3) { return value.is_number() ? fmt::format("{:.{}f}", value.get<double>(), digits) : "–"; }

std::string p_text(const Json& value) {
  if (!value.is_number()) return "–";
  return value.get<double>() < 0.001 ? "<0.001" : fixed(value);
}

std::string name_text(const Json& name) {
  const auto text = name.get<std::string>();
  return text.size() > 14 ? text.substr(0, 13) + "." : text;
}

std::string heading(const Json& cohort) { return fmt::format("\n{}: {} patients, {} events\n", cohort["cohort"].get<std::string>(), cohort["patients"].get<int>(), cohort["events"].get<int>()); }

/// At most 80 columns, broken at blanks, further lines indented.
std::string note(std::string_view words) {
  std::string text = "-";
  for (std::size_t at = 0, column = 1; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    if (column + 1 + end - at > 80) text += "\n ", column = 1;
    text += " " + std::string(words.substr(at, end - at)), column += 1 + end - at, at = end + 1;
  }
  return text + "\n";
}

/// Calls at the thresholds and moves between classes of risk.
std::string classes_text(const Json& comparison) {
  std::string text;
  std::size_t cuts = 0;
  for (const Json& cohort : comparison["cohorts"]) {
    if (cohort["pairs"].empty()) continue;
    text += heading(cohort) + fmt::format("  {:<14} {:<14} {:>6} {:>6} {:>7} {:>8} {:>8} {:>8}\n", "model", "against",
                                          "right", "wrong", "P", "cat NRI", "events", "others");
    for (const Json& pair : cohort["pairs"]) {
      const Json none;
      const Json& calls = pair.contains("mcnemar") ? pair["mcnemar"] : none;
      const Json& nri = pair.contains("categorical_nri") ? pair["categorical_nri"] : none;
      if (nri.is_object()) cuts = std::max(cuts, nri["cuts"].size());
      const auto of = [](const Json& from, const char* key) { return from.is_object() ? from[key] : Json(); };
      text += fmt::format("  {:<14} {:<14} {:>6} {:>6} {:>7} {:>8} {:>8} {:>8}\n", name_text(pair["model"]),
                          name_text(pair["against"]), fixed(of(calls, "only_model_right"), 0),
                          fixed(of(calls, "only_against_right"), 0), p_text(of(calls, "p_exact")),
                          fixed(of(nri, "value")), fixed(of(nri, "events")), fixed(of(nri, "non_events")));
    }
  }
  text +=
      "\nright, wrong: patients that only the model, only the other calls rightly at the\nthresholds; P: McNemar's, "
      "exact.\n";
  return cuts > 1 ? text + note(kNriManyClasses) : text;
}

/// Model minus against at each threshold; a star where the interval leaves out 0.
std::string benefit_text(const Json& cohort) {
  std::string text;
  for (const Json& pair : cohort["pairs"]) {
    if (!pair.contains("net_benefit_difference")) continue;
    text += fmt::format("\n  {:<14}", name_text(pair["model"]));
    for (const Json& d : pair["net_benefit_difference"]) {
      const bool apart = d["lower"].is_number() && d["lower"].get<double>() * d["upper"].get<double>() > 0;
      text += fmt::format(" {:>6}", (d["value"].is_number() && d["value"].get<double>() > 0 ? "+" : "") +
                                        fixed(d["value"]) + (apart ? "*" : ""));
    }
    text += fmt::format("\n   - {:<11}", name_text(pair["against"]));
  }
  return text.empty() ? text : "\n  differences" + text;
}

}  // namespace

std::string roc_text(const Json& comparison) {
  std::string text = "Patients that all models score; thresholds: " + comparison["threshold_rule"].get<std::string>() + "\n";
  for (const Json& cohort : comparison["cohorts"]) {
    text += heading(cohort) + fmt::format("  {:<14} {:<19} {:>5} {:>6} {:>5} {:>5} {:>5} {:>5}\n", "model", "AUC (95% CI)", "AP", "cut", "sens", "spec", "PPV", "NPV");
    for (const Json& f : cohort["figures"]) {
      if (f["population"] != "common") continue;
      const auto cell = [&](const char* key) { return f.contains(key) ? fixed(f[key]["value"]) : "–"; };
      text += fmt::format("  {:<14} {:<19} {:>5} {:>6} {:>5} {:>5} {:>5} {:>5}\n", name_text(f["model"]),
                          fmt::format("{} ({}-{})", fixed(f["auc"]["value"]), fixed(f["auc"]["lower"]), fixed(f["auc"]["upper"])), fixed(f["average_precision"]),
                          fixed(f["threshold"]), cell("sensitivity"), cell("specificity"), cell("ppv"), cell("npv"));
      if (f.contains("auc_bootstrap"))
        text += fmt::format("    bootstrap, percentile {}-{}, BCa {}-{}\n", fixed(f["auc_bootstrap"]["percentile"]["lower"]), fixed(f["auc_bootstrap"]["percentile"]["upper"]),
                            fixed(f["auc_bootstrap"]["bca"]["lower"]), fixed(f["auc_bootstrap"]["bca"]["upper"]));
      if (!f["note"].get<std::string>().empty()) text += "    " + f["note"].get<std::string>() + "\n";
    }
  }
  return text + "\nIntervals: DeLong's. AP: average precision.\nResearch use only: not for clinical use.\n";
}

std::string pairs_text(const Json& comparison) {
  std::string text;
  for (const Json& cohort : comparison["cohorts"]) {
    if (cohort["pairs"].empty()) continue;
    text += heading(cohort) + fmt::format("  {:<14} {:<14} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}\n", "model", "against", "dAUC", "P", "IDI", "P", "NRI ev", "NRI ne");
    for (const Json& pair : cohort["pairs"])
      text += fmt::format("  {:<14} {:<14} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}\n", name_text(pair["model"]), name_text(pair["against"]), fixed(pair["auc_difference"]),
                          p_text(pair["delong_p"]), fixed(pair["idi"]), p_text(pair["idi_p"]), fixed(pair["continuous_nri"]["events"]), fixed(pair["continuous_nri"]["non_events"]));
  }
  if (text.empty()) return text;
  text += "\ndAUC: DeLong's paired test. NRI: continuous, events and non-events apart.\n" + note(kDelongNested) +
          note(kNriWarning);
  return text + classes_text(comparison);
}

std::string calibration_text(const Json& comparison) {
  std::string text;
  for (const Json& cohort : comparison["cohorts"]) {
    if (cohort["calibration"].empty()) continue;
    text += heading(cohort) + fmt::format("  {:<14} {:>6} {:>8} {:>6} {:>7} {:>6} {:>6} {:>7} {:>7}\n", "model", "slope", "in large", "Brier", "scaled", "ICI", "ECE", "Spieg P", "HL P");
    for (const Json& f : cohort["calibration"])
      text += fmt::format("  {:<14} {:>6} {:>8} {:>6} {:>7} {:>6} {:>6} {:>7} {:>7}\n", name_text(f["model"]), fixed(f["slope"], 2), fixed(f["in_the_large"], 2), fixed(f["brier"]),
                          fixed(f["brier_scaled"]), fixed(f["ici"]), fixed(f["ece"]), p_text(f["spiegelhalter_p"]), p_text(f["hosmer_lemeshow"]["p"]));
  }
  if (text.empty()) return "Calibration: no model's scores are probabilities (0 to 1) in any cohort\n";
  return text + "\nin large: intercept at slope 1. ICI: mean |lowess - p|. ECE: ten bins.\nHL: ten groups, ties together.\n";
}

std::string decision_text(const Json& comparison) {
  std::string text;
  for (const Json& cohort : comparison["cohorts"]) {
    if (cohort["decision_curve"].empty()) continue;
    text += heading(cohort) + fmt::format("  {:<14}", "net benefit");
    for (const Json& point : cohort["decision_curve"][0]["points"]) text += fmt::format(" {:>6}", "t=" + fixed(point["threshold"], 2));
    std::string all = fmt::format("\n  {:<14}", "treat all");
    for (const Json& point : cohort["decision_curve"][0]["points"]) all += fmt::format(" {:>6}", fixed(point["treat_all"]));
    text += all;
    for (const Json& model : cohort["decision_curve"]) {
      text += fmt::format("\n  {:<14}", name_text(model["model"]));
      for (const Json& point : model["points"]) text += fmt::format(" {:>6}", fixed(point["net_benefit"]));
    }
    text += benefit_text(cohort) + "\n";
  }
  if (text.empty()) return "Decision curves: no model's scores are probabilities (0 to 1) in any cohort\n";
  return text +
         "\nPositive when p >= t; treating nobody is 0. *: the 95 % interval of a difference\nleaves out 0, not "
         "adjusted for their number.\n";
}

}  // namespace radiopath::training
