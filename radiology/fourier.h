#pragma once

#include <array>
#include <complex>
#include <vector>

namespace radiopath::radiology {

using Spectrum = std::vector<std::complex<double>>;  // x fastest

/// The smallest number from `least` on whose prime factors are 2, 3 and 5: a line of that length transforms fast.
int smooth_size(int least);

enum class FourierDirection { forward, inverse };

/// Discrete Fourier transform in place along the axes asked for; the inverse is divided by the number of voxels.
void fourier(Spectrum& values, const std::array<int, 3>& size, const std::array<bool, 3>& axes,
             FourierDirection direction);

}  // namespace radiopath::radiology
