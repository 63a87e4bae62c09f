#include "radiology/entropy.h"

namespace radiopath::radiology {

const std::array<double, kTabled> kNLog2N = [] {
  std::array<double, kTabled> values{};
  for (std::size_t n = 2; n < values.size(); ++n)
    values[n] = static_cast<double>(n) * std::log2(static_cast<double>(n));
  return values;
}();

}  // namespace radiopath::radiology
