#include "fusion/out_of_fold.h"

#include <algorithm>
#include <limits>
#include <map>
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

std::vector<OutOfFold> cross_fit(const std::string& modality, int candidates, const TrainingTable& train, int folds,
                                 std::uint64_t seed, const FitAndScore& fit_and_score) {
  const std::vector<Split> splits = train.view().folds(folds, seed, modality);
  const auto scored = parallel_map(static_cast<std::int64_t>(splits.size()), [&](std::int64_t i) {
    const Split& split = splits[static_cast<std::size_t>(i)];
    const Table held_out = train.table().select_rows(split.held_out.ids());
    Eigen::MatrixXd scores = fit_and_score(TrainingTable(train.table(), split.train), held_out);
    if (scores.rows() != held_out.rows() || scores.cols() != candidates || scores.array().isNaN().any()) {
      throw std::logic_error("every candidate has to score every held-out patient of " + modality);
    }
    return scores;
  });
  std::map<std::string, std::pair<std::size_t, int>> place;  // id -> fold, row
  for (std::size_t fold = 0; fold < splits.size(); ++fold) {
    const std::vector<std::string> ids = splits[fold].held_out.ids();
    for (int row = 0; row < static_cast<int>(ids.size()); ++row) place[ids[row]] = {fold, row};
  }
  std::vector<OutOfFold> results(static_cast<std::size_t>(candidates));
  for (int candidate = 0; candidate < candidates; ++candidate) {
    OutOfFold& result = results[static_cast<std::size_t>(candidate)];
    result.modality_ = modality;
    result.ids_ = train.table().ids;
    for (const std::string& id : result.ids_) {
      const auto [fold, row] = place.at(id);
      result.probabilities_.push_back(scored[fold](row, candidate));
    }
  }
  return results;
}

}  // namespace radiopath::fusion
