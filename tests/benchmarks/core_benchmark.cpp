#include <benchmark/benchmark.h>

#include "core/statistics.h"
#include "tests/benchmarks/input.h"

namespace {

struct Scores {
  std::vector<int> outcomes;
  std::vector<double> first, second;
};

const Scores& scores() {
  static const Scores scores = [] {
    const auto values = input_array("scores.f64");  // (n, 3)
    Scores read;
    for (std::size_t i = 0; i < values.size(); i += 3) {
      read.outcomes.push_back(static_cast<int>(values[i]));
      read.first.push_back(values[i + 1]);
      read.second.push_back(values[i + 2]);
    }
    return read;
  }();
  return scores;
}

void auc(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(radiopath::auc(scores().first, scores().outcomes));
}
BENCHMARK(auc)->Unit(benchmark::kMillisecond);

void delong(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(radiopath::delong_test(scores().first, scores().second, scores().outcomes));
  }
}
BENCHMARK(delong)->Unit(benchmark::kMillisecond);

void delong_eight(benchmark::State& state) {
  std::vector<std::vector<double>> models;
  for (int w = 0; w < 8; ++w) {
    models.push_back(scores().second);
    for (std::size_t i = 0; i < models.back().size(); ++i) models.back()[i] += w / 7.0 * (scores().first[i] - scores().second[i]);
  }
  for (auto _ : state) {
    std::vector<radiopath::Placements> placed;
    for (const auto& model : models) placed.push_back(radiopath::placements(model, scores().outcomes));
    benchmark::DoNotOptimize(radiopath::delong_covariance(placed));
  }
}
BENCHMARK(delong_eight)->Unit(benchmark::kMillisecond);

}  // namespace
