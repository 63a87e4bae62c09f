#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "core/cohort.h"
#include "core/config.h"
#include "core/run_folder.h"
#include "fusion/clinic_coding.h"
#include "pathology/extraction.h"
#include "radiology/extraction.h"
#include "training/evaluation.h"
#include "training/models.h"
#include "training/resampling.h"
#include "training/results.h"

namespace radiopath::training {

/// `[tables.NAME]`: a further modality that comes as a ready table.
struct TableConfig {
  std::filesystem::path table;
  std::vector<std::string> columns;
  std::string include;

  static auto fields() {
    return std::tuple{
        field("table", &TableConfig::table, "CSV with one row per patient and numeric columns"),
        field("columns", &TableConfig::columns, "columns used; none given = all"),
        field("include", &TableConfig::include, "rule over manifest columns: who enters this modality"),
    };
  }
};

/// A whole study: what a TOML file states.
struct ExperimentConfig {
  std::string name = "study";
  std::int64_t seed = 1;
  std::string protocol = "locked";
  std::filesystem::path output = "runs";
  CohortConfig cohort;
  fusion::ClinicConfig clinic;
  radiology::RadiologyConfig radiology;
  pathology::PathologyConfig pathology;
  std::map<std::string, TableConfig> tables;
  ModelsConfig models;
  EvaluationConfig evaluation;
  ResamplingConfig resampling;

  static auto fields() {
    return std::tuple{
        field("name", &ExperimentConfig::name, "name of the study, part of the run folder's name"),
        field("seed", &ExperimentConfig::seed, "the one seed; every random stream is named and derived from it").at_least(0),
        field("protocol", &ExperimentConfig::protocol, "what is fitted on and what is held out: locked = the manifest's cohorts")
            .one_of({"locked"}),
        field("output", &ExperimentConfig::output, "folder that run folders are made in"),
        field("cohort", &ExperimentConfig::cohort, "the patients"),
        field("clinic", &ExperimentConfig::clinic, "clinical variables"),
        field("radiology", &ExperimentConfig::radiology, "MRI habitats"),
        field("pathology", &ExperimentConfig::pathology, "whole-slide pathology"),
        field("tables", &ExperimentConfig::tables, "further modalities that come as ready tables, [tables.NAME]"),
        field("models", &ExperimentConfig::models, "selection, learners, stacked ensembles, attention fusion"),
        field("evaluation", &ExperimentConfig::evaluation, "figures and comparisons"),
        field("resampling", &ExperimentConfig::resampling, "whole chains repeated on the training patients"),
    };
  }
};

/// The study, from inputs to comparison. What is slow is cached in `folder`, keyed by its inputs and settings.
/// Patients that fail are listed in `folder.failures`, the rest go on. Throws InputError when nothing can be fitted.
Results run(const ExperimentConfig& config, RunFolder& folder);

}  // namespace radiopath::training
