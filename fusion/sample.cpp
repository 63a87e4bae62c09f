#include "fusion/sample.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "core/error.h"
#include "core/random.h"

namespace radiopath::fusion {
namespace {

constexpr int kNeighbours = 5;

void fill_up_by_smote(Sample& sample, std::uint64_t seed) {
  const int rows = static_cast<int>(sample.outcomes.size()), events = sample.events();
  const int rare = 2 * events <= rows ? 1 : 0;
  const int count = rare == 1 ? events : rows - events, wanted = rows - 2 * count;
  if (wanted == 0) return;
  if (count < 2) throw InputError("SMOTE needs at least 2 patients of the smaller class; found " + std::to_string(count));
  std::vector<int> members;
  for (int i = 0; i < rows; ++i) {
    if (sample.outcomes[static_cast<std::size_t>(i)] == rare) members.push_back(i);
  }
  const Eigen::MatrixXd minority = sample.x(members, Eigen::all);
  const int neighbours = std::min(kNeighbours, count - 1);
  Random random(seed, "smote");
  std::vector<SmoteDraw> draws;
  for (int i = 0; i < wanted; ++i) {
    const auto base = static_cast<int>(random.below(static_cast<std::uint64_t>(count)));
    const auto neighbour = static_cast<int>(random.below(static_cast<std::uint64_t>(neighbours)));
    draws.push_back({base, neighbour, random.uniform()});
  }
  sample.x.conservativeResize(rows + wanted, Eigen::NoChange);
  sample.x.bottomRows(wanted) = smote_rows(minority, nearest_rows(minority, neighbours), draws);
  sample.outcomes.insert(sample.outcomes.end(), static_cast<std::size_t>(wanted), rare);
  sample.weights = Eigen::VectorXd::Ones(rows + wanted);
}

}  // namespace

const std::vector<std::string>& imbalance_names() {
  static const std::vector<std::string> names = {"none", "class_weight", "smote"};
  return names;
}

Imbalance imbalance_of(const std::string& name) {
  const auto& names = imbalance_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) throw InputError("imbalance '" + name + "' is none of " + join_names(names));
  return static_cast<Imbalance>(found - names.begin());
}

Eigen::VectorXd Sample::targets() const {
  return Eigen::Map<const Eigen::VectorXi>(outcomes.data(), static_cast<Eigen::Index>(outcomes.size())).cast<double>();
}

int Sample::events() const { return static_cast<int>(std::count(outcomes.begin(), outcomes.end(), 1)); }

Sample sample_of(const TrainingTable& train, const FitOptions& options) {
  Sample sample{train.table().columns, train.table().values, train.outcomes(), Eigen::VectorXd::Ones(train.rows())};
  const int rows = train.rows(), events = train.events();
  if (events == 0 || events == rows) {
    throw InputError("a learner needs patients with and without the event; found " + std::to_string(events) +
                     " events among " + std::to_string(rows));
  }
  if (sample.x.array().isNaN().any()) throw std::logic_error("a learner needs an encoded table: no missing value");
  if (options.imbalance == Imbalance::class_weight) {
    for (int i = 0; i < rows; ++i) {
      sample.weights[i] = rows / (2.0 * (sample.outcomes[static_cast<std::size_t>(i)] == 1 ? events : rows - events));
    }
  }
  if (options.imbalance == Imbalance::smote) fill_up_by_smote(sample, options.seed);
  return sample;
}

std::vector<std::vector<int>> nearest_rows(const Eigen::MatrixXd& x, int most) {
  std::vector<std::vector<int>> nearest;
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    const Eigen::VectorXd distances = (x.rowwise() - x.row(i)).rowwise().squaredNorm();
    std::vector<int> others;
    for (int j = 0; j < static_cast<int>(x.rows()); ++j) {
      if (j != i) others.push_back(j);
    }
    std::stable_sort(others.begin(), others.end(), [&](int a, int b) { return distances[a] < distances[b]; });
    others.resize(static_cast<std::size_t>(std::min<Eigen::Index>(most, x.rows() - 1)));
    nearest.push_back(std::move(others));
  }
  return nearest;
}

Eigen::MatrixXd smote_rows(const Eigen::MatrixXd& minority, const std::vector<std::vector<int>>& neighbours,
                           const std::vector<SmoteDraw>& draws) {
  Eigen::MatrixXd made(static_cast<Eigen::Index>(draws.size()), minority.cols());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const auto& [base, neighbour, step] = draws[i];
    const int other = neighbours.at(static_cast<std::size_t>(base)).at(static_cast<std::size_t>(neighbour));
    made.row(static_cast<Eigen::Index>(i)) = minority.row(base) + step * (minority.row(other) - minority.row(base));
  }
  return made;
}

}  // namespace radiopath::fusion
