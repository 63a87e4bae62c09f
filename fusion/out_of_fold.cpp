#include "fusion/out_of_fold.h"

#include <algorithm>
#include <stdexcept>

#include "core/parallel.h"
#include "fusion/logistic_fit.h"

namespace radiopath::fusion {

double cut_log_odds(double log_odds) {
  static const double most = logit(0.99);
  return std::clamp(log_odds, -most, most);
}

std::vector<double> OutOfFold::log_odds() const {
  std::vector<double> values;
  for (const double p : probabilities_) values.push_back(cut_log_odds(logit(p)));
  return values;
}

std::vector<OutOfFold> cross_fit(const std::string& modality, int candidates, const TrainingTable& train,
                                 const std::vector<TrainingFold>& folds, const FitAndScore& fit_and_score) {
  const auto scored = parallel_map(static_cast<std::int64_t>(folds.size()), [&](std::int64_t i) {
    const TrainingFold& fold = folds[static_cast<std::size_t>(i)];
    Eigen::MatrixXd scores = fit_and_score(static_cast<int>(i), fold.train, fold.held_out);
    if (scores.rows() != fold.held_out.rows() || scores.cols() != candidates || scores.array().isNaN().any()) {
      throw std::logic_error("every candidate has to score every held-out patient of " + modality);
    }
    return scores;
  });
  Eigen::MatrixXd all(train.rows(), candidates);
  for (std::size_t f = 0; f < folds.size(); ++f) all(folds[f].held_out_rows, Eigen::all) = scored[f];
  std::vector<OutOfFold> results(static_cast<std::size_t>(candidates));
  for (int candidate = 0; candidate < candidates; ++candidate) {
    OutOfFold& result = results[static_cast<std::size_t>(candidate)];
    result.modality_ = modality;
    result.ids_ = train.table().ids;
    result.probabilities_.assign(all.col(candidate).begin(), all.col(candidate).end());
  }
  return results;
}

std::vector<OutOfFold> cross_fit(const std::string& modality, int candidates, const TrainingTable& train, int folds,
                                 std::uint64_t seed, const FitAndScore& fit_and_score) {
  return cross_fit(modality, candidates, train, train.folds(folds, seed, modality), fit_and_score);
}

}  // namespace radiopath::fusion
