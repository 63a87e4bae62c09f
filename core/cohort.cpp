#include "core/cohort.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "core/error.h"
#include "core/hash.h"
#include "core/random.h"

namespace radiopath {
namespace {

const std::string kEmpty;

bool names(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

std::string known_cohorts(const CohortRoles& roles) {
  std::vector<std::string> all = roles.train;
  all.insert(all.end(), roles.validation.begin(), roles.validation.end());
  all.insert(all.end(), roles.test.begin(), roles.test.end());
  return join_names(all);
}

template <class View>
std::vector<int> rows_among(const View& view, const std::vector<std::string>& ids) {
  const std::set<std::string_view> wanted(ids.begin(), ids.end());
  std::vector<int> rows;
  for (const int row : view.rows()) {
    if (wanted.contains(view.cohort()[row].id)) rows.push_back(row);
  }
  return rows;
}

/// One manifest row at a time; problems are collected, so that the user sees all of them at once.
class ManifestReader {
 public:
  explicit ManifestReader(const CohortConfig& config) : config_(config), csv_(read_csv(config.manifest)) {
    id_ = csv_.column(config.id);
    outcome_ = csv_.column(config.outcome);
    cohort_ = csv_.column(config.cohort);
    site_ = csv_.find(config.site).value_or(-1);
    for (int c = 0; c < static_cast<int>(csv_.header.size()); ++c) {
      if (c != id_ && c != outcome_ && c != cohort_) columns_.push_back(csv_.header[static_cast<std::size_t>(c)]);
    }
  }

  Cohort read() {
    for (std::size_t r = 0; r < csv_.rows.size(); ++r) read_row(r);
    if (csv_.rows.empty()) problem(1, "no patients");
    require_both_classes();
    std::string message;
    for (const auto& text : problems_) message += (message.empty() ? "" : "\n") + text;
    if (!message.empty()) throw InputError(message);
    return {std::move(patients_), std::move(outcomes_), config_.manifest.parent_path(), std::move(columns_)};
  }

 private:
  void problem(int line, const std::string& what) {
    problems_.push_back(csv_.path.string() + ":" + std::to_string(line) + ": " + what);
  }

  void read_row(std::size_t r) {
    const auto cell = [&](int c) -> const std::string& { return c < 0 ? kEmpty : csv_.rows[r][static_cast<std::size_t>(c)]; };
    const int line = csv_.lines[r];
    Patient patient;
    patient.id = cell(id_);
    patient.site = cell(site_);
    patient.line = line;
    if (patient.id.empty()) problem(line, "column '" + config_.id + "' is empty; every row needs a patient");
    if (patient.id.find('/') != std::string::npos || patient.id == "." || patient.id == "..")
      problem(line, "patient '" + patient.id + "': an identifier names files, it may not hold '/'");
    const auto [first, is_new] = line_of_.emplace(patient.id, line);
    if (!is_new) {
      problem(line, "patient '" + patient.id + "' stands twice (first in line " + std::to_string(first->second) +
                        "); one row per patient, several slides are separated by ';'");
    }
    const auto outcome = parse_double(cell(outcome_));
    if (!outcome || (*outcome != 0 && *outcome != 1)) {
      problem(line, "column '" + config_.outcome + "': found '" + cell(outcome_) + "', expected 0 or 1" +
                        (cell(outcome_).empty() ? "; leave patients without an outcome out" : ""));
    }
    read_role(line, cell(cohort_), patient);
    for (const auto& column : columns_) patient.cells[column] = cell(*csv_.find(column));
    patients_.push_back(std::move(patient));
    outcomes_.push_back(outcome && *outcome == 1 ? 1 : 0);
  }

  void require_both_classes() {
    int count[2] = {0, 0};
    for (std::size_t i = 0; i < patients_.size(); ++i) {
      if (patients_[i].role == Role::train) ++count[outcomes_[i]];
    }
    if (problems_.empty() && (count[0] == 0 || count[1] == 0)) {
      problem(1, "training patients: " + std::to_string(count[1]) + " with and " + std::to_string(count[0]) +
                     " without the event; expected some of each");
    }
  }

  void read_role(int line, const std::string& text, Patient& patient) {
    const CohortRoles& roles = config_.cohorts;
    if (names(roles.train, text)) patient.role = Role::train;
    else if (names(roles.validation, text)) patient.role = Role::validation;
    else if (names(roles.test, text)) patient.role = Role::test;
    else {
      problem(line, "column '" + config_.cohort + "': found '" + text + "', expected one of " + known_cohorts(roles) +
                        " (set [cohort.cohorts])");
    }
  }

  const CohortConfig& config_;
  CsvFile csv_;
  int id_ = 0, outcome_ = 0, cohort_ = 0, site_ = -1;
  std::vector<std::string> columns_;
  std::vector<Patient> patients_;
  std::vector<int> outcomes_;
  std::map<std::string, int> line_of_;
  std::vector<std::string> problems_;
};

}  // namespace

std::string_view name_of(Role role) {
  switch (role) {
    case Role::train: return "train";
    case Role::validation: return "validation";
    case Role::test: return "test";
  }
  throw std::logic_error("unknown Role");
}

const std::string& Patient::cell(std::string_view column) const {
  const auto found = cells.find(std::string(column));
  return found == cells.end() ? kEmpty : found->second;
}

Cohort::Cohort(std::vector<Patient> patients, std::vector<int> outcomes, std::filesystem::path folder,
               std::vector<std::string> columns)
    : patients_(std::move(patients)), outcomes_(std::move(outcomes)), folder_(std::move(folder)),
      columns_(std::move(columns)) {
  if (patients_.size() != outcomes_.size()) throw std::logic_error("Cohort: one outcome per patient");
}

std::vector<std::filesystem::path> Cohort::files(const Patient& patient, std::string_view column) const {
  std::vector<std::filesystem::path> files;
  const std::string& text = patient.cell(column);
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(';', start), text.size());
    if (end > start) files.push_back(folder_ / text.substr(start, end - start));
    start = end + 1;
  }
  return files;
}

