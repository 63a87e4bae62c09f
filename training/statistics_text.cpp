#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/reclassification.h"
#include "training/statistics_cells.h"
#include "training/statistics_compare.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

double value_of(const Json& value) { return value.is_number() ? value.get<double>() : NAN; }
std::string fixed(const Json& value, int digits = 3) { return text_of(value_of(value), digits); }
std::string p_text(const Json& value) { return training::p_text(value_of(value)); }
std::string name_text(const Json& name) { return clipped(name.get<std::string>(), 14); }
std::string note(std::string_view words) { return wrapped(words, "- "); }

/// So many decimals where they fit, else three digits.
std::string short_text(double value, int digits) {
  const bool fits = !std::isfinite(value) || std::abs(value) < (digits == 3 ? 9.9995 : 99.995);
  return fits ? text_of(value, digits) : fmt::format("{:.3g}", value);
}

/// A member, or null where there is none.
Json of(const Json& from, const char* key) { return from.is_object() && from.contains(key) ? from[key] : Json(); }

/// value -+ 1.96 errors.
std::string around(const Json& value, const Json& error) {
  const Interval i = normal_interval(value_of(value), value_of(error));
  return fmt::format("{} ({}, {})", short_text(value_of(value), 2), short_text(i.lower, 2), short_text(i.upper, 2));
}

std::string heading(const Json& cohort) {
  std::string text = fmt::format("\n{}: {} patients, {} events", clipped(cohort["cohort"].get<std::string>(), 24),
                                 cohort["patients"].get<int>(), cohort["events"].get<int>());
  if (const int gaps = cohort["rows_with_gaps"].get<int>(); gaps > 0)
    text += fmt::format(" ({} with gaps left out)", gaps);
  text += "\n";
  for (const Json& model : cohort["without_scores"])
    text += wrapped(model.get<std::string>() + " scores nobody here: left out", "  ");
  return text;
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
      const Json calls = of(pair, "mcnemar"), nri = of(pair, "categorical_nri");
      if (nri.is_object()) cuts = std::max(cuts, nri["cuts"].size());
      text += fmt::format("  {:<14} {:<14} {:>6} {:>6} {:>7} {:>8} {:>8} {:>8}\n", name_text(pair["model"]),
                          name_text(pair["against"]), fixed(of(calls, "only_model_right"), 0),
                          fixed(of(calls, "only_against_right"), 0), p_text(of(calls, "p_exact")),
                          fixed(of(nri, "value")), fixed(of(nri, "events")), fixed(of(nri, "non_events")));
    }
  }
  text += "\n" + wrapped(
      "right, wrong: patients that only the model, only the other calls rightly at the thresholds (positive: score > "
      "threshold); P: McNemar's, exact. cat NRI: a risk at a cut is in the upper class (>=).");
  return cuts > 1 ? text + note(kNriManyClasses) : text;
}

/// Bootstrap intervals of each pair, two figures a line.
std::string bootstrap_text(const Json& comparison) {
  struct Figure {
    const char *name, *key;
  };
  constexpr Figure kFigures[] = {{"dAUC", "auc_difference"},
                                 {"IDI", "idi"},
                                 {"IDI, events", "idi_events"},
                                 {"IDI, others", "idi_non_events"},
                                 {"NRI", "continuous_nri"},
                                 {"cat NRI", "categorical_nri"},
                                 {"NRI, events", "continuous_nri_events"},
                                 {"NRI, others", "continuous_nri_non_events"},
                                 {"cat, events", "categorical_nri_events"},
                                 {"cat, others", "categorical_nri_non_events"}};
  std::string text;
  for (const Json& cohort : comparison["cohorts"]) {
    for (const Json& pair : cohort["pairs"]) {
      text += fmt::format("\n{}: {} minus {}\n", clipped(cohort["cohort"].get<std::string>(), 24),
                          clipped(pair["model"].get<std::string>(), 20), clipped(pair["against"].get<std::string>(),
                              20));
      int column = 0;
      for (const auto& [name, key] : kFigures) {
        const Json limits = of(pair["bootstrap"], key);
        if (limits.is_null()) continue;
        text += fmt::format("{}{:<12}{:>7} to {:>6}", column == 0 ? "  " : "      ", name, fixed(limits["lower"]),
                            fixed(limits["upper"]));
        text += column == 1 ? "\n" : "";
        column = 1 - column;
      }
      text += column == 1 ? "\n" : "";
    }
  }
  if (text.empty()) return text;
  return fmt::format("\nBootstrap: {} resamples stratified by outcome, percentile limits (BCa: --json)\n",
                     comparison["resamples"].get<int>()) + text;
}

