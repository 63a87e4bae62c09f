#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "fusion/training_table.h"

namespace radiopath::fusion {

/// Log-odds cut to those of 0.01 and 0.99: a single certain model must not outvote the others. NaN stays.
double cut_log_odds(double log_odds);

/// Fits on a fold's training patients and scores its held-out ones: (held-out rows, candidates), no NaN.
/// @param fold  its number, from 0
using FitAndScore = std::function<Eigen::MatrixXd(int fold, const TrainingTable& inner, const Table& held_out)>;

/// Probabilities of training patients by models that did not see them. Only cross_fit makes one, so that whatever
/// accepts it (stacking, thresholds) cannot be given in-sample scores.
class OutOfFold {
 public:
  const std::string& modality() const { return modality_; }
  const std::vector<std::string>& ids() const { return ids_; }             ///< of the training table, in its order
  const std::vector<double>& probabilities() const { return probabilities_; }  ///< one per id
  std::vector<double> log_odds() const;                                        ///< the same, cut

 private:
  friend std::vector<OutOfFold> cross_fit(const std::string&, int, const TrainingTable&, const std::vector<TrainingFold>&,
                                          const FitAndScore&);
  friend struct OutOfFoldText;  // reading back what was written
  std::string modality_;
  std::vector<std::string> ids_;
  std::vector<double> probabilities_;
};

/// Scores every training patient by each of `candidates` models that `fit_and_score` fits without them, in folds of
/// `train`. Folds run in parallel; the result does not depend on it. @return one per candidate
std::vector<OutOfFold> cross_fit(const std::string& modality, int candidates, const TrainingTable& train,
                                 const std::vector<TrainingFold>& folds, const FitAndScore& fit_and_score);

/// In `folds` stratified folds of the stream (seed, "folds", modality).
/// Throws InputError when a class has fewer than two patients.
std::vector<OutOfFold> cross_fit(const std::string& modality, int candidates, const TrainingTable& train, int folds,
                                 std::uint64_t seed, const FitAndScore& fit_and_score);

}  // namespace radiopath::fusion
