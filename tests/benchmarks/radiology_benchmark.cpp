#include <benchmark/benchmark.h>

#include "radiology/discretization.h"
#include "radiology/first_order.h"
#include "radiology/glcm.h"
#include "radiology/roi.h"
#include "radiology/shape.h"
#include "radiology/volume.h"
#include "tests/benchmarks/input.h"

namespace {

using namespace radiopath::radiology;

void features(benchmark::State& state) {
  if (!std::filesystem::exists(input_file("image.nrrd"))) return state.SkipWithError("no image");
  const Volume image = read_volume(input_file("image.nrrd"));
  const LabelMap labels = read_label_map(input_file("mask.nrrd"));
  for (auto _ : state) {
    const Roi roi = make_roi(labels, 1);
    const auto intensities = intensities_in(roi, image);
    const auto levels = discretize(intensities, 25);
    benchmark::DoNotOptimize(first_order(intensities, levels, image.grid.voxel_volume_mm3()));
    benchmark::DoNotOptimize(shape(roi));
    benchmark::DoNotOptimize(glcm(roi, levels));
  }
}
BENCHMARK(features)->Unit(benchmark::kMillisecond);

}  // namespace
