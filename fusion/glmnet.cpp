#include "fusion/glmnet.h"

#include <algorithm>
#include <cmath>

#include "fusion/logistic_path.h"

namespace radiopath::fusion {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

std::vector<int> as_outcomes(const VectorXd& y) {
  std::vector<int> outcomes;
  for (const double value : y) outcomes.push_back(value > 0.5);
  return outcomes;
}

/// -2 log likelihood per row; probabilities are kept from 0 and 1 by 1e-5, as in cv.glmnet.
double deviance(const VectorXd& y, const VectorXd& f) {
  double sum = 0;
  for (Index i = 0; i < y.size(); ++i) {
    const double p = std::clamp(1 / (1 + std::exp(-f[i])), 1e-5, 1 - 1e-5);
    sum -= 2 * (y[i] > 0.5 ? std::log(p) : std::log(1 - p));
  }
  return sum / double(y.size());
}

double error_of(Family family, const VectorXd& y, const VectorXd& f) {
  return family == Family::gaussian ? (y - f).squaredNorm() / double(y.size()) : deviance(y, f);
}

/// -2 log likelihood without that cut.
double exact_error(Family family, const VectorXd& y, const VectorXd& f) {
  if (family == Family::gaussian) return error_of(family, y, f);
  const Eigen::ArrayXd a = f.array();
  return 2 * (a.max(0) - y.array() * a + (-a.abs()).exp().log1p()).mean();
}

VectorXd scores_at(const GlmnetPath& path, const MatrixXd& x, Index at) {
  return (x * path.coefficients.col(at)).array() + path.intercepts[at];
}

/// Scores between two points of the path; its ends stand for what lies beyond them.
VectorXd scores_at_lambda(const GlmnetPath& path, const MatrixXd& x, double lambda) {
  Index right = 0;
  while (right < path.lambdas.size() && path.lambdas[right] > lambda) ++right;
  if (right == 0 || right == path.lambdas.size()) return scores_at(path, x, right == 0 ? 0 : right - 1);
  const double share = (lambda - path.lambdas[right]) / (path.lambdas[right - 1] - path.lambdas[right]);
  return share * scores_at(path, x, right - 1) + (1 - share) * scores_at(path, x, right);
}

/// Drops what lies beyond the point where the path has explained what it can.
Index length_of(const GlmnetPath& path, const MatrixXd& x, const VectorXd& y, Family family) {
  const double share = y.mean();
  const VectorXd nothing = VectorXd::Constant(y.size(), family == Family::gaussian ? share : std::log(share / (1 - share)));
  const double worst = exact_error(family, y, nothing);
  double before = 0;
  for (Index at = 0; at < path.lambdas.size(); ++at) {
    const double explained = 1 - exact_error(family, y, scores_at(path, x, at)) / worst;
    if (at >= 4 && (explained - before < 1e-5 * explained || explained > 0.999)) return at + 1;
    before = explained;
  }
  return path.lambdas.size();
}

}  // namespace

GlmnetPath glmnet_path(const MatrixXd& x, const VectorXd& y, const GlmnetOptions& options) {
  const VectorXd means = x.colwise().mean().transpose();
  VectorXd scales = ((x.rowwise() - means.transpose()).colwise().squaredNorm() / double(x.rows())).cwiseSqrt().transpose();
  for (double& scale : scales) scale = scale > 0 ? scale : 1;
  const MatrixXd z = (x.rowwise() - means.transpose()).array().rowwise() / scales.transpose().array();
  GlmnetPath path;
  path.lambdas = lasso_grid(z, y, {.alphas = options.lambdas,
                                   .smallest_share = x.rows() < x.cols() ? 1e-2 : 1e-4,
                                   .stop = LassoStop::converged,
                                   .l1_ratio = options.l1_ratio});
  if (options.family == Family::gaussian) {
    LassoPath fit = lasso_path(z, y, path.lambdas, LassoStop::converged, options.l1_ratio);
    path.coefficients = std::move(fit.coefficients), path.intercepts = std::move(fit.intercepts), path.converged = fit.converged;
  } else {
    LogisticPath fit = logistic_path(z, as_outcomes(y), VectorXd::Ones(y.size()), path.lambdas, options.l1_ratio);
    path.coefficients = std::move(fit.coefficients), path.intercepts = std::move(fit.intercepts), path.converged = fit.converged;
  }
  path.coefficients.array().colwise() /= scales.array();
  path.intercepts -= path.coefficients.transpose() * means;
  const Index length = length_of(path, x, y, options.family);
  path.lambdas.conservativeResize(length);
  path.coefficients.conservativeResize(Eigen::NoChange, length);
  path.intercepts.conservativeResize(length);
  return path;
}

GlmnetFit fit_glmnet_cv(const MatrixXd& x, const VectorXd& y, const std::vector<LassoFold>& folds,
                        const GlmnetOptions& options) {
  GlmnetFit fit{.path = glmnet_path(x, y, options), .errors = {}, .standard_errors = {}};
  fit.converged = fit.path.converged;
  const Index length = fit.path.lambdas.size();
  MatrixXd errors(length, static_cast<Index>(folds.size()));
  VectorXd sizes(static_cast<Index>(folds.size()));
  for (std::size_t f = 0; f < folds.size(); ++f) {
    const GlmnetPath path = glmnet_path(folds[f].inner_x, folds[f].inner_y, options);
    fit.converged = fit.converged && path.converged;
    sizes[static_cast<Index>(f)] = double(folds[f].held_out_y.size());
    for (Index at = 0; at < length; ++at)
      errors(at, static_cast<Index>(f)) = error_of(options.family, folds[f].held_out_y,
                                                   scores_at_lambda(path, folds[f].held_out_x, fit.path.lambdas[at]));
  }
  const VectorXd shares = sizes / sizes.sum();
  fit.errors = errors * shares;
  fit.standard_errors =
      ((errors.colwise() - fit.errors).cwiseAbs2() * shares / double(folds.size() - 1)).cwiseSqrt();
  Index smallest = 0;
  fit.errors.minCoeff(&smallest);
  fit.smallest = static_cast<int>(smallest);
  const double limit = fit.errors[smallest] + fit.standard_errors[smallest];
  while (fit.errors[fit.one_standard_error] > limit) ++fit.one_standard_error;
  return fit;
}

}  // namespace radiopath::fusion
