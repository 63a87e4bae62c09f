#include "radiology/entropy.h"

#include <array>

namespace radiopath::radiology {

double n_log2_n(double n) {
  static const auto table = [] {
    std::array<double, 4096> values{};
    for (std::size_t i = 2; i < values.size(); ++i) values[i] = static_cast<double>(i) * std::log2(static_cast<double>(i));
    return values;
  }();
  if (n < static_cast<double>(table.size())) {
    const auto whole = static_cast<std::size_t>(n);
    if (static_cast<double>(whole) == n) return table[whole];
  }
  return n * std::log2(n);
}

}  // namespace radiopath::radiology
