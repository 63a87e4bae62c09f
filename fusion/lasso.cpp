#include "fusion/lasso.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>

#include "fusion/lasso_homotopy.h"

namespace radiopath::fusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr int kMostSweepsConverged = 20000;
constexpr Index kLargestGram = 1024;  // columns; beyond, products are made where they are needed

double soft_threshold(double value, double by) {
  return value > by ? value - by : (value < -by ? value + by : 0);
}

/// Coordinate descent at one alpha after the other. `penalty` is alpha * l1_ratio * n and `ridge` alpha * (1 - l1_ratio) * n
/// throughout, as in scikit-learn.
class Descent {
 public:
  Descent(const MatrixXd& x, const VectorXd& y, LassoStop stop)
      : x_(x), y_(y), stop_(stop), squares_(x.colwise().squaredNorm().transpose()), w_(VectorXd::Zero(x.cols())),
        residual_(y) {
    if (stop == LassoStop::converged && x.cols() <= kLargestGram) gram_ = x.transpose() * x;
  }

  const VectorXd& weights() const { return w_; }

  struct Outcome {
    int sweeps;
    bool converged;
  };

  Outcome descend(double penalty, double ridge) {
    ridge_ = ridge;
    return stop_ == LassoStop::scikit_learn ? descend_as_scikit_learn(penalty) : descend_to_optimum(penalty);
  }

 private:
  struct Change {
    double largest_step = 0, largest_weight = 0;
  };

  void update(Index j, double penalty, Change& change) {
    if (squares_[j] == 0) return;
    const double before = w_[j];
    const double pull = x_.col(j).dot(residual_) + before * squares_[j];
    const double after = soft_threshold(pull, penalty) / (squares_[j] + ridge_);
    if (after != before) residual_ -= (after - before) * x_.col(j);
    w_[j] = after;
    change.largest_step = std::max(change.largest_step, std::abs(after - before));
    change.largest_weight = std::max(change.largest_weight, std::abs(after));
  }

  /// Duality gap at w (scikit-learn, enet_coordinate_descent): of the lasso on x and y lengthened by sqrt(ridge) I and 0.
  double gap(double penalty) const {
    const double dual_norm = (x_.transpose() * residual_ - ridge_ * w_).cwiseAbs().maxCoeff();
    const double residual_square = residual_.squaredNorm() + ridge_ * w_.squaredNorm();
    double scale = 1, gap = residual_square;
    if (dual_norm > penalty) {
      scale = penalty / dual_norm;
      gap = 0.5 * (residual_square + residual_square * scale * scale);
    }
    return gap + penalty * w_.cwiseAbs().sum() - scale * residual_.dot(y_);
  }

  Outcome descend_as_scikit_learn(double penalty) {
    constexpr double kTolerance = 1e-4;
    constexpr int kMostSweeps = 1000;
    for (int sweep = 1; sweep <= kMostSweeps; ++sweep) {
      Change change;
      for (Index j = 0; j < w_.size(); ++j) update(j, penalty, change);
      const bool quiet = change.largest_weight == 0 || change.largest_step / change.largest_weight < kTolerance;
      if ((quiet || sweep == kMostSweeps) && gap(penalty) < kTolerance * y_.squaredNorm()) return {sweep, true};
    }
    return {kMostSweeps, false};
  }

  /// Sweeps over the support find it; the linear system on it then gives the optimum, if its signs hold and no other
  /// column pulls harder than the penalty. Where the system is singular (columns twice) the sweeps go on to a gap.
  Outcome descend_to_optimum(double penalty) {
    const double close = 1e-10 * std::max(y_.squaredNorm(), 1e-300);
    int sweeps = 0;
    if (w_.isZero(0) && (x_.transpose() * y_).cwiseAbs().maxCoeff() <= penalty * (1 + 1e-12)) return {0, true};
    while (sweeps < kMostSweepsConverged) {
      Change change;
      for (Index j = 0; j < w_.size(); ++j) update(j, penalty, change);
      ++sweeps;
      if (solve_on_support(penalty)) return {sweeps, true};
      if (change.largest_step <= 1e-9 * change.largest_weight && gap(penalty) < close) return {sweeps, true};
      for (int inner = 0; inner < 10; ++inner, ++sweeps) {
        Change on_support;
        for (Index j = 0; j < w_.size(); ++j) {
          if (w_[j] != 0) update(j, penalty, on_support);
        }
        if (on_support.largest_step <= 1e-9 * on_support.largest_weight) break;
      }
    }
    return {sweeps, false};
  }

  bool solve_on_support(double penalty) {
    std::vector<Index> support;
    for (Index j = 0; j < w_.size(); ++j) {
      if (w_[j] != 0) support.push_back(j);
    }
    if (support.empty()) return false;
    if (static_cast<Index>(support.size()) >= x_.rows()) return false;
    const MatrixXd columns = x_(Eigen::all, support);
    MatrixXd gram = gram_ ? MatrixXd((*gram_)(support, support)) : MatrixXd(columns.transpose() * columns);
    gram.diagonal().array() += ridge_;
    const Eigen::LLT<MatrixXd> factor(gram);
    if (factor.info() != Eigen::Success || factor.rcond() < 1e-10) return false;
    const VectorXd signs = w_(support).cwiseSign();
    const VectorXd solution = factor.solve(columns.transpose() * y_ - penalty * signs);
    if (((solution.array() * signs.array()) <= 0).any()) return false;
    const VectorXd residual = y_ - columns * solution;
    // Columns of the support pull exactly as hard as the penalty, up to rounding.
    VectorXd pull = x_.transpose() * residual;
    pull(support) -= ridge_ * solution;
    if (pull.cwiseAbs().maxCoeff() > penalty * (1 + 1e-9)) return false;
    for (std::size_t i = 0; i < support.size(); ++i) w_[support[i]] = solution[static_cast<Index>(i)];
    residual_ = residual;
    return true;
  }

