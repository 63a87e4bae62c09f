#include <Eigen/Cholesky>
#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "core/statistics.h"
#include "core/table.h"
#include "fusion/logistic_fit.h"
#include "fusion/selection_steps.h"

namespace radiopath::fusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Columns centred and of length 1, so that r is their dot product; a constant column becomes 0.
MatrixXd unit_columns(const MatrixXd& x) {
  MatrixXd unit = x.rowwise() - x.colwise().mean();
  for (Index j = 0; j < unit.cols(); ++j) {
    const double norm = unit.col(j).norm();
    if (x.col(j).minCoeff() == x.col(j).maxCoeff()) {
      unit.col(j).setZero();
    } else {
      unit.col(j) /= norm;
    }
  }
  return unit;
}

MatrixXd rank_rows(const MatrixXd& x) {
  MatrixXd ranks(x.rows(), x.cols());
  for (Index j = 0; j < x.cols(); ++j) {
    const std::vector<double> of_column = midranks({x.col(j).data(), static_cast<std::size_t>(x.rows())});
    ranks.col(j) = Eigen::Map<const VectorXd>(of_column.data(), x.rows());
  }
  return ranks;
}

/// All correlations at once, by half of the products.
MatrixXd correlations_of(const MatrixXd& unit) {
  MatrixXd r = MatrixXd::Zero(unit.cols(), unit.cols());
  r.selfadjointView<Eigen::Lower>().rankUpdate(unit.transpose());
  r.triangularView<Eigen::StrictlyUpper>() = r.transpose();
  return r;
}

constexpr Index kWhole = 1024;  // columns; up to here all correlations are made at once
constexpr Index kBlock = 128;  // columns that one product compares with all others

/// Of each column the sum of |r| with those that reach the limit, itself among them.
VectorXd centrality(const MatrixXd& unit, double limit) {
  VectorXd sums(unit.cols());
  for (Index first = 0; first < unit.cols(); first += kBlock) {
    const Index count = std::min(kBlock, unit.cols() - first);
    const Eigen::ArrayXXd r = (unit.transpose() * unit.middleCols(first, count)).array().abs();
    sums.segment(first, count) = (r >= limit).select(r, 0.0).colwise().sum().transpose();
  }
  return sums;
}

std::vector<int> falling(const VectorXd& merit) {
  std::vector<int> order(static_cast<std::size_t>(merit.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return merit[a] > merit[b]; });
  return order;
}

/// Those of `order` that stay apart from all that stayed before them.
std::vector<int> apart(const MatrixXd& r, const std::vector<int>& order, double limit) {
  std::vector<int> kept;
  for (const int j : order) {
    if (std::all_of(kept.begin(), kept.end(), [&](int other) { return std::abs(r(other, j)) < limit; })) kept.push_back(j);
  }
  return kept;
}

/// The same without all correlations in memory.
std::vector<int> apart_in_blocks(const MatrixXd& unit, const std::vector<int>& order, double limit) {
  std::vector<int> kept;
  MatrixXd kept_unit(unit.rows(), unit.cols());
  for (Index first = 0; first < unit.cols(); first += kBlock) {
    const std::vector<int> block(order.begin() + first, order.begin() + std::min(first + kBlock, unit.cols()));
    const MatrixXd candidates = unit(Eigen::all, block);
    const auto before = static_cast<Index>(kept.size());
    VectorXd nearest = VectorXd::Zero(candidates.cols());
    if (before > 0) nearest = (kept_unit.leftCols(before).transpose() * candidates).cwiseAbs().colwise().maxCoeff().transpose();
    for (Index i = 0; i < candidates.cols(); ++i) {
      const auto now = static_cast<Index>(kept.size());
      if (nearest[i] >= limit) continue;
      const auto of_block = kept_unit.middleCols(before, now - before);
      if (now > before && (of_block.transpose() * candidates.col(i)).cwiseAbs().maxCoeff() >= limit) continue;
      kept_unit.col(now) = candidates.col(i);
      kept.push_back(block[static_cast<std::size_t>(i)]);
    }
  }
  return kept;
}

