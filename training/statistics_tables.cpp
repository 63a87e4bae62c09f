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

std::string summary(const BaselineRow& row, std::size_t g) {
  if (row.moments[g].count == 0) return "–";
  if (row.normal) return fmt::format("{:.4g} ± {:.3g}", row.moments[g].mean, std::sqrt(row.moments[g].variance));
  return fmt::format("{:.4g} [{:.4g}, {:.4g}]", row.medians[g], row.lower_quartiles[g], row.upper_quartiles[g]);
}

/// One printed line of the baseline table: a cell per group and, on a variable's own line, its test.
struct BaselineLine {
  std::string name;
  std::vector<std::string> cells;
  std::string end;
};

std::string short_test(const std::string& test) {
  return test == "Mann-Whitney" ? "M-W" : test == "Kruskal-Wallis" ? "K-W" : test == "chi-squared" ? "chi2"
         : test == "Welch ANOVA" ? "W-ANOVA" : test;
}

/// The lines of a variable: its numbers, or its levels below it; gaps, where there are some.
std::vector<BaselineLine> lines_of(const BaselineRow& row, std::size_t groups) {
  std::vector<std::string> cells(groups), gaps;
  for (std::size_t g = 0; g < groups && row.numeric; ++g) cells[g] = summary(row, g);
  std::vector<BaselineLine> lines = {{clipped(row.variable, 14), cells,
                                      fmt::format(" {:>6} {:>5} {}", p_text(row.p),
                                                  text_of(row.standardised_difference, 2), short_test(row.test))}};
  for (std::size_t l = 0; l < row.levels.size(); ++l) {
    for (std::size_t g = 0; g < groups; ++g) {
      int all = 0;
      for (const auto& counts : row.counts) all += counts[g];
      cells[g] = all == 0 ? "–" : fmt::format("{} ({:.1f}%)", row.counts[l][g], 100.0 * row.counts[l][g] / all);
    }
    lines.push_back({"  " + clipped(row.levels[l], 12), cells, ""});
  }
  for (const int missing : row.missing) gaps.push_back(std::to_string(missing));
  if (std::ranges::any_of(row.missing, [](int n) { return n > 0; })) lines.push_back({"  missing", gaps, ""});
  return lines;
}

/// A column of numbers with a word in it would become a variable of as many levels as patients.
void refuse_bad_cells(const CsvFile& csv, const std::string& name) {
  std::set<double> distinct;
  for (const std::string& cell : cells_of(csv, name))
    if (const auto value = parse_double(cell); value && !std::isnan(*value)) distinct.insert(*value);
  if (distinct.size() > 5 && !is_text(csv, name)) number_column(csv, name);
}

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Groups beside each other where they fit into 80 columns, else below each other.
std::string baseline_text(const std::vector<std::string>& groups, const std::vector<BaselineLine>& lines) {
  std::vector<std::size_t> widths;
  std::size_t all = 14 + 22;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    std::size_t width = std::min<std::size_t>(width_of(groups[g]), 20);
    for (const BaselineLine& line : lines) width = std::max(width, width_of(line.cells[g]));
    widths.push_back(width), all += 1 + width;
  }
  const bool beside = all <= 80;
  std::string text = fmt::format("{:<14}", "");
  for (std::size_t g = 0; g < groups.size() && beside; ++g)
    text += fmt::format(" {:>{}}", clipped(groups[g], widths[g]), widths[g]);
  text += fmt::format(" {:>6} {:>5} test\n", "P", "SMD");
  for (const BaselineLine& line : lines) {
    text += fmt::format("{:<14}", line.name);
    for (std::size_t g = 0; g < groups.size() && beside; ++g) text += fmt::format(" {:>{}}", line.cells[g], widths[g]);
    text += line.end + "\n";
    for (std::size_t g = 0; g < groups.size() && !beside; ++g)
      if (!line.cells[g].empty()) text += fmt::format("    {:<30} {:>24}\n", clipped(groups[g], 30), line.cells[g]);
  }
  return text;
}

Json json_of(const BaselineRow& row) {
  Json json = {{"variable", row.variable}, {"kind", row.numeric ? "numeric" : "categorical"}, {"missing", row.missing},
               {"test", row.test}, {"p", finite(row.p)},
               {"standardised_difference", finite(row.standardised_difference)}, {"remark", row.remark}};
  if (!row.numeric) {
    json["levels"] = row.levels, json["counts"] = row.counts;
    return json;
  }
  json["normal"] = row.normal;
  for (std::size_t g = 0; g < row.moments.size(); ++g)
    json["groups"].push_back({{"n", row.moments[g].count}, {"mean", finite(row.moments[g].mean)},
                              {"sd", finite(std::sqrt(row.moments[g].variance))}, {"median", finite(row.medians[g])},
                              {"lower_quartile", finite(row.lower_quartiles[g])},
                              {"upper_quartile", finite(row.upper_quartiles[g])}});
  return json;
}

}  // namespace

