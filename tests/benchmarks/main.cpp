#include <benchmark/benchmark.h>

#include "core/parallel.h"

int main(int argc, char** argv) {
  radiopath::set_thread_count(1);  // as the peers
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
