#pragma once

#include <string>
#include <vector>

#include "fusion/logistic_inference.h"

namespace radiopath::fusion {

/// How columns of a logistic regression are chosen one at a time.
struct StepwiseConfig {
  enum class Direction { backward, forward } direction = Direction::backward;
  enum class By { aic, p } by = By::aic;
  double enter = 0.05, stay = 0.10;  ///< by P: columns enter below the first, and leave at or above the second
};

struct StepwiseStep {
  std::string column;
  bool entered;  ///< or left
  double p;      ///< of the likelihood ratio between before and after, one degree of freedom
};

struct StepwiseChoice {
  Design design;  ///< the columns left
  std::vector<StepwiseStep> steps;
};

/// By AIC: drops (backward, from all) or adds (forward, from none) while AIC falls, as R's step. By P of the likelihood
/// ratio: backward drops the column of largest P while that is `stay` or more; forward adds the one of smallest P while
/// that is below `enter`, and drops after each addition as backward does (SPSS's Forward: LR). P values of what is left
/// are descriptive: they do not know of the choice. Throws InputError unless `enter` <= `stay`.
StepwiseChoice stepwise(const Design& design, const std::vector<int>& outcomes, const StepwiseConfig& config);

}  // namespace radiopath::fusion
