#include "training/export_run.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "core/predictions.h"
#include "core/version.h"
#include "training/evaluation.h"
#include "training/experiment.h"
#include "training/export.h"
#include "training/model_names.h"

namespace radiopath::training {

namespace fs = std::filesystem;

ExportCheck export_run(const fs::path& run_folder, const fs::path& file) {
  const auto config = load_config<ExperimentConfig>(run_folder / "config.toml");
  const std::string name = attention_name(modality_names(config));
  const fs::path model_file = run_folder / "models" / (name + ".json");
  if (!fs::exists(model_file))
    throw InputError(model_file.string() + ": the run has no attention fusion; it needs two modalities or more");
  const fusion::AttentionModel model = fusion::read_attention(model_file);

  const Results results = evaluate(config.evaluation, read_predictions(run_folder / "predictions.csv"));
  const auto point = std::find_if(results.thresholds.begin(), results.thresholds.end(), [&](const auto& t) { return t.model == name; });
  if (point == results.thresholds.end()) throw InputError(name + ": no frozen threshold in " + run_folder.string());

  nlohmann::ordered_json metadata;
  metadata["model"] = name;
  metadata["study"] = config.name;
  metadata["outcome"] = config.cohort.outcome;
  metadata["threshold"] = {{"value", point->threshold}, {"rule", point->rule}, {"taken_from", "out-of-fold training scores"}};
  metadata["training_patients"] = model.patients;
  metadata["training_hash"] = model.training_hash;
  metadata["seed"] = config.seed;
  metadata["radiopath"] = version();
  metadata["commit"] = git_commit();
  metadata["use"] = "research only, not for clinical use";
  export_torchscript(model, point->threshold, metadata.dump(2), file);

  std::map<std::string, Table> tables;
  std::set<std::string> patients;
  for (const auto& input : model.inputs) {
    const Table& table = tables[input.modality] = read_table(run_folder / "tables" / (input.modality + ".csv"));
    patients.insert(table.ids.begin(), table.ids.end());
  }
  return {static_cast<int>(patients.size()), verify_export(file, model, tables)};
}

}  // namespace radiopath::training
