#include "fusion/logistic_path.h"

#include <algorithm>
#include <cmath>

namespace radiopath::fusion {
namespace {

using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kMostSteps = 200;
constexpr int kMostSweeps = 10000;
constexpr double kSmallestChange = 1e-10;  // of the linear predictor's scale, squared and weighted

class Descent {
 public:
  Descent(const MatrixXd& x, const std::vector<int>& outcomes, const VectorXd& weights, double l1_ratio)
      : x_(x), y_(x.rows()), v_((weights / weights.sum()).array()), l1_ratio_(l1_ratio), w_(VectorXd::Zero(x.cols())) {
    for (Index i = 0; i < y_.size(); ++i) y_[i] = outcomes[static_cast<std::size_t>(i)];
    const double share = (v_ * y_).sum();
    intercept_ = std::log(share / (1 - share));
    f_ = ArrayXd::Constant(x.rows(), intercept_);
  }

  const VectorXd& weights() const { return w_; }
  double intercept() const { return intercept_; }

  /// True when it converged.
  bool descend(double lambda) {
    double value = objective(f_, w_, lambda);
    for (int step = 0; step < kMostSteps; ++step) {
      const VectorXd before = w_;
      const double intercept_before = intercept_;
      const ArrayXd f_before = f_;
      approximate(lambda);
      f_ = (x_ * w_).array() + intercept_;
      double next = objective(f_, w_, lambda);
      for (int halving = 0; next > value + 1e-14 * std::abs(value) && halving < 40; ++halving) {
        w_ = 0.5 * (w_ + before);
        intercept_ = 0.5 * (intercept_ + intercept_before);
        f_ = 0.5 * (f_ + f_before);
        next = objective(f_, w_, lambda);
      }
      const double moved = (f_ - f_before).abs().maxCoeff();
      value = next;
      if (moved < 1e-8 * (1 + f_.abs().maxCoeff())) return true;
    }
    return false;
  }

 private:
  double loss(const ArrayXd& f) const { return (v_ * (f.max(0) - y_ * f + (-f.abs()).exp().log1p())).sum(); }

  double objective(const ArrayXd& f, const VectorXd& w, double lambda) const {
    return loss(f) + lambda * (l1_ratio_ * w.cwiseAbs().sum() + 0.5 * (1 - l1_ratio_) * w.squaredNorm());
  }

  /// Minimises the quadratic approximation at f_ over w_ and intercept_.
  void approximate(double lambda) {
    const ArrayXd p = 1 / (1 + (-f_).exp());
    curvature_ = v_ * (p * (1 - p)).max(1e-9);
    pull_ = v_ * (y_ - p);
    squares_ = x_.cwiseAbs2().transpose() * curvature_.matrix();
    total_curvature_ = curvature_.sum();
    for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
      double change = sweep_over(lambda, false);
      if (change < kSmallestChange * kSmallestChange) return;
      while (change >= kSmallestChange * kSmallestChange && ++sweep < kMostSweeps) change = sweep_over(lambda, true);
    }
  }

  /// @return the largest fall of the approximation by one coordinate, about
  double sweep_over(double lambda, bool nonzero_only) {
    double largest = 0;
    for (Index j = 0; j < w_.size(); ++j) {
      if (squares_[j] == 0 || (nonzero_only && w_[j] == 0)) continue;
      const double by = lambda * l1_ratio_, value = x_.col(j).dot(pull_.matrix()) + w_[j] * squares_[j];
      const double shrunk = value > by ? value - by : (value < -by ? value + by : 0);
      const double after = shrunk / (squares_[j] + lambda * (1 - l1_ratio_)), delta = after - w_[j];
      if (delta == 0) continue;
      pull_ -= delta * curvature_ * x_.col(j).array();
      w_[j] = after;
      largest = std::max(largest, squares_[j] * delta * delta);
    }
    const double delta = pull_.sum() / total_curvature_;
    pull_ -= delta * curvature_;
    intercept_ += delta;
    return std::max(largest, total_curvature_ * delta * delta);
  }

  const MatrixXd& x_;
  ArrayXd y_, v_;  // outcomes; weights of sum 1
  double l1_ratio_;
  VectorXd w_;
  double intercept_ = 0;
  ArrayXd f_, curvature_, pull_;
  VectorXd squares_;
  double total_curvature_ = 0;
};

}  // namespace

LogisticPath logistic_path(const MatrixXd& x, const std::vector<int>& outcomes, const VectorXd& weights,
                           const VectorXd& lambdas, double l1_ratio) {
  Descent descent(x, outcomes, weights, l1_ratio);
  LogisticPath path{MatrixXd::Zero(x.cols(), lambdas.size()), VectorXd(lambdas.size()), true};
  for (Index a = 0; a < lambdas.size(); ++a) {
    path.converged = descent.descend(lambdas[a]) && path.converged;
    path.coefficients.col(a) = descent.weights();
    path.intercepts[a] = descent.intercept();
  }
  return path;
}

}  // namespace radiopath::fusion
