#include "training/statistics_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.h"
#include "core/operating_point.h"
#include "training/evaluation.h"

namespace radiopath::training {
namespace {

const std::set<std::string> kNotModels = {"patient_id", "id", "patient", "site", "cohort", "role", "scored", "fold"};

bool is_predictions(const CsvFile& csv) { return csv.find("patient_id") && csv.find("cohort") && csv.find("scored") && csv.find("outcome"); }

std::vector<std::string> models_of(const CsvFile& csv, const ScoredColumns& columns, const std::string& outcome, const std::string& cohort) {
  std::vector<std::string> models;
  for (const std::string& name : columns.models) {
    if (name == outcome || name == cohort)
      throw InputError(fmt::format("--models names '{}', which is the {}; expected columns of scores", name,
                                   name == outcome ? "outcome" : "cohort"));
    if (std::ranges::find(models, name) != models.end()) throw InputError("--models names '" + name + "' twice");
    models.push_back(name);
  }
  if (!models.empty()) return models;
  for (const std::string& name : csv.header)
    if (name != outcome && name != cohort && !kNotModels.contains(name) && !name.starts_with("threshold_")) models.push_back(name);
  if (models.empty()) throw InputError(csv.path.string() + ": no column of scores beside '" + outcome + "'; expected one per model");
  return is_predictions(csv) ? in_report_order(std::move(models)) : models;
}

/// Names of the cohorts a row belongs to.
std::vector<std::string> cohorts_of_row(const CsvFile& csv, std::size_t row, const std::string& cohort) {
  if (cohort.empty()) return {"all"};
  std::string name = csv.rows[row][csv.column(cohort)];
  if (!is_predictions(csv) || cohort != "cohort") return {name};
  const std::string& scored = csv.rows[row][csv.column("scored")];
  if (name == "train") name += "_" + scored;
  return scored == "in_sample" ? std::vector<std::string>{name} : std::vector<std::string>{name, "pooled"};
}

ScoredCohort& cohort_named(std::vector<ScoredCohort>& cohorts, const std::string& name, std::size_t models) {
  const auto found = std::ranges::find(cohorts, name, &ScoredCohort::name);
  if (found != cohorts.end()) return *found;
  return cohorts.emplace_back(ScoredCohort{name, {}, std::vector<std::vector<double>>(models)});
}

struct Rule {
  ThresholdRule rule = ThresholdRule::youden;
  double value = 0;
};

Rule parse_rule(const std::string& text) {
  const std::size_t sign = text.find('=');
  const std::string name = text.substr(0, sign);
  const double value = sign == std::string::npos ? NAN : parse_double(text.substr(sign + 1)).value_or(NAN);
  if (text.empty() || text == "youden") return {};
  const bool share = value > 0 && value <= 1;
  if (name == "sensitivity" && share) return {ThresholdRule::sensitivity, value};
  if (name == "specificity" && share) return {ThresholdRule::specificity, value};
  if (name == "cost" && value > 0 && std::isfinite(value)) return {ThresholdRule::cost, value};
  throw InputError("--rule is '" + text +
                   "'; expected youden, sensitivity=0.9, specificity=0.9 (shares) or cost=5 (above 0)");
}

/// The one value of a column of thresholds.
double threshold_column(const CsvFile& csv, const std::string& name) {
  const std::vector<double> values = number_column(csv, name);
  for (std::size_t r = 0; r < values.size(); ++r) {
    if (values[r] != values[0])
      throw InputError(fmt::format("{}:{}: {} is '{}' after '{}'; expected one threshold in all rows",
                                   csv.path.string(), csv.lines[r], name, csv.rows[r][csv.column(name)],
                                   csv.rows[0][csv.column(name)]));
  }
  return values[0];
}

void set_thresholds(ScoredFile& file, const ScoredColumns& columns, const CsvFile& csv) {
  std::string from = columns.threshold_cohort;
  if (from.empty() && is_predictions(csv) && !columns.threshold) from = "train_out_of_fold";
  const auto cohort = std::ranges::find(file.cohorts, from, &ScoredCohort::name);
  if (!columns.threshold_cohort.empty() && cohort == file.cohorts.end()) {
    std::vector<std::string> names;
    for (const auto& c : file.cohorts) names.push_back(c.name);
    throw InputError(csv.path.string() + ": no cohort '" + from + "'; known: " + join_names(names));
  }
  const bool taken = cohort != file.cohorts.end();
  if (taken && columns.threshold) throw InputError("--threshold and --threshold-cohort exclude each other");
  if (columns.threshold && !std::isfinite(*columns.threshold))
    throw InputError(fmt::format("--threshold is {}; expected a finite number", *columns.threshold));
  if (taken) file.threshold_cohort = from;
  const Rule rule = parse_rule(columns.rule);
  if (!columns.rule.empty() && !taken)
    throw InputError("--rule needs --threshold-cohort: the cohort that thresholds are taken from");
  file.threshold_rule = taken ? (columns.rule.empty() ? "youden" : columns.rule) + " on " + from
                              : fmt::format("fixed at {}", columns.threshold.value_or(0.5));
  int own = 0;
  for (std::size_t m = 0; m < file.models.size(); ++m) {
    double threshold = columns.threshold.value_or(0.5);
    if (csv.find("threshold_" + file.models[m])) {
      threshold = threshold_column(csv, "threshold_" + file.models[m]), ++own;
    } else if (taken) {
      const ScoredCohort scored = scored_by_all(*cohort, {m});
      threshold = threshold_by(rule.rule, rule.value, scored.scores[m], scored.outcomes);
    }
    file.thresholds.push_back(threshold);
  }
  if (own > 0) file.threshold_rule += fmt::format("; {} of {} from columns", own, file.models.size());
}

}  // namespace

std::string outcome_name(const CsvFile& csv, const std::string& asked) {
  if (!asked.empty()) return csv.header[csv.column(asked)];
  for (const char* name : {"outcome", "label", "y", "event", "status"}) if (csv.find(name)) return name;
  throw InputError(csv.path.string() + ": no column 'outcome', 'label', 'y', 'event' or 'status'; name it with --outcome. Columns: " + join_names(csv.header));
}

std::vector<int> outcome_column(const CsvFile& csv, const std::string& name) {
  const int column = csv.column(name);
  std::vector<int> outcomes;
  for (std::size_t r = 0; r < csv.rows.size(); ++r) {
    const auto value = parse_double(csv.rows[r][column]);
    if (!value || (*value != 0 && *value != 1))
      throw InputError(fmt::format("{}:{}: {} is '{}'; expected 0 or 1", csv.path.string(), csv.lines[r], name, csv.rows[r][column]));
    outcomes.push_back(static_cast<int>(*value));
  }
  if (outcomes.empty()) throw InputError(csv.path.string() + ": has no rows");
  return outcomes;
}

std::vector<double> number_column(const CsvFile& csv, const std::string& name) {
  const int column = csv.column(name);
  std::vector<double> values;
  for (std::size_t r = 0; r < csv.rows.size(); ++r) {
    const auto value = parse_double(csv.rows[r][column]);
    if (!value || std::isinf(*value))
      throw InputError(fmt::format("{}:{}: {} is '{}'; expected a finite number or nothing", csv.path.string(), csv.lines[r], name, csv.rows[r][column]));
    values.push_back(*value);
  }
  return values;
}

ScoredCohort scored_by_all(const ScoredCohort& cohort, const std::vector<std::size_t>& models) {
  ScoredCohort kept{cohort.name, {}, std::vector<std::vector<double>>(cohort.scores.size())};
  for (std::size_t i = 0; i < cohort.outcomes.size(); ++i) {
    if (std::ranges::any_of(models, [&](std::size_t m) { return std::isnan(cohort.scores[m][i]); })) continue;
    kept.outcomes.push_back(cohort.outcomes[i]);
    for (std::size_t m = 0; m < cohort.scores.size(); ++m) kept.scores[m].push_back(cohort.scores[m][i]);
  }
  return kept;
}

ScoredFile read_scored(const std::filesystem::path& path, const ScoredColumns& columns) {
  const CsvFile csv = read_csv(path);
  const std::string outcome = outcome_name(csv, columns.outcome);
  const std::string cohort = columns.cohort.empty() ? (csv.find("cohort") ? "cohort" : "") : csv.header[csv.column(columns.cohort)];
  ScoredFile file;
  file.models = models_of(csv, columns, outcome, cohort);
  const std::vector<int> outcomes = outcome_column(csv, outcome);
  std::vector<std::vector<double>> scores;
  for (const std::string& model : file.models) scores.push_back(number_column(csv, model));
  for (std::size_t r = 0; r < outcomes.size(); ++r) {
    for (const std::string& name : cohorts_of_row(csv, r, cohort)) {
      ScoredCohort& of = cohort_named(file.cohorts, name, file.models.size());
      of.outcomes.push_back(outcomes[r]);
      for (std::size_t m = 0; m < scores.size(); ++m) of.scores[m].push_back(scores[m][r]);
    }
  }
  if (is_predictions(csv) && cohort == "cohort") file.overlapping = {"train_in_sample", "pooled"};
  set_thresholds(file, columns, csv);
  return file;
}

}  // namespace radiopath::training
