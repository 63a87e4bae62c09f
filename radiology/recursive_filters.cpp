// The filters that are ITK's own.

#include <fmt/format.h>
#include <itkGradientMagnitudeImageFilter.h>
#include <itkLaplacianRecursiveGaussianImageFilter.h>

#include "core/error.h"
#include "radiology/intensity_filters.h"
#include "radiology/itk_image.h"
#include "radiology/laplacian_of_gaussian.h"

namespace radiopath::radiology {
namespace {

/// Runs an ITK filter on the image as `In` and returns its `Out` voxels.
template <class In, class Out, class Filter>
Image run(const Image& image, Filter& filter) {
  filter.SetInput(to_itk(image.grid, std::vector<In>(image.voxels.begin(), image.voxels.end())));
  filter.SetNumberOfWorkUnits(1);
  filter.Update();
  const Out* buffer = filter.GetOutput()->GetBufferPointer();
  const VoxelType type = sizeof(Out) == 4 ? VoxelType::float32 : VoxelType::float64;
  return {image.grid, {buffer, buffer + image.voxels.size()}, type};
}

template <class In, class Out>
Image laplacian(const Image& image, double sigma_mm) {
  auto filter = make_itk<itk::LaplacianRecursiveGaussianImageFilter<ItkImage<In>, ItkImage<Out>>>();
  filter->SetNormalizeAcrossScale(true);
  filter->SetSigma(sigma_mm);
  return run<In, Out>(image, *filter);
}

template <class In, class Out>
Image gradient(const Image& image, GradientUnit unit) {
  auto filter = make_itk<itk::GradientMagnitudeImageFilter<ItkImage<In>, ItkImage<Out>>>();
  filter->SetUseImageSpacing(unit == GradientUnit::per_mm);
  return run<In, Out>(image, *filter);
}

}  // namespace

Image laplacian_recursive_gaussian(const Image& image, double sigma_mm) {
  if (const std::string reason = log_skipped(image.grid, sigma_mm); !reason.empty()) throw InputError(reason);
  return image.type == VoxelType::float64 ? laplacian<double, double>(image, sigma_mm)
                                          : laplacian<float, float>(image, sigma_mm);
}

Image gradient_magnitude(const Image& image, GradientUnit unit) {
  return image.type == VoxelType::float64 ? gradient<double, float>(image, unit) : gradient<float, float>(image, unit);
}

}  // namespace radiopath::radiology
