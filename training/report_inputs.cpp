#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/table.h"
#include "training/report.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

double number(const Json& json) { return json.is_number() ? json.get<double>() : kNone; }

/// Calls `use` with the parsed file when there is one.
template <class Use>
void with_json(const fs::path& file, Use&& use) {
  if (!fs::exists(file)) return;
  try {
    use(Json::parse(read_text(file)));
  } catch (const Json::exception& error) {
    throw InputError(fmt::format("{}: not as this version writes it: {}", file.string(), error.what()));
  }
}

std::vector<std::pair<std::string, std::string>> texts(const Json& json) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& [key, value] : json.items())
    pairs.emplace_back(key, value.is_string() ? value.get<std::string>() : value.dump());
  return pairs;
}

void read_flow(const Json& json, ReportInputs& inputs) {
  for (const Json& step : json.at("steps")) {
    FlowBranch branch{step.at("name"), step.at("total"), {}, step.at("total"), ""};
    for (const Json& loss : step.at("lost")) {
      branch.losses.push_back({loss.at("reason"), loss.at("count")});
      branch.remaining -= branch.losses.back().count;
    }
    for (const char* role : {"train", "validation", "test"})
      if (step.contains(role))
        branch.remaining_text +=
            fmt::format("{}{} {}", branch.remaining_text.empty() ? "" : ", ", role, step.at(role).get<int>());
    inputs.flow.push_back(std::move(branch));
  }
}

std::vector<ReportInputs::Term> read_terms(const Json& json) {
  std::vector<ReportInputs::Term> terms;
  for (const Json& term : json)
    terms.push_back({term.at("column"), number(term.at("odds_ratio")), number(term.at("odds_lower")),
                     number(term.at("odds_upper")), number(term.at("p")), term.at("separated")});
  return terms;
}

ReportInputs::Selection read_selection(const std::string& modality, const Json& chain) {
  ReportInputs::Selection selection{.modality = modality, .learner = chain.at("learner_name"), .steps = {},
                                    .definitions = {}, .columns = chain.at("selection").at("columns"), .remarks = {},
                                    .frequency = {}};
  const Json& encoding = chain.at("encoding");
  // A fitted encoding keeps only what was selected from it: the first step says how many there were.
  const Json& steps = chain.at("selection").at("steps");
  const int usable = steps.empty() ? static_cast<int>(encoding.at("columns").size()) : steps[0].at("before").get<int>();
  const std::size_t dropped = encoding.at("dropped_missing").size() + encoding.at("dropped_constant").size();
  selection.steps = {{"extracted", usable + static_cast<int>(dropped)}, {"usable", usable}};
  for (const Json& step : steps) {
    selection.steps.emplace_back(step.at("name"), static_cast<int>(step.at("kept").size()));
    selection.definitions.emplace_back(step.at("name"), step.at("definition"));
    if (const std::string remark = step.at("remark"); !remark.empty())
      selection.remarks.push_back(step.at("name").get<std::string>() + ": " + remark);
  }
  if (chain.contains("learner") && chain.at("learner").contains("remark")) {
    if (const std::string remark = chain.at("learner").at("remark"); !remark.empty())
      selection.remarks.push_back(selection.learner + ": " + remark);
  }
  return selection;
}

void read_unimodal(const Json& json, ReportInputs& inputs) {
  const Json& model = json.at("model");
  if (model.at("kind") == "clinical")
    inputs.clinical = {read_terms(model.at("univariable")), read_terms(model.at("multivariable")), model.at("dropped"),
                       model.at("remark")};
  else
    inputs.selections.push_back(read_selection(json.at("modality"), model));
  if (model.at("kind") != "clinical" && json.contains("selection_frequency")) {
    auto& frequency = inputs.selections.back().frequency;
    for (const auto& [column, share] : json.at("selection_frequency").items())
      frequency.emplace_back(column, number(share));
    std::ranges::stable_sort(frequency, std::greater(), &std::pair<std::string, double>::second);
  }
  for (const Json& scored : json.at("ledger"))
    inputs.candidates.push_back({scored.at("modality"), scored.at("learner"), number(scored.at("auc")),
                                 scored.at("patients"), scored.at("events"), scored.at("folds"), scored.at("chosen")});
}

