#include "training/commands_features.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <sstream>

#include "core/error.h"
#include "core/files.h"
#include "core/log.h"
#include "core/table.h"
#include "training/features_dictionary.h"
#include "training/features_maps.h"
#include "training/features_table.h"
#include "training/pyradiomics_parameters.h"
#include "training/suggest_bins.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<fs::path> inputs;
  fs::path output, params, pyradiomics, dictionary, maps;
  std::vector<std::string> set;
  std::string labels;
  bool resample_mask = false, suggest_bins = false, print_config = false, reference = false;
  int repeat = 1;
};

radiology::RadiomicsConfig config_of(const Options& o) {
  radiology::RadiomicsConfig config;
  if (!o.pyradiomics.empty()) config = read_pyradiomics_parameters(o.pyradiomics);
  read_config(o.params, o.set, settings_of(config));
  if (!o.labels.empty()) config.labels = radiology::parse_labels(o.labels);
  if (o.resample_mask) config.processing.resample_mask = true;
  return config;
}

/// Lines of a TOML text, each with the section that it stands in.
std::vector<std::pair<std::string, std::string>> lines_of(const std::string& toml) {
  std::vector<std::pair<std::string, std::string>> lines;
  std::istringstream text(toml);
  std::string section;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with('[')) section = line;
    if (!line.empty()) lines.emplace_back(section, line);
  }
  return lines;
}

/// Throws InputError where what is read would be written over.
void require_apart(const fs::path& output, const FeatureCases& cases) {
  const auto refuse = [&](const fs::path& input) {
    std::error_code absent;
    if (!input.empty() && fs::equivalent(output, input, absent))
      throw InputError(output.string() + ": is an input; name another file to write");
  };
  refuse(cases.file);
  for (const FeatureCase& one : cases.cases) refuse(one.image), refuse(one.mask);
}

/// The settings that differ from the defaults, as TOML; those of a filter all.
std::string differences(radiology::RadiomicsConfig config) {
  radiology::RadiomicsConfig plain;
  const auto defaults = lines_of(write_config(settings_of(plain)));
  std::string text, written;
  for (const auto& line : lines_of(write_config(settings_of(config)))) {
    if (std::find(defaults.begin(), defaults.end(), line) != defaults.end()) continue;
    if (line.first != written) text += "\n" + (written = line.first) + "\n";
    if (line.second != line.first) text += line.second + "\n";
  }
  return text;
}

FeatureCases cases_of(const Options& o, const radiology::RadiomicsConfig& config) {
  if (o.inputs.size() == 1) return read_cases(o.inputs[0], config);
  return one_case(o.inputs[0], o.inputs[1], config);
}

constexpr int kInterruptedStatus = 130;

/// Exit status of what was asked for; the first failures are told. `where` says where all of them stand.
int finish(const FeatureRows& rows, const std::string& where = "; why stands in their column 'status'") {
  if (rows.interrupted) {
    log::error("interrupted; the rows of cases that were not finished have the status 'interrupted'");
    return kInterruptedStatus;
  }
  if (rows.failed.empty()) return 0;
  log::warning(fmt::format("{} of {} rows failed{}", rows.failed.size(), rows.rows.size(), where));
  for (std::size_t i = 0; i < rows.failed.size() && i < 5; ++i)
    log::warning(fmt::format("  {}{}", rows.failed[i].where, rows.rows[rows.failed[i].row].back()));
  return 3;
}

FeatureRows extract(const Options& o, const FeatureCases& cases, const radiology::RadiomicsConfig& config) {
  FeatureRows rows;
  for (int i = 0; i < o.repeat && !rows.interrupted; ++i) {
    const auto start = std::chrono::steady_clock::now();
    rows = extract_cases(cases, config);
    write_rows(o.output, rows);
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
    if (o.repeat > 1) fmt::print("pass {}  {:.1f} ms\n", i + 1, taken.count());
  }
  fmt::print("{} rows, {} columns: {}\n", rows.rows.size(), rows.header.size(), o.output.string());
  return rows;
}

