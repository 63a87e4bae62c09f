#include "training/features_maps.h"

#include <fmt/format.h>

#include <map>

#include "core/error.h"
#include "core/parallel.h"
#include "core/progress.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;
using namespace radiology;

struct MappedCase {
  std::vector<LabelledRegion> regions;
  std::map<std::pair<int, std::string>, std::string> files;  ///< by label and column
  std::string failure;
};

MappedCase map_case(const fs::path& folder, std::size_t number, const FeatureCase& one, const RadiomicsConfig& config) {
  MappedCase mapped;
  try {
    auto [image, labels] = load_case(one);
    const auto keep = [&](int label, const std::string& column, const Image& map) {
      const std::string file = fmt::format("case-{}_label-{}_{}.nrrd", number, label, column);
      write_image(folder / file, map);
      mapped.files[{label, column}] = file;
    };
    mapped.regions = extract_maps(image, std::move(labels), config_of(one, config), keep);
  } catch (const InputError& error) {
    mapped.failure = error.what();
  }
  return mapped;
}

}  // namespace

FeatureRows write_maps(const fs::path& folder, const std::vector<FeatureCase>& cases, const RadiomicsConfig& config) {
  const auto columns = map_columns(config.features);
  fs::create_directories(folder);
  FeatureRows table;
  for (const auto& [name, text] : cases.front().inputs) table.header.push_back(name);
  table.header.emplace_back("Label");
  for (const auto& column : columns) table.header.push_back(column.name);
  table.header.emplace_back("status");

  Progress progress("maps", static_cast<std::int64_t>(cases.size()));
  const auto mapped = parallel_map(static_cast<std::int64_t>(cases.size()), [&](std::int64_t i) {
    const auto place = static_cast<std::size_t>(i);
    MappedCase result = map_case(folder, place + 1, cases[place], config);
    if (!result.failure.empty()) progress.fail();
    progress.advance();
    return result;
  });
  const auto add = [&](const FeatureCase& one, const MappedCase& result, const std::string& label,
                       const LabelledRegion* region) {
    std::vector<std::string> cells;
    for (const auto& input : one.inputs) cells.push_back(input.second);
    cells.push_back(label);
    for (const auto& column : columns) {
      const auto file = region == nullptr ? result.files.end() : result.files.find({region->label, column.name});
      cells.push_back(file == result.files.end() ? "" : file->second);
    }
    cells.push_back(region == nullptr ? result.failure : region->failure);
    if (!cells.back().empty()) table.failed.push_back(table.rows.size());
    table.rows.push_back(std::move(cells));
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!mapped[i].failure.empty()) add(cases[i], mapped[i], cases[i].labels, nullptr);
    for (const auto& region : mapped[i].regions) add(cases[i], mapped[i], std::to_string(region.label), &region);
  }
  write_rows(folder / "maps.csv", table);
  return table;
}

}  // namespace radiopath::training
