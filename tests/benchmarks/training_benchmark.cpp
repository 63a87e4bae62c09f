#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <string>

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
  FeatureCases cases{{"Image", "Label"}, 1, {}, {}};
  const auto folder = std::filesystem::temp_directory_path();
  for (int i = 0; i < sequences; ++i) {  // under names of their own, so that each is read
    const auto image = folder / ("radiopath_benchmark_" + std::to_string(i) + ".nrrd");
    std::filesystem::remove(image);
    std::filesystem::create_symlink(std::filesystem::absolute(input_file("image.nrrd")), image);
    cases.cases.push_back({image, input_file(mask), "", 0, {image.string(), ""}, "", ""});
  }
  const auto table = folder / "radiopath_benchmark.csv";
  for (auto _ : state) write_rows(table, extract_cases(cases, config));
  std::filesystem::remove(table);
  for (const auto& one : cases.cases) std::filesystem::remove(one.image);
}

double seconds_of_children() {
  rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  return static_cast<double>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(used.ru_utime.tv_usec + used.ru_stime.tv_usec);
}

/// CPU seconds of whole processes of the program.
void run_program(benchmark::State& state, const std::string& arguments) {
  for (auto _ : state) {
    const double before = seconds_of_children();
    if (std::system((RADIOPATH_BINARY_PATH " " + arguments + " >/dev/null").c_str()) != 0)
      return state.SkipWithError("the program failed");
    state.SetIterationTime(seconds_of_children() - before);
  }
}

void columns_851(benchmark::State& state) { extract_to_file(state, "mask.nrrd", 1, std::vector<int>{1}); }
BENCHMARK(columns_851)->Unit(benchmark::kMillisecond);

/// The study's radiomics of a patient: four habitats in four sequences.
void columns_13616(benchmark::State& state) { extract_to_file(state, "habitats.nrrd", 4, "all"); }
BENCHMARK(columns_13616)->Unit(benchmark::kMillisecond);

void start_up(benchmark::State& state) { run_program(state, "--version"); }
BENCHMARK(start_up)->Unit(benchmark::kMillisecond)->UseManualTime();

void process_851(benchmark::State& state) {
  if (!std::filesystem::exists(input_file("image.nrrd"))) return state.SkipWithError("no image");
  const auto table = (std::filesystem::temp_directory_path() / "radiopath_benchmark.csv").string();
  run_program(state, "features " + input_file("image.nrrd").string() + " " + input_file("mask.nrrd").string() +
                         " --set 'features.image_types=[\"original\",\"wavelet\"]' -o " + table);
  std::filesystem::remove(table);
}
BENCHMARK(process_851)->Unit(benchmark::kMillisecond)->UseManualTime();

}  // namespace
