#include <benchmark/benchmark.h>

#include "fusion/logistic_fit.h"
#include "tests/benchmarks/input.h"

namespace {

void logistic(benchmark::State& state) {
  const auto values = input_array("logistic.f64");  // (n, 21): outcome, 20 columns
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  const Eigen::Map<const RowMajor> table(values.data(), static_cast<Eigen::Index>(values.size() / 21), 21);
  const Eigen::MatrixXd x = table.rightCols(20);
  std::vector<int> outcomes;
  for (Eigen::Index i = 0; i < table.rows(); ++i) outcomes.push_back(static_cast<int>(table(i, 0)));
  for (auto _ : state) benchmark::DoNotOptimize(radiopath::fusion::fit_logistic(x, outcomes, 1));
}
BENCHMARK(logistic)->Unit(benchmark::kMillisecond);

}  // namespace
