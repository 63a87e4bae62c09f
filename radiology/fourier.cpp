#include "radiology/fourier.h"

#include <algorithm>
#include <unsupported/Eigen/FFT>

#include "core/parallel.h"

namespace radiopath::radiology {

int smooth_size(int least) {
  for (int size = least;; ++size) {
    int rest = size;
    for (const int factor : {2, 3, 5})
      while (rest % factor == 0) rest /= factor;
    if (rest == 1) return size;
  }
}

void fourier(Spectrum& values, const std::array<int, 3>& size, const std::array<bool, 3>& axes,
             FourierDirection direction) {
  const std::array<std::int64_t, 3> stride = {1, size[0], std::int64_t{size[0]} * size[1]};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!axes[axis] || size[axis] == 1) continue;
    const std::size_t a = axis == 0 ? 1 : 0, b = axis == 2 ? 1 : 2;  // the other axes
    parallel_for(size[b], [&](std::int64_t j) {
      Eigen::FFT<double> fft;
      std::vector<std::complex<double>> line(static_cast<std::size_t>(size[axis])), changed(line.size());
      for (std::int64_t i = 0; i < size[a]; ++i) {
        std::complex<double>* start = values.data() + i * stride[a] + j * stride[b];
        for (std::size_t k = 0; k < line.size(); ++k) line[k] = start[static_cast<std::int64_t>(k) * stride[axis]];
        if (direction == FourierDirection::forward) {
          fft.fwd(changed.data(), line.data(), size[axis]);
        } else {
          fft.inv(changed.data(), line.data(), size[axis]);
        }
        for (std::size_t k = 0; k < line.size(); ++k) start[static_cast<std::int64_t>(k) * stride[axis]] = changed[k];
      }
    });
  }
}

}  // namespace radiopath::radiology