  const MatrixXd& x_;
  const VectorXd& y_;
  LassoStop stop_;
  double ridge_ = 0;
  VectorXd squares_, w_, residual_;
  std::optional<MatrixXd> gram_;
};

VectorXd errors_on(const LassoPath& path, const MatrixXd& x, const VectorXd& y) {
  const MatrixXd residuals = ((-(x * path.coefficients)).colwise() + y).rowwise() - path.intercepts.transpose();
  return residuals.colwise().squaredNorm().transpose() / double(y.size());
}

}  // namespace

VectorXd lasso_grid(const MatrixXd& x, const VectorXd& y, const LassoOptions& options) {
  const VectorXd centred_y = y.array() - y.mean();
  const MatrixXd centred_x = x.rowwise() - x.colwise().mean();
  const double largest = (centred_x.transpose() * centred_y).cwiseAbs().maxCoeff() / double(x.rows()) / options.l1_ratio;
  VectorXd alphas(options.alphas);
  for (int i = 0; i < options.alphas; ++i) {
    const double share = options.alphas > 1 ? double(i) / (options.alphas - 1) : 0;
    alphas[i] = largest * std::pow(options.smallest_share, share);
  }
  return alphas;
}

LassoPath lasso_path(const MatrixXd& x, const VectorXd& y, const VectorXd& alphas, LassoStop stop, double l1_ratio) {
  const VectorXd means = x.colwise().mean().transpose();
  const double mean = y.mean(), n = double(x.rows());
  const MatrixXd centred_x = x.rowwise() - means.transpose();
  const VectorXd centred_y = y.array() - mean;
  LassoPath path{.coefficients = MatrixXd::Zero(x.cols(), alphas.size()), .intercepts = VectorXd(alphas.size()),
                 .sweeps = std::vector<int>(static_cast<std::size_t>(alphas.size())), .converged = true};
  std::optional<MatrixXd> exact;
  if (stop == LassoStop::converged && l1_ratio == 1 && x.cols() <= kLargestGram && x.cols() < x.rows())
    exact = lasso_homotopy(centred_x.transpose() * centred_x, centred_x.transpose() * centred_y, alphas * n);
  if (exact) {
    path.coefficients = std::move(*exact);
  } else {
    Descent descent(centred_x, centred_y, stop);
    for (Index a = 0; a < alphas.size(); ++a) {
      const auto outcome = descent.descend(alphas[a] * l1_ratio * n, alphas[a] * (1 - l1_ratio) * n);
      path.coefficients.col(a) = descent.weights();
      path.sweeps[static_cast<std::size_t>(a)] = outcome.sweeps;
      path.converged = path.converged && outcome.converged;
    }
  }
  path.intercepts = mean - (path.coefficients.transpose() * means).array();
  return path;
}

LassoFit fit_lasso_cv(const MatrixXd& x, const VectorXd& y, const std::vector<LassoFold>& folds,
                      const LassoOptions& options) {
  LassoFit fit;
  fit.alphas = lasso_grid(x, y, options);
  MatrixXd errors(fit.alphas.size(), static_cast<Index>(folds.size()));
  for (std::size_t f = 0; f < folds.size(); ++f) {
    const LassoPath path = lasso_path(folds[f].inner_x, folds[f].inner_y, fit.alphas, options.stop, options.l1_ratio);
    errors.col(static_cast<Index>(f)) = errors_on(path, folds[f].held_out_x, folds[f].held_out_y);
    fit.converged = fit.converged && path.converged;
  }
  const double k = static_cast<double>(folds.size());
  fit.mean_squared_errors = errors.rowwise().sum() / k;
  fit.standard_errors =
      ((errors.colwise() - fit.mean_squared_errors).rowwise().squaredNorm() / (k - 1) / k).cwiseSqrt();
  fit.mean_squared_errors.minCoeff(&fit.chosen);
  fit.path = lasso_path(x, y, fit.alphas, options.stop, options.l1_ratio);
  fit.converged = fit.converged && fit.path.converged;
  return fit;
}

int LassoFit::one_standard_error() const {
  const double limit = mean_squared_errors[chosen] + standard_errors[chosen];
  int alpha = 0;
  while (mean_squared_errors[alpha] > limit) ++alpha;
  return alpha;
}

std::vector<LassoFold> lasso_folds(const MatrixXd& x, const VectorXd& y, const std::vector<int>& fold_of) {
  if (static_cast<Index>(fold_of.size()) != x.rows() || y.size() != x.rows()) {
    throw std::logic_error("the lasso needs one outcome and one fold per row");
  }
  std::vector<LassoFold> folds;
  for (int fold = 0; fold <= *std::max_element(fold_of.begin(), fold_of.end()); ++fold) {
    std::vector<int> inside, outside;
    for (std::size_t i = 0; i < fold_of.size(); ++i) {
      (fold_of[i] == fold ? outside : inside).push_back(static_cast<int>(i));
    }
    folds.push_back({x(inside, Eigen::all), x(outside, Eigen::all), y(inside), y(outside)});
  }
  return folds;
}

}  // namespace radiopath::fusion