Answer baseline_table(const std::filesystem::path& file, const TableOptions& options) {
  const CsvFile csv = read_csv(file);
  if (csv.rows.empty()) throw InputError(file.string() + ": has no rows");
  const std::string by = options.at("group").empty() ? outcome_name(csv, "") : csv.header[csv.column(options.at("group"))];
  const Grouping groups = grouping(csv, by);
  Answer answer{wrapped("Baseline by " + by),
                {{"schema", 1}, {"group", by}, {"groups", groups.names}, {"rows", Json::array()}}};
  std::vector<BaselineLine> lines;
  std::string remarks;
  const ChosenColumns columns = columns_of(csv, options.at("columns"), {by}, false);
  columns.need_some(csv);
  for (const std::string& name : columns.names) {
    refuse_bad_cells(csv, name);
    const BaselineRow row = with_context(
        file.string(), [&] { return baseline_row({name, cells_of(csv, name)}, groups.of, int(groups.names.size())); });
    for (BaselineLine& line : lines_of(row, groups.names.size())) lines.push_back(std::move(line));
    if (!row.remark.empty()) remarks += wrapped(name + ": " + row.remark, "- ");
    answer.json["rows"].push_back(json_of(row));
  }
  std::vector<std::string> titles;
  for (std::size_t g = 0; g < groups.names.size(); ++g)
    titles.push_back(fmt::format("{} (n={})", groups.names[g], std::ranges::count(groups.of, int(g))));
  answer.text += baseline_text(titles, lines) + remarks;
  if (const auto without = std::ranges::count(groups.of, -1); without > 0)
    answer.text += wrapped(fmt::format("{} rows without {} are left out", without, by), "- ");
  answer.text += "mean ± SD where every group looks normal (Shapiro-Wilk P >= 0.05), else median\n"
                 "[quartiles]. M-W: Mann-Whitney, K-W: Kruskal-Wallis, W-: Welch's. P values are\n"
                 "not adjusted for being several.\n";
  return answer;
}

Answer icc_table(const std::filesystem::path& file, const TableOptions& options) {
  const CsvFile csv = read_csv(file);
  const ChosenColumns chosen = columns_of(csv, options.at("columns"), {}, true);
  chosen.need_some(csv);
  const auto& names = chosen.names;
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
  answer.json["left_out"] = chosen.left_out;
  answer.text += chosen.remark() +
      "1: one way; 2: two-way random, agreement; 3: two-way mixed, consistency;\nk: mean of the raters (Shrout & Fleiss 1979)\n";
  return answer;
}

namespace {

/// One covariate: its numbers, or a column of text with two levels as 0 and 1.
struct Covariate {
  std::string name;
  std::vector<double> values;  ///< NaN where missing
  bool text = false;
};

Covariate covariate(const CsvFile& csv, const std::string& name) {
  if (!is_text(csv, name)) return {name, number_column(csv, name)};
  const Grouping levels = grouping(csv, name);
  if (levels.names.size() != 2)
    throw InputError(fmt::format("{}: column '{}' is text with {} levels; one covariate takes numbers or two levels: "
                                 "compare the groups with --group {}", csv.path.string(), name, levels.names.size(),
                                     name));
  Covariate result{name + "=" + levels.names[1], {}, true};
  for (const int of : levels.of) result.values.push_back(of < 0 ? NAN : of);
  return result;
}

/// A line (or two) per covariate, alone: per unit, and per standard deviation of the patients who have it.
void add_cox(Answer& answer, const CsvFile& csv, const TableOptions& options, const std::set<std::string>& others,
             const std::vector<double>& times, const std::vector<int>& events) {
  const ChosenColumns chosen = columns_of(csv, options.at("columns"), others, true);
  answer.json["left_out"] = chosen.left_out;
  if (chosen.names.empty()) {
    answer.text += chosen.remark();
    return;
  }
  answer.text += fmt::format("\n{:<20} {:>5} {:>9}  {:<20} {:>7} {:>6}\n", "Cox, one at a time", "n", "HR", "95% CI",
                             "P", "C");
  for (const std::string& name : chosen.names) {
    const Covariate column = covariate(csv, name);
    std::vector<double> t, x;
    std::vector<int> e;
    for (std::size_t i = 0; i < times.size(); ++i)
      if (!std::isnan(column.values[i])) t.push_back(times[i]), e.push_back(events[i]), x.push_back(column.values[i]);
    const CoxFit fit = cox(t, e, x);
    const Concordance c = concordance(t, e, x);
    const double sd = column.text ? NAN : std::sqrt(moments(x).variance);
    const double per_sd = std::exp(fit.coefficient * sd);
    const Interval log_scaled = normal_interval(fit.coefficient * sd, fit.standard_error * sd);
    const Interval scaled{std::exp(log_scaled.lower), std::exp(log_scaled.upper)};
    answer.text += fmt::format("{:<20} {:>5} {:>9}  {:<20} {:>7} {:>6}\n", clipped(column.name, 20), x.size(),
                               ratio_text(fit.hazard_ratio), ratio_text(fit.interval), p_text(fit.p), text_of(c.c));
    if (!fit.converged)
      answer.text += std::ranges::count(e, 1) == 0
                         ? "    no events: no hazard ratio\n"
                         : "    constant, or it orders the events perfectly: no finite hazard ratio\n";
    else if (!column.text)
      answer.text += fmt::format("    {:<22} {:>9}  {}\n", fmt::format("per SD ({:.4g})", sd),
                                 ratio_text(per_sd), ratio_text(scaled));
    answer.json["cox"].push_back({{"column", column.name}, {"patients", x.size()}, {"coefficient",
        finite(fit.coefficient)},
                                  {"hazard_ratio", finite(fit.hazard_ratio)}, {"lower", finite(fit.interval.lower)},
                                  {"upper", finite(fit.interval.upper)}, {"p", finite(fit.p)},
                                  {"likelihood_ratio_p", finite(fit.likelihood_ratio_p)}, {"concordance", finite(c.c)},
                                  {"sd", finite(sd)}, {"hazard_ratio_per_sd", finite(per_sd)},
                                  {"per_sd_lower", finite(scaled.lower)}, {"per_sd_upper", finite(scaled.upper)}});
  }
  answer.text += chosen.remark();
}

}  // namespace

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
  add_cox(answer, csv, options, {time, event, options.at("group")}, times, events);
  answer.text += "Ties by Efron; hazard ratios per unit; C: higher value, earlier event.\n";
  return answer;
}

}  // namespace radiopath::training
