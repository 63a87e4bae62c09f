#include <cmath>
#include <complex>
#include <unsupported/Eigen/FFT>

#include "radiology/fourier.h"
#include "radiology/morphology.h"

namespace radiopath::radiology {
namespace {

using Complex = std::complex<double>;

/// A periodic box of complex numbers, x fastest.
struct Box3 {
  std::array<int, 3> size;
  std::vector<Complex> values;

  explicit Box3(const std::array<int, 3>& of)
      : size(of), values(static_cast<std::size_t>(of[0]) * static_cast<std::size_t>(of[1]) * static_cast<std::size_t>(of[2])) {}
  std::size_t place(int x, int y, int z) const {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(size[0]) * (static_cast<std::size_t>(y) + static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z));
  }
};

void transform(Box3& box) {
  Eigen::FFT<double> fft;
  const std::size_t strides[] = {1, box.place(0, 1, 0), box.place(0, 0, 1)};
  std::vector<Complex> line, found;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const auto length = static_cast<std::size_t>(box.size[axis]);
    line.resize(length);
    found.resize(length);
    const std::size_t lines = box.values.size() / length, stride = strides[axis];
    for (std::size_t l = 0; l < lines; ++l) {
      const std::size_t start = l % stride + l / stride * stride * length;
      for (std::size_t i = 0; i < length; ++i) line[i] = box.values[start + i * stride];
      fft.fwd(found.data(), line.data(), static_cast<Eigen::Index>(length));
      for (std::size_t i = 0; i < length; ++i) box.values[start + i * stride] = found[i];
    }
  }
}

}  // namespace

SpatialAutocorrelation spatial_autocorrelation(const Roi& roi, const std::vector<double>& intensities) {
  const auto n = static_cast<double>(intensities.size());
  double mean = 0, squares = 0;
  for (const double v : intensities) mean += v / n;
  for (const double v : intensities) squares += (v - mean) * (v - mean);
  if (intensities.size() < 2 || !(squares > 0)) {
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    return {kNan, kNan};
  }
  std::array<int, 3> extent, size;
  for (std::size_t a = 0; a < 3; ++a) {
    extent[a] = roi.size[a] - 2;
    size[a] = smooth_size(2 * extent[a] - 1);
  }
  // One transform of (region + i deviation), one of (squared deviation + i weight of the lag). Deviations in SDs: of the
  // size of what shares their transform, whose rounding would else be theirs.
  const double sd = std::sqrt(squares / n);
  Box3 region(size), lags(size);
  for (std::size_t v = 0; v < roi.voxels.size(); ++v) {
    const auto [x, y, z] = roi.place(roi.voxels[v]);
    const double deviation = (intensities[v] - mean) / sd;
    region.values[region.place(x - 1, y - 1, z - 1)] = {1, deviation};
    lags.values[lags.place(x - 1, y - 1, z - 1)] = {deviation * deviation, 0};
  }
  for (int z = 1 - extent[2]; z < extent[2]; ++z) {
    for (int y = 1 - extent[1]; y < extent[1]; ++y) {
      for (int x = 1 - extent[0]; x < extent[0]; ++x) {
        const double distance = std::hypot(x * roi.spacing_mm[0], y * roi.spacing_mm[1], z * roi.spacing_mm[2]);
        if (distance == 0) continue;
        const auto wrap = [&](int at, std::size_t a) { return at < 0 ? at + size[a] : at; };
        lags.values[lags.place(wrap(x, 0), wrap(y, 1), wrap(z, 2))].imag(1 / distance);
      }
    }
  }
  transform(region);
  transform(lags);
  // Parseval: sums over lags of weight times correlation are sums over frequencies. Weights are even: real spectrum.
  double weights = 0, products = 0, weighted_squares = 0;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) {
        const std::size_t at = region.place(x, y, z);
        const std::size_t mirrored = region.place((size[0] - x) % size[0], (size[1] - y) % size[1], (size[2] - z) % size[2]);
        const Complex r = region.values[at], r2 = std::conj(region.values[mirrored]);
        const Complex l = lags.values[at], l2 = std::conj(lags.values[mirrored]);
        const Complex mask = 0.5 * (r + r2), deviation = Complex(0, -0.5) * (r - r2);
        const Complex square = 0.5 * (l + l2), weight = Complex(0, -0.5) * (l - l2);
        weights += weight.real() * std::norm(mask);
        products += weight.real() * std::norm(deviation);
        weighted_squares += weight.real() * (std::conj(mask) * square).real();
      }
    }
  }
  return {products / weights, (n - 1) / n * (weighted_squares - products) / weights};
}

}  // namespace radiopath::radiology
