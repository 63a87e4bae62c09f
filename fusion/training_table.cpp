#include "fusion/training_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <stdexcept>
#include <unordered_map>

#include "core/error.h"
#include "core/random.h"

namespace radiopath::fusion {
namespace {

void refuse_infinite(const Table& table) {
  for (int c = 0; c < table.cols(); ++c) {
    for (int r = 0; r < table.rows(); ++r) {
      if (std::isinf(table.values(r, c))) {
        throw InputError("patient " + table.ids[r] + ": column '" + table.columns[c] +
                         "' is infinite; expected a number or an empty cell (a division by zero?)");
      }
    }
  }
}

Table rows_of(const Table& table, const std::vector<int>& rows) {
  Table taken;
  for (const int row : rows) taken.ids.push_back(table.ids[static_cast<std::size_t>(row)]);
  taken.columns = table.columns;
  taken.values.resize(static_cast<Eigen::Index>(rows.size()), table.cols());
  for (Eigen::Index c = 0; c < table.values.cols(); ++c) {  // three times as fast as table.values(rows, Eigen::all)
    const double* const from = table.values.col(c).data();
    double* to = taken.values.col(c).data();
    for (const int row : rows) *to++ = from[row];
  }
  return taken;
}

/// Largest sites first, each to the fold where it disturbs the shares of the classes least.
/// Source: as scikit-learn's StratifiedGroupKFold, but for the measure: squared distance from equal parts.
std::vector<int> folds_of_sites(const std::vector<std::string>& sites, const std::vector<int>& outcomes, int k,
                                Random random) {
  std::map<std::string, std::array<double, 2>> counts;
  std::array<double, 2> total{};
  for (std::size_t i = 0; i < sites.size(); ++i) {
    ++counts[sites[i]][static_cast<std::size_t>(outcomes[i])];
    ++total[static_cast<std::size_t>(outcomes[i])];
  }
  k = std::min<int>(k, static_cast<int>(counts.size()));
  if (k < 2) throw InputError("folds that keep sites together need patients of at least 2 sites");
  std::vector<std::string> order;
  for (const auto& [site, count] : counts) order.push_back(site);
  random.shuffle(order);
  std::stable_sort(order.begin(), order.end(), [&](const auto& a, const auto& b) {
    return counts[a][0] + counts[a][1] > counts[b][0] + counts[b][1];
  });
  std::vector<std::array<double, 2>> filled(static_cast<std::size_t>(k));
  std::map<std::string, int> fold_of_site;
  for (const std::string& site : order) {
    const auto rise = [&](const std::array<double, 2>& fold) {
      double sum = 0;
      for (std::size_t c = 0; c < 2; ++c) {
        const double before = (fold[c] - total[c] / k) / std::max(total[c], 1.0);
        const double after = (fold[c] + counts[site][c] - total[c] / k) / std::max(total[c], 1.0);
        sum += after * after - before * before;
      }
      return sum;
    };
    const auto best = std::min_element(filled.begin(), filled.end(), [&](const auto& a, const auto& b) { return rise(a) < rise(b); });
    for (std::size_t c = 0; c < 2; ++c) (*best)[c] += counts[site][c];
    fold_of_site[site] = static_cast<int>(best - filled.begin());
  }
  std::vector<int> fold_of;
  for (const std::string& site : sites) fold_of.push_back(fold_of_site[site]);
  return fold_of;
}

}  // namespace

std::vector<std::string> ids_with_values(const Table& table, const std::vector<std::string>& ids) {
  std::vector<std::string> present;
  const Table rows = table.select_rows(ids);
  for (int r = 0; r < rows.rows(); ++r) {
    if (rows.has_any(r)) present.push_back(ids[r]);
  }
  return present;
}

TrainingTable::TrainingTable(const Table& table, const TrainingView& view)
    : view_(view.among(ids_with_values(table, view.ids()))) {
  table_ = table.select_rows(view_.ids());
  outcomes_ = view_.outcomes();
  refuse_infinite(table_);
}

TrainingTable::TrainingTable(Table table, TrainingView view, std::vector<int> outcomes)
    : table_(std::move(table)), view_(std::move(view)), outcomes_(std::move(outcomes)) {}

int TrainingTable::events() const { return static_cast<int>(std::count(outcomes_.begin(), outcomes_.end(), 1)); }

TrainingTable TrainingTable::with_values(std::vector<std::string> columns, Eigen::MatrixXd values) const {
  if (values.rows() != rows() || values.cols() != static_cast<Eigen::Index>(columns.size())) {
    throw std::logic_error("a training table keeps its patients and names every column");
  }
  Table table;
  table.ids = table_.ids;
  table.columns = std::move(columns);
  table.values = std::move(values);
  return {std::move(table), view_, outcomes_};
}

TrainingTable TrainingTable::select_columns(const std::vector<std::string>& wanted) const {
  return {table_.select_columns(wanted), view_, outcomes_};
}

TrainingTable TrainingTable::take_rows(const std::vector<int>& rows) const {
  Table table = rows_of(table_, rows);
  std::vector<int> outcomes;
  for (const int row : rows) outcomes.push_back(outcomes_[static_cast<std::size_t>(row)]);
  TrainingView view = view_.among(table.ids);
  return {std::move(table), std::move(view), std::move(outcomes)};
}

TrainingTable TrainingTable::with_outcomes(std::vector<int> outcomes) const {
  if (outcomes.size() != outcomes_.size()) throw std::logic_error("one outcome per row");
  return {table_, view_, std::move(outcomes)};
}

std::vector<TrainingFold> TrainingTable::folds(int k, std::uint64_t seed, std::string_view name,
                                               Together together) const {
  std::unordered_map<std::string_view, std::size_t> patient_of;  // in order of first appearance
  std::vector<std::size_t> patients;                             // of each row
  std::vector<int> outcomes;                                     // of each patient
  for (std::size_t i = 0; i < table_.ids.size(); ++i) {
    const auto [place, is_new] = patient_of.try_emplace(table_.ids[i], outcomes.size());
    if (is_new) outcomes.push_back(outcomes_[i]);
    patients.push_back(place->second);
  }
  std::vector<int> fold_of_patient;
  if (together == Together::patient) {
    fold_of_patient = stratified_folds(outcomes, k, seed, name);
  } else {
    std::vector<std::string> sites(outcomes.size());
    for (int i = 0; i < view_.size(); ++i) sites[patient_of.at(view_[i].id)] = view_[i].site;
    fold_of_patient = folds_of_sites(sites, outcomes, k, Random(seed, "folds/" + std::string(name)));
  }
  std::vector<int> fold_of;
  for (const std::size_t patient : patients) fold_of.push_back(fold_of_patient[patient]);
  return folds(fold_of);
}

std::vector<TrainingFold> TrainingTable::folds(const std::vector<int>& fold_of) const {
  if (fold_of.size() != outcomes_.size()) throw std::logic_error("one fold per row");
  std::vector<TrainingFold> folds;
  for (int f = 0; f <= *std::max_element(fold_of.begin(), fold_of.end()); ++f) {
    std::vector<int> inside, outside, outcomes;
    for (std::size_t i = 0; i < fold_of.size(); ++i) (fold_of[i] == f ? outside : inside).push_back(static_cast<int>(i));
    for (const int row : outside) outcomes.push_back(outcomes_[static_cast<std::size_t>(row)]);
    folds.push_back({take_rows(inside), rows_of(table_, outside), std::move(outcomes), std::move(outside)});
  }
  return folds;
}

}  // namespace radiopath::fusion
