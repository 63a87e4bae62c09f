#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fusion/learner.h"

namespace radiopath::fusion {

/// How much a model's AUC falls when one column is shuffled among patients.
struct PermutationImportance {
  std::string column;
  double mean = 0, sd = 0;  ///< over repeats
};

/// Of patients whom the model has not seen, or it measures what was memorised. Repeat r shuffles every column by a
/// permutation of its own from the stream (seed, "importance", column, r).
/// Source: Breiman 2001; as scikit-learn's permutation_importance with scoring="roc_auc".
std::vector<PermutationImportance> permutation_importance(const std::function<Eigen::VectorXd(const Table&)>& score,
                                                          const Table& table, const std::vector<int>& outcomes,
                                                          int repeats, std::uint64_t seed);

/// Tree SHAP of a learner made of trees, (rows, p + 1): what each of its columns adds; the last column is the expected
/// value, and a row sums to the prediction (shares of forests, log-odds of boosted trees). Path-dependent.
/// Throws InputError for learners that are not made of trees.
/// Source: Lundberg et al., Nat Mach Intell 2020;2:56, algorithm 2; XGBoost's and LightGBM's are their own.
Eigen::MatrixXd tree_shap(const Learner& learner, const Table& table);
bool made_of_trees(const Learner& learner);

}  // namespace radiopath::fusion
