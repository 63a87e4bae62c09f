#pragma once

#include <Eigen/Core>
#include <string>
#include <vector>

#include "core/config.h"
#include "core/table.h"
#include "fusion/training_table.h"

namespace radiopath::fusion {

/// `[models.encoding]`: what happens to a table's columns before anything is selected or learned.
struct EncodingConfig {
  double max_missing_share = 0.5;

  static auto fields() {
    return std::tuple{
        field("max_missing_share", &EncodingConfig::max_missing_share,
              "columns missing in more than this share of the training patients are dropped").range(0, 1),
    };
  }
};

/// Median imputation, then z-score with the population standard deviation, as fitted on training patients.
struct Encoding {
  std::vector<std::string> columns;  ///< kept, in the training table's order
  Eigen::VectorXd medians;           ///< of the values present; stand in for missing ones
  Eigen::VectorXd means, scales;     ///< after imputation; scale > 0
  std::vector<std::string> dropped_missing;   ///< missing in too many training patients
  std::vector<std::string> dropped_constant;  ///< one value only in training
};

/// Throws InputError when no column is left.
Encoding fit_encoding(const EncodingConfig& config, const TrainingTable& train);

/// Imputed and scaled columns of any patients, found by name: order and further columns of `table` do not matter.
/// Throws InputError for a column that is absent or a value that is infinite.
Table apply(const Encoding& encoding, const Table& table);
TrainingTable apply(const Encoding& encoding, const TrainingTable& table);

}  // namespace radiopath::fusion
