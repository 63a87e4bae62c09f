#include "training/importance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/files.h"
#include "core/table.h"
#include "fusion/importance.h"

namespace radiopath::training {
namespace {

constexpr int kShuffles = 20;

/// Raw columns that a model reads.
std::vector<std::string> columns_of(const fusion::UnimodalModel& model) {
  if (const auto* clinical = std::get_if<fusion::ClinicalModel>(&model.model)) return clinical->columns;
  return std::get<fusion::FittedChain>(model.model).encoding.columns;
}

/// Mean |tree SHAP| by raw column, an indicator of missing values added to its column; empty for other learners.
std::map<std::string, double> mean_shap(const fusion::UnimodalModel& model, const Table& table) {
  const auto* chain = std::get_if<fusion::FittedChain>(&model.model);
  if (!chain || !fusion::made_of_trees(chain->learner)) return {};
  const Eigen::MatrixXd phi = tree_shap(chain->learner, apply(chain->encoding, table));
  std::map<std::string, Eigen::VectorXd> of_column;
  for (std::size_t j = 0; j < chain->selection.columns.size(); ++j) {
    std::string name = chain->selection.columns[j];
    if (name.ends_with("=missing")) name.resize(name.size() - std::string_view("=missing").size());
    Eigen::VectorXd& sum = of_column[name];
    if (sum.size() == 0) sum.setZero(phi.rows());
    sum += phi.col(static_cast<Eigen::Index>(j));
  }
  std::map<std::string, double> means;
  for (const auto& [name, values] : of_column) means[name] = values.cwiseAbs().mean();
  return means;
}

}  // namespace

std::vector<ColumnImportance> column_importance(const Features& features, const Models& models,
                                                const Predictions& predictions, std::uint64_t seed) {
  std::vector<ColumnImportance> all;
  for (std::size_t m = 0; m < models.unimodal.size(); ++m) {
    const auto& model = models.unimodal[m];
    std::vector<std::string> ids;
    std::vector<int> outcomes;
    for (const auto& row : predictions.rows) {
      const auto place = features.modalities[m].table.find(row.patient_id);
      if (row.scored != Scored::held_out || !place || !features.modalities[m].table.has_any(*place)) continue;
      ids.push_back(row.patient_id), outcomes.push_back(row.outcome);
    }
    const auto events = std::count(outcomes.begin(), outcomes.end(), 1);
    if (events == 0 || events == std::ssize(outcomes)) continue;
    const Table table = features.modalities[m].table.select_rows(ids).select_columns(columns_of(model));
    const auto score = [&](const Table& rows) {
      return std::visit([&](const auto& fitted) { return predict(fitted, rows); }, model.model);
    };
    const auto shap = mean_shap(model, table);
    const auto first = std::ssize(all);
    for (const auto& one : fusion::permutation_importance(score, table, outcomes, kShuffles, seed)) {
      const auto found = shap.find(one.column);
      const double of_trees = found == shap.end() ? std::nan("") : found->second;
      all.push_back({model.modality, one.column, one.mean, one.sd, of_trees});
    }
    std::stable_sort(all.begin() + first, all.end(),
                     [](const auto& a, const auto& b) { return a.auc_loss > b.auc_loss; });
  }
  return all;
}

void write_importance(const std::filesystem::path& file, const std::vector<ColumnImportance>& importance) {
  if (importance.empty()) return;
  std::string text = "modality,column,auc_loss,sd,mean_absolute_shap\n";
  for (const auto& one : importance)
    text += fmt::format("{},{},{},{},{}\n", csv_cell(one.modality), csv_cell(one.column), format_double(one.auc_loss),
                        format_double(one.sd), format_double(one.shap));
  write_text(file, text);
}

std::vector<ColumnImportance> read_importance(const std::filesystem::path& file) {
  std::vector<ColumnImportance> importance;
  const CsvFile csv = read_csv(file);
  const auto column = [&](const char* name) { return static_cast<std::size_t>(csv.column(name)); };
  const std::size_t modality = column("modality"), name = column("column"), loss = column("auc_loss"), sd = column("sd"),
                    shap = column("mean_absolute_shap");
  for (const auto& row : csv.rows) {
    const auto number = [&](std::size_t c) { return parse_double(row[c]).value_or(std::nan("")); };
    importance.push_back({row[modality], row[name], number(loss), number(sd), number(shap)});
  }
  return importance;
}

}  // namespace radiopath::training
