#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "training/experiment.h"

namespace radiopath::training {

/// Exit statuses of every verb.
inline constexpr int kDone = 0, kWrongInput = 1, kUsage = 2, kSomeFailed = 3, kInterrupted = 130;

/// What every verb with a config takes.
struct ConfigOptions {
  std::filesystem::path config;
  std::vector<std::string> set;

  ExperimentConfig load() const { return load_config<ExperimentConfig>(config, set); }
};

struct RunOptions : ConfigOptions {
  std::filesystem::path output;
  bool resume = false, dry_run = false;
};

struct ExtractOptions : ConfigOptions {
  std::string branch;  ///< clinic, radiology or pathology
  std::filesystem::path output;
};

struct ExportOptions {
  std::filesystem::path run, output;
};

/// The verbs that need LibTorch. It takes 0.3 s and 150 MB to load, so that they live in a program of their own,
/// radiopath-study, which `radiopath` becomes where one of them is called. Each gives the exit status.
struct StudyVerbs {
  std::function<int(const RunOptions&)> run;
  std::function<int(const ExtractOptions&)> extract;
  std::function<int(const ExportOptions&)> export_model;
};

/// The command line: verbs, options, help. @return the exit status: 0 done, 1 wrong input, 2 usage, 3 some patients
/// failed and the rest are complete, 130 interrupted
int run_command_line(int argc, char** argv, const StudyVerbs& study);

}  // namespace radiopath::training
