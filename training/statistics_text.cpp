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
  return text + "\ndAUC: DeLong's paired test. NRI: continuous, events and non-events apart.\n" + note(kDelongNested) + note(kNriWarning);
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
    text += "\n";
  }
  if (text.empty()) return "Decision curves: no model's scores are probabilities (0 to 1) in any cohort\n";
  return text + "\nPositive when p >= t; treating nobody is 0.\n";
}

}  // namespace radiopath::training
