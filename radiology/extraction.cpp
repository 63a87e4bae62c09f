#include "radiology/extraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/error.h"
#include "core/hash.h"
#include "core/inclusion.h"
#include "core/parallel.h"
#include "core/progress.h"
#include "radiology/engine.h"

namespace radiopath::radiology {
namespace {

constexpr const char* kStage = "radiology";

/// What PyRadiomics measures: more than one voxel, in more than one line of them, and not below the smallest volume.
bool measurable(const Roi& roi, double volume_mm3, const HabitatsConfig& config) {
  return roi.count() > 1 && roi.dimensions() >= 2 && volume_mm3 >= config.min_volume_mm3;
}

enum class Shape : std::uint8_t { kAlone, kLeftOut };

/// The config's families of one kind, which every sequence shares (shape) or has of its own; nothing where it has none.
std::optional<FeaturesConfig> part_of(FeaturesConfig config, Shape shape) {
  const auto is_shape = [](Family family) { return family == Family::kShape || family == Family::kShape2D; };
  const auto families = families_of(config);
  config.families.clear();
  for (const Family family : families)
    if (is_shape(family) == (shape == Shape::kAlone)) config.families.emplace_back(name_of(family));
  std::erase_if(config.only, [&](const auto& entry) {
    return std::find(config.families.begin(), config.families.end(), entry.first) == config.families.end();
  });
  return config.families.empty() ? std::nullopt : std::optional(config);
}

/// Filters see 0 where an image does not reach, as SimpleITK's resampling leaves it.
Image for_filters(const Volume& channel) {
  Image image = to_image(channel);
  for (double& v : image.voxels)
    if (!std::isfinite(v)) v = 0;
  return image;
}

/// Filters look round the lesion; the image as it is needs its voxels alone.
Extract extract_of(const FeaturesConfig& config) {
  const auto images = image_names(config);
  const bool plain = std::all_of(images.begin(), images.end(), [](const auto& name) { return name == "original"; });
  const auto families = families_of(config);
  const bool local = std::find(families.begin(), families.end(), Family::kLocalIntensity) != families.end();
  return plain && !local ? Extract::lesion : Extract::everything;
}

/// Values in the order of feature_columns().
std::vector<double> measure_habitats(const RadiologyConfig& config, int k, const LabelMap& habitats,
                                     const LesionImages& images) {
  const FeaturesConfig features = habitat_features(config);
  const double voxel_mm3 = habitats.grid.voxel_volume_mm3();
  const auto lesion_voxels = static_cast<double>(images.lesion.count());
  const auto shape = part_of(features, Shape::kAlone), others = part_of(features, Shape::kLeftOut);
  const Box box = measured_box(bounding_box(images.lesion), images.lesion.grid, features);
  const LabelMap part = cut(habitats, box);
  std::vector<MeasuredImages> channels;
  for (const Volume& channel : images.channels)
    if (others) channels.push_back(measured_images(std::make_shared<const Image>(for_filters(channel)), box, *others));
  std::vector<double> row;
  for (int h = 1; h <= k; ++h) {
    const Roi roi = make_roi(part, h);
    const double volume_mm3 = static_cast<double>(roi.count()) * voxel_mm3;
    row.push_back(volume_mm3 / 1000);
    row.push_back(static_cast<double>(roi.count()) / lesion_voxels);
    const Roi measured = measurable(roi, volume_mm3, config.habitats) ? roi : Roi{};
    const auto add = [&](const MeasuredImages& on, const FeaturesConfig& wanted) {
      for (const auto& value : measure({measured, measured, on.derived, part.grid, h, on.original}, wanted))
        row.push_back(value.value);
    };
    if (shape) add({}, *shape);
    for (const auto& channel : channels) add(channel, *others);
  }
  return row;
}

/// The labels put back into the whole grid, so that they lie over the images in any viewer.
LabelMap in_whole_grid(const LabelMap& part, const LesionImages& images) {
  LabelMap whole{images.whole, std::vector<std::int16_t>(static_cast<std::size_t>(images.whole.voxel_count()))};
  const auto& [low, size] = images.box;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      const auto row = part.voxels.begin() + static_cast<std::ptrdiff_t>(part.grid.index(0, y, z));
      std::copy(row, row + size[0],
                whole.voxels.begin() + static_cast<std::ptrdiff_t>(whole.grid.index(low[0], low[1] + y, low[2] + z)));
    }
  }
  return whole;
}

/// The id as a file name: what a file system may refuse is replaced, and told apart by a hash.
std::string file_name_of(const std::string& id) {
  std::string name = id;
  for (char& c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || (c == '.' && &c != name.data());
    if (!plain) c = '_';
  }
  return name == id ? name : name + "-" + hash_text(id).substr(0, 8);
}

