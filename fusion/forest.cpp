#include "fusion/forest.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace radiopath::fusion {

ForestModel fit_forest(const ForestConfig& config, const TrainingTable& train, std::uint64_t seed) {
  const auto by_root = static_cast<int>(std::sqrt(double(train.cols())));
  const TreeOptions options{
      .max_depth = config.max_depth,
      .min_samples_leaf = config.min_samples_leaf,
      .max_features = config.max_features > 0 ? std::min(config.max_features, train.cols()) : std::max(1, by_root)};
  const RankedColumns columns = rank_columns(train.table().values);
  ForestModel model{train.table().columns, {}};
  for (int t = 0; t < config.trees; ++t) {
    Random random(seed, "forest", {static_cast<std::uint64_t>(t)});
    std::vector<int> rows = random.resample(train.rows());
    model.trees.push_back(grow_tree(columns, train.outcomes(), std::move(rows), options, random));
  }
  return model;
}

Eigen::VectorXd predict(const ForestModel& model, const Table& table) {
  const Table columns = table.select_columns(model.columns);
  Eigen::VectorXd probabilities(columns.rows());
  for (int r = 0; r < columns.rows(); ++r) {
    const Eigen::RowVectorXd row = columns.values.row(r);
    double sum = row.array().isNaN().any() ? std::numeric_limits<double>::quiet_NaN() : 0;
    for (const Tree& tree : model.trees) sum += predict_tree(tree, row);
    probabilities[r] = sum / double(model.trees.size());
  }
  return probabilities;
}

}  // namespace radiopath::fusion