int suggest(const Options& o, const FeatureCases& cases, const radiology::RadiomicsConfig& config) {
  const BinSuggestion suggestion = suggest_bins(cases, config);
  fmt::print("{}", suggestion.text);
  if (o.output.empty()) return finish(suggestion.rows, "");
  write_rows(o.output, suggestion.rows);
  return finish(suggestion.rows);
}

int run_features(const Options& o) {
  if (o.reference) {
    radiology::RadiomicsConfig config;
    fmt::print("{}", write_config(settings_of(config), Comments::meanings));
    return 0;
  }
  const auto config = config_of(o);
  if (o.print_config) {
    fmt::print("{}", differences(config));
    return 0;
  }
  require_settings(config);
  if (!o.maps.empty()) require_map_settings(config);
  if (!o.dictionary.empty()) write_dictionary(o.dictionary, config.features);
  if (o.inputs.empty()) return 0;
  const auto cases = cases_of(o, config);
  if (!o.output.empty()) {
    require_apart(o.output, cases);
    require_writable(o.output);
  }
  if (o.suggest_bins) return suggest(o, cases, config);
  if (o.output.empty() && o.maps.empty())
    throw InputError("features: name what to write: -o FILE.csv for the table, --maps DIR for voxel-based maps");
  if (!o.maps.empty()) require_writable(o.maps / "maps.csv");
  int status = 0;
  if (!o.maps.empty()) {
    const FeatureRows rows = write_maps(o.maps, cases, config);
    fmt::print("{} maps of {} regions: {}\n", radiology::map_columns(config.features).size(),
               rows.rows.size() - rows.failed.size(), o.maps.string());
    status = finish(rows);
  }
  if (!o.output.empty() && status != kInterruptedStatus) status = std::max(status, finish(extract(o, cases, config)));
  return status;
}

}  // namespace

std::function<int()> add_features(CLI::App& app) {
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand("features", "radiomics of one image, or of a table of images (PyRadiomics' columns)");
  verb->add_option("inputs", o->inputs,
                   "IMAGE MASK, or a CSV file with columns Image, Mask and optionally Label, Label_channel")
      ->expected(1, 2)->type_name("");
  verb->add_option("-o,--output", o->output, "CSV file to write")->type_name("FILE.csv");
  auto* params = verb->add_option("--params", o->params, "TOML file; --reference lists what it may hold");
  params->type_name("FILE.toml");
  verb->add_option("--from-pyradiomics", o->pyradiomics, "PyRadiomics' parameters; what cannot be honoured is named")
      ->type_name("FILE.yaml")->excludes(params);
  verb->add_option("--set", o->set, "override a setting, as in --set features.bin_width=10")
      ->type_name("NAME=VALUE")->take_all()->expected(1);
  verb->add_option("--labels", o->labels, "1 | 1,3 | all | merge | each-component")->type_name("LABELS");
  verb->add_flag("--resample-mask", o->resample_mask, "put a mask on another grid onto the image's");
  auto* maps =
      verb->add_option("--maps", o->maps, "write voxel-based maps of every first-order and texture column, NRRD");
  maps->type_name("DIR");
  verb->add_option("--dictionary", o->dictionary, "write IBSI id, aggregation and definition of every column")
      ->type_name("FILE.csv");
  verb->add_flag("--suggest-bins", o->suggest_bins,
                 "grey levels of every region for candidate bin widths, and the best; -o writes them as a table")
      ->excludes(maps);
  verb->add_flag("--print-config", o->print_config, "print what differs from the defaults as TOML, and stop");
  verb->add_flag("--reference", o->reference, "print every setting with its meaning, unit and range, and stop");
  verb->add_option("--repeat", o->repeat, "passes over the cases, each timed")->check(CLI::Range(1, 1000));
  verb->footer("Exit status: 0 done, 1 wrong input, 2 usage, 3 some rows failed (their column\n"
               "'status' says why) and the others are complete, 130 interrupted.");
  verb->parse_complete_callback([o] {
    if (o->inputs.empty() && !o->print_config && !o->reference && o->dictionary.empty())
      throw CLI::RequiredError("IMAGE MASK or CASES.csv");
  });
  return [o] { return run_features(*o); };
}

}  // namespace radiopath::training
