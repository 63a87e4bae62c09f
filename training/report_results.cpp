#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>

#include "core/statistics.h"
#include "training/evaluation.h"
#include "training/html.h"
#include "training/report_sections.h"

namespace radiopath::training {
namespace {

constexpr std::array kUnseen = {Subset::train_out_of_fold, Subset::validation, Subset::test};
constexpr std::array kAllSubsets = {Subset::train_out_of_fold, Subset::validation, Subset::test, Subset::pooled,
                                    Subset::train_in_sample};

bool any_reachable(const Results& results) {
  return std::ranges::any_of(results.figures, [](const Figures& f) { return !std::isnan(f.reachable); });
}

/// Style of the line a model is drawn with: the headline model apart, the others by their order.
int style_of(const Results& results, const std::string& model) {
  if (model == results.headline) return -1;
  int style = 0;
  for (const std::string& name : results.models) {
    if (name == model) break;
    style += name != results.headline;
  }
  return style;
}

}  // namespace

std::string row_css(const Results& results, const std::string& model, Subset subset) {
  if (subset == Subset::train_in_sample) return "weak";
  return model == results.headline ? "head" : "";
}

std::string band_title(Subset subset, const Figures& f) {
  std::string title = fmt::format("{} · {}", title_of(subset), counted(f.patients, f.events));
  if (subset == Subset::train_in_sample) title += " · patients the models were fitted on: optimistic by construction";
  if (!f.note.empty()) title += fmt::format(" · {}", escape_html(f.note));
  return title;
}

std::string counted(int patients, int events) {
  return fmt::format("{} patient{}, {} event{}", patients, patients == 1 ? "" : "s", events, events == 1 ? "" : "s");
}

namespace {

/// The subset the first sentence is about: the most external one in which the headline model has an AUC.
const Figures* headline_figures(const Results& results) {
  for (const Subset subset : {Subset::test, Subset::validation, Subset::train_out_of_fold}) {
    const Figures* f = results.find(results.headline, subset, Population::common);
    if (f != nullptr && !std::isnan(f->auc.auc)) return f;
  }
  return nullptr;
}

std::string place_of(Subset subset) {
  switch (subset) {
    case Subset::test:
      return "In the external test cohort";
    case Subset::validation:
      return "In the internal validation cohort";
    default:
      return "On out-of-fold predictions of the training cohort";
  }
}

std::string comparison_words(const Results& results, Subset subset) {
  const Figures* other = results.find(results.comparator, subset, Population::common);
  if (other == nullptr || std::isnan(other->auc.auc)) return "";
  const Pair* pair = results.find_pair(results.headline, results.comparator, subset);
  const double sign = pair != nullptr ? 1 : -1;
  if (pair == nullptr) pair = results.find_pair(results.comparator, results.headline, subset);
  std::string words =
      fmt::format(" {} reached {} on the same patients", escape_html(results.comparator),
                  format_interval(other->auc.auc, other->auc.interval.lower, other->auc.interval.upper));
  if (pair == nullptr || std::isnan(pair->auc.p)) return words + ".";
  return words + fmt::format("; the difference of {} {} (DeLong P {}).", format_signed(sign * pair->auc.difference),
                             pair->auc.p < 0.05 ? "is larger than chance alone would often give"
                                                : "is no larger than chance alone often gives",
                             pair->auc.p < 0.001 ? "&lt; 0.001" : "= " + format_p(pair->auc.p));
}

}  // namespace

std::string finding(const ReportInputs& inputs) {
  const Results& results = inputs.results;
  const Figures* f = headline_figures(results);
  if (f == nullptr)
    return "<p class=\"finding\">No cohort allows an AUC to be computed: see the notes in the tables below.</p>\n";
  std::string text = fmt::format("{} ({}), {} reached an AUC of {}; ", place_of(f->subset),
                                 counted(f->patients, f->events), escape_html(results.headline),
                                 format_interval(f->auc.auc, f->auc.interval.lower, f->auc.interval.upper));
  if (std::isnan(f->auc.interval.lower))
    text += "there are too few patients for an interval.";
  else if (f->auc.interval.lower > 0.5)
    text += "the 95 % interval lies above 0.5, the value of chance.";
  else
    text += "the 95 % interval includes 0.5, so that these patients do not show that it tells the outcomes apart.";
  text += comparison_words(results, f->subset);
  if (!std::isnan(f->reachable))
    text += fmt::format(" The cohort is synthetic: the best AUC that its true risks allow on these patients is {}.",
                        format_fixed(f->reachable));
  if (const int smaller = std::min(f->events, f->patients - f->events); smaller < 20)
    text += fmt::format(" The smaller class has {} patient{}: every figure here is imprecise.", smaller,
                        smaller == 1 ? "" : "s");
  return "<p class=\"finding\">" + text + "</p>\n";
}

namespace {

std::vector<std::string> figure_cells(const Figures& f, bool emphasised, bool with_reachable) {
  const ThresholdMetrics& t = f.at_threshold;
  std::vector<std::string> cells = {
      escape_html(f.model), format_interval(f.auc.auc, f.auc.interval.lower, f.auc.interval.upper),
      forest_mark(f.auc.auc, f.auc.interval.lower, f.auc.interval.upper, f.reachable, emphasised)};
  if (with_reachable) {
    cells.push_back(format_fixed(f.reachable));
    cells.push_back(format_signed(f.reachable_z, 1));
  }
  for (const Proportion* p : {&t.accuracy, &t.sensitivity, &t.specificity, &t.ppv, &t.npv})
    cells.push_back(format_fixed(p->value));
  cells.push_back(format_fixed(f.brier));
  return cells;
}

}  // namespace

std::string comparison_section(const ReportInputs& inputs) {
  const Results& results = inputs.results;
  const bool with_reachable = any_reachable(results);
  std::vector<std::string> header = {"Model", "AUC [95 % CI]", forest_scale()};
  if (with_reachable) header.insert(header.end(), {"Best", "z"});
  header.insert(header.end(), {"Acc.", "Sens.", "Spec.", "PPV", "NPV", "Brier"});
  HtmlTable table(header, "wide");
  for (const Subset subset : kAllSubsets) {
    const Figures* first =
        results.models.empty() ? nullptr : results.find(results.models[0], subset, Population::common);
    if (first == nullptr) continue;
    table.band(band_title(subset, *first));
    if (first->patients == 0) continue;
    for (const std::string& model : results.models)
      if (const Figures* f = results.find(model, subset, Population::common))
        table.row(figure_cells(*f, model == results.headline, with_reachable), row_css(results, model, subset));
  }
  std::string text =
      "<h2 id=\"comparison\">Comparison on the same patients</h2>\n<p>Only patients that every compared model scores. "
      "Thresholds were frozen on out-of-fold training scores and are the same in every cohort. Intervals are 95 % "
      "(DeLong). The dashed line is an AUC of 0.5";
  text += with_reachable
              ? ", the green tick the best AUC that the true risks of this synthetic cohort allow a model of the same "
                "sources (column <i>Best</i>); <i>z</i> is how many standard errors the model stays below it."
              : ".";
  return text +
         " A dash is a figure that the data leave undefined, such as a PPV where nobody is called positive.</p>\n" +
         table.html();
}

std::string population_section(const ReportInputs& inputs) {
  const Results& results = inputs.results;
  HtmlTable table(
      {"Model", "Patients", "Events", "AUC [95 % CI]", forest_scale(), "Acc.", "Sens.", "Spec.", "PPV", "NPV", "Brier"},
      "wide");
  for (const Subset subset : kAllSubsets) {
    table.band(title_of(subset));
    for (const std::string& model : results.models) {
      const Figures* f = results.find(model, subset, Population::own);
      if (f == nullptr) continue;
      std::vector<std::string> cells = figure_cells(*f, model == results.headline, false);
      cells.insert(cells.begin() + 1, {fmt::format("{}", f->patients), fmt::format("{}", f->events)});
      table.row(cells, row_css(results, model, subset));
    }
  }
  return "<h2 id=\"own\">Each model on all its patients</h2>\n<p>Every patient that has what the model needs, so that "
         "the rows are about different patients and are not to be compared with each other.</p>\n" +
         table.html();
}

std::string roc_section(const ReportInputs& inputs) {
  const Results& results = inputs.results;
  std::string charts;
  for (const Subset subset : kUnseen) {
    const auto rows = common_rows(inputs.predictions, subset, results.models);
    std::vector<int> outcomes;
    for (const auto* row : rows) outcomes.push_back(row->outcome);
    std::vector<Series> series;
    for (const std::string& model : results.models) {
      std::vector<double> scores;
      const auto column = static_cast<std::size_t>(inputs.predictions.model(model));
      for (const auto* row : rows) scores.push_back(row->scores[column]);
      Series s{model, {}, style_of(results, model)};
      for (const RocPoint& point : roc_curve(scores, outcomes))
        s.points.emplace_back(1 - point.specificity, point.sensitivity);
      series.push_back(std::move(s));
    }
    const int events = static_cast<int>(std::ranges::count(outcomes, 1));
    if (events > 0 && events < static_cast<int>(rows.size()))
      charts += "<div class=\"scroll\">" + roc_chart(title_of(subset), series) + "</div>\n";
  }
  if (charts.empty()) return "";
  std::string legend = "<ul class=\"legend\">";
  for (const std::string& model : results.models)
    legend += fmt::format("<li>{}{}</li>", stroke_sample(style_of(results, model)), escape_html(model));
  return "<h2 id=\"roc\">ROC curves</h2>\n<p class=\"note\">The patients of the comparison above.</p>\n" + legend +
         "</ul>\n<div class=\"row\">" + charts + "</div>\n";
}

namespace {

HeatMap empty_map(const Results& results, std::string title) {
  const std::size_t n = results.models.size();
  return {std::move(title), results.models, std::vector<double>(n * n, std::nan("")),
          std::vector<double>(n * n, std::nan("")), 0.3};
}

void set(HeatMap& map, std::size_t row, std::size_t column, double value, double p) {
  const std::size_t n = map.names.size();
  map.values[row * n + column] = value;
  map.values[column * n + row] = -value;
  map.p_values[row * n + column] = map.p_values[column * n + row] = p;
}

std::string maps_of(const Results& results, const Comparison& comparison) {
  HeatMap auc = empty_map(results, "Difference in AUC, below it DeLong P"), idi = empty_map(results, "IDI, below it P");
  std::map<std::string, std::size_t> at;
  for (std::size_t i = 0; i < results.models.size(); ++i) at[results.models[i]] = i;
  for (const Pair& pair : comparison.pairs) {
    set(auc, at.at(pair.model), at.at(pair.against), pair.auc.difference, pair.auc.p);
    set(idi, at.at(pair.model), at.at(pair.against), pair.idi.value, pair.idi.p);
  }
  return fmt::format("<div class=\"row\"><div class=\"scroll\">{}</div><div class=\"scroll\">{}</div></div>\n",
                     heat_map(auc), heat_map(idi));
}

}  // namespace

std::string pairs_section(const ReportInputs& inputs) {
  const Results& results = inputs.results;
  if (results.models.size() < 2) return "";
  const std::size_t n = results.models.size();
  std::string text = fmt::format(
      "<h2 id=\"pairs\">Model against model</h2>\n<p>Row minus column, on the patients that all models score: blue "
      "where the row's model is better, orange where it is worse. Bold: P &lt; 0.05, not adjusted for the {} "
      "comparisons of each matrix. IDI is the gain in the mean score of patients with the event minus that of the "
      "others; it also rises with more extreme scores, so that it is to be read beside calibration.</p>\n",
      n * (n - 1) / 2);
  for (const Comparison& comparison : results.comparisons) {
    if (comparison.subset == Subset::pooled) continue;
    text +=
        fmt::format("<h3>{} · {}</h3>\n", title_of(comparison.subset), counted(comparison.patients, comparison.events));
    text += comparison.pairs.empty() ? fmt::format("<p>No comparison: {}.</p>\n", escape_html(comparison.note))
                                     : maps_of(results, comparison);
  }
  return text;
}

}  // namespace radiopath::training
