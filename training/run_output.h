#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/cohort.h"
#include "core/predictions.h"
#include "core/run_folder.h"
#include "training/results.h"

namespace radiopath::training {

struct ExperimentConfig;
struct Features;
struct Models;

/// `runs/<date>-<name>-<hash>`: the hash is that of the settings and the manifest.
std::filesystem::path new_run_folder(const ExperimentConfig& config);
/// The newest run folder of the same settings and manifest. Throws InputError when there is none.
std::filesystem::path latest_run_folder(const ExperimentConfig& config);

/// `folder`, after a look that it is a finished run. Throws InputError when it is not.
std::filesystem::path existing_run(const std::filesystem::path& folder);

/// config.toml (resolved) and run.json (version, commit, seed, library versions, machine, start): written first, so that
/// an unfinished run can be told from its folder.
void begin_run(const RunFolder& folder, const ExperimentConfig& config);
/// Adds the end to run.json.
void end_run(const RunFolder& folder);

/// cohort.csv (patient, site, role) with the hash of the split.
void write_cohort(const RunFolder& folder, const Cohort& cohort);
/// models/*.json, flow.json, ledger.jsonl.
void write_models(const RunFolder& folder, const Features& features, const Models& models);
/// predictions.csv, results.json, metrics.csv, failures.csv, report.html.
void write_run(const RunFolder& folder, const Predictions& predictions, const Results& results);

}  // namespace radiopath::training
