#include "training/statistics_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "core/icc.h"
#include "core/survival.h"
#include "core/table_one.h"
#include "training/statistics_cells.h"
#include "training/statistics_compare.h"
#include "training/statistics_input.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> cells_of(const CsvFile& csv, const std::string& name) {
  std::vector<std::string> cells;
  for (const auto& row : csv.rows) cells.push_back(row[csv.column(name)]);
  return cells;
}

/// Groups in the order of their names, -1 for a missing one.
struct Grouping {
  std::vector<std::string> names;
  std::vector<int> of;
};
Grouping grouping(const CsvFile& csv, const std::string& column) {
  const std::vector<std::string> cells = cells_of(csv, column);
  std::set<std::string> names(cells.begin(), cells.end());
  names.erase("");
  Grouping result{{names.begin(), names.end()}, {}};
  if (names.size() > 12) throw InputError(fmt::format("{}: column '{}' has {} different values; expected a few groups", csv.path.string(), column, names.size()));
  for (const auto& cell : cells) result.of.push_back(cell.empty() ? -1 : static_cast<int>(std::ranges::find(result.names, cell) - result.names.begin()));
  return result;
}

std::string summary(const BaselineRow& row, std::size_t g) {
  if (row.moments[g].count == 0) return "–";
  if (row.normal) return fmt::format("{:.4g} ± {:.3g}", row.moments[g].mean, std::sqrt(row.moments[g].variance));
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", row.medians[g], row.lower_quartiles[g], row.upper_quartiles[g]);
}

}  // namespace

Answer baseline_table(const std::filesystem::path& file, const TableOptions& options) {
  const CsvFile csv = read_csv(file);
  const std::string by = options.at("group").empty() ? outcome_name(csv, "") : csv.header[csv.column(options.at("group"))];
  const Grouping groups = grouping(csv, by);
  const std::size_t width = std::clamp<std::size_t>(42 / std::max<std::size_t>(1, groups.names.size()), 9, 22);
  Answer answer{fmt::format("Baseline by {}\n{:<16}", by, ""), {{"schema", 1}, {"group", by}, {"groups", groups.names}, {"rows", Json::array()}}};
  for (std::size_t g = 0; g < groups.names.size(); ++g)
    answer.text += fmt::format(" {:>{}}", clipped(fmt::format("{} (n={})", groups.names[g], std::ranges::count(groups.of, int(g))), width), width);
  answer.text += fmt::format(" {:>6} {:>5}  test\n", "P", "SMD");
  for (const std::string& name : columns_of(csv, options.at("columns"), {by}, false)) {
    const BaselineRow row = with_context(file.string(), [&] { return baseline_row({name, cells_of(csv, name)}, groups.of, int(groups.names.size())); });
    const std::string end = fmt::format(" {:>6} {:>5}  {}\n", p_text(row.p), text_of(row.standardised_difference, 2), row.test.empty() ? row.remark : row.test);
    answer.text += fmt::format("{:<16}", clipped(name, 16));
    for (std::size_t g = 0; g < groups.names.size(); ++g) answer.text += fmt::format(" {:>{}}", row.numeric ? summary(row, g) : "", width);
    answer.text += end;
    Json json = {{"variable", name}, {"kind", row.numeric ? "numeric" : "categorical"}, {"missing", row.missing}, {"test", row.test}, {"p", finite(row.p)},
                 {"standardised_difference", finite(row.standardised_difference)}, {"remark", row.remark}};
    if (row.numeric) {
      json["normal"] = row.normal;
      for (std::size_t g = 0; g < groups.names.size(); ++g)
        json["groups"].push_back({{"n", row.moments[g].count}, {"mean", finite(row.moments[g].mean)}, {"sd", finite(std::sqrt(row.moments[g].variance))},
                                  {"median", finite(row.medians[g])}, {"lower_quartile", finite(row.lower_quartiles[g])}, {"upper_quartile", finite(row.upper_quartiles[g])}});
    } else {
      json["levels"] = row.levels, json["counts"] = row.counts;
    }
    for (std::size_t l = 0; l < row.levels.size(); ++l) {
      answer.text += fmt::format("  {:<14}", clipped(row.levels[l], 14));
      for (std::size_t g = 0; g < groups.names.size(); ++g) {
        int all = 0;
        for (const auto& counts : row.counts) all += counts[g];
        answer.text += fmt::format(" {:>{}}", all == 0 ? "–" : fmt::format("{} ({:.1f}%)", row.counts[l][g], 100.0 * row.counts[l][g] / all), width);
      }
      answer.text += "\n";
    }
    answer.json["rows"].push_back(std::move(json));
  }
  answer.text += "mean ± SD where every group looks normal (Shapiro-Wilk P >= 0.05), else median\n[quartiles]. P values are not adjusted for being several.\n";
  return answer;
}

