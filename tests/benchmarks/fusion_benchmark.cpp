#include <benchmark/benchmark.h>

#include "fusion/lasso.h"
#include "fusion/logistic_fit.h"
#include "tests/benchmarks/input.h"

namespace {

struct Data {
  Eigen::MatrixXd x;
  std::vector<int> outcomes;
  Eigen::VectorXd y;
};

/// An array whose first column is the outcome.
Data read(const char* name, Eigen::Index columns) {
  const auto values = input_array(name);
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> rows(
      values.data(), static_cast<Eigen::Index>(values.size()) / (columns + 1), columns + 1);
  Data data{rows.rightCols(columns), {}, rows.col(0)};
  for (const double outcome : data.y) data.outcomes.push_back(static_cast<int>(outcome));
  return data;
}

void logistic(benchmark::State& state) {
  const Data data = read("logistic.f64", 20);
  for (auto _ : state) benchmark::DoNotOptimize(radiopath::fusion::fit_logistic(data.x, data.outcomes, 1));
}
BENCHMARK(logistic)->Unit(benchmark::kMillisecond);

/// Ten contiguous folds, as LassoCV(cv=10) makes them.
void lasso(benchmark::State& state) {
  const Data data = read("lasso.f64", 64);
  std::vector<int> fold_of;
  for (Eigen::Index i = 0; i < data.x.rows(); ++i) fold_of.push_back(static_cast<int>(i * 10 / data.x.rows()));
  for (auto _ : state) {
    const auto folds = radiopath::fusion::lasso_folds(data.x, data.y, fold_of);
    benchmark::DoNotOptimize(radiopath::fusion::fit_lasso_cv(data.x, data.y, folds));
  }
}
BENCHMARK(lasso)->Unit(benchmark::kMillisecond);

}  // namespace
