#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "training/evaluation.h"
#include "training/html.h"
#include "training/report_sections.h"

namespace radiopath::training {
namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + escape_html(name);
  return text;
}

/// The twenty largest.
std::string shares(const std::vector<std::pair<std::string, double>>& frequency) {
  std::string text;
  for (std::size_t i = 0; i < frequency.size() && i < 20; ++i)
    text += fmt::format("{}{} {:.0f} %", i > 0 ? ", " : "", escape_html(frequency[i].first), 100 * frequency[i].second);
  return text + (frequency.size() > 20 ? fmt::format(", and {} more.", frequency.size() - 20) : ".");
}

}  // namespace

std::string flow_section(const ReportInputs& inputs) {
  if (inputs.flow.empty()) return "";
  int total = 0;
  for (const FlowBranch& branch : inputs.flow) total = std::max(total, branch.total);
  std::set<std::string> common;
  for (const Subset subset : {Subset::train_out_of_fold, Subset::validation, Subset::test})
    for (const auto* row : common_rows(inputs.predictions, subset, inputs.results.models))
      common.insert(row->patient_id);
  const std::string diagram =
      flow_diagram(fmt::format("Manifest: {} patients", total), inputs.flow,
                   fmt::format("Scored by every model: {} patients, the population of the comparison", common.size()));
  return "<h2 id=\"patients\">Patients</h2>\n<p>Who entered each source of information, and why the others did "
         "not.</p>\n"
         "<div class=\"scroll\">" +
         diagram + "</div>\n";
}

namespace {

/// With as many digits as tell the ends of the interval apart: a laboratory value's unit is small.
std::string odds_text(const ReportInputs::Term& term) {
  if (term.separated) return "separated";
  int digits = 2;
  while (digits < 5 && format_fixed(term.odds_lower, digits) == format_fixed(term.odds_upper, digits)) ++digits;
  return format_interval(term.odds_ratio, term.odds_lower, term.odds_upper, digits);
}

std::vector<std::string> term_cells(const ReportInputs::Term* term) {
  if (term == nullptr) return {"", "", ""};
  return {odds_text(*term), term->separated ? "" : odds_mark(term->odds_ratio, term->odds_lower, term->odds_upper),
          escape_html(format_p(term->p))};
}

}  // namespace

std::string clinical_section(const ReportInputs& inputs) {
  if (!inputs.clinical) return "";
  const ReportInputs::Clinical& model = *inputs.clinical;
  HtmlTable table(
      {"Variable", "Univariable OR [95 % CI]", odds_scale(), "P", "Multivariable OR [95 % CI]", odds_scale(), "P"});
  for (const auto& term : model.univariable) {
    const auto entered = std::ranges::find(model.multivariable, term.column, &ReportInputs::Term::column);
    std::vector<std::string> cells = {escape_html(term.column)};
    for (const auto& cell : term_cells(&term)) cells.push_back(cell);
    for (const auto& cell : term_cells(entered == model.multivariable.end() ? nullptr : &*entered))
      cells.push_back(cell);
    table.row(cells);
  }
  std::string text =
      "<h2 id=\"clinical\">Clinical model</h2>\n<p>Logistic regression on the training patients; odds ratios per unit "
      "of the variable, Wald intervals. P values of the multivariable model come after a selection by univariable P "
      "and are descriptive.</p>\n" +
      table.html();
  if (!model.dropped.empty()) text += "<p class=\"note\">Not usable in training: " + joined(model.dropped) + ".</p>\n";
  if (!model.remark.empty()) text += "<p class=\"note\">" + escape_html(model.remark) + "</p>\n";
  return text;
}

namespace {

std::string centroid_table(const ReportInputs::Habitats& habitats) {
  std::vector<std::string> header = {"Habitat"};
  for (const auto& channel : habitats.channels) header.push_back(escape_html(channel));
  HtmlTable table(header);
  for (std::size_t h = 0; h < habitats.centroids.size(); ++h) {
    std::vector<std::string> cells = {fmt::format("{}", h + 1)};
    for (std::size_t c = 0; c < habitats.centroids[h].size(); ++c)
      cells.push_back(format_signed(habitats.centroids[h][c], 2));
    table.row(cells);
  }
  return "<div><h3>Centroids, in standard deviations of the training voxels</h3>\n" + table.html() + "</div>\n";
}

std::string site_share_table(const ReportInputs::Habitats& habitats) {
  if (habitats.site_shares.empty()) return "";
  std::vector<std::string> header = {"Site"};
  for (std::size_t h = 1; h <= habitats.centroids.size(); ++h) header.push_back(fmt::format("Habitat {}", h));
  HtmlTable table(header);
  for (const auto& [site, shares] : habitats.site_shares) {
    std::vector<std::string> cells = {escape_html(site)};
    for (const double share : shares) cells.push_back(std::isnan(share) ? "–" : format_fixed(100 * share, 1) + " %");
    table.row(cells);
  }
  return "<div><h3>Share of lesion volume by site</h3>\n" + table.html() +
         "<p class=\"note\">Shares that differ much between sites point at scanners rather than tumours.</p></div>\n";
}

}  // namespace

