#include "training/features_maps.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/files.h"
#include "radiology/engine.h"
#include "training/features_batch.h"
#include "training/features_diagnostics.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;
using namespace radiology;

struct MappedCase {
  std::vector<LabelledRegion> regions;
  std::map<std::pair<int, std::string>, std::string> files;  ///< by label and column
};

/// Writes the maps of one call of the engine.
void map_call(const fs::path& folder, const LabelCall& call, const ImageFile& image, LabelFile mask,
              const RadiomicsConfig& config, std::vector<MappedCase>& mapped) {
  const auto keep = [&](int label, const std::string& column, const Image& map) {
    for (const auto& asked : call.cases) {
      const auto* numbers = std::get_if<std::vector<int>>(&asked.labels);
      if (numbers != nullptr && std::find(numbers->begin(), numbers->end(), label) == numbers->end()) continue;
      const std::string file = fmt::format("case-{}_label-{}_{}.nrrd", asked.place + 1, label, column);
      write_image(folder / file, map);
      mapped[asked.place].files[{label, column}] = file;
    }
  };
  const auto regions = extract_maps(image.image, std::move(mask.labels), call.config(config), keep);
  for (const auto& asked : call.cases) mapped[asked.place].regions = asked_for(regions, asked.labels);
}

}  // namespace

FeatureRows write_maps(const fs::path& folder, const FeatureCases& cases, const RadiomicsConfig& config) {
  const auto columns = map_columns(config.features);
  std::vector<std::string> names;
  if (config.diagnostics) names = {"diagnostics_Versions_radiopath", "diagnostics_Configuration_Settings_Hash"};
  const std::size_t facts = names.size();
  for (const auto& column : columns) names.push_back(column.name);
  names.emplace_back("status");
  FeatureRows table;
  table.header = header_of(cases, names);
  create_folder(folder);

  std::vector<MappedCase> mapped(cases.cases.size());
  const auto work = [&](const LabelCall& call, const ImageFile& image, LabelFile mask) {
    map_call(folder, call, image, std::move(mask), config, mapped);
  };
  const BatchEnd end = run_batch("maps", cases.cases, config, work);
  table.interrupted = end.interrupted;
  Diagnostics of_run = run_diagnostics(config);
  const auto add = [&](std::size_t place, const LabelledRegion* region, const std::string& failure) {
    std::vector<std::string> cells;
    for (std::size_t f = 0; f < facts; ++f) cells.push_back(of_run[names[f]]);
    const auto& files = mapped[place].files;
    for (const auto& column : columns) {
      const auto file = region == nullptr ? files.end() : files.find({region->label, column.name});
      cells.push_back(file == files.end() ? "" : file->second);
    }
    add_row(table, cases, cases.cases[place], region, std::move(cells), failure);
  };
  for (std::size_t place = 0; place < mapped.size(); ++place) {
    if (!end.failures[place].empty()) add(place, nullptr, end.failures[place]);
    else
      for (const auto& region : mapped[place].regions) add(place, &region, region.failure);
  }
  write_rows(folder / "maps.csv", table);
  return table;
}

}  // namespace radiopath::training
