#include "training/features_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/parallel.h"
#include "core/progress.h"
#include "core/table.h"
#include "core/version.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;
using namespace radiology;

const std::vector<std::string> kDiagnostics = {
    "diagnostics_Versions_radiopath",        "diagnostics_Configuration_Settings_Hash",
    "diagnostics_Image-original_Hash",       "diagnostics_Image-original_Spacing",
    "diagnostics_Image-original_Size",       "diagnostics_Image-original_Mean",
    "diagnostics_Image-original_Minimum",    "diagnostics_Image-original_Maximum",
    "diagnostics_Mask-original_Hash",        "diagnostics_Mask-original_Spacing",
    "diagnostics_Mask-original_Size",        "diagnostics_Mask-original_BoundingBox",
    "diagnostics_Mask-original_VoxelNum"};

struct CaseResult {
  std::string failure;
  std::vector<std::string> image_diagnostics, mask_diagnostics;
  std::vector<RegionRow> rows;
};

/// As PyRadiomics prints tuples.
template <class Range>
std::string tuple_text(const Range& values) {
  return fmt::format("({})", fmt::join(values, ", "));
}

CaseResult run_case(const FeatureCase& one, const RadiomicsConfig& config) {
  CaseResult result;
  try {
    auto [image, map] = load_case(one);
    const auto [mean, low, high] = summary_of(image);
    result.image_diagnostics = {hash_file(one.image), tuple_text(image.grid.spacing_mm), tuple_text(image.grid.size),
                                format_double(mean), format_double(low), format_double(high)};
    result.mask_diagnostics = {hash_file(one.mask), tuple_text(map.grid.spacing_mm), tuple_text(map.grid.size)};
    result.rows = extract_regions(image, std::move(map), config_of(one, config));
  } catch (const InputError& error) {
    result.failure = error.what();
  }
  return result;
}

/// Reasons beside values, each with its columns: "one grey level in the region: original_glcm_MCC, …".
std::string status_of(const RegionRow& row, const std::vector<EngineColumn>& columns) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (std::size_t c = 0; c < row.values.size(); ++c)
    if (!row.values[c].reason.empty()) by_reason[row.values[c].reason].push_back(columns[c].name);
  std::vector<std::string> parts;
  for (const auto& [reason, names] : by_reason) parts.push_back(reason + ": " + join_names(names, 1000));
  return fmt::format("{}", fmt::join(parts, "; "));
}

/// The cells of kDiagnostics; empty where the case or the label failed before they were known.
void append_diagnostics(std::vector<std::string>& cells, const CaseResult& result, const RegionRow* row,
                        const std::string& settings) {
  cells.insert(cells.end(), {std::string(version()), settings});
  const auto with_width = [&](const std::vector<std::string>& texts, std::size_t width) {
    for (std::size_t t = 0; t < width; ++t) cells.push_back(t < texts.size() ? texts[t] : "");
  };
  with_width(result.image_diagnostics, 6);
  with_width(result.mask_diagnostics, 3);
  if (row != nullptr) {
    std::vector<int> box(row->box.low.begin(), row->box.low.end());
    box.insert(box.end(), row->box.size.begin(), row->box.size.end());
    cells.push_back(tuple_text(box));
    cells.push_back(std::to_string(row->voxels));
  } else {
    with_width({}, 2);
  }
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& cell : cells) line += (line.empty() && &cell == cells.data() ? "" : ",") + csv_cell(cell);
  return line + "\n";
}

}  // namespace

LoadedCase load_case(const FeatureCase& one) { return {load_image(one.image), read_label_map(one.mask)}; }

RadiomicsConfig config_of(const FeatureCase& one, RadiomicsConfig config) {
  if (!one.labels.empty()) config.labels = parse_labels(one.labels);
  return config;
}

std::vector<FeatureCase> read_cases(const fs::path& csv) {
  const CsvFile file = read_csv(csv);
  const auto image = static_cast<std::size_t>(file.column("Image"));
  const auto mask = static_cast<std::size_t>(file.column("Mask"));
  const auto label = file.find("Label"), channel = file.find("Label_channel");
  std::vector<FeatureCase> cases;
  for (std::size_t r = 0; r < file.rows.size(); ++r) {
    const auto& row = file.rows[r];
    FeatureCase one;
    one.image = fs::path(row[image]).is_absolute() ? fs::path(row[image]) : csv.parent_path() / row[image];
    one.mask = fs::path(row[mask]).is_absolute() ? fs::path(row[mask]) : csv.parent_path() / row[mask];
    if (label) one.labels = row[static_cast<std::size_t>(*label)];
    if (channel) {
      const auto& text = row[static_cast<std::size_t>(*channel)];
      if (!text.empty() && parse_double(text) != 0) {
        throw InputError(fmt::format("{}:{}: Label_channel {}; only masks of one channel can be read", csv.string(),
                                     file.lines[r], text));
      }
    }
    for (std::size_t c = 0; c < row.size(); ++c)
      if (file.header[c] != "Label") one.inputs.emplace_back(file.header[c], row[c]);
    cases.push_back(std::move(one));
  }
  if (cases.empty()) throw InputError(csv.string() + ": no cases below the header");
  return cases;
}

FeatureRows extract_cases(const std::vector<FeatureCase>& cases, const RadiomicsConfig& config) {
  const auto columns = engine_columns(config.features);
  RadiomicsConfig copy = config;
  const std::string settings = hash_text(write_config(settings_of(copy)));
  FeatureRows table;
  for (const auto& [name, text] : cases.front().inputs) table.header.push_back(name);
  table.header.emplace_back("Label");
  if (config.diagnostics) table.header.insert(table.header.end(), kDiagnostics.begin(), kDiagnostics.end());
  for (const auto& column : columns) table.header.push_back(column.name);
  table.header.emplace_back("status");

  Progress progress("features", static_cast<std::int64_t>(cases.size()));
  const auto results = parallel_map(static_cast<std::int64_t>(cases.size()), [&](std::int64_t i) {
    CaseResult result = run_case(cases[static_cast<std::size_t>(i)], config);
    if (!result.failure.empty()) progress.fail();
    progress.advance();
    return result;
  });
  const auto add = [&](const FeatureCase& one, const CaseResult& result, const RegionRow* row) {
    std::vector<std::string> cells;
    for (const auto& input : one.inputs) cells.push_back(input.second);
    cells.push_back(row != nullptr ? std::to_string(row->label) : one.labels);
    if (config.diagnostics) append_diagnostics(cells, result, row, settings);
    const bool failed = row == nullptr || !row->failure.empty();
    for (std::size_t c = 0; c < columns.size(); ++c) cells.push_back(failed ? "" : format_double(row->values[c].value));
    cells.push_back(row == nullptr ? result.failure : failed ? row->failure : status_of(*row, columns));
    if (failed) table.failed.push_back(table.rows.size());
    table.rows.push_back(std::move(cells));
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!results[i].failure.empty()) add(cases[i], results[i], nullptr);
    for (const auto& row : results[i].rows) add(cases[i], results[i], &row);
  }
  return table;
}

void write_rows(const fs::path& file, const FeatureRows& rows) {
  std::string text = csv_line(rows.header);
  for (const auto& row : rows.rows) text += csv_line(row);
  write_text(file, text);
}

}  // namespace radiopath::training
