#include "fusion/lightgbm.h"

#include <dlfcn.h>

#include <limits>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "core/error.h"

#ifndef RADIOPATH_LIGHTGBM
#define RADIOPATH_LIGHTGBM ""  // the library that the build knows of
#endif

namespace radiopath::fusion {
namespace {

using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Handle = void*;

// From LightGBM's c_api.h, which wheels do not bring.
constexpr int kFloat32 = 0, kFloat64 = 1, kRowMajor = 1, kGain = 1;
enum class Output { probability = 0, contributions = 3 };

struct Library {
  const char* (*last_error)();
  int (*dataset_create)(const void* data, int type, std::int32_t rows, std::int32_t cols, int row_major,
                        const char* settings, Handle reference, Handle* made);
  int (*dataset_set_field)(Handle dataset, const char* name, const void* data, int count, int type);
  int (*dataset_free)(Handle);
  int (*booster_create)(Handle dataset, const char* settings, Handle* made);
  int (*booster_update)(Handle booster, int* finished);
  int (*booster_save)(Handle booster, int first, int count, int importance, std::int64_t room, std::int64_t* length,
                      char* text);
  int (*booster_load)(const char* text, int* rounds, Handle* made);
  int (*booster_predict)(Handle booster, const void* data, int type, std::int32_t rows, std::int32_t cols, int row_major,
                         int output, int first, int count, const char* settings, std::int64_t* length, double* values);
  int (*booster_free)(Handle);

