#include "radiology/images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/hash.h"
#include "core/inclusion.h"
#include "core/table.h"
#include "radiology/coverage.h"
#include "radiology/extraction.h"

namespace radiopath::radiology {
namespace {

std::string name_of_file(const std::filesystem::path& file) { return file.filename().string(); }

/// The grid the lesion is analysed on before it is cut. A mask belongs to the series it was drawn on, so one of the
/// sequences must share its grid; the others are resampled. A resampled mask must lie within the first sequence.
Grid lesion_grid(const RadiologyConfig& config, const ExaminationFiles& files, const Mask& mask,
                 const std::vector<Grid>& sequences) {
  for (const Grid& sequence : sequences) {
    if (same_grid(sequence, mask.grid)) return mask.grid;
  }
  const Coverage coverage =
      coverage_of(mask.grid, [&](std::size_t i) { return mask.voxels[i] != 0; }, sequences.front());
  const std::string beyond = beyond_image(coverage);
  if (config.resample_mask && beyond.empty()) return sequences.front();
  const std::string first = name_of_file(files.sequences.front()), name = name_of_file(files.mask);
  if (config.resample_mask) throw InputError(fmt::format("{} and {}: {}", first, name, beyond));
  throw InputError(grid_difference(first, sequences.front(), name, mask.grid) +
                   (sequences.size() > 1 ? " No other sequence shares the mask's grid." : "") +
                   (coverage.inside > 0 ? " Set [radiology] resample_mask = true to resample it."
                                        : " As they lie, " + beyond));
}

Mask read_lesion(const RadiologyConfig& config, const ExaminationFiles& files) {
  return read_mask(files.mask, config.label);
}

/// The lesion on its analysis grid, and that grid.
Mask place_lesion(const RadiologyConfig& config, const ExaminationFiles& files, Mask mask,
                  const std::vector<Grid>& sequences) {
  Grid grid = lesion_grid(config, files, mask, sequences);
  if (config.preprocessing.grid == "isotropic") grid = isotropic_grid(grid, config.preprocessing.voxel_size_mm);
  mask = resample(mask, grid);
  if (mask.count() == 0) {
    throw InputError(
        fmt::format("{}: no lesion voxel is left on the common grid ({}); does the mask belong to these images?",
                    name_of_file(files.mask), describe(grid)));
  }
  return mask;
}

void require_coverage(const Volume& channel, const Mask& lesion, const std::filesystem::path& file) {
  std::int64_t missing = 0;
  std::array<double, 3> first = {};  // mm
  for (std::size_t i = 0; i < lesion.voxels.size(); ++i) {
    if (lesion.voxels[i] == 0 || std::isfinite(channel.voxels[i])) continue;
    const auto at = lesion.grid.place(i);
    if (missing++ == 0) first = lesion.grid.position_mm(at[0], at[1], at[2]);
  }
  if (missing == 0) return;
  throw InputError(
      fmt::format("{}: {} of {} lesion voxels lie outside it or are not finite, the first at ({:.6g}, {:.6g}, {:.6g}) "
                  "mm; was the mask drawn on another examination?",
                  name_of_file(file), missing, lesion.count(), first[0], first[1], first[2]));
}

}  // namespace

std::optional<ExaminationFiles> files_of(const RadiologyConfig& config, const Cohort& cohort, const Patient& patient) {
  ExaminationFiles files;
  std::vector<std::string> absent;
  const auto one = [&](const std::string& column) -> std::filesystem::path {
    const auto named = cohort.files(patient, column);
    if (named.size() > 1) {
      throw InputError(fmt::format("line {} of the manifest: column '{}' names {} files; expected one", patient.line,
                                   column, named.size()));
    }
    if (named.empty()) absent.push_back(column);
    return named.empty() ? std::filesystem::path() : named.front();
  };
  for (const auto& sequence : config.sequences) files.sequences.push_back(one(sequence));
  files.mask = one(config.mask);
  if (absent.size() == config.sequences.size() + 1) return std::nullopt;
  if (!absent.empty()) {
    throw InputError(fmt::format("line {} of the manifest: no file for {}; habitats need every sequence and the mask",
                                 patient.line, join_names(absent)));
  }
  return files;
}

std::string hash_of(const ExaminationFiles& files) {
  Hasher hasher;
  const auto add = [&](const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) throw InputError(fmt::format("{}: no such file", file.string()));
    hasher.add_file(file);
  };
  for (const auto& file : files.sequences) add(file);
  add(files.mask);
  return hasher.hex();
}

LesionImages load_lesion(const RadiologyConfig& config, const ExaminationFiles& files, Extract extract) {
  const PreprocessingConfig& settings = config.preprocessing;
  std::vector<Grid> grids;
  for (const auto& file : files.sequences) grids.push_back(read_grid(file));
  const Mask lesion = place_lesion(config, files, read_lesion(config, files), grids);

  LesionImages images;
  images.whole = lesion.grid;
  images.box = extract == Extract::lesion ? bounding_box(lesion) : Box{{0, 0, 0}, lesion.grid.size};
  images.lesion = cut(lesion, images.box);
  for (std::size_t s = 0; s < files.sequences.size(); ++s) {
    images.channels.push_back(with_context(name_of_file(files.sequences[s]), [&] {
      Volume volume = read_volume(files.sequences[s]);
      const auto& quantitative = settings.quantitative;
      const bool has_unit =
          std::find(quantitative.begin(), quantitative.end(), config.sequences[s]) != quantitative.end();
      if (!has_unit) volume = normalize(std::move(volume), settings, lesion);
      return resample(volume, images.lesion.grid, interpolation_named(settings.interpolation));
    }));
    require_coverage(images.channels.back(), images.lesion, files.sequences[s]);
  }
  return images;
}

void check_examination(const RadiologyConfig& config, const ExaminationFiles& files) {
  std::vector<Grid> grids;
  for (const auto& file : files.sequences) grids.push_back(read_grid(file));
  place_lesion(config, files, read_lesion(config, files), grids);
}

void require_columns(const RadiologyConfig& config, const Cohort& cohort) {
  const auto require = [&](const std::string& column, const std::string& setting) {
    const auto& known = cohort.columns();
    if (std::find(known.begin(), known.end(), column) != known.end()) return;
    const auto nearest = nearest_name(column, known);
    throw InputError(fmt::format("[radiology] {}: the manifest has no column '{}'{}; it has {}", setting, column,
                                 nearest ? "; did you mean '" + *nearest + "'?" : "", join_names(known)));
  };
  for (const auto& sequence : config.sequences) require(sequence, "sequences");
  require(config.mask, "mask");
  for (const auto& column : InclusionRule(config.include).columns()) require(column, "include");
}

}  // namespace radiopath::radiology
