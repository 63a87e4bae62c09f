#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>

#include "core/statistics.h"
#include "training/evaluation.h"
#include "training/html.h"
#include "training/report_sections.h"

namespace radiopath::training {
namespace {

constexpr std::array kUnseen = {Subset::train_out_of_fold, Subset::validation, Subset::test};

std::string interval_of(const Proportion& p) { return format_interval(p.value, p.interval.lower, p.interval.upper, 2); }

}  // namespace

namespace {

/// Equal parts by rank of the score; ties go by the order of the predictions.
std::vector<CalibrationGroup> calibration_groups(const std::vector<const Predictions::Row*>& rows, std::size_t column) {
  std::vector<std::pair<double, int>> patients;
  for (const auto* row : rows) patients.emplace_back(row->scores[column], row->outcome);
  std::ranges::stable_sort(patients, {}, &std::pair<double, int>::first);
  const std::size_t n = patients.size(), groups = std::min<std::size_t>(5, n / 8);
  std::vector<CalibrationGroup> result;
  for (std::size_t g = 0; g < groups; ++g) {
    double sum = 0;
    int events = 0, count = 0;
    for (std::size_t i = g * n / groups; i < (g + 1) * n / groups; ++i, ++count)
      sum += patients[i].first, events += patients[i].second;
    const Proportion observed = proportion(events, count);
    result.push_back({sum / count, observed.value, observed.interval.lower, observed.interval.upper});
  }
  return result;
}

std::string calibration_charts(const ReportInputs& inputs) {
  const std::string& model = inputs.results.headline;
  std::string charts;
  for (const Subset subset : kUnseen) {
    const auto rows = common_rows(inputs.predictions, subset, {model});
    const auto groups = calibration_groups(rows, static_cast<std::size_t>(inputs.predictions.model(model)));
    if (groups.size() > 1)
      charts += "<div class=\"scroll\">" + calibration_chart(title_of(subset), groups) + "</div>\n";
  }
  if (charts.empty()) return "";
  return fmt::format(
      "<h3>Calibration of {}</h3>\n<p class=\"note\">Its patients in groups of equal size by score, with Wilson "
      "intervals; on the dashed line a score means what it says.</p>\n<div class=\"row\">{}</div>\n",
      escape_html(model), charts);
}

}  // namespace

std::string operating_section(const ReportInputs& inputs) {
  const Results& results = inputs.results;
  if (results.models.empty()) return "";
  HtmlTable thresholds({"Model", "Threshold", "Rule", "Patients", "Events"});
  for (const OperatingPoint& p : results.thresholds)
    thresholds.row({escape_html(p.model), p.note.empty() ? format_fixed(p.threshold) : escape_html(p.note),
                    escape_html(p.rule), fmt::format("{}", p.patients), fmt::format("{}", p.events)},
                   p.model == results.headline ? "head" : "");
  HtmlTable table(
      {"Model", "TP", "FP", "TN", "FN", "Sensitivity", "Specificity", "PPV", "NPV", "Mean score", "Event rate"},
      "wide");
  for (const Subset subset : kUnseen) {
    const Figures* first = results.find(results.models[0], subset, Population::common);
    if (first == nullptr) continue;
    table.band(band_title(subset, *first));
    for (const std::string& model : results.models) {
      const Figures* f = results.find(model, subset, Population::common);
      if (f == nullptr || f->patients == 0) continue;
      const ThresholdMetrics& t = f->at_threshold;
      table.row(
          {escape_html(model), fmt::format("{}", t.tp), fmt::format("{}", t.fp), fmt::format("{}", t.tn),
           fmt::format("{}", t.fn), interval_of(t.sensitivity), interval_of(t.specificity), interval_of(t.ppv),
           interval_of(t.npv), format_fixed(f->mean_score), format_fixed(static_cast<double>(f->events) / f->patients)},
          row_css(results, model, subset));
    }
  }
  return "<h2 id=\"operating\">Thresholds, confusion and calibration</h2>\n<p>Each model's threshold comes from its "
         "out-of-fold training scores (rule <i>youden</i>: largest sensitivity + specificity − 1; the others reach a "
         "share "
         "or the least cost that the settings state), where its "
         "sensitivity and specificity are therefore a little optimistic, and depends on no held-out patient. A score "
         "above it counts as positive. Brackets hold 95 % intervals (Wilson).</p>\n" +
         thresholds.html() + table.html() + calibration_charts(inputs);
}

namespace {

std::string site_table(const ReportInputs& inputs) {
  const std::string& model = inputs.results.headline;
  const auto column = static_cast<std::size_t>(inputs.predictions.model(model));
  std::map<std::string, std::pair<std::vector<double>, std::vector<int>>> sites;
  for (const Subset subset : {Subset::validation, Subset::test})
    for (const auto* row : common_rows(inputs.predictions, subset, {model})) {
      auto& [scores, outcomes] = sites[row->site];
      scores.push_back(row->scores[column]);
      outcomes.push_back(row->outcome);
    }
  if (sites.size() < 2) return "";
  HtmlTable table({"Site", "Patients", "Events", "AUC [95 % CI]", forest_scale()});
  for (const auto& [site, data] : sites) {
    const AucDelong a = auc_delong(data.first, data.second);
    table.row({escape_html(site.empty() ? "not given" : site), fmt::format("{}", data.first.size()),
               fmt::format("{}", a.events), format_interval(a.auc, a.interval.lower, a.interval.upper),
               forest_mark(a.auc, a.interval.lower, a.interval.upper, std::nan(""), false)});
  }
  return fmt::format("<h3>{} by site, held-out patients</h3>\n{}", escape_html(model), table.html());
}

}  // namespace

std::string errors_section(const ReportInputs& inputs) {
  const Results& results = inputs.results;
  if (results.headline.empty()) return "";
  const auto column = static_cast<std::size_t>(inputs.predictions.model(results.headline));
  std::vector<const Predictions::Row*> rows;
  for (const Subset subset : {Subset::validation, Subset::test})
    for (const auto* row : common_rows(inputs.predictions, subset, {results.headline})) rows.push_back(row);
  std::ranges::stable_sort(rows, std::greater{},
                           [&](const auto* row) { return std::abs(row->outcome - row->scores[column]); });
  if (rows.size() > 10) rows.resize(10);
  if (rows.empty()) return "";
  HtmlTable table({"Patient", "Site", "Cohort", "Outcome", escape_html(results.headline)}, "second");
  for (const auto* row : rows)
    table.row({escape_html(row->patient_id), escape_html(row->site), std::string(name_of(row->role)),
               fmt::format("{}", row->outcome), format_fixed(row->scores[column])});
  return "<h2 id=\"errors\">Where it does worse</h2>\n" + site_table(inputs) +
         fmt::format("<h3>Held-out patients whose outcome is farthest from the score of {}</h3>\n",
                     escape_html(results.headline)) +
         table.html();
}

}  // namespace radiopath::training
