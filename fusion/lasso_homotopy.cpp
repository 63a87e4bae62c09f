#include "fusion/lasso_homotopy.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace radiopath::fusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// The columns that take part, with the Cholesky factor of their part of the Gram matrix and the first half of the
/// solution, both kept up to date.
class Support {
 public:
  Support(const MatrixXd& gram, const VectorXd& pull)
      : gram_(gram), pull_(pull), factor_(gram.rows(), gram.rows()), columns_of_gram_(gram.rows(), gram.rows()),
        sides_(gram.rows(), 2), halfway_(gram.rows(), 2) {}

  Index size() const { return static_cast<Index>(columns_.size()); }
  int operator[](Index i) const { return columns_[static_cast<std::size_t>(i)]; }
  auto gram() const { return columns_of_gram_.leftCols(size()); }  // (p, size)

  /// False, and nothing done, when the column is a combination of those that are in.
  bool add(int column, double sign) {
    const Index k = size();
    VectorXd row(k);
    for (Index i = 0; i < k; ++i) row[i] = gram_((*this)[i], column);
    factor_.topLeftCorner(k, k).triangularView<Eigen::Lower>().solveInPlace(row);
    const double rest = gram_(column, column) - row.squaredNorm();
    if (!(rest > 1e-10 * gram_(column, column))) return false;
    factor_.row(k).head(k) = row.transpose();
    factor_(k, k) = std::sqrt(rest);
    columns_of_gram_.col(k) = gram_.col(column);
    columns_.push_back(column);
    sides_.row(k) << pull_[column], sign;
    go_halfway(k);
    return true;
  }

  /// Takes out the i-th; rotations make the factor triangular again.
  void remove(Index i) {
    const Index k = size();
    for (Index r = i; r + 1 < k; ++r) {
      factor_.row(r).head(r + 2) = factor_.row(r + 1).head(r + 2).eval();
      columns_of_gram_.col(r) = columns_of_gram_.col(r + 1);
      sides_.row(r) = sides_.row(r + 1).eval();
    }
    for (Index c = i; c + 1 < k; ++c) {
      const double length = std::hypot(factor_(c, c), factor_(c, c + 1));
      const double cosine = factor_(c, c) / length, sine = factor_(c, c + 1) / length;
      for (Index r = c; r + 1 < k; ++r) {
        const double left = factor_(r, c), right = factor_(r, c + 1);
        factor_(r, c) = cosine * left + sine * right;
        factor_(r, c + 1) = cosine * right - sine * left;
      }
    }
    columns_.erase(columns_.begin() + i);
    for (Index r = i; r < size(); ++r) go_halfway(r);
  }

  /// (size, 2): what the Gram matrix turns into the pulls and into the signs. By hand: for a few tens of columns Eigen's
  /// blocks cost more than the sums.
  Eigen::MatrixX2d solve() const {
    const Index k = size();
    Eigen::MatrixX2d solved = halfway_.topRows(k);
    for (Index c = k - 1; c >= 0; --c) {
      const auto below = factor_.col(c).segment(c + 1, k - c - 1);
      for (int side = 0; side < 2; ++side)
        solved(c, side) = (solved(c, side) - below.dot(solved.col(side).tail(k - c - 1))) / factor_(c, c);
    }
    return solved;
  }

 private:
  /// Row r of factor^-1 sides, from the rows before it.
  void go_halfway(Index r) {
    halfway_.row(r) = (sides_.row(r) - factor_.row(r).head(r) * halfway_.topRows(r)) / factor_(r, r);
  }

  const MatrixXd& gram_;
  const VectorXd& pull_;
  MatrixXd factor_, columns_of_gram_;
  Eigen::MatrixX2d sides_, halfway_;
  std::vector<int> columns_;
};

/// Where the path bends next.
struct Bend {
  double penalty = 0;
  int joins = -1;
  double sign = 0;
  Index leaves = -1;
};

class Homotopy {
 public:
  Homotopy(const MatrixXd& gram, const VectorXd& pull)
      : pull_(pull), support_(gram, pull), signs_(VectorXd::Zero(pull.size())), left_out_(static_cast<std::size_t>(pull.size()), false) {}

