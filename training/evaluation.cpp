#include "training/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "core/statistics.h"
#include "core/table.h"

namespace radiopath::training {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr std::array kSubsets = {Subset::train_in_sample, Subset::train_out_of_fold, Subset::validation, Subset::test,
                                 Subset::pooled};

bool belongs(const Predictions::Row& row, Subset subset) {
  switch (subset) {
    case Subset::train_in_sample:
      return row.role == Role::train && row.scored == Scored::in_sample;
    case Subset::train_out_of_fold:
      return row.role == Role::train && row.scored == Scored::out_of_fold;
    case Subset::validation:
      return row.role == Role::validation && row.scored == Scored::held_out;
    case Subset::test:
      return row.role == Role::test && row.scored == Scored::held_out;
    case Subset::pooled:
      return row.scored != Scored::in_sample;
  }
  return false;
}

using Rows = std::vector<const Predictions::Row*>;

Rows rows_of(const Predictions& predictions, Subset subset) {
  Rows rows;
  for (const auto& row : predictions.rows)
    if (belongs(row, subset)) rows.push_back(&row);
  return rows;
}

/// Those that every one of `columns` scores.
Rows scored_by(const Rows& rows, const std::vector<int>& columns) {
  Rows kept;
  for (const auto* row : rows)
    if (std::ranges::none_of(columns, [&](int c) { return std::isnan(row->scores[static_cast<std::size_t>(c)]); }))
      kept.push_back(row);
  return kept;
}

std::vector<double> scores_of(const Rows& rows, int column) {
  std::vector<double> scores;
  for (const auto* row : rows) scores.push_back(row->scores[static_cast<std::size_t>(column)]);
  return scores;
}

std::vector<int> outcomes_of(const Rows& rows) {
  std::vector<int> outcomes;
  for (const auto* row : rows) outcomes.push_back(row->outcome);
  return outcomes;
}

int count_events(const std::vector<int>& outcomes) { return std::accumulate(outcomes.begin(), outcomes.end(), 0); }

/// Why figures of these patients are undefined or weak; "" when nothing is the matter.
std::string note_on(int patients, int events) {
  if (patients == 0) return "no patients";
  if (events == 0) return "no events";
  if (events == patients) return "no patients without the event";
  if (events < 2 || patients - events < 2) return "fewer than two patients of a class: no interval";
  return "";
}

std::vector<int> columns_of(const Predictions& predictions, const std::vector<std::string>& models) {
  std::vector<int> columns;
  for (const auto& name : models) columns.push_back(predictions.model(name));
  return columns;
}

bool is_fusion(const std::string& model) { return model.starts_with("MHA_") || model.starts_with("Ensemble_"); }

OperatingPoint freeze_threshold(const EvaluationConfig& config, const std::string& model, int column,
                                const Rows& out_of_fold) {
  const Rows rows = scored_by(out_of_fold, {column});
  const std::vector<int> outcomes = outcomes_of(rows);
  OperatingPoint point{model, config.threshold, kNan, static_cast<int>(rows.size()), count_events(outcomes), ""};
  if (config.threshold == "fixed") {
    point.threshold = config.fixed_threshold;
  } else {
    const bool cost = config.threshold == "cost";
    const ThresholdRule rule = cost                                ? ThresholdRule::cost
                               : config.threshold == "sensitivity" ? ThresholdRule::sensitivity
                               : config.threshold == "specificity" ? ThresholdRule::specificity
                                                                   : ThresholdRule::youden;
    point.threshold =
        threshold_by(rule, cost ? config.missed_cost : config.threshold_share, scores_of(rows, column), outcomes);
    if (std::isnan(point.threshold))
      point.note = "no threshold: out-of-fold training scores have " + note_on(point.patients, point.events);
  }
  return point;
}

ThresholdMetrics without_threshold() {
  const Proportion none{kNan, {kNan, kNan}, 0, 0};
  return {kNan, 0, 0, 0, 0, none, none, none, none, none};
}

double reachable_auc(const std::string& model, const Predictions& predictions, const Rows& rows, const Truth& truth) {
  if (truth.empty() || rows.empty()) return kNan;
  std::vector<double> risks;
  for (const auto* row : rows) risks.push_back(truth.risk(row->patient_id, sources_behind(model, predictions, *row)));
  const bool unknown = std::ranges::any_of(risks, [](double risk) { return std::isnan(risk); });
  return unknown ? kNan : auc(risks, outcomes_of(rows));
}

Figures figures_of(const OperatingPoint& point, int column, const Predictions& predictions, const Rows& rows,
                   const Truth& truth) {
  const std::vector<double> scores = scores_of(rows, column);
  const std::vector<int> outcomes = outcomes_of(rows);
  Figures f;
  f.model = point.model;
  f.patients = static_cast<int>(rows.size());
  f.events = count_events(outcomes);
  f.auc = auc_delong(scores, outcomes);
  f.at_threshold =
      std::isnan(point.threshold) ? without_threshold() : threshold_metrics(scores, outcomes, point.threshold);
  f.brier = brier_score(scores, outcomes);
  f.mean_score = rows.empty() ? kNan : std::accumulate(scores.begin(), scores.end(), 0.0) / f.patients;
  f.reachable = reachable_auc(point.model, predictions, rows, truth);
  f.reachable_z = f.auc.standard_error > 0 ? (f.reachable - f.auc.auc) / f.auc.standard_error : kNan;
  f.note = note_on(f.patients, f.events);
  if (f.note.empty()) f.note = width_note(f.auc);
  if (f.note.empty()) f.note = point.note;
  return f;
}

Comparison compare(const std::vector<std::string>& models, const std::vector<int>& columns, const Rows& rows) {
  Comparison comparison;
  const std::vector<int> outcomes = outcomes_of(rows);
  comparison.patients = static_cast<int>(rows.size());
  comparison.events = count_events(outcomes);
  comparison.note = note_on(comparison.patients, comparison.events);
  if (!comparison.note.empty()) return comparison;

  std::vector<std::vector<double>> scores;
  std::vector<Placements> placed;
  for (const int column : columns) {
    scores.push_back(scores_of(rows, column));
    placed.push_back(placements(scores.back(), outcomes));
  }
  for (std::size_t i = 0; i < models.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      comparison.pairs.push_back(
          {models[i], models[j], delong_test(placed[i], placed[j]), idi(scores[j], scores[i], outcomes)});
  return comparison;
}

void add_subset(Results& results, Subset subset, const Predictions& predictions, const std::vector<int>& columns,
                const Truth& truth) {
  const Rows rows = rows_of(predictions, subset);
  const Rows common = scored_by(rows, columns);
  for (const Population population : {Population::own, Population::common})
    for (std::size_t m = 0; m < columns.size(); ++m) {
      const Rows& patients = population == Population::common ? common : scored_by(rows, {columns[m]});
      Figures f = figures_of(results.thresholds[m], columns[m], predictions, patients, truth);
      f.subset = subset;
      f.population = population;
      if (subset == Subset::train_in_sample) f.reachable_z = kNan;  // fitted patients can be beyond what is reachable
      results.figures.push_back(std::move(f));
    }
  if (subset == Subset::train_in_sample) return;  // nested models on their own training data: DeLong does not hold
  results.comparisons.push_back(compare(results.models, columns, common));
  results.comparisons.back().subset = subset;
}

void name_headline(const EvaluationConfig& config, Results& results) {
  const auto& models = results.models;
  const auto compared = [&](const std::string& name) { return std::ranges::find(models, name) != models.end(); };
  for (const std::string& name : {config.headline, config.comparator})
    if (!name.empty() && !compared(name))
      throw InputError(fmt::format("[evaluation]: '{}' is none of the compared models: {}", name, join_names(models)));
  if (models.empty()) return;
  results.headline = config.headline.empty() ? models.back() : config.headline;
  const std::string ensemble = "Ensemble_" + results.headline.substr(results.headline.rfind('_') + 1);
  results.comparator = !config.comparator.empty() ? config.comparator : compared(ensemble) ? ensemble : "";
  if (results.comparator == results.headline) results.comparator.clear();
}

}  // namespace

std::string width_note(const AucDelong& auc) {
  if (auc.standard_error != 0) return "";  // NaN too
  const Interval exact = separated_auc_interval(auc);
  if (std::isnan(exact.lower)) return "constant score: no interval";
  return fmt::format(
      "complete separation: the AUC's interval has no width; exact {:.3f}-{:.3f} (Clopper-Pearson, {} disjoint pairs)",
      exact.lower, exact.upper, std::min(auc.events, auc.non_events));
}

std::vector<const Predictions::Row*> common_rows(const Predictions& predictions, Subset subset,
                                                 const std::vector<std::string>& models) {
  return scored_by(rows_of(predictions, subset), columns_of(predictions, models));
}

std::vector<std::string> in_report_order(std::vector<std::string> models) {
  const auto rank = [](const std::string& name) {
    const int group = name.starts_with("MHA") ? 2 : name.starts_with("Ensemble") ? 1 : 0;
    return std::pair(group, group == 0 ? 0 : name.size());
  };
  std::ranges::stable_sort(models, {}, rank);
  return models;
}

double Truth::risk(const std::string& patient, const std::string& sources) const {
  for (const std::string& column : {"risk_" + sources, std::string("true_risk")}) {
    const auto risk_of = risks.find(column);
    if (risk_of == risks.end()) continue;
    const auto found = risk_of->second.find(patient);
    return found == risk_of->second.end() ? kNan : found->second;
  }
  return kNan;
}

std::string sources_behind(const std::string& model, const Predictions& predictions, const Predictions::Row& row) {
  const auto lower = [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); };
  const auto letters_of = [](const std::string& name) {
    return is_fusion(name) ? name.substr(name.rfind('_') + 1) : name.substr(0, 1);
  };
  std::string sources;
  for (const char letter : letters_of(model)) {
    const auto own = std::ranges::find_if(
        predictions.models, [&](const std::string& name) { return !is_fusion(name) && lower(name[0]) == lower(letter); });
    const auto column = static_cast<std::size_t>(own - predictions.models.begin());
    if (own == predictions.models.end() || !std::isnan(row.scores[column])) sources += lower(letter);
  }
  return sources;
}

