#pragma once

#include <span>
#include <vector>

namespace radiopath::detail {

/// Throws std::logic_error unless there is one number per outcome, no NaN, and outcomes are 0 or 1.
void check_scored(std::span<const double> scores, std::span<const int> outcomes);

/// Indices of the values from the smallest on; equal ones in their order.
std::vector<int> ascending(std::span<const double> values);

}  // namespace radiopath::detail