Answer icc_table(const std::filesystem::path& file, const TableOptions& options) {
  const CsvFile csv = read_csv(file);
  const auto names = columns_of(csv, options.at("columns"), {}, true);
  std::vector<std::vector<double>> columns;
  for (const std::string& name : names) columns.push_back(number_column(csv, name));
  std::vector<std::size_t> complete;
  for (std::size_t r = 0; r < csv.rows.size(); ++r)
    if (std::ranges::none_of(columns, [&](const auto& c) { return std::isnan(c[r]); })) complete.push_back(r);
  if (complete.size() < 2 || names.size() < 2)
    throw InputError(fmt::format("{}: {} complete subjects and {} raters; expected at least two of each", file.string(), complete.size(), names.size()));
  Eigen::MatrixXd ratings(complete.size(), names.size());
  for (std::size_t r = 0; r < complete.size(); ++r) for (std::size_t c = 0; c < names.size(); ++c) ratings(r, c) = columns[c][complete[r]];
  Answer answer{fmt::format("{} subjects, {} raters ({} subjects left out as incomplete)\n{:<9} {:>6}  {:<16} {:>8} {:>5} {:>5} {:>7}\n", complete.size(), names.size(),
                            csv.rows.size() - complete.size(), "form", "ICC", "95% CI", "F", "df1", "df2", "P"), {{"schema", 1}, {"subjects", complete.size()}, {"raters", names}}};
  for (const Icc& icc : intraclass_correlations(ratings)) {
    answer.text += fmt::format("{:<9} {:>6}  {:<16} {:>8} {:>5.0f} {:>5.0f} {:>7}\n", icc.form, text_of(icc.value), text_of(icc.interval.lower) + " to " + text_of(icc.interval.upper),
                               text_of(icc.f, 2), icc.df1, icc.df2, p_text(icc.p));
    answer.json["forms"].push_back({{"form", icc.form}, {"icc", finite(icc.value)}, {"lower", finite(icc.interval.lower)}, {"upper", finite(icc.interval.upper)},
                                    {"f", finite(icc.f)}, {"df1", finite(icc.df1)}, {"df2", finite(icc.df2)}, {"p", finite(icc.p)}});
  }
  answer.text += "1: one way; 2: two-way random, agreement; 3: two-way mixed, consistency;\nk: mean of the raters (Shrout & Fleiss 1979)\n";
  return answer;
}

