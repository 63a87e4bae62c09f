#include "radiology/habitats.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/inclusion.h"
#include "core/log.h"
#include "core/parallel.h"
#include "core/progress.h"
#include "core/random.h"
#include "core/table.h"
#include "radiology/clustering.h"
#include "radiology/extraction.h"

namespace radiopath::radiology {
namespace {

constexpr const char* kStage = "radiology";

/// The lesion's voxels by channel; a random sample of them, in order, where there are more than `most` > 0.
Points lesion_voxels(const LesionImages& images, int most, Random random) {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < images.lesion.voxels.size(); ++i) {
    if (images.lesion.voxels[i] != 0) places.push_back(i);
  }
  if (most > 0 && places.size() > static_cast<std::size_t>(most)) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(most); ++i) {
      std::swap(places[i], places[i + random.below(places.size() - i)]);
    }
    places.resize(static_cast<std::size_t>(most));
    std::sort(places.begin(), places.end());
  }
  Points points;
  for (const Volume& channel : images.channels) {
    auto& values = points.channels.emplace_back();
    values.reserve(places.size());
    for (const std::size_t place : places) values.push_back(channel.voxels[place]);
  }
  return points;
}

/// A training patient's files; nothing when there are none or they do not fit (which then is on record).
struct Source {
  const Patient* patient;
  ExaminationFiles files;
  std::string hash;
};

std::vector<Source> sources_of(const RadiologyConfig& config, const TrainingView& train, RunFolder& folder) {
  const InclusionRule rule(config.include);
  std::vector<Source> sources;
  for (int i = 0; i < train.size(); ++i) {
    const Patient& patient = train[i];
    if (!rule.includes(patient)) continue;
    folder.failures.guard(patient.id, kStage, [&] {
      if (auto files = files_of(config, train.cohort(), patient)) sources.push_back({&patient, std::move(*files), ""});
    });
  }
  const auto hashes = parallel_map(static_cast<std::int64_t>(sources.size()), [&](std::int64_t i) {
    std::string hash;
    const auto& source = sources[static_cast<std::size_t>(i)];
    folder.failures.guard(source.patient->id, kStage, [&] { hash = hash_of(source.files); });
    return hash;
  });
  for (std::size_t i = 0; i < sources.size(); ++i) sources[i].hash = hashes[i];
  std::erase_if(sources, [](const Source& source) { return source.hash.empty(); });
  return sources;
}

/// The voxels of all patients, one after the other.
Points pooled_voxels(const RadiologyConfig& config, const std::vector<Source>& sources, std::uint64_t seed,
                     RunFolder& folder, std::int64_t& patients) {
  Progress progress("reading training lesions", static_cast<std::int64_t>(sources.size()));
  auto parts = parallel_map(static_cast<std::int64_t>(sources.size()), [&](std::int64_t i) {
    const Source& source = sources[static_cast<std::size_t>(i)];
    Points points;
    const bool read = folder.failures.guard(source.patient->id, kStage, [&] {
      points = lesion_voxels(load_lesion(config, source.files), config.habitats.max_voxels_per_patient,
                             Random(seed, "habitat voxels " + source.patient->id));
    });
    if (!read) progress.fail();
    progress.advance();
    return points;
  });
  Points pooled;
  pooled.channels.resize(config.sequences.size());
  for (Points& part : parts) {
    if (part.count() == 0) continue;
    ++patients;
    for (std::size_t c = 0; c < pooled.channels.size(); ++c) {
      pooled.channels[c].insert(pooled.channels[c].end(), part.channels[c].begin(), part.channels[c].end());
    }
    part = {};
  }
  return pooled;
}

/// Brings every channel to mean 0 and SD 1 and records how.
void scale_channels(Points& points, HabitatModel& model) {
  for (std::size_t c = 0; c < points.channels.size(); ++c) {
    auto& values = points.channels[c];
    const auto n = static_cast<double>(values.size());
    double sum = 0, squares = 0;
    for (const float v : values) sum += v;
    const double mean = sum / n;
    for (const float v : values) squares += (v - mean) * (v - mean);
    const double sd = std::sqrt(squares / n);
    if (!(sd > 0)) {
      throw InputError(
          fmt::format("[radiology] sequences: all {} training voxels of '{}' hold {}; is the sequence blank?",
                      values.size(), model.channels[c], mean));
    }
    for (float& v : values) v = static_cast<float>((v - mean) / sd);
    model.mean.push_back(mean);
    model.sd.push_back(sd);
  }
}

std::size_t ordering_channel(const RadiologyConfig& config) {
  const auto& key = config.habitats.order_by;
  if (key.empty()) return config.sequences.size() - 1;
  const auto found = std::find(config.sequences.begin(), config.sequences.end(), key);
  if (found == config.sequences.end()) {
    throw InputError(fmt::format("[radiology.habitats] order_by = '{}' is none of the sequences {}", key,
                                 join_names(config.sequences)));
  }
  return static_cast<std::size_t>(found - config.sequences.begin());
}

