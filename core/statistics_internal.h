#pragma once

#include <span>

namespace radiopath::detail {

/// Throws std::logic_error unless there is one number per outcome, no NaN, and outcomes are 0 or 1.
void check_scored(std::span<const double> scores, std::span<const int> outcomes);

}  // namespace radiopath::detail