std::string habitats_section(const ReportInputs& inputs) {
  if (!inputs.habitats) return "";
  const ReportInputs::Habitats& habitats = *inputs.habitats;
  int chosen = -1;
  for (std::size_t i = 0; i < habitats.curve.size(); ++i)
    if (habitats.curve[i].first == static_cast<double>(habitats.centroids.size())) chosen = static_cast<int>(i);
  return fmt::format(
             "<h2 id=\"habitats\">Habitats</h2>\n<p>K-means on {} lesion voxels of {} training patients; K = {} by the "
             "largest Calinski-Harabasz index. The centroids were then applied to every patient.</p>\n<div "
             "class=\"row\"><div class=\"scroll\">{}</div>\n",
             format_count(habitats.voxels), habitats.patients, habitats.centroids.size(),
             line_chart("Calinski-Harabasz index", "Number of habitats K", "Index", habitats.curve, chosen)) +
         centroid_table(habitats) + site_share_table(habitats) + "</div>\n";
}

namespace {

std::string candidates_table(const ReportInputs& inputs) {
  if (inputs.candidates.empty()) return "";
  HtmlTable table({"Modality", "Learner", "Out-of-fold AUC", "Patients", "Events", "Folds", ""}, "second");
  for (const auto& c : inputs.candidates)
    table.row({escape_html(c.modality), escape_html(c.learner), format_fixed(c.auc), fmt::format("{}", c.patients),
               fmt::format("{}", c.events), fmt::format("{}", c.folds), c.chosen ? "chosen" : ""},
              c.chosen ? "head" : "");
  return fmt::format(
             "<h3>Everything that was scored to choose a learner</h3>\n<p class=\"note\">{} candidates, scored on "
             "inner folds of the training cohort; the AUC of a chosen one is therefore optimistic.</p>\n",
             inputs.candidates.size()) +
         table.html();
}

std::string ensembles_table(const ReportInputs& inputs) {
  if (inputs.ensembles.empty()) return "";
  bool turned = false;
  HtmlTable table({"Ensemble", "Weights on log-odds", "Intercept", "Patients", "Events"}, "second");
  for (const auto& e : inputs.ensembles) {
    std::string weights;
    for (std::size_t i = 0; i < e.components.size() && i < e.weights.size(); ++i)
      weights += fmt::format("{}{} {}", weights.empty() ? "" : ", ", escape_html(e.components[i]),
                             format_signed(e.weights[i], 2));
    table.row({escape_html(e.name), weights, format_signed(e.intercept, 2), fmt::format("{}", e.patients),
               fmt::format("{}", e.events)});
  }
  for (const auto& e : inputs.ensembles)
    turned |= std::ranges::any_of(e.weights, [](double weight) { return weight < 0; });
  return "<h3>Stacked ensembles</h3>\n" + table.html() +
         (turned
              ? "<p class=\"note\">A negative weight turns a source around: its out-of-fold scores ranked the training "
                "patients no better than chance, or repeat another source.</p>\n"
              : "");
}

/// The columns that matter most, by what shuffling costs.
std::string importance_table(const ReportInputs& inputs) {
  if (inputs.importance.empty()) return "";
  constexpr int kMost = 10;
  const bool trees = std::ranges::any_of(inputs.importance, [](const auto& one) { return !std::isnan(one.shap); });
  std::vector<std::string> header = {"Column", "AUC lost when shuffled", "SD"};
  if (trees) header.push_back("Mean |SHAP|");
  HtmlTable table(header, "words");
  std::string modality;
  int shown = 0;
  for (const auto& one : inputs.importance) {
    if (one.modality != modality) table.band(escape_html(modality = one.modality)), shown = 0;
    if (++shown > kMost) continue;
    std::vector<std::string> cells = {escape_html(one.column), format_signed(one.auc_loss), format_fixed(one.sd)};
    if (trees) cells.push_back(format_fixed(one.shap));
    table.row(cells);
  }
  return fmt::format(
             "<h3>What the columns are worth</h3>\n<p class=\"note\">For held-out patients, by the final models: how much "
             "the AUC falls when a column is shuffled among them (20 shuffles){}. Columns that resemble each other share "
             "their worth: a small loss is no proof that a column is useless. The {} largest of each modality; all are in "
             "importance.csv.</p>\n",
             trees ? ", and what trees make of it (SHAP)" : "", kMost) +
         table.html();
}

}  // namespace

