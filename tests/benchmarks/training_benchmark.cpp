#include <benchmark/benchmark.h>

#include <filesystem>

#include "tests/benchmarks/input.h"
#include "training/features_table.h"

// Whole cases as the features command treats them: from files to the table on disk.
namespace {

using namespace radiopath;
using namespace radiopath::training;

void extract_to_file(benchmark::State& state, const char* mask, int sequences, const NumbersOrWord& labels) {
  if (!std::filesystem::exists(input_file("image.nrrd"))) return state.SkipWithError("no image");
  radiology::RadiomicsConfig config;
  config.features.image_types = {"original", "wavelet"};
  config.labels = labels;
  const std::vector<FeatureCase> cases(static_cast<std::size_t>(sequences),
                                       {input_file("image.nrrd"), input_file(mask), "", {{"Image", "image.nrrd"}}});
  const auto table = std::filesystem::temp_directory_path() / "radiopath_benchmark.csv";
  for (auto _ : state) write_rows(table, extract_cases(cases, config));
  std::filesystem::remove(table);
}

void columns_851(benchmark::State& state) { extract_to_file(state, "mask.nrrd", 1, std::vector<int>{1}); }
BENCHMARK(columns_851)->Unit(benchmark::kMillisecond);

/// The study's radiomics of a patient: four habitats in four sequences.
void columns_13616(benchmark::State& state) { extract_to_file(state, "habitats.nrrd", 4, "all"); }
BENCHMARK(columns_13616)->Unit(benchmark::kMillisecond);

}  // namespace
