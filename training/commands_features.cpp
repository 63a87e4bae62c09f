#include "training/commands_features.h"

#include <fmt/format.h>

#include <chrono>
#include <memory>

#include "core/error.h"
#include "core/log.h"
#include "core/table.h"
#include "training/features_table.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> inputs;
  fs::path output, params, dictionary;
  std::vector<std::string> set;
  std::string labels;
  bool resample_mask = false, suggest_bins = false;
  int repeat = 1;
};

radiology::RadiomicsConfig config_of(const Options& o) {
  radiology::RadiomicsConfig config;
  read_config(o.params, o.set, settings_of(config));
  if (!o.labels.empty()) config.labels = o.labels;
  if (o.resample_mask) config.processing.resample_mask = true;
  return config;
}

std::vector<FeatureCase> cases_of(const Options& o) {
  if (o.inputs.size() == 1) return read_cases(o.inputs[0]);
  return {{o.inputs[0], o.inputs[1], "", {{"Image", o.inputs[0].string()}, {"Mask", o.inputs[1].string()}}}};
}

int run_features(const Options& o) {
  const auto config = config_of(o);
  const auto cases = cases_of(o);
  if (o.suggest_bins) {
    fmt::print("{}", suggest_bins(cases, config));
    return 0;
  }
  if (o.output.empty()) throw InputError("features: name the table to write: -o FILE.csv");
  if (!o.dictionary.empty()) write_dictionary(o.dictionary, config.features);
  FeatureRows rows;
  for (int i = 0; i < o.repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    rows = extract_cases(cases, config);
    write_rows(o.output, rows);
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    if (o.repeat > 1) fmt::print("pass {}  {:.1f} ms\n", i + 1, taken.count());
  }
  fmt::print("{} rows, {} columns: {}\n", rows.rows.size(), rows.header.size(), o.output.string());
  if (rows.failed == 0) return 0;
  log::warning(fmt::format("{} of {} rows failed; why stands in their column 'status'", rows.failed, rows.rows.size()));
  for (std::size_t i = 0, told = 0; i < rows.rows.size() && told < 5; ++i) {
    if (!rows.rows[i][rows.header.size() - 2].empty()) continue;
    log::warning(fmt::format("  {}: {}", rows.rows[i][0], rows.rows[i].back()));
    ++told;
  }
  return 3;
}

}  // namespace

std::function<int()> add_features(CLI::App& app) {
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand("features", "radiomics of one image, or of a table of images (PyRadiomics' columns)");
  verb->add_option("inputs", o->inputs, "IMAGE MASK, or a CSV file with columns Image, Mask and optionally Label")
      ->required()->expected(1, 2)->type_name("IMAGE MASK | CASES.csv");
  verb->add_option("-o,--output", o->output, "CSV file to write")->type_name("FILE.csv");
  verb->add_option("--params", o->params, "TOML file with [processing] and [features]")->type_name("FILE.toml");
  verb->add_option("--set", o->set, "override a setting, as in --set features.bin_width=10")
      ->type_name("NAME=VALUE")->take_all()->expected(1);
  verb->add_option("--labels", o->labels, "1 | 1,3 | all | merge | each-component")->type_name("LABELS");
  verb->add_flag("--resample-mask", o->resample_mask, "put a mask on another grid onto the image's");
  verb->add_option("--dictionary", o->dictionary, "write IBSI id and aggregation of every column")->type_name("FILE.csv");
  verb->add_flag("--suggest-bins", o->suggest_bins, "grey levels of the regions for candidate bin widths, and the best");
  verb->add_option("--repeat", o->repeat, "passes over the cases, each timed")->check(CLI::Range(1, 1000));
  return [o] { return run_features(*o); };
}

}  // namespace radiopath::training
