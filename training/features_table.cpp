#include "training/features_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "core/files.h"
#include "core/table.h"
#include "training/features_batch.h"
#include "training/features_diagnostics.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;
using namespace radiology;

/// A label's row with what is known of how it came about.
struct MeasuredRow : RegionRow {
  Diagnostics diagnostics;
};

struct CaseResult {
  Diagnostics diagnostics;  ///< of the files
  std::vector<MeasuredRow> rows;
};

/// A slice has no volume: what a 1 mm thick one would give is no figure of it.
void leave_out_volumes(std::vector<RegionRow>& rows, const std::vector<EngineColumn>& columns) {
  for (auto& row : rows) {
    for (std::size_t c = 0; c < row.values.size(); ++c)
      if (columns[c].family == Family::kShape || columns[c].family == Family::kMorphology)
        row.values[c] = {std::nan(""), "the image is two-dimensional; its shape is of the family shape2D"};
  }
}

/// What one call of the engine adds to the cases that it serves.
void measure_call(const LabelCall& call, const ImageFile& image, LabelFile mask, const RadiomicsConfig& whole,
                  const std::vector<EngineColumn>& columns, std::vector<CaseResult>& results) {
  const RadiomicsConfig config = call.config(whole);
  std::map<int, Diagnostics> original, processed;  // by label
  if (config.diagnostics) {
    const Diagnostics files = file_diagnostics(image, mask);
    for (const auto& asked : call.cases) results[asked.place].diagnostics = files;
    original = mask_diagnostics(mask.labels, config);
  }
  const auto observe = [&](const MeasuredRegion& region) {
    if (config.diagnostics) processed[region.label] = region_diagnostics(region, config);
  };
  auto rows = extract_regions(image.image, std::move(mask.labels), config, observe);
  if (image.dimensions == 2) leave_out_volumes(rows, columns);
  std::vector<MeasuredRow> measured;
  for (auto& row : rows) {
    MeasuredRow& with = measured.emplace_back();
    static_cast<RegionRow&>(with) = std::move(row);
    with.diagnostics = std::move(original[with.label]);
    with.diagnostics.merge(processed[with.label]);
    if (!config.processing.resample_mask || with.voxels == 0) continue;
    const auto& [low, size] = with.box;
    with.diagnostics["diagnostics_Mask-corrected_BoundingBox"] =
        fmt::format("({}, {})", fmt::join(low, ", "), fmt::join(size, ", "));
    with.diagnostics["diagnostics_Mask-corrected_VoxelNum"] = std::to_string(with.voxels);
  }
  for (const auto& asked : call.cases) results[asked.place].rows = asked_for(measured, asked.labels);
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

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const auto& cell : cells) line += (line.empty() && &cell == cells.data() ? "" : ",") + csv_cell(cell);
  return line + "\n";
}

}  // namespace

std::vector<std::string> header_of(const FeatureCases& cases, const std::vector<std::string>& columns) {
  std::vector<std::string> header = cases.columns;
  for (const auto& name : columns) {
    if (std::find(cases.columns.begin(), cases.columns.end(), name) != cases.columns.end())
      throw InputError(fmt::format("{}:1: column '{}' has the name of one that is written; is it an output of this "
                                   "command? Rename the column",
                                   cases.file.string(), name));
    header.push_back(name);
  }
  return header;
}

void add_row(FeatureRows& rows, const FeatureCases& cases, const FeatureCase& one, const LabelledRegion* region,
             std::vector<std::string> cells, const std::string& failure, const std::string& status) {
  std::vector<std::string> row = one.inputs;
  if (region != nullptr) row[cases.label] = std::to_string(region->label);
  row.insert(row.end(), std::make_move_iterator(cells.begin()), std::make_move_iterator(cells.end()));
  std::string reason = failure;
  if (region != nullptr && !failure.empty())
    reason = fmt::format("{}, label {}: {}", one.mask.string(), region->label, failure);
  row.push_back(reason.empty() ? status : reason);
  if (!reason.empty()) rows.failed.push_back({rows.rows.size(), one.where});
  rows.rows.push_back(std::move(row));
}

FeatureRows extract_cases(const FeatureCases& cases, const RadiomicsConfig& config) {
  const auto columns = engine_columns(config.features);
  const auto facts = config.diagnostics ? diagnostic_columns(config) : std::vector<std::string>();
  std::vector<std::string> names = facts;
  for (const auto& column : columns) names.push_back(column.name);
  names.emplace_back("status");
  FeatureRows table;
  table.header = header_of(cases, names);

  std::vector<CaseResult> results(cases.cases.size());
  const auto work = [&](const LabelCall& call, const ImageFile& image, LabelFile mask) {
    measure_call(call, image, std::move(mask), config, columns, results);
  };
  const BatchEnd end = run_batch("features", cases.cases, config, work);
  table.interrupted = end.interrupted;
  const Diagnostics of_run = run_diagnostics(config);
  const auto add = [&](std::size_t place, const MeasuredRow* row, const std::string& failure) {
    Diagnostics known = of_run;
    known.insert(results[place].diagnostics.begin(), results[place].diagnostics.end());
    if (row != nullptr) known.insert(row->diagnostics.begin(), row->diagnostics.end());
    std::vector<std::string> cells;
    for (const auto& fact : facts) cells.push_back(known[fact]);
    for (std::size_t c = 0; c < columns.size(); ++c)
      cells.push_back(failure.empty() ? format_double(row->values[c].value) : "");
    add_row(table, cases, cases.cases[place], row, std::move(cells), failure,
            failure.empty() ? status_of(*row, columns) : "");
  };
  for (std::size_t place = 0; place < results.size(); ++place) {
    if (!end.failures[place].empty()) add(place, nullptr, end.failures[place]);
    else
      for (const auto& row : results[place].rows) add(place, &row, row.failure);
  }
  return table;
}

void write_rows(const fs::path& file, const FeatureRows& rows) {
  std::string text = csv_line(rows.header);
  for (const auto& row : rows.rows) text += csv_line(row);
  write_text(file, text);
}

}  // namespace radiopath::training
