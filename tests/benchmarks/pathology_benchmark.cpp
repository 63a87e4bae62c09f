#include <benchmark/benchmark.h>

#include "pathology/slide.h"
#include "pathology/stain.h"
#include "tests/benchmarks/input.h"

namespace {

using namespace radiopath::pathology;

void macenko(benchmark::State& state) {
  if (!std::filesystem::exists(input_file("tile.png"))) return state.SkipWithError("no tile");
  const Raster tile = read_png(input_file("tile.png"));
  const StainConfig config;
  for (auto _ : state) {
    const auto estimate = estimate_stain(tile.pixels, config);
    Raster normalised = tile;
    StainNormalizer(estimate.stain.value(), reference_stain(), config.background).apply(normalised);
    benchmark::DoNotOptimize(normalised.pixels.data());
  }
}
BENCHMARK(macenko)->Unit(benchmark::kMillisecond);

void slide(benchmark::State& state) {
  if (!std::filesystem::exists(input_file("slide.svs"))) return state.SkipWithError("no slide");
  for (auto _ : state) {
    Slide opened(input_file("slide.svs"), {});
    const double um_per_px = opened.scale().um_per_px_x;
    for (std::int64_t y = 0; y + 512 <= opened.height(); y += 512) {
      for (std::int64_t x = 0; x + 512 <= opened.width(); x += 512) {
        benchmark::DoNotOptimize(opened.read(x, y, 512, 512, um_per_px));
      }
    }
  }
}
BENCHMARK(slide)->Unit(benchmark::kMillisecond);

}  // namespace
