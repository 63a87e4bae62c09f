#include "radiology/fourier.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace radiopath::radiology {
namespace {

TEST(Fourier, IsTheSumOfItsDefinitionForSmoothAndPrimeLengths) {
  for (const int n : {1, 2, 12, 31, 67, 197, 201}) {
    Spectrum values;
    for (int k = 0; k < n; ++k) values.emplace_back(std::sin(3.1 * k) + k % 5, std::cos(1.7 * k * k));
    Spectrum found = values;
    fourier(found, {n, 1, 1}, {true, false, false}, FourierDirection::forward);
    for (int f = 0; f < n; ++f) {
      std::complex<double> sum = 0;
      for (int k = 0; k < n; ++k)
        sum += values[static_cast<std::size_t>(k)] * std::polar(1.0, -2 * std::numbers::pi * (f * k % n) / n);
      EXPECT_LT(std::abs(found[static_cast<std::size_t>(f)] - sum), 1e-11) << n << " " << f;
    }
    fourier(found, {n, 1, 1}, {true, false, false}, FourierDirection::inverse);
    for (std::size_t k = 0; k < values.size(); ++k) EXPECT_LT(std::abs(found[k] - values[k]), 1e-13) << n;
  }
}

TEST(Fourier, AxesAreTransformedOneByOne) {
  const std::array<int, 3> size = {3, 37, 4};
  Spectrum values;
  for (int i = 0; i < 3 * 37 * 4; ++i) values.emplace_back(i % 11, i % 7);
  Spectrum found = values;
  fourier(found, size, {true, true, false}, FourierDirection::forward);
  // Frequency (1, 2) of slice 3.
  std::complex<double> sum = 0;
  for (int y = 0; y < 37; ++y)
    for (int x = 0; x < 3; ++x)
      sum += values[static_cast<std::size_t>(x + 3 * (y + 37 * 3))] *
             std::polar(1.0, -2 * std::numbers::pi * (x / 3.0 + 2 * y / 37.0));
  EXPECT_LT(std::abs(found[1 + 3 * (2 + 37 * 3)] - sum), 1e-10);
}

TEST(Fourier, SmoothSizesHaveNoFactorAboveFive) {
  EXPECT_EQ(smooth_size(1), 1);
  EXPECT_EQ(smooth_size(7), 8);
  EXPECT_EQ(smooth_size(241), 243);
  EXPECT_EQ(smooth_size(393), 400);
}

}  // namespace
}  // namespace radiopath::radiology