std::string between_text(const Json& comparison) {
  if (comparison["between_cohorts"].empty()) return "";
  std::string text = fmt::format("\nbetween cohorts\n  {:<14} {:<18} {:<18} {:>7} {:>7}\n", "model", "cohort",
      "against",
                                 "dAUC", "P");
  for (const Json& test : comparison["between_cohorts"])
    text += fmt::format("  {:<14} {:<18} {:<18} {:>7} {:>7}\n", name_text(test["model"]),
                        clipped(test["cohort"].get<std::string>(), 18), clipped(test["against"].get<std::string>(), 18),
                        fixed(test["auc_difference"]), p_text(test["p"]));
  return text + "DeLong's unpaired test, each model on all patients that it scores.\n";
}

/// Model minus against at thresholds first to last; a star where the interval leaves out 0.
std::string benefit_text(const Json& cohort, std::size_t first, std::size_t last) {
  std::string text;
  for (const Json& pair : cohort["pairs"]) {
    if (!pair.contains("net_benefit_difference")) continue;
    text += fmt::format("\n  {:<14}", name_text(pair["model"]));
    for (std::size_t t = first; t < last; ++t) {
      const Json& d = pair["net_benefit_difference"][t];
      const bool apart = d["lower"].is_number() && d["lower"].get<double>() * d["upper"].get<double>() > 0;
      text += fmt::format(" {:>7}", (value_of(d["value"]) > 0 ? "+" : "") + short_text(value_of(d["value"]), 3) +
          (apart ? "*" : ""));
    }
    text += fmt::format("\n   - {:<11}", clipped(pair["against"].get<std::string>(), 11));
  }
  return text.empty() ? text : "\n  differences" + text;
}

/// Likelihood ratios and kappa of the calls at the thresholds.
std::string ratios_text(const Json& cohort) {
  const auto ratio = [](const Json& r) {
    const auto part = [&](const char* key) { return short_text(value_of(of(r, key)), 2); };
    return fmt::format("{} ({}, {})", part("value"), part("lower"), part("upper"));
  };
  std::string text = fmt::format("  {:<14} {:<24} {:<24} {:>6}\n", "at the cut", "LR+ (95% CI)", "LR- (95% CI)",
      "kappa");
  for (const Json& f : cohort["figures"]) {
    if (f["population"] != "common" || !f.contains("kappa")) continue;
    text += fmt::format("  {:<14} {:<24} {:<24} {:>6}\n", name_text(f["model"]),
                        ratio(f["likelihood_ratio_positive"]), ratio(f["likelihood_ratio_negative"]),
                            fixed(f["kappa"]));
  }
  return text;
}