std::string Cohort::hash() const {
  Hasher hasher;
  for (int row = 0; row < size(); ++row)
    hasher.add((*this)[row].id).add(name_of((*this)[row].role)).add(std::int64_t{outcomes_[static_cast<std::size_t>(row)]});
  return hasher.hex();
}

Cohort read_cohort(const CohortConfig& config) {
  if (config.manifest.empty()) throw InputError("[cohort] manifest is not set; expected a CSV with one row per patient");
  return ManifestReader(config).read();
}

std::vector<int> outcomes_for_evaluation(const Cohort& cohort) { return cohort.outcomes_; }

std::vector<std::string> PatientView::ids() const {
  std::vector<std::string> ids;
  for (const int row : rows_) ids.push_back((*cohort_)[row].id);
  return ids;
}

std::vector<int> TrainingView::outcomes() const {
  std::vector<int> outcomes;
  for (int i = 0; i < size(); ++i) outcomes.push_back(outcome(i));
  return outcomes;
}

TrainingView TrainingView::among(const std::vector<std::string>& ids) const { return {*cohort_, rows_among(*this, ids)}; }
EvaluationView EvaluationView::among(const std::vector<std::string>& ids) const { return {*cohort_, rows_among(*this, ids)}; }

std::vector<int> stratified_folds(const std::vector<int>& outcomes, int k, std::uint64_t seed, std::string_view name) {
  std::vector<int> by_class[2];
  for (std::size_t i = 0; i < outcomes.size(); ++i) by_class[outcomes[i]].push_back(static_cast<int>(i));
  k = std::min<int>(k, static_cast<int>(std::min(by_class[0].size(), by_class[1].size())));
  if (k < 2) {
    throw InputError("cross-validation needs at least 2 training patients of each class; found " +
                     std::to_string(by_class[1].size()) + " with and " + std::to_string(by_class[0].size()) +
                     " without the event");
  }
  Random random(seed, "folds/" + std::string(name));
  std::vector<int> fold_of(outcomes.size());
  int next = 0;  // goes on from class to class, so that fold sizes differ by one at most
  for (auto& members : by_class) {
    random.shuffle(members);
    for (const int i : members) fold_of[static_cast<std::size_t>(i)] = next++ % k;
  }
  return fold_of;
}

std::vector<Split> TrainingView::folds(int k, std::uint64_t seed, std::string_view name) const {
  const std::vector<int> fold_of = stratified_folds(outcomes(), k, seed, name);
  std::vector<Split> folds;
  for (int f = 0; f <= *std::max_element(fold_of.begin(), fold_of.end()); ++f) {
    std::vector<int> train, held_out;
    for (std::size_t i = 0; i < rows_.size(); ++i) (fold_of[i] == f ? held_out : train).push_back(rows_[i]);
    folds.push_back({"fold" + std::to_string(f + 1), TrainingView(*cohort_, train), EvaluationView(*cohort_, held_out)});
  }
  return folds;
}

std::string TrainingView::hash() const {
  Hasher hasher;
  for (int i = 0; i < size(); ++i) hasher.add((*this)[i].id).add(std::int64_t{outcome(i)});
  return hasher.hex();
}

Split locked_split(const Cohort& cohort) {
  std::vector<int> train, held_out;
  for (int row = 0; row < cohort.size(); ++row) (cohort[row].role == Role::train ? train : held_out).push_back(row);
  return {"locked", TrainingView(cohort, std::move(train)), EvaluationView(cohort, std::move(held_out))};
}

std::vector<Split> splits_of(const std::string& protocol, const Cohort& cohort) {
  if (protocol == "locked") return {locked_split(cohort)};
  throw InputError("protocol '" + protocol + "' is unknown; known: locked");
}

}  // namespace radiopath
