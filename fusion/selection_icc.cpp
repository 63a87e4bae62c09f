#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#include "core/error.h"
#include "core/icc.h"
#include "core/parallel.h"
#include "core/table.h"
#include "fusion/selection_steps.h"

namespace radiopath::fusion {
namespace {

namespace fs = std::filesystem;

/// A table of repeated measurements: of each patient some rows, one per reading, in order.
struct Readings {
  std::map<std::string, std::vector<int>> rows_of;
  std::map<std::string, int, std::less<>> columns;
  Eigen::MatrixXd values;  ///< (rows, columns)
};

Readings read(const fs::path& file) {
  if (file.empty())
    throw InputError(
        "[models.selection] steps hold icc, but icc_table is not set; expected a CSV of repeated measurements");
  const CsvFile csv = read_csv(file);
  const auto reading = csv.find("reading");
  Readings readings;
  for (std::size_t c = 1; c < csv.header.size(); ++c) {
    if (static_cast<int>(c) != reading)
      readings.columns.emplace(csv.header[c], static_cast<int>(readings.columns.size()));
  }
  readings.values.resize(static_cast<Eigen::Index>(csv.rows.size()),
                         static_cast<Eigen::Index>(readings.columns.size()));
  for (std::size_t r = 0; r < csv.rows.size(); ++r) {
    readings.rows_of[csv.rows[r][0]].push_back(static_cast<int>(r));
    for (std::size_t c = 1; c < csv.header.size(); ++c) {
      if (static_cast<int>(c) == reading) continue;
      const auto value = parse_double(csv.rows[r][c]);
      if (!value || std::isinf(*value))
        throw InputError(file.string() + ":" + std::to_string(csv.lines[r]) + ": " + csv.header[c] + " is '" +
                         csv.rows[r][c] + "'; expected a finite number or nothing");
      readings.values(static_cast<Eigen::Index>(r), readings.columns.at(csv.header[c])) = *value;
    }
  }
  if (!reading) return readings;
  for (auto& [patient, rows] : readings.rows_of) {
    const auto name = [&](int row) {
      return csv.rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(*reading)];
    };
    std::stable_sort(rows.begin(), rows.end(), [&](int a, int b) { return name(a) < name(b); });
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (name(rows[i]) == name(rows[i - 1]))
        throw InputError(file.string() + ": patient '" + patient + "' has reading '" + name(rows[i]) + "' twice");
    }
  }
  return readings;
}

/// Read once for all folds and resamples that repeat the step.
std::shared_ptr<const Readings> readings_of(const fs::path& file) {
  static std::mutex mutex;
  static std::map<std::pair<fs::path, fs::file_time_type>, std::shared_ptr<const Readings>> known;
  const std::scoped_lock lock(mutex);
  std::error_code absent;
  auto& readings = known[{file, fs::last_write_time(file, absent)}];
  if (!readings) readings = std::make_shared<const Readings>(read(file));
  return readings;
}

/// Rows of the patients who may be looked at, (patients, readings): training ones, and whoever is not of the study.
std::vector<std::vector<int>> subjects_of(const Readings& readings, const TrainingView& train, std::string& remark) {
  std::set<std::string> held_back;
  for (const Patient& patient : train.cohort().patients()) held_back.insert(patient.id);
  for (const std::string& id : train.ids()) held_back.erase(id);
  std::map<std::size_t, int> patients_with;  // so many readings
  for (const auto& [patient, rows] : readings.rows_of) {
    if (rows.size() > 1 && !held_back.contains(patient)) ++patients_with[rows.size()];
  }
  std::size_t readings_each = 0;
  int most = 0;
  for (const auto& [count, patients] : patients_with) {
    if (patients >= most) most = patients, readings_each = count;
  }
  std::vector<std::vector<int>> subjects;
  int fewer = 0;
  for (const auto& [patient, rows] : readings.rows_of) {
    if (held_back.contains(patient)) continue;
    if (rows.size() < std::max<std::size_t>(readings_each, 2))
      ++fewer;
    else
      subjects.emplace_back(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(readings_each));
  }
  remark = std::to_string(subjects.size()) + " patients with " + std::to_string(readings_each) + " readings";
  if (fewer > 0) remark += ", " + std::to_string(fewer) + " with fewer left out";
  return subjects;
}

/// NaN where it is not defined: fewer than three complete subjects, or nothing varies.
double icc_of(const Readings& readings, int column, const std::vector<std::vector<int>>& subjects,
              const std::string& form) {
  std::vector<Eigen::RowVectorXd> complete;
  for (const auto& rows : subjects) {
    const Eigen::RowVectorXd values = readings.values(rows, column).transpose();
    if (!values.hasNaN()) complete.push_back(values);
  }
  if (complete.size() < 3) return std::nan("");
  Eigen::MatrixXd ratings(static_cast<Eigen::Index>(complete.size()), complete[0].size());
  for (std::size_t s = 0; s < complete.size(); ++s) ratings.row(static_cast<Eigen::Index>(s)) = complete[s];
  for (const Icc& icc : intraclass_correlations(ratings)) {
    if (icc.form == form) return icc.value;
  }
  return std::nan("");
}

}  // namespace

std::optional<std::string> selection_objection(const SelectionConfig& config) {
  if (std::find(config.steps.begin(), config.steps.end(), "icc") == config.steps.end()) return std::nullopt;
  try {
    readings_of(config.icc_table);
  } catch (const InputError& error) {
    return error.what();
  }
  return std::nullopt;
}

Kept by_icc(const StepInput& input) {
  const std::shared_ptr<const Readings> readings = readings_of(input.config.icc_table);
  Kept kept;
  const auto subjects = subjects_of(*readings, input.train.view(), kept.remark);
  if (subjects.size() < 3)
    throw InputError(
        input.config.icc_table.string() + ": " + std::to_string(subjects.size()) +
        " of the training patients at hand were measured at least twice; the icc step needs 3 (patients held out "
        "are not looked at)");
  const auto iccs = parallel_map(input.x.cols(), [&](std::int64_t j) {
    const auto column = readings->columns.find(input.name(j));
    return column == readings->columns.end() ? INFINITY
                                             : icc_of(*readings, column->second, subjects, input.config.icc_form);
  });
  int unmeasured = 0, best = 0;
  for (int j = 0; j < static_cast<int>(iccs.size()); ++j) {
    const double icc = iccs[static_cast<std::size_t>(j)];
    unmeasured += std::isinf(icc);
    if (icc >= input.config.min_icc) kept.columns.push_back(j);
    if (!(iccs[static_cast<std::size_t>(best)] >= icc) && !std::isnan(icc)) best = j;
  }
  if (unmeasured > 0) kept.remark += "; " + std::to_string(unmeasured) + " columns were not measured again and stay";
  if (!kept.columns.empty()) return kept;
  kept.columns = {best};
  kept.remark += "; no column reaches " + format_double(input.config.min_icc) + ", kept the best";
  return kept;
}

}  // namespace radiopath::fusion
