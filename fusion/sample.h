#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"
#include "fusion/training_table.h"

namespace radiopath::fusion {

/// What a fit does about classes of unequal size.
enum class Imbalance {
  none,
  class_weight,  ///< rows of a class with n_c rows weigh n / (2 n_c), as scikit-learn's class_weight="balanced"
  smote,         ///< the smaller class is filled up by synthetic rows
};
const std::vector<std::string>& imbalance_names();
Imbalance imbalance_of(const std::string& name);

/// What a fit takes beside its settings.
struct FitOptions {
  std::uint64_t seed = 0;
  Imbalance imbalance = Imbalance::none;
};

/// What a learner fits on: rows of training patients, weighted, and synthetic ones between them. Made here only, from a
/// TrainingTable; both ways of balancing distort probabilities, which then want calibration (TRIPOD+AI 13).
struct Sample {
  std::vector<std::string> columns;
  Eigen::MatrixXd x;  ///< (n, p) without NaN
  std::vector<int> outcomes;
  Eigen::VectorXd weights;  ///< (n,)

  Eigen::VectorXd targets() const;  ///< outcomes as numbers
  int events() const;
};

/// Throws InputError when all outcomes are the same, std::logic_error for missing values.
Sample sample_of(const TrainingTable& train, const FitOptions& options = {});

// --- SMOTE, on arrays ------------------------------------------------------------------------------------------------

/// A synthetic row: x_base + step (neighbour - x_base). Neighbours are ranked from 0, the row itself left out.
struct SmoteDraw {
  int base, neighbour;
  double step;
};

/// The `most` nearest rows of each row by Euclidean distance, nearest first; of equal ones the earlier row.
std::vector<std::vector<int>> nearest_rows(const Eigen::MatrixXd& x, int most);

/// Source: Chawla et al., J Artif Intell Res 2002;16:321; draws as imbalanced-learn 0.10's SMOTE.
Eigen::MatrixXd smote_rows(const Eigen::MatrixXd& minority, const std::vector<std::vector<int>>& neighbours,
                           const std::vector<SmoteDraw>& draws);

}  // namespace radiopath::fusion