/// Tries every number of habitats and keeps the one of largest Calinski-Harabasz index.
void choose_clusters(const RadiologyConfig& config, const Points& points, HabitatModel& model) {
  const HabitatsConfig& settings = config.habitats;
  KMeansOptions options;
  options.restarts = settings.n_init;
  const auto tried = parallel_map(settings.k_max - settings.k_min + 1, [&](std::int64_t i) {
    return k_means(points, settings.k_min + static_cast<int>(i), options, model.seed);
  });
  const Clustering* best = nullptr;
  for (const Clustering& clustering : tried) {
    model.curve.push_back(
        {static_cast<int>(clustering.centroids.size()), clustering.calinski_harabasz, clustering.within});
    if (std::isnan(clustering.calinski_harabasz)) continue;
    if (best == nullptr || clustering.calinski_harabasz > best->calinski_harabasz) best = &clustering;
  }
  if (best == nullptr) {
    throw InputError(
        fmt::format("[radiology.habitats] no number of habitats from {} to {} fits the {} training voxels; are "
                    "there fewer distinct intensities than habitats?",
                    settings.k_min, settings.k_max, points.count()));
  }
  model.centroids = best->centroids;
  const std::size_t key = ordering_channel(config);
  std::sort(model.centroids.begin(), model.centroids.end(),
            [&](const auto& a, const auto& b) { return a[key] != b[key] ? a[key] < b[key] : a < b; });
  model.order_by = config.sequences[key];
}

void write_curve(const std::filesystem::path& file, const HabitatModel& model) {
  std::string text = "k,calinski_harabasz,within\n";
  for (const auto& point : model.curve) {
    text += fmt::format("{},{},{}\n", point.k, format_double(point.calinski_harabasz), format_double(point.within));
  }
  write_text(file, text);
}

}  // namespace

void require_habitat_settings(const RadiologyConfig& config) {
  const auto& [k_min, k_max] = std::pair{config.habitats.k_min, config.habitats.k_max};
  if (k_max < k_min) throw InputError(fmt::format("[radiology.habitats] k_max = {} is below k_min = {}", k_max, k_min));
  ordering_channel(config);
}

HabitatModel fit_habitats(const RadiologyConfig& config, const TrainingView& train, std::uint64_t seed,
                          RunFolder& folder) {
  if (config.sequences.empty()) return {};
  require_columns(config, train.cohort());
  require_habitat_settings(config);
  const auto sources = sources_of(config, train, folder);

  Hasher hasher;
  hasher.add("habitats 1").add(config_text(config)).add(train.hash()).add(std::to_string(seed));
  for (const Source& source : sources) hasher.add(source.patient->id).add(source.hash);
  const std::string key = hasher.hex();

  const auto file = folder.keep("habitats/model.json", key, [&](const auto& temporary) {
    HabitatModel model;
    model.channels = config.sequences;
    model.seed = seed;
    model.training_hash = train.hash();
    Points points = pooled_voxels(config, sources, seed, folder, model.patients);
    model.voxels = points.count();
    if (model.voxels < config.habitats.k_max + 1) {
      throw InputError(
          fmt::format("habitats cannot be fitted: {} lesion voxels of {} training patients could be read (of {} "
                      "with images){}",
                      model.voxels, model.patients, sources.size(),
                      folder.failures.empty() ? "" : "; failures.csv says why the others failed"));
    }
    scale_channels(points, model);
    choose_clusters(config, points, model);
    write_habitat_model(temporary, model);
  });
  const HabitatModel model = read_habitat_model(file);
  folder.keep("habitats/curve.csv", key, [&](const auto& temporary) { write_curve(temporary, model); });
  log::info(fmt::format("{} habitats by the Calinski-Harabasz index, from {} voxels of {} patients", model.k(),
                        model.voxels, model.patients));
  return model;
}

LabelMap assign_habitats(const HabitatModel& model, const LesionImages& images) {
  if (images.channels.size() != model.channels.size()) throw std::logic_error("habitats were fitted on other channels");
  LabelMap labels{images.lesion.grid, std::vector<std::int16_t>(images.lesion.voxels.size())};
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < images.lesion.voxels.size(); ++i) {
    if (images.lesion.voxels[i] != 0) places.push_back(i);
  }
  Points points;
  for (std::size_t c = 0; c < model.channels.size(); ++c) {
    auto& values = points.channels.emplace_back();
    values.reserve(places.size());
    for (const std::size_t place : places) {
      values.push_back(static_cast<float>((images.channels[c].voxels[place] - model.mean[c]) / model.sd[c]));
    }
  }
  const auto nearest = nearest_centroids(points, model.centroids);
  for (std::size_t i = 0; i < places.size(); ++i) labels.voxels[places[i]] = static_cast<std::int16_t>(nearest[i] + 1);
  return labels;
}

}  // namespace radiopath::radiology