  void check(int status) const {
    if (status != 0) throw InputError(std::string("LightGBM: ") + last_error());
  }
};

template <class Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

/// The library stays loaded until the program ends.
std::optional<std::string> open(const std::filesystem::path& given, Library& library) {
  std::vector<std::string> places;
  if (!given.empty()) places.push_back(given.string());
  else places = {RADIOPATH_LIGHTGBM, "lib_lightgbm.so"};
  std::string objection = "LightGBM is not available";
  for (const std::string& place : places) {
    if (place.empty()) continue;
    void* const opened = dlopen(place.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!opened) {
      objection += std::string("; ") + dlerror();
      continue;
    }
    if (find(opened, "LGBM_GetLastError", library.last_error) &&
        find(opened, "LGBM_DatasetCreateFromMat", library.dataset_create) &&
        find(opened, "LGBM_DatasetSetField", library.dataset_set_field) &&
        find(opened, "LGBM_DatasetFree", library.dataset_free) &&
        find(opened, "LGBM_BoosterCreate", library.booster_create) &&
        find(opened, "LGBM_BoosterUpdateOneIter", library.booster_update) &&
        find(opened, "LGBM_BoosterSaveModelToString", library.booster_save) &&
        find(opened, "LGBM_BoosterLoadModelFromString", library.booster_load) &&
        find(opened, "LGBM_BoosterPredictForMat", library.booster_predict) &&
        find(opened, "LGBM_BoosterFree", library.booster_free)) {
      return std::nullopt;
    }
    objection += "; " + place + " lacks functions of LightGBM's C API";
  }
  return objection + ". Install the wheel lightgbm (scripts/setup.sh does) or set [models.lightgbm] library";
}

struct Opened {
  std::mutex mutex;
  bool ready = false;
  Library library{};
};

/// Opens the library where that has not succeeded yet.
std::optional<std::string> try_open(const std::filesystem::path& given, const Library** library) {
  static Opened opened;
  const std::lock_guard lock(opened.mutex);
  if (!opened.ready) {
    if (auto objection = open(given, opened.library)) return objection;
    opened.ready = true;
  }
  *library = &opened.library;
  return std::nullopt;
}

const Library& the_library(const std::filesystem::path& given) {
  const Library* library = nullptr;
  if (const auto objection = try_open(given, &library)) throw InputError(*objection);
  return *library;
}

using Owned = std::unique_ptr<void, int (*)(Handle)>;

std::string settings_of(const LightgbmConfig& config, std::uint64_t seed) {
  return "objective=binary verbosity=-1 num_threads=1 deterministic=true force_col_wise=true seed=" +
         std::to_string(seed % 2147483647) + " num_leaves=" + std::to_string(config.max_leaves) +
         " learning_rate=" + format_double(config.learning_rate) +
         " min_data_in_leaf=" + std::to_string(config.min_samples_leaf) + " lambda_l2=" + format_double(config.lambda);
}

Owned dataset_of(const Library& library, const Sample& sample, const std::string& settings) {
  const Rows rows = sample.x;
  Handle handle = nullptr;
  library.check(library.dataset_create(rows.data(), kFloat64, static_cast<std::int32_t>(rows.rows()),
                                       static_cast<std::int32_t>(rows.cols()), kRowMajor, settings.c_str(), nullptr, &handle));
  Owned dataset(handle, library.dataset_free);
  const auto set = [&](const char* name, const Eigen::VectorXd& values) {
    const Eigen::VectorXf floats = values.cast<float>();
    library.check(library.dataset_set_field(handle, name, floats.data(), static_cast<int>(floats.size()), kFloat32));
  };
  set("label", sample.targets());
  set("weight", sample.weights);
  return dataset;
}

/// (rows, 1) or (rows, p + 1); NaN for rows with a missing column.
Eigen::MatrixXd score(const LightgbmModel& model, const Table& table, Output output) {
  const Library& library = the_library({});
  const Table found = table.select_columns(model.columns);
  const Rows rows = found.values;
  Handle handle = nullptr;
  int rounds = 0;
  library.check(library.booster_load(model.text.c_str(), &rounds, &handle));
  const Owned booster(handle, library.booster_free);
  Rows values(rows.rows(), output == Output::probability ? 1 : rows.cols() + 1);
  std::int64_t length = 0;
  library.check(library.booster_predict(handle, rows.data(), kFloat64, static_cast<std::int32_t>(rows.rows()),
                                        static_cast<std::int32_t>(rows.cols()), kRowMajor, static_cast<int>(output), 0, -1,
                                        "num_threads=1", &length, values.data()));
  if (length != values.size()) throw std::logic_error("LightGBM returned another number of values than asked for");
  for (int r = 0; r < found.rows(); ++r) {
    if (found.values.row(r).array().isNaN().any()) values.row(r).setConstant(std::numeric_limits<double>::quiet_NaN());
  }
  return values;
}

}  // namespace

std::optional<std::string> lightgbm_objection(const std::filesystem::path& library) {
  const Library* opened = nullptr;
  return try_open(library, &opened);
}

LightgbmModel fit_lightgbm(const LightgbmConfig& config, const TrainingTable& train, const FitOptions& options) {
  const Library& library = the_library(config.library);
  const Sample sample = sample_of(train, options);
  const std::string settings = settings_of(config, options.seed);
  const Owned dataset = dataset_of(library, sample, settings);
  Handle handle = nullptr;
  library.check(library.booster_create(dataset.get(), settings.c_str(), &handle));
  const Owned booster(handle, library.booster_free);
  int finished = 0;
  for (int round = 0; round < config.trees && !finished; ++round) library.check(library.booster_update(handle, &finished));
  std::int64_t length = 0;
  library.check(library.booster_save(handle, 0, -1, kGain, 0, &length, nullptr));
  std::string text(static_cast<std::size_t>(length), '\0');
  library.check(library.booster_save(handle, 0, -1, kGain, length, &length, text.data()));
  text.resize(text.find('\0') == std::string::npos ? text.size() : text.find('\0'));
  return {sample.columns, std::move(text)};
}

Eigen::VectorXd predict(const LightgbmModel& model, const Table& table) {
  if (table.rows() == 0) return {};
  return score(model, table, Output::probability).col(0);
}

Eigen::MatrixXd shap_values(const LightgbmModel& model, const Table& table) {
  return score(model, table, Output::contributions);
}

}  // namespace radiopath::fusion
