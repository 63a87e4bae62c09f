#include "fusion/naive_bayes.h"

#include <cmath>

#include "fusion/logistic_fit.h"
#include "fusion/score_rows.h"

namespace radiopath::fusion {
namespace {

double log_density(const NaiveBayesModel& model, int group, const Eigen::RowVectorXd& row) {
  double sum = std::log(model.priors[group]);
  for (Eigen::Index c = 0; c < row.size(); ++c) {
    const double off = row[c] - model.means[group][c], variance = model.variances[group][c];
    sum -= 0.5 * (std::log(2 * M_PI * variance) + off * off / variance);
  }
  return sum;
}

}  // namespace

NaiveBayesModel fit_naive_bayes(const TrainingTable& train, const FitOptions& options) {
  const Sample sample = sample_of(train, options);
  NaiveBayesModel model{sample.columns, Eigen::VectorXd(2), {}, {}};
  const Eigen::MatrixXd centred = sample.x.rowwise() - sample.x.colwise().mean();
  const double spread = (centred.colwise().squaredNorm() / double(sample.x.rows())).maxCoeff();
  const double smoothing = spread > 0 ? 1e-9 * spread : 1e-9;
  for (int group = 0; group < 2; ++group) {
    std::vector<int> members;
    for (std::size_t i = 0; i < sample.outcomes.size(); ++i) {
      if (sample.outcomes[i] == group) members.push_back(static_cast<int>(i));
    }
    const Eigen::MatrixXd x = sample.x(members, Eigen::all);
    const Eigen::VectorXd weights = sample.weights(members);
    model.priors[group] = weights.sum() / sample.weights.sum();
    model.means[group] = x.transpose() * weights / weights.sum();
    const Eigen::MatrixXd off = x.rowwise() - model.means[group].transpose();
    model.variances[group] = off.cwiseAbs2().transpose() * weights / weights.sum();
    model.variances[group].array() += smoothing;
  }
  return model;
}

Eigen::VectorXd predict(const NaiveBayesModel& model, const Table& table) {
  return score_rows(model.columns, table, [&](const Eigen::RowVectorXd& row) {
    return logistic(log_density(model, 1, row) - log_density(model, 0, row));
  });
}

MajorityModel fit_majority(const TrainingTable& train, const FitOptions& options) {
  const Sample sample = sample_of(train, options);
  return {sample.weights.dot(sample.targets()) / sample.weights.sum()};
}

Eigen::VectorXd predict(const MajorityModel& model, const Table& table) {
  return Eigen::VectorXd::Constant(table.rows(), model.share);
}

}  // namespace radiopath::fusion