/// One patient's row, from the run folder where it is there under the same inputs and settings.
std::vector<double> row_of(const RadiologyConfig& config, const HabitatModel& model, const ExaminationFiles& files,
                           const std::string& id, const std::vector<std::string>& columns, RunFolder& folder) {
  const std::string key =
      Hasher().add("habitat features 3").add(config_text(config)).add(model.hash()).add(hash_of(files)).hex();
  const std::string stem = "habitats/" + file_name_of(id);
  if (!folder.has(stem + ".csv", key) || !folder.has(stem + ".nrrd", key)) {
    const LesionImages images = load_lesion(config, files, extract_of(habitat_features(config)));
    const LabelMap habitats = assign_habitats(model, images);
    const auto values = measure_habitats(config, model.k(), habitats, images);
    folder.keep(stem + ".nrrd", key,
                [&](const auto& temporary) { write_label_map_to(temporary, in_whole_grid(habitats, images)); });
    folder.keep(stem + ".csv", key, [&](const auto& temporary) {
      Table row({id}, columns);
      row.values.row(0) = Eigen::Map<const Eigen::RowVectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
      write_table(temporary, row);
    });
  }
  const Table row = read_table(folder / (stem + ".csv"));
  return {row.values.data(), row.values.data() + row.values.size()};
}

}  // namespace

FeaturesConfig habitat_features(const RadiologyConfig& config) {
  FeaturesConfig features = config.features;
  if (!features.families.empty()) return features;
  features.families = {"firstorder", "shape", "glcm"};
  if (profile_of(features) == Profile::kIbsi) features.families[0] = name_of(Family::kIntensityStatistics);
  return features;
}

std::vector<std::string> feature_columns(const RadiologyConfig& config, int k) {
  const auto columns_of_part = [&](Shape kind) {
    const auto part = part_of(habitat_features(config), kind);
    return part ? engine_columns(*part) : std::vector<EngineColumn>();
  };
  const auto shape = columns_of_part(Shape::kAlone), others = columns_of_part(Shape::kLeftOut);
  std::vector<std::string> columns;
  const auto add = [&](const std::string& prefix, const std::vector<EngineColumn>& names) {
    for (const auto& column : names) columns.push_back(prefix + column.name);
  };
  for (int h = 1; h <= k; ++h) {
    columns.push_back(fmt::format("h{}_volume_ml", h));
    columns.push_back(fmt::format("h{}_proportion", h));
    add(fmt::format("h{}_", h), shape);
    for (const auto& sequence : config.sequences) add(fmt::format("{}_h{}_", sequence, h), others);
  }
  return columns;
}

Table extract_features(const RadiologyConfig& config, const HabitatModel& model, const PatientView& view,
                       RunFolder& folder) {
  if (config.sequences.empty()) return {};
  require_columns(config, view.cohort());
  if (model.channels != config.sequences) {
    throw InputError(fmt::format("the habitats were fitted on {}, [radiology] sequences are {}",
                                 join_names(model.channels), join_names(config.sequences)));
  }
  const auto columns = feature_columns(config, model.k());
  const InclusionRule rule(config.include);
  Progress progress("habitat features", view.size());
  const auto rows = parallel_map(view.size(), [&](std::int64_t i) {
    const Patient& patient = view[static_cast<int>(i)];
    std::vector<double> row;
    const bool done = !rule.includes(patient) || folder.failures.guard(patient.id, kStage, [&] {
      const auto files = files_of(config, view.cohort(), patient);
      if (files) row = row_of(config, model, *files, patient.id, columns, folder);
    });
    if (!done) progress.fail();
    progress.advance();
    return row;
  });
  std::vector<std::string> ids;
  for (int i = 0; i < view.size(); ++i) {
    if (!rows[static_cast<std::size_t>(i)].empty()) ids.push_back(view[i].id);
  }
  Table table(ids, columns);
  int next = 0;
  for (const auto& row : rows) {
    if (row.empty()) continue;
    table.values.row(next++) = Eigen::Map<const Eigen::RowVectorXd>(row.data(), static_cast<Eigen::Index>(row.size()));
  }
  return table;
}

std::vector<Failures::Entry> check_inputs(const RadiologyConfig& config, const PatientView& view) {
  Failures found;
  if (config.sequences.empty()) return {};
  const bool settings_fit = found.guard("", kStage, [&] {
    require_columns(config, view.cohort());
    require_habitat_settings(config);
    with_context("[radiology.features]", [&] { require_settings(habitat_features(config)); });
  });
  if (!settings_fit) return found.entries();
  const InclusionRule rule(config.include);
  parallel_for(view.size(), [&](std::int64_t i) {
    const Patient& patient = view[static_cast<int>(i)];
    if (!rule.includes(patient)) return;
    found.guard(patient.id, kStage, [&] {
      if (const auto files = files_of(config, view.cohort(), patient)) check_examination(config, *files);
    });
  });
  return found.entries();
}

}  // namespace radiopath::radiology