Truth read_truth(const std::filesystem::path& file) {
  Truth truth;
  if (file.empty()) return truth;
  const CsvFile csv = read_csv(file);
  const auto id = static_cast<std::size_t>(csv.column("patient_id"));
  csv.column("true_risk");  // must be there
  for (std::size_t column = 0; column < csv.header.size(); ++column) {
    const std::string& name = csv.header[column];
    if (name != "true_risk" && !name.starts_with("risk_")) continue;
    for (std::size_t i = 0; i < csv.rows.size(); ++i) {
      const auto value = parse_double(csv.rows[i][column]);
      if (!value)
        throw InputError(fmt::format("{}:{}: {} is '{}', which is no number", file.string(), csv.lines[i], name,
                                     csv.rows[i][column]));
      truth.risks[name][csv.rows[i][id]] = *value;
    }
  }
  return truth;
}

Results evaluate(const EvaluationConfig& config, const Predictions& predictions, const Truth& truth) {
  Results results;
  results.models = config.models.empty() ? in_report_order(predictions.models) : config.models;
  const std::vector<int> columns = columns_of(predictions, results.models);
  name_headline(config, results);

  const Rows out_of_fold = rows_of(predictions, Subset::train_out_of_fold);
  for (std::size_t m = 0; m < columns.size(); ++m)
    results.thresholds.push_back(freeze_threshold(config, results.models[m], columns[m], out_of_fold));
  for (const Subset subset : kSubsets) add_subset(results, subset, predictions, columns, truth);
  return results;
}

}  // namespace radiopath::training