std::string calibration_rows(const Json& cohort) {
  std::string text = heading(cohort) + fmt::format("  {:<14} {:<21} {:<21} {:>6} {:>7}\n", "model", "slope (95% CI)",
                                                   "in the large (95% CI)", "Brier", "scaled");
  for (const Json& f : cohort["calibration"]) {
    const Json& hl = f["hosmer_lemeshow"];
    text += fmt::format("  {:<14} {:<21} {:<21} {:>6} {:>7}\n", name_text(f["model"]),
                        around(f["slope"], f["slope_error"]), around(f["in_the_large"], f["in_the_large_error"]),
                        fixed(f["brier"]), fixed(f["brier_scaled"]));
    text += fmt::format("    intercept {}, ICI {}, ECE {}, O/E {}\n", around(f["intercept"], f["intercept_error"]),
                        fixed(f["ici"]), fixed(f["ece"]), fixed(f["observed_expected"], 2));
    text += fmt::format("    Brier: reliability {}, resolution {}, uncertainty {}, within {}\n",
                        fixed(f["reliability"]), fixed(f["resolution"]), fixed(f["uncertainty"]), fixed(f["within"]));
    text += fmt::format("    Spiegelhalter P {}, Hosmer-Lemeshow {} ({} groups, df {}) P {}\n",
                        p_text(f["spiegelhalter_p"]), fixed(hl["chi_squared"], 2), hl["groups"].get<int>(),
                        fixed(hl["df"], 0), p_text(hl["p"]));
  }
  return text;
}

std::string recalibration_text(const Json& comparison) {
  if (!comparison.contains("recalibration")) return "";
  const Json& r = comparison["recalibration"];
  std::string text = fmt::format("\nRecalibrated ({}, fitted on {})\n", r["method"].get<std::string>(),
                                 clipped(r["fitted_on"].get<std::string>(), 40));
  for (const Json& model : r["models"]) {
    const Json &p = model["parameters"];
    if (p.contains("shift")) text += fmt::format("  {:<14} log-odds {:+.4f}\n", name_text(model["model"]),
        value_of(p["shift"]));
    if (p.contains("a"))
      text += fmt::format("  {:<14} 1 / (1 + exp({:.4g} s {:+.4g}))\n", name_text(model["model"]), value_of(p["a"]),
                          value_of(p["b"]));
    if (p.contains("scores")) text += fmt::format("  {:<14} {} knots\n", name_text(model["model"]), p["scores"].size());
  }
  for (const Json& cohort : r["cohorts"]) text += calibration_rows(cohort);
  return text;
}

}  // namespace

std::string roc_text(const Json& comparison) {
  std::string text = wrapped("Patients that all models score; thresholds: " +
                             comparison["threshold_rule"].get<std::string>());
  for (const Json& cohort : comparison["cohorts"]) {
    text += heading(cohort) + fmt::format("  {:<14} {:<19} {:>5} {:>6} {:>5} {:>5} {:>5} {:>5}\n", "model",
                                          "AUC (95% CI)", "AP", "cut", "sens", "spec", "PPV", "NPV");
    for (const Json& f : cohort["figures"]) {
      if (f["population"] != "common") continue;
      const auto cell = [&](const char* key) { return fixed(of(of(f, key), "value")); };
      text += fmt::format("  {:<14} {:<19} {:>5} {:>6} {:>5} {:>5} {:>5} {:>5}\n", name_text(f["model"]),
                          fmt::format("{} ({}-{})", fixed(f["auc"]["value"]), fixed(f["auc"]["lower"]),
                                      fixed(f["auc"]["upper"])),
                          fixed(f["average_precision"]), short_text(value_of(f["threshold"]), 3), cell("sensitivity"),
                          cell("specificity"), cell("ppv"), cell("npv"));
      if (const Json b = of(f, "auc_bootstrap"); b.is_object())
        text += fmt::format("    bootstrap, percentile {}-{}, BCa {}-{}\n", fixed(b["percentile"]["lower"]),
                            fixed(b["percentile"]["upper"]), fixed(b["bca"]["lower"]), fixed(b["bca"]["upper"]));
      if (!f["note"].get<std::string>().empty()) text += wrapped(f["note"].get<std::string>(), "    ");
    }
    text += ratios_text(cohort);
    if (cohort["cohort"] == comparison["threshold_cohort"])
      text += wrapped("thresholds were chosen on these very patients: what follows from them is optimistic here", "  ");
  }
  text += "\nIntervals: DeLong's. AP: average precision. Positive: score > cut.\n";
  if (comparison["resamples"].get<int>() > 0)
    text += fmt::format("Bootstrap: {} resamples, stratified by outcome.\n", comparison["resamples"].get<int>());
  return text + "Research use only: not for clinical use.\n";
}