Answer survival_table(const std::filesystem::path& file, const TableOptions& options) {
  const CsvFile csv = read_csv(file);
  const std::string time = options.at("time").empty() ? csv.header[csv.column("time")] : options.at("time");
  const std::string event = !options.at("event").empty() ? options.at("event") : csv.find("event") ? "event" : csv.find("status") ? "status" : "outcome";
  const std::vector<double> times = number_column(csv, time);
  const std::vector<int> events = outcome_column(csv, event);
  for (std::size_t r = 0; r < times.size(); ++r)
    if (!(times[r] >= 0)) throw InputError(fmt::format("{}:{}: {} is '{}'; expected a time of 0 or more", file.string(), csv.lines[r], time, csv.rows[r][csv.column(time)]));
  Answer answer{"", {{"schema", 1}, {"groups", Json::array()}, {"cox", Json::array()}}};
  const bool grouped = !options.at("group").empty();
  const Grouping groups = grouped ? grouping(csv, options.at("group")) : Grouping{{"all"}, std::vector<int>(times.size(), 0)};
  std::vector<double> group_times;
  std::vector<int> group_events, group_of;
  answer.text += fmt::format("{:<20} {:>5} {:>6} {:>10}  {}\n", "Kaplan-Meier", "n", "events", "median", "95% CI");
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    std::vector<double> t;
    std::vector<int> e;
    for (std::size_t i = 0; i < times.size(); ++i) if (groups.of[i] == int(g)) t.push_back(times[i]), e.push_back(events[i]), group_of.push_back(int(g));
    group_times.insert(group_times.end(), t.begin(), t.end()), group_events.insert(group_events.end(), e.begin(), e.end());
    const KaplanMeier km = kaplan_meier(t, e);
    answer.text += fmt::format("{:<20} {:>5} {:>6} {:>10}  {} to {}\n", clipped(groups.names[g], 20), t.size(), std::ranges::count(e, 1), text_of(km.median, 2), text_of(km.median_interval.lower, 2), text_of(km.median_interval.upper, 2));
    Json points = Json::array();
    for (const SurvivalPoint& p : km.points)
      points.push_back({{"time", p.time}, {"at_risk", p.at_risk}, {"events", p.events}, {"censored", p.censored}, {"survival", p.survival}, {"lower", finite(p.interval.lower)}, {"upper", finite(p.interval.upper)}});
    answer.json["groups"].push_back({{"group", groups.names[g]}, {"patients", t.size()}, {"median", finite(km.median)}, {"points", points}});
  }
  if (groups.names.size() > 1) {
    const LogRank test = log_rank(group_times, group_events, group_of);
    answer.text += fmt::format("log-rank: chi-squared {} on {:.0f} df, P {}\n", text_of(test.test.statistic, 2), test.test.df, p_text(test.test.p));
    answer.json["log_rank"] = {{"chi_squared", finite(test.test.statistic)}, {"df", finite(test.test.df)}, {"p", finite(test.test.p)}};
  }
  std::vector<std::string> covariates;
  if (csv.header.size() > 2 + (grouped ? 1u : 0u)) covariates = columns_of(csv, options.at("columns"), {time, event, options.at("group")}, true);
  if (!covariates.empty()) answer.text += fmt::format("\n{:<20} {:>5} {:>9}  {:<20} {:>7} {:>6}\n", "Cox, one at a time", "n", "HR", "95% CI", "P", "C");
  for (const std::string& name : covariates) {
    std::vector<double> t, x;
    std::vector<int> e;
    const std::vector<double> values = number_column(csv, name);
    for (std::size_t i = 0; i < values.size(); ++i) if (!std::isnan(values[i])) t.push_back(times[i]), e.push_back(events[i]), x.push_back(values[i]);
    const CoxFit fit = cox(t, e, x);
    const Concordance c = concordance(t, e, x);
    answer.text += fmt::format("{:<20} {:>5} {:>9}  {:<20} {:>7} {:>6}\n", clipped(name, 20), x.size(), text_of(fit.hazard_ratio), text_of(fit.interval.lower) + " to " + text_of(fit.interval.upper), p_text(fit.p), text_of(c.c));
    if (!fit.converged) answer.text += "    constant, or it orders the events perfectly: no finite hazard ratio\n";
    answer.json["cox"].push_back({{"column", name}, {"patients", x.size()}, {"coefficient", finite(fit.coefficient)}, {"hazard_ratio", finite(fit.hazard_ratio)}, {"lower", finite(fit.interval.lower)},
                                  {"upper", finite(fit.interval.upper)}, {"p", finite(fit.p)}, {"likelihood_ratio_p", finite(fit.likelihood_ratio_p)}, {"concordance", finite(c.c)}});
  }
  answer.text += "Ties by Efron; hazard ratios per unit; C: higher value, earlier event.\n";
  return answer;
}

}  // namespace radiopath::training
