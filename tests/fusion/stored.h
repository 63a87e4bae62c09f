#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "fusion/encoding.h"
#include "tests/fusion/made_up_patients.h"
#include "tests/support/anchors.h"

namespace radiopath::fusion {

inline const std::filesystem::path kSklearn = kTestData / "sklearn";

/// A stored table: its train rows are the training cohort, the rest is held out.
struct Stored {
  explicit Stored(const std::string& name) : csv(read_csv(kSklearn / "inputs" / (name + ".csv"))) {
    std::stable_sort(csv.rows.begin(), csv.rows.end(), [](const auto& a, const auto& b) { return a[1] < b[1]; });
    outcomes = outcomes_of(csv, "y");
    train_rows = static_cast<int>(std::count_if(csv.rows.begin(), csv.rows.end(), [](const auto& r) { return r[1] == "0"; }));
    cohort.emplace(made_up_cohort(outcomes, train_rows));
    split.emplace(locked_split(*cohort));
    std::vector<std::string> ids;
    for (const Patient& patient : cohort->patients()) ids.push_back(patient.id);
    table = Table(ids, {csv.header.begin() + 3, csv.header.end()});
    for (int r = 0; r < table.rows(); ++r) {
      for (int c = 0; c < table.cols(); ++c) table.values(r, c) = parse_double(csv.rows[r][c + 3]).value();
    }
  }

  TrainingTable train() const { return {table, split->train}; }
  TrainingTable standardised() const { return apply(fit_encoding({}, train()), train()); }
  Table held_out() const { return table.select_rows(split->held_out.ids()); }
  Table standardised_held_out() const { return apply(fit_encoding({}, train()), held_out()); }
  std::vector<int> held_out_outcomes() const { return {outcomes.begin() + train_rows, outcomes.end()}; }
  Eigen::VectorXd y() const {
    const auto of = train().outcomes();
    return Eigen::Map<const Eigen::VectorXi>(of.data(), static_cast<Eigen::Index>(of.size())).cast<double>();
  }

  CsvFile csv;
  std::vector<int> outcomes;
  int train_rows = 0;
  std::optional<Cohort> cohort;
  std::optional<Split> split;
  Table table;
};

/// scikit-learn's KFold: contiguous blocks, the first ones a row longer.
inline std::vector<int> contiguous_folds(Eigen::Index rows, int folds) {
  std::vector<int> fold_of;
  for (int fold = 0; fold < folds; ++fold) {
    fold_of.insert(fold_of.end(), static_cast<std::size_t>(rows / folds + (fold < rows % folds)), fold);
  }
  return fold_of;
}

inline const char* const kTables[] = {"synthetic_hard", "breast_cancer", "wine_binary"};

/// A table of R's with all patients in training.
struct FromR {
  FromR(const std::filesystem::path& file, const std::string& outcome, const std::vector<std::string>& columns) {
    const CsvFile csv = read_csv(file);
    outcomes = outcomes_of(csv, outcome);
    cohort.emplace(made_up_cohort(outcomes, static_cast<int>(outcomes.size())));
    std::vector<std::string> ids;
    for (const Patient& patient : cohort->patients()) ids.push_back(patient.id);
    table = Table(ids, columns);
    for (int c = 0; c < table.cols(); ++c) {
      const auto values = column_of(csv, columns[c]);
      table.values.col(c) = Eigen::Map<const Eigen::VectorXd>(values.data(), table.rows());
    }
  }
  TrainingTable train() const { return {table, locked_split(*cohort).train}; }

  std::vector<int> outcomes;
  std::optional<Cohort> cohort;
  Table table;
};

}  // namespace radiopath::fusion