/// Columns in falling order of merit; one stays unless it correlates at or above the limit with one that stayed.
Kept without_twins(const MatrixXd& x, const VectorXd& y, const SelectionConfig& config) {
  const double limit = config.max_correlation;
  const MatrixXd unit = unit_columns(x);
  const bool whole = x.cols() <= kWhole;
  const MatrixXd r = whole ? correlations_of(unit) : MatrixXd();
  VectorXd merit;
  if (config.keep == "outcome") merit = (unit.transpose() * unit_columns(y)).cwiseAbs();
  else if (whole) merit = (r.array().abs() >= limit).select(r.cwiseAbs(), 0.0).rowwise().sum();
  else merit = centrality(unit, limit);
  const std::vector<int> order = falling(merit);
  Kept kept{whole ? apart(r, order, limit) : apart_in_blocks(unit, order, limit), ""};
  std::sort(kept.columns.begin(), kept.columns.end());
  return kept;
}

/// Gaussian mutual information of pairs with these correlations, finite also where |r| is 1.
VectorXd mutual_information(const Eigen::Ref<const VectorXd>& r) {
  return -0.5 * (1 - r.array().square()).max(1e-15).log();
}

/// Caret's two figures of a column.
bool nearly_constant(const Eigen::Ref<const VectorXd>& column, const SelectionConfig& config) {
  std::map<double, int> count;
  for (const double value : column) ++count[value];
  if (double(count.size()) > config.min_unique_share * double(column.size())) return false;
  int most = 0, next = 0;
  for (const auto& [value, times] : count) {
    if (times > most) next = most, most = times;
    else next = std::max(next, times);
  }
  return next == 0 || most > config.max_frequency_ratio * next;
}

Moments moments_of(const Eigen::Ref<const VectorXd>& column, const std::vector<int>& rows) {
  double sum = 0, squares = 0;
  for (const int row : rows) sum += column[row];
  const double count = double(rows.size()), mean = sum / count;
  for (const int row : rows) squares += (column[row] - mean) * (column[row] - mean);
  return {static_cast<int>(rows.size()), mean, squares / (count - 1)};
}

/// P below a limit is |t| above a quantile that falls with the degrees of freedom, which Welch's lie between those of the
/// smaller group and of both. What is clearly above or below needs no P.
class TScreen {
 public:
  TScreen(const VectorXd& y, double p_value) : y_(y), n1_(y.sum()), n0_(double(y.size()) - n1_) {
    if (!(p_value > 0 && p_value < 1) || std::min(n1_, n0_) < 3) return;
    const auto quantile = [&](double freedom) {
      return boost::math::quantile(boost::math::students_t_distribution<>(freedom), 1 - p_value / 2);
    };
    surely_ = quantile(std::min(n1_, n0_) - 1) * (1 + 1e-6);
    surely_not_ = quantile(n1_ + n0_ - 2) * (1 - 1e-6);
  }

  enum class Answer { passes, fails, look };

  /// One pass over the column, by sums of its distances from its first value.
  Answer ask(const Eigen::Ref<const VectorXd>& x) const {
    if (surely_ == 0) return Answer::look;
    constexpr Index kLanes = 8;
    using Lanes = Eigen::Array<double, kLanes, 1>;
    Lanes sum = Lanes::Zero(), sum1 = sum, squares = sum, squares1 = sum;
    const Index whole = x.size() / kLanes * kLanes;
    for (Index i = 0; i < whole; i += kLanes) {
      const Lanes d = x.segment<kLanes>(i).array() - x[0], d1 = d * y_.segment<kLanes>(i).array();
      sum += d, sum1 += d1, squares += d * d, squares1 += d * d1;
    }
    for (Index i = whole; i < x.size(); ++i) {
      const double d = x[i] - x[0], d1 = d * y_[i];
      sum[0] += d, sum1[0] += d1, squares[0] += d * d, squares1[0] += d * d1;
    }
    const Group event = group(n1_, sum1.sum(), squares1.sum());
    const Group none = group(n0_, sum.sum() - sum1.sum(), squares.sum() - squares1.sum());
    if (!event.sound || !none.sound) return Answer::look;
    const double error = std::sqrt(event.squared_error + none.squared_error);
    const double t = std::abs(event.mean - none.mean) / error;
    return t > surely_ ? Answer::passes : (t < surely_not_ ? Answer::fails : Answer::look);
  }

 private:
  struct Group {
    double mean, squared_error;
    bool sound;  // enough of the digits of the sums is left
  };
  static Group group(double n, double sum, double squares) {
    const double mean = sum / n, around = squares - sum * mean;
    return {mean, around / (n - 1) / n, around > 1e-6 * squares};
  }

  VectorXd y_;
  double n1_, n0_, surely_ = 0, surely_not_ = 0;
};

}  // namespace