std::string selection_section(const ReportInputs& inputs) {
  if (inputs.selections.empty() && inputs.candidates.empty() && inputs.ensembles.empty()) return "";
  std::string text =
      "<h2 id=\"models\">Selection and models</h2>\n<p>As fitted on all training patients; inside each fold everything "
      "here was fitted again.</p>\n<div class=\"row\">";
  for (const auto& selection : inputs.selections)
    text += "<div class=\"scroll\">" + waterfall(selection.modality + ": columns left", selection.steps) + "</div>\n";
  text += "</div>\n";
  for (const auto& selection : inputs.selections) {
    text += fmt::format("<details><summary>{}: {} column{}, {}</summary>\n<p>{}</p>\n", escape_html(selection.modality),
                        selection.columns.size(), selection.columns.size() == 1 ? "" : "s",
                        escape_html(selection.learner), joined(selection.columns));
    if (!selection.definitions.empty()) {
      text += "<dl>";
      for (const auto& [step, words] : selection.definitions)
        text += "<dt>" + escape_html(step) + "</dt><dd>" + escape_html(words) + "</dd>";
      text += "</dl>\n";
    }
    if (!selection.frequency.empty())
      text +=
          "<p class=\"note\">Share of the inner folds that chose a column: " + shares(selection.frequency) + "</p>\n";
    for (const auto& remark : selection.remarks) text += "<p class=\"note\">" + escape_html(remark) + "</p>\n";
    text += "</details>\n";
  }
  return text + importance_table(inputs) + candidates_table(inputs) + ensembles_table(inputs);
}

std::string failures_section(const ReportInputs& inputs) {
  std::string text = "<h2 id=\"failures\">Failures</h2>\n";
  if (inputs.failures.empty()) return text + "<p>No patient failed.</p>\n";
  HtmlTable table({"Patient", "Stage", "Reason"}, "words");
  for (const auto& entry : inputs.failures)
    table.row({escape_html(entry.patient_id), escape_html(entry.stage), escape_html(entry.reason)});
  return text +
         fmt::format(
             "<p>{} could not be processed and are missing from what needed them; the other patients are "
             "complete.</p>\n",
             inputs.failures.size() == 1 ? "One examination" : fmt::format("{} examinations", inputs.failures.size())) +
         table.html();
}

std::string method_section(const ReportInputs& inputs) {
  std::vector<std::string> items = {
      "The split is the manifest's own. No validation or test patient entered any fit, and no figure of theirs chose a "
      "model, a threshold or an epoch.",
      "<i>In-sample</i> scores are those of the final models on their own training patients. <i>Out-of-fold</i> scores "
      "of a training patient come from models fitted without that patient: imputation, scaling, selection, learners, "
      "ensembles and attention were fitted anew in each fold."};
  if (inputs.images)
    items.push_back(
        "What makes features out of images (habitat centroids and their number, visual words) was fitted once on all "
        "training patients, without their outcomes, and not again in each fold. The patch encoder does learn from "
        "outcomes: its likelihoods for its own training patients are cross-fitted.");
  if (!inputs.ensembles.empty())
    items.push_back(
        "Ensembles are logistic regressions on out-of-fold scores of their components, never on in-sample ones.");
  if (inputs.imbalance == "class_weight" || inputs.imbalance == "smote")
    items.push_back(fmt::format(
        "Learners were fitted with {}, which moves their probabilities away from the cohort's share of events: "
        "calibration figures and the threshold 0.5 of a single modality are to be read with that in mind. Ensembles "
        "and attention learn from its scores on the cohort as it is.",
        inputs.imbalance == "smote" ? "synthetic patients of the rarer class (SMOTE)" : "class weights"));
  items.push_back(
      "Pooled figures join out-of-fold, validation and test scores; the models behind them differ, which lowers a "
      "pooled AUC a little.");
  items.push_back(
      "Intervals and comparisons of AUCs are DeLong's; proportions have Wilson intervals; IDI follows Pencina 2008. P "
      "values are not adjusted for multiplicity, and P &gt; 0.05 is no proof of equality.");
  std::string text = "<h2 id=\"method\">How it was done</h2>\n<ul>\n";
  for (const auto& item : items) text += "<li>" + item + "</li>\n";
  return text + "</ul>\n";
}

std::string provenance_section(const ReportInputs& inputs) {
  HtmlTable table({"What", "Value"}, "words");
  table.row({"radiopath", escape_html(inputs.version + (inputs.commit.empty() ? "" : ", commit " + inputs.commit))});
  for (const auto& [name, value] : inputs.libraries) table.row({escape_html(name), escape_html(value)});
  for (const auto& [name, value] : inputs.input_hashes) table.row({"XXH3 of " + escape_html(name), escape_html(value)});
  table.row({"XXH3 of predictions.csv", escape_html(inputs.predictions_hash)});
  std::string text = "<h2 id=\"settings\">Settings and versions</h2>\n" + table.html();
  if (!inputs.settings.empty())
    text += "<details><summary>All settings, as resolved</summary>\n<pre>" + escape_html(inputs.settings) +
            "</pre></details>\n";
  return text;
}

}  // namespace radiopath::training
