#include "fusion/xgboost.h"

#include <limits>
#include <memory>

#include "core/error.h"
#ifdef RADIOPATH_XGBOOST
#include <xgboost/c_api.h>
#endif

namespace radiopath::fusion {
namespace {

using FloatRows = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

#ifdef RADIOPATH_XGBOOST

void check(int status) {
  if (status != 0) throw InputError(std::string("XGBoost: ") + XGBGetLastError());
}

using Matrix = std::unique_ptr<void, int (*)(DMatrixHandle)>;
using Booster = std::unique_ptr<void, int (*)(BoosterHandle)>;

Matrix matrix_of(const FloatRows& rows) {
  DMatrixHandle handle = nullptr;
  check(XGDMatrixCreateFromMat(rows.data(), static_cast<bst_ulong>(rows.rows()), static_cast<bst_ulong>(rows.cols()),
                               std::numeric_limits<float>::quiet_NaN(), &handle));
  return {handle, XGDMatrixFree};
}

Booster booster_on(const Matrix* matrix) {
  DMatrixHandle handle = matrix ? matrix->get() : nullptr;
  BoosterHandle booster = nullptr;
  check(XGBoosterCreate(matrix ? &handle : nullptr, matrix ? 1 : 0, &booster));
  return {booster, XGBoosterFree};
}

void set(const Booster& booster, const char* name, const std::string& value) {
  check(XGBoosterSetParam(booster.get(), name, value.c_str()));
}

void set_information(const Matrix& matrix, const char* name, const Eigen::VectorXd& values) {
  const Eigen::VectorXf floats = values.cast<float>();
  check(XGDMatrixSetFloatInfo(matrix.get(), name, floats.data(), static_cast<bst_ulong>(floats.size())));
}

void configure(const Booster& booster, const XgboostConfig& config, std::uint64_t seed) {
  set(booster, "objective", "binary:logistic");
  set(booster, "base_score", "0.5");
  set(booster, "nthread", "1");
  set(booster, "verbosity", "0");
  set(booster, "seed", std::to_string(seed % 2147483647));
  set(booster, "eta", format_double(config.learning_rate));
  set(booster, "max_depth", std::to_string(config.max_depth));
  set(booster, "min_child_weight", format_double(config.min_child_weight));
  set(booster, "lambda", format_double(config.lambda));
  set(booster, "subsample", format_double(config.subsample));
  set(booster, "colsample_bytree", format_double(config.column_share));
  set(booster, "tree_method", config.tree_method);
  if (config.tree_method != "hist") return;
  set(booster, "grow_policy", config.grow_policy);
  set(booster, "max_leaves", std::to_string(config.max_leaves));
  set(booster, "max_bin", std::to_string(config.max_bin));
}

/// What XGBoosterPredictFromDMatrix calls its type.
enum class Output { probability = 0, contributions = 2 };

/// (rows, 1) or (rows, p + 1); NaN for rows with a missing column.
Eigen::MatrixXd score(const XgboostModel& model, const Table& table, Output output) {
  const Table found = table.select_columns(model.columns);
  const FloatRows rows = found.values.cast<float>();
  const Matrix matrix = matrix_of(rows);
  const Booster booster = booster_on(nullptr);
  check(XGBoosterLoadModelFromBuffer(booster.get(), model.json.data(), model.json.size()));
  set(booster, "nthread", "1");
  const std::string settings = R"({"type": )" + std::to_string(static_cast<int>(output)) +
                               R"(, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": true})";
  const bst_ulong* shape = nullptr;
  bst_ulong dimensions = 0;
  const float* scores = nullptr;
  check(XGBoosterPredictFromDMatrix(booster.get(), matrix.get(), settings.c_str(), &shape, &dimensions, &scores));
  const Eigen::Index cols = output == Output::probability ? 1 : rows.cols() + 1;
  Eigen::MatrixXd values = Eigen::Map<const FloatRows>(scores, rows.rows(), cols).cast<double>();
  for (int r = 0; r < found.rows(); ++r) {
    if (found.values.row(r).array().isNaN().any()) values.row(r).setConstant(std::numeric_limits<double>::quiet_NaN());
  }
  return values;
}

#else

enum class Output { probability, contributions };

[[noreturn]] void refuse() {
  throw InputError("this radiopath was built without XGBoost, which the learner 'xgboost' needs: install libxgboost-dev and "
                   "xgboost, and configure anew");
}

Eigen::MatrixXd score(const XgboostModel&, const Table&, Output) { refuse(); }

#endif

}  // namespace

#ifdef RADIOPATH_XGBOOST

bool has_xgboost() { return true; }

XgboostModel fit_xgboost(const XgboostConfig& config, const TrainingTable& train, const FitOptions& options) {
  const Sample sample = sample_of(train, options);
  const Matrix matrix = matrix_of(sample.x.cast<float>());
  set_information(matrix, "label", sample.targets());
  set_information(matrix, "weight", sample.weights);
  const Booster booster = booster_on(&matrix);
  configure(booster, config, options.seed);
  for (int round = 0; round < config.trees; ++round) check(XGBoosterUpdateOneIter(booster.get(), round, matrix.get()));
  bst_ulong length = 0;
  const char* text = nullptr;
  check(XGBoosterSaveModelToBuffer(booster.get(), R"({"format": "json"})", &length, &text));
  return {sample.columns, std::string(text, length)};
}

#else

bool has_xgboost() { return false; }

XgboostModel fit_xgboost(const XgboostConfig&, const TrainingTable&, const FitOptions&) { refuse(); }

#endif

Eigen::VectorXd predict(const XgboostModel& model, const Table& table) {
  if (table.rows() == 0) return {};
  return score(model, table, Output::probability).col(0);
}

Eigen::MatrixXd shap_values(const XgboostModel& model, const Table& table) {
  return score(model, table, Output::contributions);
}

}  // namespace radiopath::fusion