std::string pairs_text(const Json& comparison) {
  std::string text;
  for (const Json& cohort : comparison["cohorts"]) {
    if (cohort["pairs"].empty()) continue;
    text += heading(cohort) + fmt::format("  {:<14} {:<14} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}\n", "model", "against",
                                          "dAUC", "P", "IDI", "P", "NRI ev", "NRI ne");
    for (const Json& pair : cohort["pairs"])
      text += fmt::format("  {:<14} {:<14} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}\n", name_text(pair["model"]),
                          name_text(pair["against"]), fixed(pair["auc_difference"]), p_text(pair["delong_p"]),
                          fixed(pair["idi"]), p_text(pair["idi_p"]), fixed(of(pair["continuous_nri"], "events")),
                          fixed(of(pair["continuous_nri"], "non_events")));
  }
  if (text.empty()) return between_text(comparison);
  text += "\ndAUC: DeLong's paired test. NRI: continuous, events and non-events apart.\n" + note(kDelongNested) +
          note(kNriWarning);
  if (comparison["resamples"].get<int>() > 0) text += bootstrap_text(comparison);
  return text + classes_text(comparison) + between_text(comparison);
}

std::string calibration_text(const Json& comparison) {
  std::string text;
  for (const Json& cohort : comparison["cohorts"])
    if (!cohort["calibration"].empty()) text += calibration_rows(cohort);
  text += recalibration_text(comparison);
  if (text.empty())
    return "Calibration: no model's scores are probabilities (0 to 1) in any cohort\n";
  return text + "\n" +
      wrapped("in the large: intercept at slope 1. ICI: mean |lowess - p|. ECE: ten bins of equal width. "
                               "Brier's parts: ten quantile bins, ties together; within: what the bins leave.");
}

std::string decision_text(const Json& comparison) {
  constexpr std::size_t kWide = 8;
  std::string text;
  for (const Json& cohort : comparison["cohorts"]) {
    if (cohort["decision_curve"].empty()) continue;
    const Json& points = cohort["decision_curve"][0]["points"];
    for (std::size_t first = 0; first < points.size(); first += kWide) {
      const std::size_t last = std::min(points.size(), first + kWide);
      text += (first == 0 ? heading(cohort) : "\n") + fmt::format("  {:<14}", "net benefit");
      std::string all = fmt::format("\n  {:<14}", "treat all");
      for (std::size_t t = first; t < last; ++t) {
        text += fmt::format(" {:>7}", "t=" + fixed(points[t]["threshold"], 2));
        all += fmt::format(" {:>7}", short_text(value_of(points[t]["treat_all"]), 3));
      }
      text += all;
      for (const Json& model : cohort["decision_curve"]) {
        text += fmt::format("\n  {:<14}", name_text(model["model"]));
        for (std::size_t t = first; t < last; ++t)
          text += fmt::format(" {:>7}", short_text(value_of(model["points"][t]["net_benefit"]), 3));
      }
      text += benefit_text(cohort, first, last) + "\n";
    }
  }
  if (text.empty())
    return "Decision curves: no model's scores are probabilities (0 to 1) in any cohort\n";
  return text +
         "\nPositive when p >= t; treating nobody is 0. *: the 95 % interval of a difference\nleaves out 0, not "
         "adjusted for their number.\n";
}

std::string ranges_text(const Json& comparison) {
  std::string text;
  for (const Json& model : comparison["no_probabilities"])
    text += note(fmt::format("{} is no probability ({:.4g} to {:.4g}): no Brier, IDI, NRI, calibration, net benefit",
                             model["model"].get<std::string>(), value_of(model["lowest"]), value_of(model["highest"])));
  return text;
}

}  // namespace radiopath::training
