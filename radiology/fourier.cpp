#include "radiology/fourier.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <unsupported/Eigen/FFT>

#include "core/parallel.h"

namespace radiopath::radiology {
namespace {

/// Lengths with a prime factor above this go through longer, smooth ones: a direct transform takes n times that factor.
constexpr int kLargestFactor = 31;

int largest_factor(int n) {
  int largest = 1;
  for (int factor = 2; n > 1; ++factor)
    for (; n % factor == 0; n /= factor) largest = factor;
  return largest;
}

/// Bluestein's transform of n points: with w_k = exp(-i pi k^2 / n), X_k = w_k (x w * conj(w))_k, a convolution.
/// Source: Bluestein, IEEE Trans Audio Electroacoust 1970;18:451.
struct Chirp {
  Spectrum factors;  ///< w_k
  Spectrum kernel;   ///< transform of conj(w), wrapped over a smooth length

  explicit Chirp(int n) : kernel(static_cast<std::size_t>(smooth_size(2 * n - 1))) {
    for (std::int64_t k = 0; k < n; ++k)
      factors.push_back(std::polar(1.0, -std::numbers::pi * static_cast<double>(k * k % (2 * n)) / n));
    Spectrum wrapped(kernel.size());
    for (std::size_t k = 0; k < factors.size(); ++k)
      wrapped[k] = wrapped[(wrapped.size() - k) % wrapped.size()] = std::conj(factors[k]);
    Eigen::FFT<double> fft;
    fft.fwd(kernel.data(), wrapped.data(), static_cast<Eigen::Index>(kernel.size()));
  }

  /// Forward, in place.
  void transform(Spectrum& line, Spectrum& padded, Spectrum& changed, Eigen::FFT<double>& fft) const {
    const auto length = static_cast<Eigen::Index>(kernel.size());
    padded.assign(kernel.size(), 0);
    changed.resize(kernel.size());
    for (std::size_t k = 0; k < line.size(); ++k) padded[k] = line[k] * factors[k];
    fft.fwd(changed.data(), padded.data(), length);
    for (std::size_t k = 0; k < kernel.size(); ++k) changed[k] *= kernel[k];
    fft.inv(padded.data(), changed.data(), length);
    for (std::size_t k = 0; k < line.size(); ++k) line[k] = padded[k] * factors[k];
  }
};

}  // namespace

int smooth_size(int least) {
  int size = least;
  while (largest_factor(size) > 5) ++size;
  return size;
}

void fourier(Spectrum& values, const std::array<int, 3>& size, const std::array<bool, 3>& axes,
             FourierDirection direction) {
  const bool forward = direction == FourierDirection::forward;
  const std::array<std::int64_t, 3> stride = {1, size[0], std::int64_t{size[0]} * size[1]};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!axes[axis] || size[axis] == 1) continue;
    const std::size_t a = axis == 0 ? 1 : 0, b = axis == 2 ? 1 : 2;  // the other axes
    std::optional<Chirp> chirp;
    if (largest_factor(size[axis]) > kLargestFactor) chirp.emplace(size[axis]);
    parallel_for(size[b], [&](std::int64_t j) {
      Eigen::FFT<double> fft;
      Spectrum line(static_cast<std::size_t>(size[axis])), changed(line.size()), padded;
      for (std::int64_t i = 0; i < size[a]; ++i) {
        std::complex<double>* start = values.data() + i * stride[a] + j * stride[b];
        for (std::size_t k = 0; k < line.size(); ++k) line[k] = start[static_cast<std::int64_t>(k) * stride[axis]];
        if (chirp) {  // the inverse is the conjugate of the conjugate's transform
          if (!forward)
            for (auto& v : line) v = std::conj(v) / static_cast<double>(size[axis]);
          chirp->transform(line, padded, changed, fft);
          if (!forward)
            for (auto& v : line) v = std::conj(v);
        } else {
          if (forward)
            fft.fwd(changed.data(), line.data(), size[axis]);
          else
            fft.inv(changed.data(), line.data(), size[axis]);
          line.swap(changed);
        }
        for (std::size_t k = 0; k < line.size(); ++k) start[static_cast<std::int64_t>(k) * stride[axis]] = line[k];
      }
    });
  }
}

}  // namespace radiopath::radiology
