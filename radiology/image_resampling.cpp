#include <itkBSplineInterpolateImageFunction.h>
#include <itkGaussianInterpolateImageFunction.h>
#include <itkLabelImageGaussianInterpolateImageFunction.h>
#include <itkLinearInterpolateImageFunction.h>
#include <itkNearestNeighborInterpolateImageFunction.h>
#include <itkResampleImageFilter.h>
#include <itkWindowedSincInterpolateImageFunction.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "radiology/image_processing.h"
#include "radiology/itk_image.h"

namespace radiopath::radiology {
namespace {

using Doubles = ItkImage<double>;

constexpr unsigned kSincRadius = 5;  // SimpleITK's

template <class Window>
using Sinc = itk::WindowedSincInterpolateImageFunction<Doubles, kSincRadius, Window>;

/// SimpleITK's width and reach (in widths), which differ between the two.
template <class Gaussian>
itk::InterpolateImageFunction<Doubles>::Pointer gaussian(const Grid& grid, double sigma_voxels, double alpha) {
  const auto function = make_itk<Gaussian>();
  typename Gaussian::ArrayType sigma;
  for (unsigned a = 0; a < 3; ++a) sigma[a] = sigma_voxels * grid.spacing_mm[a];
  function->SetSigma(sigma);
  function->SetAlpha(alpha);
  return function.GetPointer();
}

itk::InterpolateImageFunction<Doubles>::Pointer interpolator_named(const std::string& name, const Grid& grid) {
  using namespace itk::Function;
  if (name == "nearest") return make_itk<itk::NearestNeighborInterpolateImageFunction<Doubles>>().GetPointer();
  if (name == "linear") return make_itk<itk::LinearInterpolateImageFunction<Doubles>>().GetPointer();
  if (name == "bspline") return make_itk<itk::BSplineInterpolateImageFunction<Doubles>>().GetPointer();
  if (name == "gaussian") return gaussian<itk::GaussianInterpolateImageFunction<Doubles>>(grid, 0.8, 4);
  if (name == "label_gaussian")
    return gaussian<itk::LabelImageGaussianInterpolateImageFunction<Doubles>>(grid, 1, 1);
  if (name == "hamming_windowed_sinc") return make_itk<Sinc<HammingWindowFunction<kSincRadius>>>().GetPointer();
  if (name == "cosine_windowed_sinc") return make_itk<Sinc<CosineWindowFunction<kSincRadius>>>().GetPointer();
  if (name == "welch_windowed_sinc") return make_itk<Sinc<WelchWindowFunction<kSincRadius>>>().GetPointer();
  if (name == "lanczos_windowed_sinc") return make_itk<Sinc<LanczosWindowFunction<kSincRadius>>>().GetPointer();
  if (name == "blackman_windowed_sinc") return make_itk<Sinc<BlackmanWindowFunction<kSincRadius>>>().GetPointer();
  throw std::logic_error("unknown interpolator " + name);
}

std::vector<double> resampled(const Grid& from, const std::vector<double>& voxels, const Grid& to,
                              const std::string& interpolator) {
  const auto reference = make_itk<Doubles>();
  set_grid(*reference, to);  // never allocated: only its geometry is used
  const auto filter = make_itk<itk::ResampleImageFilter<Doubles, Doubles>>();
  filter->SetInput(to_itk(from, voxels));
  filter->SetReferenceImage(reference);
  filter->UseReferenceImageOn();
  filter->SetInterpolator(interpolator_named(interpolator, from));
  filter->SetDefaultPixelValue(0);
  filter->SetNumberOfWorkUnits(1);
  filter->Update();
  const double* buffer = filter->GetOutput()->GetBufferPointer();
  return {buffer, buffer + to.voxel_count()};
}

}  // namespace

Image resample_image(const Image& image, const Grid& grid, const std::string& interpolator) {
  const bool local = interpolator == "nearest" || interpolator == "linear";
  if (const std::string bad = local ? "" : not_finite_voxels(image); !bad.empty())
    throw InputError("the image holds " + bad + ", which the interpolator would spread; set interpolator = \"linear\"");
  Image result{grid, resampled(image.grid, image.voxels, grid, interpolator), image.type};
  for (double& v : result.voxels) {
    if (image.type == VoxelType::integer) v = std::trunc(v);
    if (image.type == VoxelType::float32) v = static_cast<float>(v);
  }
  return result;
}

LabelMap resample_labels(const LabelMap& labels, const Grid& grid) {
  const auto voxels = resampled(labels.grid, {labels.voxels.begin(), labels.voxels.end()}, grid, "nearest");
  LabelMap result{grid, {}};
  result.voxels.reserve(voxels.size());
  for (const double v : voxels) result.voxels.push_back(static_cast<std::int16_t>(v));
  return result;
}

LabelMap interpolate_label(const LabelMap& labels, int label, const Grid& grid) {
  std::vector<double> inside;
  inside.reserve(labels.voxels.size());
  for (const auto v : labels.voxels) inside.push_back(v == label);
  LabelMap result{grid, {}};
  result.voxels.reserve(static_cast<std::size_t>(grid.voxel_count()));
  for (const double v : resampled(labels.grid, inside, grid, "linear"))
    result.voxels.push_back(static_cast<std::int16_t>(v >= 0.5 - 1e-6 ? label : 0));
  return result;
}

}  // namespace radiopath::radiology
