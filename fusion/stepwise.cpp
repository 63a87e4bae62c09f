#include "fusion/stepwise.h"

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "core/error.h"
#include "fusion/logistic_fit.h"

namespace radiopath::fusion {
namespace {

using Columns = std::vector<int>;

double p_of(double likelihood_ratio) {
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(1), std::max(0.0, likelihood_ratio)));
}

class Search {
 public:
  Search(const Design& design, const std::vector<int>& outcomes, const StepwiseConfig& config)
      : design_(design), outcomes_(outcomes), config_(config), usable_(independent_columns(design.x)) {}

  StepwiseChoice run() {
    const bool forward = config_.direction == StepwiseConfig::Direction::forward;
    if (!forward) in_ = usable_;
    if (config_.by == StepwiseConfig::By::aic) {
      while (take(best(forward), -1e-9)) {
      }
    } else if (!forward) {
      drop_by_p();
    } else {
      for (auto add = best(true); add && add->p < config_.enter; add = best(true)) {
        take(add);
        drop_by_p();
      }
    }
    return {subset(design_, in_), steps_};
  }

 private:
  struct Move {
    int column;
    bool enters;
    double p, aic_change;
    Columns after;
  };

  double deviance(const Columns& columns) {
    const auto [known, is_new] = deviances_.try_emplace(columns, 0);
    if (is_new) {
      known->second = -2 * (columns.empty() ? null_log_likelihood(outcomes_)
                                            : fit_logistic(design_.x(Eigen::all, columns), outcomes_,
                                                           std::numeric_limits<double>::infinity())
                                                  .log_likelihood);
    }
    return known->second;
  }

  /// The addition that lowers the deviance most, or the removal that raises it least; the first of equal ones.
  std::optional<Move> best(bool enters) {
    std::optional<Move> chosen;
    double least = std::numeric_limits<double>::infinity();
    for (const int column : usable_) {
      Columns after = in_;
      const auto at = std::ranges::lower_bound(after, column);
      const bool inside = at != after.end() && *at == column;
      if (inside == enters) continue;
      if (inside)
        after.erase(at);
      else
        after.insert(at, column);
      const double change = deviance(after) - deviance(in_);
      if (change < least - 1e-9)
        least = change, chosen = Move{column, enters, p_of(std::abs(change)), change + (enters ? 2 : -2), after};
    }
    return chosen;
  }

  bool take(const std::optional<Move>& move, double aic_below = std::numeric_limits<double>::infinity()) {
    if (!move || !(move->aic_change < aic_below)) return false;
    in_ = move->after;
    steps_.push_back({design_.names[static_cast<std::size_t>(move->column)], move->enters, move->p});
    return true;
  }

  void drop_by_p() {
    for (auto drop = best(false); drop && drop->p >= config_.stay; drop = best(false)) take(drop);
  }

  const Design& design_;
  const std::vector<int>& outcomes_;
  const StepwiseConfig& config_;
  Columns usable_, in_;
  std::map<Columns, double> deviances_;
  std::vector<StepwiseStep> steps_;
};

}  // namespace

StepwiseChoice stepwise(const Design& design, const std::vector<int>& outcomes, const StepwiseConfig& config) {
  if (config.by == StepwiseConfig::By::p && config.enter > config.stay)
    throw InputError("a column that enters below one P must not leave below it: expected enter <= stay");
  return Search(design, outcomes, config).run();
}

}  // namespace radiopath::fusion
