#include "fusion/nearest_neighbours.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "fusion/score_rows.h"

namespace radiopath::fusion {

NearestNeighboursModel fit_nearest_neighbours(const NearestNeighboursConfig& config, const TrainingTable& train,
                                              const FitOptions& options) {
  Sample sample = sample_of(train, options);
  const int voters = std::min(config.neighbours, static_cast<int>(sample.x.rows()));
  return {std::move(sample.columns), voters, config.weights, std::move(sample.x), std::move(sample.outcomes),
          std::move(sample.weights)};
}

Eigen::VectorXd predict(const NearestNeighboursModel& model, const Table& table) {
  std::vector<int> order(model.outcomes.size());
  const bool by_distance = model.weights == "distance";
  return score_rows(model.columns, table, [&](const Eigen::RowVectorXd& row) {
    const Eigen::VectorXd distances = (model.x.rowwise() - row).rowwise().norm();
    std::iota(order.begin(), order.end(), 0);
    const auto last = order.begin() + model.neighbours;
    std::partial_sort(order.begin(), last, order.end(), [&](int a, int b) {
      return distances[a] != distances[b] ? distances[a] < distances[b] : a < b;
    });
    const bool same = by_distance && distances[order.front()] == 0;
    double votes = 0, events = 0;
    for (auto at = order.begin(); at != last; ++at) {
      double vote = model.row_weights[*at];
      if (same) vote *= distances[*at] == 0;
      else if (by_distance) vote /= distances[*at];
      votes += vote;
      events += vote * model.outcomes[static_cast<std::size_t>(*at)];
    }
    return events / votes;
  });
}

}  // namespace radiopath::fusion
