#include "training/run_output.h"

#include <Eigen/Core>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/parallel.h"
#include "core/version.h"
#include "training/experiment.h"
#include "training/report.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// `-<name>-<hash>`: what run folders of the same settings and manifest share.
std::string folder_suffix(const ExperimentConfig& config) {
  Hasher hasher;
  hasher.add(config_text(config));
  if (fs::exists(config.cohort.manifest)) hasher.add_file(config.cohort.manifest);
  return "-" + config.name + "-" + hasher.hex().substr(0, 8);
}

std::string now() { return fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::system_clock::now())); }

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

/// SHA of every file the study reads by name in its config or manifest would cost hours on slides: the manifest and the
/// tables are hashed here, images enter the keys of what is made from them.
Json input_hashes(const ExperimentConfig& config) {
  Json hashes;
  const auto add = [&](const fs::path& file) {
    if (!file.empty()) hashes[file.filename().string()] = hash_file(file);
  };
  add(config.cohort.manifest);
  add(config.clinic.table);
  for (const auto& [name, source] : config.tables) add(source.table);
  add(config.models.selection.icc_table);
  return hashes;
}

/// Long format: model, subset, population, figure, value.
std::string metrics_text(const Results& results) {
  std::string text = "model,subset,population,patients,events,figure,value\n";
  for (const Figures& f : results.figures) {
    const std::string head = fmt::format("{},{},{},{},{}", csv_cell(f.model), name_of(f.subset), name_of(f.population), f.patients, f.events);
    const auto& m = f.at_threshold;
    for (const auto& [figure, value] : {std::pair{"auc", f.auc.auc}, {"auc_lower", f.auc.interval.lower}, {"auc_upper", f.auc.interval.upper},
                                        {"accuracy", m.accuracy.value}, {"sensitivity", m.sensitivity.value},
                                        {"specificity", m.specificity.value}, {"ppv", m.ppv.value}, {"npv", m.npv.value},
                                        {"brier", f.brier}, {"reachable_auc", f.reachable}})
      text += fmt::format("{},{},{}\n", head, figure, format_double(value));
  }
  return text;
}

}  // namespace

fs::path new_run_folder(const ExperimentConfig& config) {
  const std::string date = fmt::format("{:%Y%m%d-%H%M%S}", fmt::localtime(std::time(nullptr)));
  return config.output / (date + folder_suffix(config));
}

fs::path latest_run_folder(const ExperimentConfig& config) {
  const std::string suffix = folder_suffix(config);
  std::vector<fs::path> found;
  if (fs::is_directory(config.output)) {
    for (const auto& entry : fs::directory_iterator(config.output)) {
      if (entry.is_directory() && entry.path().filename().string().ends_with(suffix)) found.push_back(entry.path());
    }
  }
  if (found.empty()) {
    throw InputError(config.output.string() + ": no run folder ends in '" + suffix +
                     "'; settings or manifest differ from the run that was interrupted, or it was written elsewhere (--output)");
  }
  return *std::max_element(found.begin(), found.end());  // names begin with the date
}

fs::path existing_run(const fs::path& folder) {
  if (!fs::exists(folder / "predictions.csv") || !fs::exists(folder / "config.toml"))
    throw InputError(folder.string() + ": not a finished run folder (no config.toml and predictions.csv); give the folder that 'run' printed");
  return folder;
}

void begin_run(const RunFolder& folder, const ExperimentConfig& config) {
  write_text(folder / "config.toml", config_text(config));
  utsname system{};
  uname(&system);
  Json run;
  run["radiopath"] = version();
  run["commit"] = git_commit();
  run["build"] = build_type();
  run["seed"] = config.seed;
  run["inputs"] = input_hashes(config);
  run["libraries"] = {{"LibTorch", RADIOPATH_TORCH_VERSION},
                      {"Eigen", fmt::format("{}.{}.{}", EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
                      {"compiler", __VERSION__}};
  run["machine"] = {{"system", fmt::format("{} {}", system.sysname, system.release)}, {"processor", processor()}, {"threads", thread_count()}};
  run["started"] = now();
  run["finished"] = nullptr;
  write_text(folder / "run.json", run.dump(2) + "\n");
}

void end_run(const RunFolder& folder) {
  Json run = Json::parse(read_text(folder / "run.json"));
  run["finished"] = now();
  write_text(folder / "run.json", run.dump(2) + "\n");
}

void write_cohort(const RunFolder& folder, const Cohort& cohort) {
  std::string text = "patient_id,site,cohort\n";
  for (const Patient& patient : cohort.patients())
    text += csv_cell(patient.id) + "," + csv_cell(patient.site) + "," + std::string(name_of(patient.role)) + "\n";
  write_text(folder / "cohort.csv", text);
  log::detail("split " + cohort.hash());
}

void write_run(const RunFolder& folder, const Predictions& predictions, const Results& results) {
  write_predictions(folder / "predictions.csv", predictions);
  write_results(folder / "results.json", results);
  write_text(folder / "metrics.csv", metrics_text(results));
  if (!folder.failures.empty()) folder.failures.write(folder / "failures.csv");
  write_report(folder.path());
}

}  // namespace radiopath::training
