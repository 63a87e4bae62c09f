#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "core/parallel.h"
#include "core/random.h"
#include "fusion/lasso.h"
#include "fusion/logistic_fit.h"
#include "fusion/resampling.h"
#include "fusion/unimodal.h"
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

/// Patients of a training cohort with one table.
struct Study {
  explicit Study(const Data& data) : cohort(patients(data.outcomes.size()), data.outcomes, ".", {}) {
    table.values = data.x;
    for (const auto& patient : cohort.patients()) table.ids.push_back(patient.id);
    for (Eigen::Index c = 0; c < data.x.cols(); ++c) table.columns.push_back("f" + std::to_string(c));
  }
  static std::vector<radiopath::Patient> patients(std::size_t count) {
    std::vector<radiopath::Patient> all(count);
    for (std::size_t i = 0; i < count; ++i) all[i].id = "P" + std::to_string(i);
    return all;
  }
  radiopath::fusion::TrainingTable train() const { return {table, radiopath::locked_split(cohort).train}; }

  radiopath::Cohort cohort;
  radiopath::Table table;
};

/// One bootstrap of the study's chain: imputation, scaling, t-test, Pearson, mRMR, lasso with the filters repeated inside
/// its folds, forest of 100 trees, and the scores of all patients.
void chain(benchmark::State& state) {
  const Study study(read("chain.f64", 851));
  const auto train = study.train();
  radiopath::fusion::UnimodalConfig config;
  config.learners = {"random_forest"};
  config.random_forest = {.trees = 100, .max_depth = 0, .min_samples_leaf = 1, .max_features = 0};
  config.selection.keep = "outcome";
  config.selection.lasso_rule = "smallest_error";
  std::uint64_t seed = 0;
  for (auto _ : state) {
    const auto drawn = train.take_rows(radiopath::Random(seed, "bootstrap").resample(train.rows()));
    benchmark::DoNotOptimize(predict(radiopath::fusion::fit_chain(config, "table", drawn, seed), study.table));
    ++seed;
  }
}
BENCHMARK(chain)->Unit(benchmark::kMillisecond)->MinTime(2);

void filter(benchmark::State& state) {
  const Study study(read("filter.f64", 20000));
  const auto train = study.train();
  radiopath::fusion::SelectionConfig config;
  config.steps = {"t_test", "pearson"};
  config.keep = "outcome";
  for (auto _ : state) benchmark::DoNotOptimize(radiopath::fusion::fit_selection(config, train, 1));
}
BENCHMARK(filter)->Unit(benchmark::kMillisecond);

/// Seconds that each thread of this process has computed; Linux.
std::map<std::string, double> seconds_by_thread() {
  std::map<std::string, double> seconds;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    double nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    seconds[task.path().filename().string()] = nanoseconds * 1e-9;
  }
  return seconds;
}

/// Nested cross-validation: four outer folds, a grid of the forest's leaves by three inner ones. The time is that of
/// the busiest thread, which is the wall time where nobody else computes.
void nested(benchmark::State& state) {
  const Study study(read("chain.f64", 851));
  const auto train = study.train();
  radiopath::fusion::UnimodalConfig config;
  config.learners = {"random_forest"};
  config.random_forest.trees = 50;
  config.selection.steps = {"t_test", "pearson", "mrmr"};
  config.tuning.search = "grid", config.tuning.folds = 3;
  const radiopath::fusion::FitChain chain = [&](const radiopath::fusion::TrainingTable& rows, std::uint64_t seed) {
    auto fitted = radiopath::fusion::fit_chain(config, "table", rows, seed);
    return radiopath::fusion::FittedScorer{[fitted](const radiopath::Table& table) { return predict(fitted, table); },
                                           {}};
  };
  radiopath::set_thread_count(static_cast<int>(state.range(0)));
  double total = 0;
  for (auto _ : state) {
    const auto before = seconds_by_thread();
    benchmark::DoNotOptimize(radiopath::fusion::repeated_cross_validation({chain}, train, 4, 2, 1));
    double busiest = 0;
    for (const auto& [thread, seconds] : seconds_by_thread()) {
      const auto known = before.find(thread);
      const double spent = seconds - (known == before.end() ? 0 : known->second);
      busiest = std::max(busiest, spent), total += spent;
    }
    state.SetIterationTime(busiest);
  }
  state.counters["all_threads_s"] = benchmark::Counter(total, benchmark::Counter::kAvgIterations);
  radiopath::set_thread_count(1);
}
BENCHMARK(nested)->Arg(1)->Arg(2)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
