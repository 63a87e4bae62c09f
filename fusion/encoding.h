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
  std::string imputation = "median";
  double constant = 0;
  std::string missing_indicators = "none";
  std::string power = "none";
  std::string scaling = "z_score";

  static auto fields() {
    return std::tuple{
        field("max_missing_share", &EncodingConfig::max_missing_share,
              "columns missing in more than this share of the training patients are dropped").range(0, 1),
        field("imputation", &EncodingConfig::imputation, "what stands in for a missing value: of the training patients, or constant")
            .one_of({"median", "mean", "mode", "constant"}),
        field("constant", &EncodingConfig::constant, "the value that imputation = \"constant\" takes"),
        field("missing_indicators", &EncodingConfig::missing_indicators,
              "add a column `name=missing` (1 missing, 0 present) for each column with missing values in training")
            .one_of({"none", "add"}),
        field("power", &EncodingConfig::power, "make columns more normal before they are scaled").one_of({"none", "yeo_johnson"}),
        field("scaling", &EncodingConfig::scaling,
              "by mean and standard deviation, median and interquartile range, smallest and largest value, or not at all")
            .one_of({"z_score", "robust", "min_max", "none"}),
    };
  }
};

/// Imputation, power transform and scaling as fitted on training patients: ((power(x or fill)) - centre) / scale.
struct Encoding {
  std::vector<std::string> columns;  ///< kept, in the training table's order
  Eigen::VectorXd fills;             ///< stand in for missing values
  Eigen::VectorXd lambdas;           ///< of Yeo-Johnson; empty when there is no power transform
  Eigen::VectorXd centres, scales;   ///< after imputation and power; scale > 0
  std::vector<std::string> indicated;         ///< columns that get an indicator `name=missing`, after all others
  std::vector<std::string> dropped_missing;   ///< missing in too many training patients
  std::vector<std::string> dropped_constant;  ///< one value only in training
};

/// z-score: population standard deviation. Robust: a column whose interquartile range is 0 is centred only, as in
/// scikit-learn. Mode: of equally frequent values the smallest. Throws InputError when no column is left.
Encoding fit_encoding(const EncodingConfig& config, const TrainingTable& train);

/// Encoded columns of any patients, found by name: order and further columns of `table` do not matter.
/// Throws InputError for a column that is absent or a value that is infinite.
Table apply(const Encoding& encoding, const Table& table);
TrainingTable apply(const Encoding& encoding, const TrainingTable& table);

/// The part of an encoding that makes the columns `encoded`: what is asked of a patient is then no more than a model needs.
Encoding only(const Encoding& encoding, const std::vector<std::string>& encoded);

/// Yeo and Johnson's transform: of x >= 0 ((x + 1)^lambda - 1) / lambda, of x < 0 -((1 - x)^(2 - lambda) - 1) / (2 - lambda),
/// logarithms where an exponent is 0. Source: Biometrika 2000;87:954.
double yeo_johnson(double x, double lambda);
/// Lambda of the largest normal likelihood, within [-1024, 1024], as scikit-learn's PowerTransformer. @param values without NaN
double fit_yeo_johnson(const Eigen::VectorXd& values);

}  // namespace radiopath::fusion
