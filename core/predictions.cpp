#include "core/predictions.h"

#include <algorithm>
#include <stdexcept>

#include "core/error.h"
#include "core/files.h"

namespace radiopath {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

template <class Enum>
Enum parse_name(const std::string& text, std::initializer_list<Enum> all, const CsvFile& csv, std::size_t row) {
  std::vector<std::string> known;
  for (const Enum value : all) {
    if (name_of(value) == text) return value;
    known.emplace_back(name_of(value));
  }
  throw InputError(csv.path.string() + ":" + std::to_string(csv.lines[row]) + ": unknown '" + text + "'; known: " +
                   join_names(known));
}

}  // namespace

std::string_view name_of(Scored scored) {
  switch (scored) {
    case Scored::in_sample: return "in_sample";
    case Scored::out_of_fold: return "out_of_fold";
    case Scored::held_out: return "held_out";
  }
  throw std::logic_error("unknown Scored");
}

void Predictions::add(const Scores& scores, const Cohort& cohort, Scored scored) {
  for (const auto& [name, values] : scores.by_model) {
    if (std::find(models.begin(), models.end(), name) == models.end()) models.push_back(name);
  }
  for (Row& row : rows) row.scores.resize(models.size(), kMissing);

  const std::vector<int> outcomes = outcomes_for_evaluation(cohort);
  std::map<std::string, int> row_of;
  for (int row = 0; row < cohort.size(); ++row) row_of[cohort[row].id] = row;
  for (std::size_t i = 0; i < scores.ids.size(); ++i) {
    const int row = row_of.at(scores.ids[i]);
    const Patient& patient = cohort[row];
    Row entry{patient.id, patient.site, patient.role, scored, outcomes[static_cast<std::size_t>(row)],
              std::vector<double>(models.size(), kMissing)};
    for (const auto& [name, values] : scores.by_model) entry.scores[static_cast<std::size_t>(model(name))] = values[i];
    rows.push_back(std::move(entry));
  }
}

int Predictions::model(std::string_view name) const {
  const auto found = std::find(models.begin(), models.end(), name);
  if (found == models.end())
    throw InputError("unknown model '" + std::string(name) + "'; known: " + join_names(models));
  return static_cast<int>(found - models.begin());
}

void write_predictions(const std::filesystem::path& file, const Predictions& predictions) {
  std::string text = "patient_id,site,cohort,scored,outcome";
  for (const auto& model : predictions.models) text += "," + csv_cell(model);
  text += "\n";
  for (const auto& row : predictions.rows) {
    text += csv_cell(row.patient_id) + "," + csv_cell(row.site) + "," + std::string(name_of(row.role)) + "," +
            std::string(name_of(row.scored)) + "," + std::to_string(row.outcome);
    for (const double score : row.scores) text += "," + format_double(score);
    text += "\n";
  }
  write_text(file, text);
}

Predictions read_predictions(const std::filesystem::path& file) {
  const CsvFile csv = read_csv(file);
  const int id = csv.column("patient_id"), site = csv.column("site"), cohort = csv.column("cohort"),
            scored = csv.column("scored"), outcome = csv.column("outcome");
  Predictions predictions;
  for (std::size_t c = 5; c < csv.header.size(); ++c) predictions.models.push_back(csv.header[c]);
  for (std::size_t r = 0; r < csv.rows.size(); ++r) {
    const auto cell = [&](int c) -> const std::string& { return csv.rows[r][static_cast<std::size_t>(c)]; };
    Predictions::Row row{cell(id), cell(site), parse_name(cell(cohort), {Role::train, Role::validation, Role::test}, csv, r),
                         parse_name(cell(scored), {Scored::in_sample, Scored::out_of_fold, Scored::held_out}, csv, r),
                         cell(outcome) == "1" ? 1 : 0, {}};
    for (std::size_t c = 5; c < csv.header.size(); ++c)
      row.scores.push_back(parse_double(csv.rows[r][c]).value_or(kMissing));
    predictions.rows.push_back(std::move(row));
  }
  return predictions;
}

}  // namespace radiopath
