#include "radiology/laplacian_of_gaussian.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace radiopath::radiology {

std::string log_skipped(const Grid& grid, double sigma_mm) {
  if (!(sigma_mm > 0)) throw InputError(fmt::format("LoG: sigma is {:g} mm; expected a width above 0", sigma_mm));
  for (std::size_t a = 0; a < 3; ++a) {
    const double least = std::max(4.0, std::ceil(sigma_mm / grid.spacing_mm[a]) + 1);
    if (grid.size[a] < least)
      return fmt::format("LoG with sigma {:g} mm: the image has {} voxels along {}, at least {:g} are needed", sigma_mm,
                         grid.size[a], "xyz"[a], least);
  }
  return "";
}

std::string log_name(double sigma_mm, WholeSigma whole) {
  std::string text = fmt::format("{}", sigma_mm);  // shortest form, as Python's str()
  if (whole == WholeSigma::kFloat && text.find_first_of(".en") == std::string::npos) text += ".0";
  std::replace(text.begin(), text.end(), '.', '-');
  return "log-sigma-" + text + "-mm-3D";
}

}  // namespace radiopath::radiology