  std::optional<MatrixXd> follow(const VectorXd& penalties) {
    MatrixXd weights = MatrixXd::Zero(pull_.size(), penalties.size());
    Index strongest = 0;
    double penalty = pull_.cwiseAbs().maxCoeff(&strongest);
    Index at = 0;
    while (at < penalties.size() && penalties[at] >= penalty) ++at;
    if (at == penalties.size()) return weights;
    if (!join(static_cast<int>(strongest), pull_[strongest] > 0 ? 1 : -1)) return std::nullopt;
    for (Index bends = 0; bends < 20 * pull_.size() + 100; ++bends) {
      solve();
      const Bend bend = next_bend(penalty);
      for (; at < penalties.size() && penalties[at] > bend.penalty; ++at) {
        if (!optimal(penalties[at])) return std::nullopt;
        for (Index i = 0; i < support_.size(); ++i) weights(support_[i], at) = solved_(i, 0) - penalties[at] * solved_(i, 1);
      }
      if (at == penalties.size()) return weights;
      penalty = bend.penalty;
      if (bend.leaves >= 0) {
        leave(bend.leaves);
      } else if (bend.joins < 0) {
        return std::nullopt;
      } else {
        join(bend.joins, bend.sign);
      }
    }
    return std::nullopt;
  }

 private:
  bool join(int column, double sign) {
    if (!support_.add(column, sign)) {
      left_out_[static_cast<std::size_t>(column)] = true;  // until a column leaves
      return false;
    }
    signs_[column] = sign;
    return true;
  }

  void leave(Index i) {
    signs_[support_[i]] = 0;
    support_.remove(i);
    std::fill(left_out_.begin(), left_out_.end(), false);
  }

  /// Weights are solved_[0] - penalty solved_[1]; columns pull with pulls_[0] + penalty pulls_[1].
  void solve() {
    solved_ = support_.solve();
    pulls_.resize(pull_.size(), 2);
    for (int side = 0; side < 2; ++side) pulls_.col(side).noalias() = support_.gram() * solved_.col(side);
    pulls_.col(0) = pull_ - pulls_.col(0);
  }

  /// The largest penalty, at or below `now`, where a column reaches it or a weight reaches 0. Only those count that move
  /// that way as the penalty falls.
  Bend next_bend(double now) const {
    Bend next;
    const auto offer = [&](double penalty, int joins, double sign, Index leaves) {
      penalty = std::min(penalty, now);
      if (penalty > next.penalty) next = {penalty, joins, sign, leaves};
    };
    for (Index i = 0; i < support_.size(); ++i) {
      if (solved_(i, 1) * signs_[support_[i]] < 0) offer(solved_(i, 0) / solved_(i, 1), -1, 0, i);
    }
    for (Index j = 0; j < pull_.size(); ++j) {
      if (signs_[j] != 0 || left_out_[static_cast<std::size_t>(j)]) continue;
      const double p = pulls_(j, 0), a = pulls_(j, 1);
      if (1 - a > 1e-12) offer(p / (1 - a), static_cast<int>(j), 1, -1);
      if (1 + a > 1e-12) offer(-p / (1 + a), static_cast<int>(j), -1, -1);
    }
    return next;
  }

  /// No column pulls harder than the penalty, and every weight has its sign.
  bool optimal(double penalty) const {
    if (((pulls_.col(0) + penalty * pulls_.col(1)).cwiseAbs().array() > penalty * (1 + 1e-8)).any()) return false;
    for (Index i = 0; i < support_.size(); ++i) {
      const double first = solved_(i, 0), second = penalty * solved_(i, 1);
      if ((first - second) * signs_[support_[i]] < -1e-12 * (std::abs(first) + std::abs(second))) return false;
    }
    return true;
  }

  const VectorXd& pull_;
  Support support_;
  VectorXd signs_;  // of columns in the support, else 0
  std::vector<bool> left_out_;
  Eigen::MatrixX2d solved_, pulls_;
};

}  // namespace

std::optional<MatrixXd> lasso_homotopy(const MatrixXd& gram, const VectorXd& pull, const VectorXd& penalties) {
  return Homotopy(gram, pull).follow(penalties);
}

}  // namespace radiopath::fusion