void read_ensemble(const Json& json, ReportInputs& inputs) {
  ReportInputs::Ensemble ensemble{
      json.at("name"),     json.at("components"), number(json.at("model").at("intercept")), {},
      json.at("patients"), json.at("events")};
  for (const Json& weight : json.at("model").at("coefficients")) ensemble.weights.push_back(number(weight));
  inputs.ensembles.push_back(std::move(ensemble));
}

/// In the order of the results' models, so that folders are read alike everywhere.
void read_models(const fs::path& folder, ReportInputs& inputs) {
  for (const std::string& model : inputs.results.models)
    with_json(folder / (model + ".json"), [&](const Json& json) {
      if (json.contains("modality")) read_unimodal(json, inputs);
      if (json.contains("components")) read_ensemble(json, inputs);
    });
}

/// The lines of resampling.json.
void read_resampling(const Json& json, ReportInputs& inputs) {
  for (const Json& of : json.at("modalities")) {
    const std::string modality = of.at("modality");
    const auto add = [&](std::string what, double value, double lower = kNone, double upper = kNone, double p = kNone) {
      inputs.resampled.push_back({modality, std::move(what), value, lower, upper, p});
    };
    if (of.contains("bootstrap")) {
      const Json &bootstrap = of.at("bootstrap"), &auc = bootstrap.at("auc");
      add("fitted and scored on the same patients", number(auc.at("apparent")));
      add(fmt::format("less the optimism of {} bootstraps", bootstrap.at("resamples").get<int>()),
          number(auc.at("corrected")), number(auc.at("lower")), number(auc.at("upper")));
      add(".632+", number(auc.at("point632_plus")));
      for (const auto& [key, what] : {std::pair{"calibration_intercept", "calibration intercept (ideal 0), so corrected"},
                                      {"calibration_slope", "calibration slope (ideal 1), so corrected"}}) {
        const Json& figure = bootstrap.at(key);
        if (figure.at("corrected").is_number())
          add(what, number(figure.at("corrected")), number(figure.at("lower")), number(figure.at("upper")));
      }
      add("stability of the selection (1: always the same)", number(bootstrap.at("stability")));
    }
    if (of.contains("repeated_cross_validation")) {
      const Json& cv = of.at("repeated_cross_validation");
      for (const Json& learner : cv.at("learners")) {
        add(fmt::format("{}, {} × {} folds", learner.at("learner").get<std::string>(), cv.at("repeats").get<int>(),
                        cv.at("folds").get<int>()),
            number(learner.at("auc")));
        if (learner.contains("difference"))
          add("its difference from the first, corrected t-test", number(learner.at("difference")),
              number(learner.at("lower")), number(learner.at("upper")), number(learner.at("p")));
      }
    }
    if (of.contains("permutation_test")) {
      const Json& test = of.at("permutation_test");
      add(fmt::format("{} folds, against {} permutations of the outcomes", test.at("folds").get<int>(),
                      test.at("permutations").get<int>()),
          number(test.at("auc")), kNone, kNone, number(test.at("p")));
    }
  }
}

void read_failures(const fs::path& file, ReportInputs& inputs) {
  if (!fs::exists(file)) return;
  const CsvFile csv = read_csv(file);
  const auto column = [&](const char* name) { return static_cast<std::size_t>(csv.column(name)); };
  const std::size_t patient = column("patient_id"), stage = column("stage"), reason = column("reason");
  for (const auto& row : csv.rows) inputs.failures.push_back({row[patient], row[stage], row[reason]});
}

