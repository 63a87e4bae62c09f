#include "fusion/platt.h"

#include <algorithm>
#include <cmath>

#include "fusion/logistic_fit.h"

namespace radiopath::fusion {
namespace {

/// Of t log p + (1 - t) log(1 - p) with p = 1 / (1 + exp(a f + b)).
double negative_log_likelihood(const Eigen::ArrayXd& f, const Eigen::ArrayXd& targets, double a, double b) {
  const Eigen::ArrayXd x = a * f + b;
  return (x.max(0) + (-x.abs()).exp().log1p() - (1 - targets) * x).sum();
}

}  // namespace

double Platt::probability(double decision) const { return logistic(-(a * decision + b)); }

Platt fit_platt(const Eigen::VectorXd& decisions, const std::vector<int>& outcomes) {
  const double events = double(std::count(outcomes.begin(), outcomes.end(), 1)), others = double(outcomes.size()) - events;
  const Eigen::ArrayXd f = decisions.array();
  Eigen::ArrayXd targets(f.size());
  for (Eigen::Index i = 0; i < f.size(); ++i)
    targets[i] = outcomes[static_cast<std::size_t>(i)] == 1 ? (events + 1) / (events + 2) : 1 / (others + 2);
  Platt fit{0, std::log((others + 1) / (events + 1))};
  double value = negative_log_likelihood(f, targets, fit.a, fit.b);
  for (int step = 0; step < 100; ++step) {
    const Eigen::ArrayXd p = 1 / (1 + (fit.a * f + fit.b).exp()), d = targets - p, h = p * (1 - p);
    const double gradient_a = (f * d).sum(), gradient_b = d.sum();
    const double aa = (f * f * h).sum() + 1e-12, ab = (f * h).sum(), bb = h.sum() + 1e-12;
    if (std::abs(gradient_a) < 1e-10 && std::abs(gradient_b) < 1e-10) break;
    const double determinant = aa * bb - ab * ab;
    double da = -(bb * gradient_a - ab * gradient_b) / determinant, db = -(aa * gradient_b - ab * gradient_a) / determinant;
    double next = value;
    bool lower = false;
    for (int halving = 0; halving < 40 && !lower; ++halving, da /= 2, db /= 2) {
      next = negative_log_likelihood(f, targets, fit.a + da, fit.b + db);
      lower = next < value;
      if (lower) fit = {fit.a + da, fit.b + db};
    }
    if (!lower) break;
    value = next;
  }
  return fit;
}

}  // namespace radiopath::fusion
