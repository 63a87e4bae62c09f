#include <benchmark/benchmark.h>

#include <filesystem>

#include "core/parallel.h"
#include "radiology/clustering.h"
#include "radiology/first_order.h"
#include "radiology/laplacian_of_gaussian.h"
#include "radiology/shape.h"
#include "radiology/texture_features.h"
#include "radiology/volume.h"
#include "radiology/voxel_maps.h"
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

/// An image and its region, read once; empty where the file is not there.
struct Case {
  Volume image;
  Roi roi;
  std::vector<double> intensities;
  Discretized levels;
};

Case read_case(const char* image, const char* mask) {
  if (!std::filesystem::exists(input_file(image))) return {};
  Case read = {read_volume(input_file(image)), make_roi(read_label_map(input_file(mask)), 1), {}, {}};
  read.intensities = intensities_in(read.roi, read.image);
  read.levels = discretize(read.intensities, 25);
  return read;
}

const Case& brain() {
  static const Case read = read_case("image.nrrd", "mask.nrrd");
  return read;
}
const Case& lung() {
  static const Case read = read_case("ct_image.nii.gz", "ct_mask.nii.gz");
  return read;
}

using CaseOf = const Case& (*)();

void seven_classes(benchmark::State& state, CaseOf case_of) {
  const Case& patient = case_of();
  if (patient.roi.voxels.empty()) return state.SkipWithError("no image");
  const std::vector<Family> textures = {Family::kGlcm, Family::kGlrlm, Family::kGlszm, Family::kGldm, Family::kNgtdm};
  for (auto _ : state) {
    const Discretized levels = discretize(patient.intensities, 25);
    benchmark::DoNotOptimize(first_order_values(patient.intensities, levels, patient.image.grid.voxel_volume_mm3()));
    benchmark::DoNotOptimize(shape_values(patient.roi, Profile::kPyRadiomics));
    benchmark::DoNotOptimize(texture_features(patient.roi, levels, textures, {}));
  }
}
void features(benchmark::State& state) { seven_classes(state, brain); }
void features_ct(benchmark::State& state) { seven_classes(state, lung); }
BENCHMARK(features)->Unit(benchmark::kMillisecond);
BENCHMARK(features_ct)->Unit(benchmark::kMillisecond);

void five_matrices(benchmark::State& state, CaseOf case_of) {
  const Case& patient = case_of();
  if (patient.roi.voxels.empty()) return state.SkipWithError("no image");
  MatrixOptions options;
  options.wanted = {.glcm = true, .glrlm = true, .glszm = true, .gldzm = false, .gldm = true, .ngtdm = true};
  for (auto _ : state) benchmark::DoNotOptimize(texture_matrices(patient.roi, patient.levels, options));
}
void matrices(benchmark::State& state) { five_matrices(state, brain); }
void matrices_ct(benchmark::State& state) { five_matrices(state, lung); }
BENCHMARK(matrices)->Unit(benchmark::kMillisecond);
BENCHMARK(matrices_ct)->Unit(benchmark::kMillisecond);

void shape_ct(benchmark::State& state) {
  if (lung().roi.voxels.empty()) return state.SkipWithError("no image");
  for (auto _ : state) benchmark::DoNotOptimize(shape_values(lung().roi, Profile::kPyRadiomics));
}
BENCHMARK(shape_ct)->Unit(benchmark::kMillisecond);

void glcm_maps(benchmark::State& state) {
  if (brain().roi.voxels.empty()) return state.SkipWithError("no image");
  radiopath::set_thread_count(1);
  VoxelMapOptions options;
  options.families = {Family::kGlcm};
  const Image image = to_image(brain().image);
  for (auto _ : state) benchmark::DoNotOptimize(voxel_maps(image, brain().roi, options));
}
BENCHMARK(glcm_maps)->Unit(benchmark::kMillisecond);

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
