#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/sample.h"

namespace radiopath::fusion {

/// `[models.nearest_neighbours]`
struct NearestNeighboursConfig {
  int neighbours = 9;
  std::string weights = "uniform";

  static auto fields() {
    return std::tuple{
        field("neighbours", &NearestNeighboursConfig::neighbours, "training patients that vote").at_least(1),
        field("weights", &NearestNeighboursConfig::weights, "votes count the same, or by 1 / distance")
            .one_of({"uniform", "distance"}),
    };
  }
};

/// The training patients themselves, on named columns.
struct NearestNeighboursModel {
  std::vector<std::string> columns;
  int neighbours = 1;
  std::string weights;
  Eigen::MatrixXd x;            ///< (n, p)
  std::vector<int> outcomes;
  Eigen::VectorXd row_weights;  ///< (n,)
};

/// Source: as scikit-learn's KNeighborsClassifier (Euclidean, brute force). All patients vote when there are fewer than
/// `neighbours`; of equally distant ones the earlier in the table.
NearestNeighboursModel fit_nearest_neighbours(const NearestNeighboursConfig& config, const TrainingTable& train,
                                              const FitOptions& options);

/// Share of the votes for the event; columns are found by name. NaN where a column is missing. With votes by distance,
/// training patients at distance 0 decide alone.
Eigen::VectorXd predict(const NearestNeighboursModel& model, const Table& table);

}  // namespace radiopath::fusion