Kept by_near_zero_variance(const StepInput& input) {
  Kept kept;
  for (Index j = 0; j < input.x.cols(); ++j) {
    if (!nearly_constant(input.x.col(j), input.config)) kept.columns.push_back(static_cast<int>(j));
  }
  if (kept.columns.empty()) {
    kept.columns = {static_cast<int>(input.x.cols()) - 1};
    kept.remark = "every column is nearly constant; kept the last";
  }
  return kept;
}

Kept by_t_test(const StepInput& input) {
  std::vector<int> rows[2];
  for (std::size_t i = 0; i < input.train.outcomes().size(); ++i) rows[input.train.outcomes()[i]].push_back(static_cast<int>(i));
  const auto p_of = [&](Index j) {
    if (rows[0].size() < 2 || rows[1].size() < 2) return std::nan("");
    return t_test(moments_of(input.x.col(j), rows[1]), moments_of(input.x.col(j), rows[0])).p;
  };
  std::vector<double> p;
  const auto every_p = [&] {
    for (Index j = 0; j < input.x.cols(); ++j) p.push_back(p_of(j));
    return keep_significant(std::move(p), input.config);
  };
  if (input.config.adjust != "none") return every_p();
  const TScreen screen(targets_of(input.train.outcomes()), input.config.p_value);
  Kept kept;
  for (Index j = 0; j < input.x.cols(); ++j) {
    const TScreen::Answer answer = screen.ask(input.x.col(j));
    if (answer == TScreen::Answer::passes || (answer == TScreen::Answer::look && p_of(j) < input.config.p_value))
      kept.columns.push_back(static_cast<int>(j));
  }
  return kept.columns.empty() ? every_p() : kept;
}

Kept by_pearson(const StepInput& input) {
  return without_twins(input.x, targets_of(input.train.outcomes()), input.config);
}

Kept by_spearman(const StepInput& input) {
  return without_twins(rank_rows(input.x), rank_rows(targets_of(input.train.outcomes())), input.config);
}

Kept by_vif(const StepInput& input) {
  Kept kept{independent_columns(input.x), ""};
  if (kept.columns.empty()) kept.columns = {0};
  const auto combinations = input.x.cols() - static_cast<Index>(kept.columns.size());
  if (combinations > 0) kept.remark = std::to_string(combinations) + " columns were combinations of earlier ones";
  const MatrixXd unit = unit_columns(input.x);
  while (kept.columns.size() > 1) {
    const MatrixXd columns = unit(Eigen::all, kept.columns);
    const MatrixXd correlation = columns.transpose() * columns;
    const VectorXd inflation = correlation.ldlt().solve(MatrixXd::Identity(correlation.rows(), correlation.cols())).diagonal();
    Index worst = 0;
    if (inflation.maxCoeff(&worst) <= input.config.max_vif) break;
    kept.columns.erase(kept.columns.begin() + worst);
  }
  return kept;
}

Kept by_mrmr(const StepInput& input) {
  const MatrixXd unit = unit_columns(input.x);
  const VectorXd r = unit.transpose() * unit_columns(targets_of(input.train.outcomes()));
  const VectorXd relevance = mutual_information(r);
  VectorXd redundancy = VectorXd::Zero(input.x.cols());
  std::vector<bool> chosen(static_cast<std::size_t>(input.x.cols()), false);
  Kept kept;
  const bool whole = input.x.cols() <= std::min<Index>(kWhole, 4 * Index{input.config.mrmr_columns});
  const MatrixXd correlations = whole ? correlations_of(unit) : MatrixXd();
  const int most = std::min<int>(input.config.mrmr_columns, static_cast<int>(input.x.cols()));
  while (static_cast<int>(kept.columns.size()) < most) {
    int best = -1;
    double best_score = 0;
    for (int j = 0; j < static_cast<int>(input.x.cols()); ++j) {
      if (chosen[static_cast<std::size_t>(j)]) continue;
      const double mean_redundancy = kept.columns.empty() ? 0 : redundancy[j] / double(kept.columns.size());
      const double score = relevance[j] - mean_redundancy;
      if (best < 0 || score > best_score) best = j, best_score = score;
    }
    chosen[static_cast<std::size_t>(best)] = true;
    kept.columns.push_back(best);
    if (static_cast<int>(kept.columns.size()) == most) break;
    redundancy += whole ? mutual_information(correlations.col(best))
                        : mutual_information(unit.transpose() * unit.col(best));
  }
  return kept;  // in the order of choice
}

}  // namespace radiopath::fusion
