#include "training/features_dictionary.h"

#include <map>
#include <sstream>

#include "radiology/definitions.h"
#include "radiology/engine.h"
#include "training/features_table.h"

namespace radiopath::training {

using namespace radiology;

namespace {

/// `laws: kernels = ["L5", "E5", "E5"]; energy_distance = 7; …` by image.
std::map<std::string, std::string> settings_of_filters(const FeaturesConfig& config) {
  std::map<std::string, std::string> texts;
  for (const auto& [name, kind, filter] : named_filters(config.filters, extent_of(config))) {
    std::istringstream settings(std::visit([](const auto& chosen) { return config_text(chosen); }, filter));
    std::string& text = texts[name] = kind + ":";
    for (std::string line; std::getline(settings, line);)
      if (!line.empty()) text += (text.ends_with(':') ? " " : "; ") + line;
  }
  return texts;
}

}  // namespace

void write_dictionary(const std::filesystem::path& file, const FeaturesConfig& config) {
  const bool ibsi = config.profile == "ibsi";
  const std::string slices = config.force_2d ? "2.5D:" : "3D:";
  const std::string directions = config.weighting == "none" ? "avg" : "mrg";
  FeatureRows table;
  table.header = {"column",   "image_type",  "class",      "feature", "ibsi_id",
                  "ibsi_tag", "aggregation", "definition", "filter"};
  auto filters = settings_of_filters(config);
  for (const auto& column : engine_columns(config)) {
    const bool directed = column.family == Family::kGlcm || column.family == Family::kGlrlm;
    const bool texture = directed || column.family == Family::kGlszm || column.family == Family::kGldzm ||
                         column.family == Family::kGldm || column.family == Family::kNgtdm;
    std::string aggregation;
    if (texture) aggregation = ibsi ? config.aggregation : slices + directions;
    if (texture && !directed) aggregation = aggregation.substr(0, aggregation.find(':'));
    table.rows.push_back({column.name, column.image, std::string(name_of(column.family)),
                          std::string(column.feature.name), std::string(column.feature.ibsi_id),
                          std::string(column.feature.tag), aggregation, definition_of(column.family, column.feature),
                          filters[column.image]});
  }
  write_rows(file, table);
}

}  // namespace radiopath::training
