#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "training/paper_tables.h"
#include "training/statistics_cells.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string sizes_text(const std::vector<std::pair<int, int>>& sizes) {
  std::string text;
  for (std::size_t i = 0; i < sizes.size() && i < 3; ++i) text += fmt::format("{}{}/{}", i ? ", " : "", sizes[i].first, sizes[i].second);
  if (sizes.size() > 3) text += fmt::format(", … {} more", sizes.size() - 3);
  return sizes.empty() ? "none" : text;
}

std::string decimals_text(const PaperDecimals& d) {
  if (d == PaperDecimals{d.auc, d.auc, d.auc, d.auc, d.auc, d.auc}) return fmt::format("{} decimals", d.auc);
  return fmt::format("decimals: auc {}, accuracy {}, sens. {}, spec. {}, PPV {}, NPV {}", d.auc, d.accuracy,
                     d.sensitivity, d.specificity, d.ppv, d.npv);
}

}  // namespace

std::string describe(const PaperTables& tables) {
  std::string text;
  for (const PaperGroup& group : tables.groups) {
    text += clipped(fmt::format("{}{}{}", group.table, group.table.empty() ? "" : ": ",
                        group.models.size() == 1 ? group.models[0] : fmt::format("{} models on the same patients",
                            group.models.size())), 80) + "\n";
    text += wrapped("taken as printed with " + decimals_text(group.decimals), "  ");
    for (std::size_t c = 0; c < group.cohorts.size(); ++c)
      text += fmt::format("  {:<27} events/non-ev.: {}\n", clipped(group.cohorts[c], 27), sizes_text(group.sizes[c]));
    if (group.total && group.total_met) text += fmt::format("  stated total {}: met\n", *group.total);
    if (group.total && !group.total_met) text += fmt::format("  stated total {}: CANNOT BE MET by any sizes that fit the rows\n", *group.total);
  }
  text += fmt::format("\n{:<13} {:<13} {:>4} {:>4} {:>4} {:>4}  {:>5} {:>5}  {:<13}\n", "cohort", "model", "TP", "FP", "TN", "FN", "AUC", "SE", "approx. 95% CI");
  std::string table;
  for (const PaperFinding& f : tables.rows) {
    if (f.row.table != table) text += clipped(table = f.row.table, 80) + "\n";
    text += fmt::format("{:<13} {:<13} ", clipped(f.row.cohort, 13), clipped(f.row.model, 13));
    if (!f.matrices.empty()) {
      const PaperMatrix& m = f.matrices.front();
      text += fmt::format("{:>4} {:>4} {:>4} {:>4}  {:>5} {:>5}  {}-{}", m.tp, m.fp, m.tn, m.fn, text_of(f.row.auc),
                          text_of(f.standard_error), text_of(f.lower), text_of(f.upper));
    }
    text += "\n";
    for (const std::string& remark : f.remarks) text += "    " + remark + "\n";
  }
  return text +
      "A share fits within half a unit of its last decimal (--decimals overrides).\nMultiples of a fitting size fit too. Intervals: Hanley & McNeil 1982, from the\nAUC and the counts alone.\n";
}

std::string json_of(const PaperTables& tables) {
  Json rows = Json::array(), groups = Json::array();
  for (const PaperFinding& f : tables.rows) {
    Json matrices = Json::array();
    for (const PaperMatrix& m : f.matrices) matrices.push_back({{"tp", m.tp}, {"fp", m.fp}, {"tn", m.tn}, {"fn", m.fn}});
    rows.push_back({{"table", f.row.table}, {"cohort", f.row.cohort}, {"model", f.row.model}, {"auc", number(f.row.auc)},
                    {"matrices", matrices}, {"auc_fits", f.auc_fits}, {"hanley_mcneil_error", number(f.standard_error)},
                    {"lower", number(f.lower)}, {"upper", number(f.upper)}, {"remarks", f.remarks}});
  }
  for (const PaperGroup& g : tables.groups) {
    Json cohorts = Json::array();
    for (std::size_t c = 0; c < g.cohorts.size(); ++c) cohorts.push_back({{"cohort", g.cohorts[c]}, {"events_non_events", g.sizes[c]}});
    groups.push_back({{"table", g.table}, {"models", g.models}, {"decimals", {{"auc", g.decimals.auc}, {"accuracy",
        g.decimals.accuracy}, {"sensitivity", g.decimals.sensitivity},
                                    {"specificity", g.decimals.specificity}, {"ppv", g.decimals.ppv}, {"npv",
                                        g.decimals.npv}}},
                      {"stated_total", g.total ? Json(*g.total) : Json(nullptr)}, {"total_met", g.total_met},
                          {"cohorts", cohorts}});
  }
  return Json{{"schema", 1}, {"rows", rows}, {"groups", groups}}.dump(1) + "\n";
}

}  // namespace radiopath::training