void read_habitats(const Json& json, ReportInputs& inputs) {
  ReportInputs::Habitats habitats;
  habitats.channels = json.at("channels");
  for (const Json& habitat : json.at("habitats")) {
    habitats.centroids.emplace_back();
    for (const Json& value : habitat.at("centroid")) habitats.centroids.back().push_back(number(value));
  }
  for (const Json& point : json.at("curve"))
    habitats.curve.emplace_back(number(point.at("k")), number(point.at("calinski_harabasz")));
  habitats.patients = json.at("patients");
  habitats.voxels = json.at("voxels");
  if (!habitats.centroids.empty()) inputs.habitats = std::move(habitats);
}

/// Adds the lesion volume of each habitat by site, from a table with the columns h1_volume_ml, h2_volume_ml, ...
void read_site_shares(const fs::path& file, ReportInputs& inputs) {
  if (!inputs.habitats || !fs::exists(file)) return;
  const Table table = read_table(file);
  if (std::ranges::find(table.columns, "h1_volume_ml") == table.columns.end()) return;
  const std::size_t k = inputs.habitats->centroids.size();
  std::map<std::string, std::string> site_of;
  for (const auto& row : inputs.predictions.rows) site_of[row.patient_id] = row.site;
  std::map<std::string, std::vector<double>> volumes;
  for (int row = 0; row < table.rows(); ++row) {
    auto& site = volumes.try_emplace(site_of[table.ids[static_cast<std::size_t>(row)]], k, 0.0).first->second;
    for (std::size_t h = 0; h < k; ++h) {
      const double volume = table.values(row, table.column(fmt::format("h{}_volume_ml", h + 1)));
      if (!std::isnan(volume)) site[h] += volume;
    }
  }
  for (auto& [site, shares] : volumes) {
    double total = 0;
    for (const double volume : shares) total += volume;
    for (double& share : shares) share /= total;
    inputs.habitats->site_shares.emplace_back(site, shares);
  }
}

/// The text of the first setting called `key` in a resolved config.toml; "" when there is none.
std::string setting_of(const std::string& settings, const std::string& key) {
  std::istringstream lines(settings);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key + " ")) continue;
    const auto from = line.find_first_of("\"'"), to = line.find_last_of("\"'");
    if (from != std::string::npos && to > from) return line.substr(from + 1, to - from - 1);
  }
  return "";
}

}  // namespace

ReportInputs read_report_inputs(const fs::path& run_folder) {
  ReportInputs inputs;
  inputs.results = read_results(run_folder / "results.json");
  inputs.predictions = read_predictions(run_folder / "predictions.csv");
  inputs.predictions_hash = hash_file(run_folder / "predictions.csv");
  with_json(run_folder / "flow.json", [&](const Json& json) { read_flow(json, inputs); });
  read_models(run_folder / "models", inputs);
  with_json(run_folder / "resampling.json", [&](const Json& json) { read_resampling(json, inputs); });
  with_json(run_folder / "habitats" / "model.json", [&](const Json& json) { read_habitats(json, inputs); });
  for (const std::string& model : inputs.results.models)
    read_site_shares(run_folder / "tables" / (model + ".csv"), inputs);
  if (fs::exists(run_folder / "importance.csv")) inputs.importance = read_importance(run_folder / "importance.csv");
  read_failures(run_folder / "failures.csv", inputs);
  with_json(run_folder / "run.json", [&](const Json& json) {
    inputs.version = json.value("radiopath", "");
    inputs.commit = json.value("commit", "");
    if (json.contains("libraries")) inputs.libraries = texts(json.at("libraries"));
    if (json.contains("inputs") && json.at("inputs").is_object()) inputs.input_hashes = texts(json.at("inputs"));
  });
  if (fs::exists(run_folder / "config.toml")) inputs.settings = read_text(run_folder / "config.toml");
  inputs.name = setting_of(inputs.settings, "name");
  inputs.imbalance = setting_of(inputs.settings, "imbalance");
  inputs.images = fs::exists(run_folder / "habitats") || fs::exists(run_folder / "slides");
  return inputs;
}

void write_report(const fs::path& run_folder) {
  write_text(run_folder / "report.html", report_html(read_report_inputs(run_folder)));
}

}  // namespace radiopath::training
