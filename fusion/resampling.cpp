#include "fusion/resampling.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"

namespace radiopath::fusion {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

struct Figures {
  double auc = kNan, brier = kNan, intercept = kNan, slope = kNan;
};

std::vector<double> to_vector(const Eigen::VectorXd& values) { return {values.begin(), values.end()}; }

Figures figures_of(const std::vector<double>& p, const std::vector<int>& outcomes) {
  if (p.empty()) return {};
  const LogisticCalibration calibration = calibration_slope(p, outcomes);
  return {auc(p, outcomes), brier_score(p, outcomes), calibration.intercept, calibration.slope};
}

struct Resample {
  Figures own, all, out_of_bag;
  std::vector<std::string> columns;
};

bool has_both(const std::vector<int>& outcomes, const std::vector<int>& rows) {
  const auto event = [&](int row) { return outcomes[static_cast<std::size_t>(row)] == 1; };
  return std::any_of(rows.begin(), rows.end(), event) && !std::all_of(rows.begin(), rows.end(), event);
}

Resample resample(const FitChain& chain, const TrainingTable& train, std::uint64_t seed, std::uint64_t number) {
  Random random(seed, "bootstrap", {number});
  std::vector<int> rows = random.resample(train.rows());
  while (!has_both(train.outcomes(), rows)) rows = random.resample(train.rows());
  const TrainingTable drawn = train.take_rows(rows);
  const FittedScorer scorer = chain(drawn, random.next());
  std::vector<bool> inside(static_cast<std::size_t>(train.rows()), false);
  for (const int row : rows) inside[static_cast<std::size_t>(row)] = true;
  // One pass over all patients: the resample's own and those left out are among them.
  const std::vector<double> scores = to_vector(scorer.score(train.table()));
  const auto figures = [&](const std::vector<int>& of_rows) {
    std::vector<double> p;
    std::vector<int> y;
    for (const int row : of_rows) {
      p.push_back(scores[static_cast<std::size_t>(row)]);
      y.push_back(train.outcomes()[static_cast<std::size_t>(row)]);
    }
    return figures_of(p, y);
  };
  std::vector<int> outside;
  for (int row = 0; row < train.rows(); ++row) {
    if (!inside[static_cast<std::size_t>(row)]) outside.push_back(row);
  }
  return {figures(rows), figures_of(scores, train.outcomes()), figures(outside), scorer.columns};
}

/// Mean over those that are defined.
double mean(const std::vector<double>& values) {
  double sum = 0, count = 0;
  for (const double value : values) {
    if (!std::isnan(value)) sum += value, ++count;
  }
  return sum / count;
}

Corrected correct(const Figures& apparent, const std::vector<Resample>& resamples, double Figures::*figure) {
  std::vector<double> optimism, own, outside;
  for (const Resample& one : resamples) {
    const double difference = one.own.*figure - one.all.*figure;
    if (!std::isnan(difference)) own.push_back(one.own.*figure), optimism.push_back(difference);
    outside.push_back(one.out_of_bag.*figure);
  }
  Corrected result{.apparent = apparent.*figure, .optimism = mean(optimism)};
  result.corrected = result.apparent - result.optimism;
  if (!own.empty()) result.interval = {quantile(own, 0.025) - result.optimism, quantile(own, 0.975) - result.optimism};
  result.out_of_bag = mean(outside);
  return result;
}

/// The same with both .632 estimates. @param sign 1 where more is better (an error is then 1 - figure), -1 where it is an
/// error itself
Corrected correct(const Figures& apparents, const std::vector<Resample>& resamples, double Figures::*figure,
                  double no_information, int sign) {
  Corrected result = correct(apparents, resamples, figure);
  const double apparent = result.apparent;
  result.point632 = 0.368 * apparent + 0.632 * result.out_of_bag;
  const auto flip = [&](double value) { return sign > 0 ? 1 - value : value; };
  result.point632_plus = flip(point632_plus(flip(apparent), flip(result.out_of_bag), flip(no_information)));
  return result;
}

}  // namespace

double point632_plus(double apparent_error, double out_of_bag_error, double no_information) {
  const double bounded = std::min(out_of_bag_error, no_information);
  const double overfitting = bounded > apparent_error && no_information > apparent_error
                                 ? (bounded - apparent_error) / (no_information - apparent_error) : 0;
  const double weight = 0.632 / (1 - 0.368 * overfitting);
  return (1 - weight) * apparent_error + weight * bounded;
}

