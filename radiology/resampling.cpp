#include <fmt/format.h>
#include <itkBSplineInterpolateImageFunction.h>
#include <itkLinearInterpolateImageFunction.h>
#include <itkNearestNeighborInterpolateImageFunction.h>
#include <itkResampleImageFilter.h>

#include <cmath>
#include <limits>

#include "core/error.h"
#include "radiology/filters.h"
#include "radiology/itk_image.h"
#include "radiology/preprocessing.h"

namespace radiopath::radiology {
namespace {

/// Voxel of `from` on which voxel (0, 0, 0) of `to` lies, when the two have the same directions and spacing and their
/// voxel centres coincide.
bool aligned(const Grid& from, const Grid& to, std::array<int, 3>& shift) {
  for (int a = 0; a < 3; ++a) {
    if (std::abs(from.spacing_mm[a] - to.spacing_mm[a]) > 1e-5 * from.spacing_mm[a]) return false;
  }
  for (int i = 0; i < 9; ++i) {
    if (std::abs(from.direction[i] - to.direction[i]) > 1e-5) return false;
  }
  for (int a = 0; a < 3; ++a) {
    double steps = 0;
    for (int row = 0; row < 3; ++row) steps += from.direction[3 * row + a] * (to.origin[row] - from.origin[row]);
    steps /= from.spacing_mm[a];
    if (std::abs(steps) > 1e8) return false;
    shift[a] = static_cast<int>(std::lround(steps));
    if (std::abs(steps - shift[a]) > 0.01) return false;
  }
  return true;
}

template <class Voxel>
std::vector<Voxel> copy_shifted(const Grid& from, const std::vector<Voxel>& voxels, const Grid& to,
                                const std::array<int, 3>& shift, Voxel outside) {
  std::vector<Voxel> copied(static_cast<std::size_t>(to.voxel_count()), outside);
  for (int z = 0; z < to.size[2]; ++z) {
    for (int y = 0; y < to.size[1]; ++y) {
      const int from_y = y + shift[1], from_z = z + shift[2];
      if (from_y < 0 || from_y >= from.size[1] || from_z < 0 || from_z >= from.size[2]) continue;
      for (int x = 0; x < to.size[0]; ++x) {
        const int from_x = x + shift[0];
        if (from_x >= 0 && from_x < from.size[0])
          copied[to.index(x, y, z)] = voxels[from.index(from_x, from_y, from_z)];
      }
    }
  }
  return copied;
}

template <class Voxel, class Interpolator>
std::vector<Voxel> interpolate(const Grid& from, const std::vector<Voxel>& voxels, const Grid& to, Voxel outside) {
  using Image = ItkImage<Voxel>;
  auto reference = make_itk<Image>();
  set_grid(*reference, to);  // never allocated: only its geometry is used
  auto filter = make_itk<itk::ResampleImageFilter<Image, Image>>();
  filter->SetInput(to_itk(from, voxels));
  filter->SetReferenceImage(reference);
  filter->UseReferenceImageOn();
  filter->SetInterpolator(make_itk<Interpolator>());
  filter->SetDefaultPixelValue(outside);
  filter->SetNumberOfWorkUnits(1);
  filter->Update();
  const Voxel* buffer = filter->GetOutput()->GetBufferPointer();
  return {buffer, buffer + to.voxel_count()};
}

}  // namespace

Volume resample(const Volume& volume, const Grid& grid, Interpolation interpolation) {
  constexpr float kOutside = std::numeric_limits<float>::quiet_NaN();
  using Image = ItkImage<float>;
  if (std::array<int, 3> shift; aligned(volume.grid, grid, shift)) {
    return {grid, copy_shifted(volume.grid, volume.voxels, grid, shift, kOutside)};
  }
  switch (interpolation) {
    case Interpolation::nearest:
      return {grid, interpolate<float, itk::NearestNeighborInterpolateImageFunction<Image>>(volume.grid, volume.voxels,
                                                                                            grid, kOutside)};
    case Interpolation::linear:
      return {grid, interpolate<float, itk::LinearInterpolateImageFunction<Image>>(volume.grid, volume.voxels, grid,
                                                                                   kOutside)};
    case Interpolation::bspline:
      break;
  }
  for (const float voxel : volume.voxels) {
    if (std::isnan(voxel)) {
      throw InputError(
          "holds " + not_finite_voxels(to_image(volume)) + ", which B-splines would spread over the whole volume; set "
          "[radiology.preprocessing] interpolation = \"linear\"");
    }
  }
  return {grid,
          interpolate<float, itk::BSplineInterpolateImageFunction<Image>>(volume.grid, volume.voxels, grid, kOutside)};
}

Mask resample(const Mask& mask, const Grid& grid) {
  using Image = ItkImage<std::uint8_t>;
  if (std::array<int, 3> shift; aligned(mask.grid, grid, shift)) {
    return {grid, copy_shifted<std::uint8_t>(mask.grid, mask.voxels, grid, shift, 0)};
  }
  return {grid, interpolate<std::uint8_t, itk::NearestNeighborInterpolateImageFunction<Image>>(mask.grid, mask.voxels,
                                                                                               grid, 0)};
}

}  // namespace radiopath::radiology
