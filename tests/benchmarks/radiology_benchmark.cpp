#include <benchmark/benchmark.h>

#include <array>

#include "radiology/clustering.h"
#include "radiology/first_order.h"
#include "radiology/glcm.h"
#include "radiology/laplacian_of_gaussian.h"
#include "radiology/shape.h"
#include "radiology/volume.h"
#include "radiology/wavelet.h"
#include "tests/benchmarks/input.h"

namespace {

using namespace radiopath::radiology;

const Points& voxels() {
  static const Points points = [] {
    const auto values = input_array<float>("voxels.f32");  // (n, 4)
    Points read;
    read.channels.resize(4);
    for (std::size_t i = 0; i < values.size(); ++i) read.channels[i % 4].push_back(values[i]);
    return read;
  }();
  return points;
}

void kmeans(benchmark::State& state) {
  KMeansOptions options;
  options.restarts = 1;
  options.max_passes = 30;  // the clusters overlap, so that neither stops before; the work is the same
  options.tolerance = 0;
  for (auto _ : state) benchmark::DoNotOptimize(k_means(voxels(), 4, options, 1));
}
BENCHMARK(kmeans)->Unit(benchmark::kMillisecond);

/// From image and mask in memory to the 56 values, as PyRadiomics' extractor does.
void features(benchmark::State& state) {
  if (!std::filesystem::exists(input_file("image.nrrd"))) return state.SkipWithError("no image");
  const Volume image = read_volume(input_file("image.nrrd"));
  const LabelMap mask = read_label_map(input_file("mask.nrrd"));
  for (auto _ : state) {
    const Roi roi = make_roi(mask, 1);
    const auto intensities = intensities_in(roi, image);
    const Discretized levels = discretize(intensities, 25);
    benchmark::DoNotOptimize(first_order(intensities, levels, image.grid.voxel_volume_mm3()));
    benchmark::DoNotOptimize(shape(roi));
    benchmark::DoNotOptimize(glcm(roi, levels));
  }
}
BENCHMARK(features)->Unit(benchmark::kMillisecond);

/// The eight coif1 bands: as far as the region's features need them, and of the whole image as PyRadiomics makes them.
void wavelet_bands_of_roi(benchmark::State& state) {
  if (!std::filesystem::exists(input_file("image.nrrd"))) return state.SkipWithError("no image");
  const Image image = to_image(read_volume(input_file("image.nrrd")));
  const Box box = bounding_box(read_mask(input_file("mask.nrrd"), 1));
  for (auto _ : state) benchmark::DoNotOptimize(wavelet_bands(image, {}, Extent::volume, box));
}
BENCHMARK(wavelet_bands_of_roi)->Unit(benchmark::kMillisecond);

void wavelet_bands_of_image(benchmark::State& state) {
  if (!std::filesystem::exists(input_file("image.nrrd"))) return state.SkipWithError("no image");
  const Image image = to_image(read_volume(input_file("image.nrrd")));
  for (auto _ : state) benchmark::DoNotOptimize(wavelet_bands(image, {}));
}
BENCHMARK(wavelet_bands_of_image)->Unit(benchmark::kMillisecond);

void log_of_image(benchmark::State& state) {
  if (!std::filesystem::exists(input_file("image.nrrd"))) return state.SkipWithError("no image");
  const Image image = to_image(read_volume(input_file("image.nrrd")));
  for (auto _ : state) benchmark::DoNotOptimize(laplacian_recursive_gaussian(image, 2));
}
BENCHMARK(log_of_image)->Unit(benchmark::kMillisecond);

}  // namespace