BootstrapValidation bootstrap_validation(const FitChain& chain, const TrainingTable& train, int resamples, std::uint64_t seed) {
  const int events = train.events();
  if (events == 0 || events == train.rows() || resamples < 1)
    throw InputError("a bootstrap needs patients with and without the event, and at least one resample");
  const FittedScorer on_all = chain(train, Random(seed, "bootstrap").next());
  const Eigen::VectorXd p = on_all.score(train.table());
  const Figures apparent = figures_of(to_vector(p), train.outcomes());
  const auto drawn = parallel_map(resamples, [&](std::int64_t b) { return resample(chain, train, seed, static_cast<std::uint64_t>(b)); });
  // Brier score when every prediction meets every outcome.
  const double share = double(events) / train.rows();
  const double unrelated = share * (1 - p.array()).square().mean() + (1 - share) * p.array().square().mean();
  BootstrapValidation result{.resamples = resamples,
                             .auc = correct(apparent, drawn, &Figures::auc, 0.5, 1),
                             .brier = correct(apparent, drawn, &Figures::brier, unrelated, -1),
                             .calibration_intercept = correct(apparent, drawn, &Figures::intercept),
                             .calibration_slope = correct(apparent, drawn, &Figures::slope),
                             .selection = {}};
  std::vector<Selection> selections;
  for (const Resample& one : drawn) selections.push_back({one.columns, {}});
  result.selection = selection_frequency(selections);
  return result;
}

Eigen::MatrixXd repeated_cross_validation(const std::vector<FitChain>& chains, const TrainingTable& train, int folds,
                                          int repeats, std::uint64_t seed) {
  std::vector<TrainingFold> all;
  for (int r = 0; r < repeats; ++r) {
    for (TrainingFold& fold : train.folds(folds, seed, "repeat/" + std::to_string(r))) all.push_back(std::move(fold));
  }
  const auto rows = parallel_map(static_cast<std::int64_t>(all.size()), [&](std::int64_t i) {
    const TrainingFold& fold = all[static_cast<std::size_t>(i)];
    Eigen::RowVectorXd areas(static_cast<Eigen::Index>(chains.size()));
    for (std::size_t c = 0; c < chains.size(); ++c)
      areas[static_cast<Eigen::Index>(c)] = auc(to_vector(chains[c](fold.train, seed).score(fold.held_out)), fold.held_out_outcomes);
    return areas;
  });
  Eigen::MatrixXd areas(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(chains.size()));
  for (std::size_t i = 0; i < rows.size(); ++i) areas.row(static_cast<Eigen::Index>(i)) = rows[i];
  return areas;
}

CorrectedT corrected_t(const std::vector<double>& differences, double training_patients, double held_out_patients) {
  const Moments m = moments(differences);
  if (m.count < 2) return {m.mean, kNan, kNan, kNan, kNan, {kNan, kNan}};
  const double error = std::sqrt(m.variance * (1.0 / m.count + held_out_patients / training_patients));
  const double freedom = m.count - 1;
  if (!(error > 0)) {
    const double t = m.mean == 0 ? 0 : std::copysign(std::numeric_limits<double>::infinity(), m.mean);
    return {m.mean, 0, t, freedom, m.mean == 0 ? 1.0 : 0.0, {m.mean, m.mean}};
  }
  const boost::math::students_t_distribution<> distribution(freedom);
  const double t = m.mean / error, reach = boost::math::quantile(distribution, 0.975) * error;
  return {m.mean, error, t, freedom, 2 * cdf(complement(distribution, std::abs(t))), {m.mean - reach, m.mean + reach}};
}

PermutationTest permutation_test(const FitChain& chain, const TrainingTable& train, int folds, int permutations,
                                 std::uint64_t seed) {
  const auto cross_validated = [&](const TrainingTable& rows) {
    std::vector<double> scores(static_cast<std::size_t>(rows.rows()));
    for (const TrainingFold& fold : rows.folds(folds, seed, "permutation test")) {
      const Eigen::VectorXd p = chain(fold.train, seed).score(fold.held_out);
      for (std::size_t i = 0; i < fold.held_out_rows.size(); ++i)
        scores[static_cast<std::size_t>(fold.held_out_rows[i])] = p[static_cast<Eigen::Index>(i)];
    }
    return auc(scores, rows.outcomes());
  };
  PermutationTest test{.observed = cross_validated(train), .permuted = {}};
  test.permuted = parallel_map(permutations, [&](std::int64_t i) {
    std::vector<int> outcomes = train.outcomes();
    Random(seed, "permutation", {static_cast<std::uint64_t>(i)}).shuffle(outcomes);
    return cross_validated(train.with_outcomes(std::move(outcomes)));
  });
  const auto as_good = std::count_if(test.permuted.begin(), test.permuted.end(), [&](double area) { return area >= test.observed; });
  test.p = double(1 + as_good) / double(1 + permutations);
  return test;
}

}  // namespace radiopath::fusion
