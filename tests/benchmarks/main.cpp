#include <benchmark/benchmark.h>

#include "core/memory.h"
#include "core/parallel.h"

int main(int argc, char** argv) {
  radiopath::keep_freed_memory();  // as the program
  radiopath::set_thread_count(1);  // as the peers
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
