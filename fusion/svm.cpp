#include "fusion/svm.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "fusion/score_rows.h"
#ifdef RADIOPATH_LIBSVM
#include <libsvm/svm.h>

#include <memory>
#endif

namespace radiopath::fusion {
namespace {

double kernel_value(const SvmModel& model, Eigen::Index vector, const Eigen::RowVectorXd& row) {
  if (model.kernel == "rbf") return std::exp(-model.gamma * (model.vectors.row(vector) - row).squaredNorm());
  const double product = model.vectors.row(vector).dot(row);
  return model.kernel == "linear" ? product : std::pow(model.gamma * product + model.coef0, model.degree);
}

#ifdef RADIOPATH_LIBSVM

/// Rows as libsvm reads them: pairs of (index, value), an index of -1 behind.
struct Problem {
  explicit Problem(const Sample& sample) : outcomes(sample.outcomes.begin(), sample.outcomes.end()) {
    const Eigen::Index cols = sample.x.cols();
    nodes.resize(static_cast<std::size_t>(sample.x.rows() * (cols + 1)));
    for (Eigen::Index r = 0; r < sample.x.rows(); ++r) {
      svm_node* const row = nodes.data() + r * (cols + 1);
      for (Eigen::Index c = 0; c < cols; ++c) row[c] = {static_cast<int>(c) + 1, sample.x(r, c)};
      row[cols] = {-1, 0};
      rows.push_back(row);
    }
  }
  svm_problem view() { return {static_cast<int>(rows.size()), outcomes.data(), rows.data()}; }

  std::vector<double> outcomes;
  std::vector<svm_node> nodes;
  std::vector<svm_node*> rows;
};

double weight_of_class(const Sample& sample, int outcome) {
  const auto found = std::find(sample.outcomes.begin(), sample.outcomes.end(), outcome);
  return sample.weights[found - sample.outcomes.begin()];
}

SvmModel fit_decision(const SvmConfig& config, const Sample& sample) {
  static const bool silent = (svm_set_print_string_function([](const char*) {}), true);
  static_cast<void>(silent);
  const double variance = (sample.x.array() - sample.x.mean()).square().mean();
  SvmModel model{.columns = sample.columns, .kernel = config.kernel, .gamma = config.gamma, .coef0 = config.coef0,
                 .degree = config.degree, .vectors = {}, .coefficients = {}, .intercept = 0, .platt = {}};
  if (model.gamma == 0) model.gamma = variance > 0 ? 1 / (double(sample.x.cols()) * variance) : 1;
  int labels[] = {0, 1};
  double weights[] = {weight_of_class(sample, 0), weight_of_class(sample, 1)};
  svm_parameter parameter{};
  parameter.svm_type = C_SVC;
  parameter.kernel_type = config.kernel == "linear" ? LINEAR : (config.kernel == "rbf" ? RBF : POLY);
  parameter.degree = config.degree, parameter.gamma = model.gamma, parameter.coef0 = config.coef0;
  parameter.cache_size = 100, parameter.eps = config.tolerance, parameter.C = config.c, parameter.shrinking = 1;
  parameter.nr_weight = 2, parameter.weight_label = labels, parameter.weight = weights;
  Problem problem(sample);
  const svm_problem view = problem.view();
  const auto release = [](svm_model* fit) { svm_free_and_destroy_model(&fit); };
  const std::unique_ptr<svm_model, decltype(release)> fit(svm_train(&view, &parameter), release);
  const double sign = fit->label[0] == 1 ? 1 : -1;  // libsvm's positive side is the class it met first
  std::vector<int> rows;
  model.coefficients.resize(fit->l);
  for (int i = 0; i < fit->l; ++i) {
    rows.push_back(fit->sv_indices[i] - 1);
    model.coefficients[i] = sign * fit->sv_coef[0][i];
  }
  model.vectors = sample.x(rows, Eigen::all);
  model.intercept = -sign * fit->rho[0];
  return model;
}

#else

SvmModel fit_decision(const SvmConfig&, const Sample&) {
  throw InputError("this radiopath was built without libsvm, which the learner 'svm' needs: install libsvm-dev and configure anew");
}

#endif

}  // namespace

#ifdef RADIOPATH_LIBSVM
bool has_libsvm() { return true; }
#else
bool has_libsvm() { return false; }
#endif

SvmModel fit_svm(const SvmConfig& config, const TrainingTable& train, const FitOptions& options) {
  SvmModel model = fit_decision(config, sample_of(train, options));
  std::vector<double> decisions(static_cast<std::size_t>(train.rows()));
  for (const TrainingFold& fold : train.folds(config.folds, options.seed, "platt")) {
    const Eigen::VectorXd held_out =
        decision_values(fit_decision(config, sample_of(fold.train, options)), fold.held_out);
    for (std::size_t i = 0; i < fold.held_out_rows.size(); ++i)
      decisions[static_cast<std::size_t>(fold.held_out_rows[i])] = held_out[static_cast<Eigen::Index>(i)];
  }
  model.platt = fit_platt_scaling(decisions, train.outcomes());
  return model;
}

Eigen::VectorXd decision_values(const SvmModel& model, const Table& table) {
  return score_rows(model.columns, table, [&](const Eigen::RowVectorXd& row) {
    double f = model.intercept;
    for (Eigen::Index i = 0; i < model.coefficients.size(); ++i) f += model.coefficients[i] * kernel_value(model, i, row);
    return f;
  });
}

Eigen::VectorXd predict(const SvmModel& model, const Table& table) {
  return decision_values(model, table).unaryExpr([&](double f) { return std::isnan(f) ? f : model.platt(f); });
}

}  // namespace radiopath::fusion
