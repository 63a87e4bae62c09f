#include "pathology/extraction.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <opencv2/imgproc.hpp>
#include <set>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/log.h"
#include "core/parallel.h"
#include "core/progress.h"
#include "pathology/survey.h"

namespace radiopath::pathology {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr char kStage[] = "pathology";

/// Hash of the bytes; of large files, of their size, both ends and sixteen places between.
std::string slide_fingerprint(const fs::path& file) {
  constexpr std::uintmax_t kWhole = 64 << 20, kPiece = 1 << 20;
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return "unreadable";
  if (size <= kWhole) return hash_file(file);
  std::ifstream stream(file, std::ios::binary);
  Hasher hasher;
  hasher.add(static_cast<std::int64_t>(size));
  std::string piece(kPiece, '\0');
  for (std::uintmax_t i = 0; i < 18; ++i) {
    stream.seekg(static_cast<std::streamoff>((size - kPiece) / 17 * i));
    stream.read(piece.data(), static_cast<std::streamsize>(kPiece));
    hasher.add(piece);
  }
  return hasher.hex();
}

std::string tiles_key(const PathologyConfig& config, const std::vector<fs::path>& files) {
  Hasher hasher;
  hasher.add("tiles 1").add(config_text(config.scale)).add(config_text(config.tissue));
  hasher.add(config_text(config.tiles)).add(config_text(config.stain)).add(std::int64_t{config.encoder.image_size});
  for (const fs::path& file : files) hasher.add(file.filename().string()).add(slide_fingerprint(file));
  return hasher.hex();
}

using Slides = std::map<int, SurveyedSlide>;  // by index among the patient's slides

struct ReadTile {
  Tile tile;
  Raster image;
};

Raster to_input(Raster& tile, int side) {
  if (tile.width == side) return std::move(tile);
  Raster small(side, side);
  const cv::Mat from(tile.height, tile.width, CV_8UC3, tile.pixels.data());
  cv::Mat to(side, side, CV_8UC3, small.pixels.data());
  cv::resize(from, to, {side, side}, 0, 0, cv::INTER_AREA);
  return small;
}

/// The patient's tiles by place, as many as wanted and readable.
std::map<GridTile, ReadTile> read_chosen(const PathologyConfig& config, const std::string& id, Slides& slides) {
  std::vector<GridTile> candidates;
  for (auto& [index, slide] : slides)
    for (GridTile tile : slide.candidates()) {
      tile.slide = index;
      candidates.push_back(tile);
    }
  std::map<GridTile, ReadTile> chosen;
  const int count = static_cast<int>(candidates.size());
  const int wanted = config.tiles.max_per_patient == 0 ? count : config.tiles.max_per_patient;
  for (int i : order_of_choice(count, id, config.tiles)) {
    if (static_cast<int>(chosen.size()) == wanted) break;
    const GridTile& place = candidates[static_cast<std::size_t>(i)];
    SurveyedSlide& slide = slides.at(place.slide);
    auto image = slide.read(place);
    if (!image) continue;
    const std::string stain = slide.normalise(*image);
    chosen.emplace(place, ReadTile{{slide.slide().file().filename().string(), place.x_level0, place.y_level0,
                                    place.tissue_share, stain},
                                   to_input(*image, config.encoder.image_size)});
  }
  return chosen;
}

Json triple(const Eigen::Vector3d& v) { return {v[0], v[1], v[2]}; }

Json describe(const SurveyedSlide& slide) {
  Json json;
  json["slide"] = slide.slide().file().filename().string();
  json["size_px"] = {slide.slide().width(), slide.slide().height()};
  const Scale& scale = slide.slide().scale();
  json["um_per_px"] = {scale.um_per_px_x, scale.um_per_px_y};
  json["um_per_px_from"] = scale.source;
  if (!scale.note.empty()) json["um_per_px_note"] = scale.note;
  json["tissue_mm2"] = tissue_area_mm2(slide.mask());
  json["tissue_threshold"] = slide.mask().threshold;
  json["tiles"] = {{"grid", slide.grid_size()},
                   {"with_tissue", slide.candidates().size()},
                   {"kept", slide.kept().size()},
                   {"dropped", slide.dropped()}};
  const StainEstimate& stain = slide.stain();
  Json& out = json["stain"];
  out["stained_pixels"] = stain.stained_pixels;
  if (stain.stain) {
    out["haematoxylin"] = triple(stain.stain->he.col(0));
    out["eosin"] = triple(stain.stain->he.col(1));
    out["max_concentration"] = {stain.stain->max_c[0], stain.stain->max_c[1]};
    out["angle_deg"] = stain.angle_deg;
  }
  if (!stain.refusal.empty()) out["refused"] = stain.refusal;
  if (!stain.note.empty()) out["note"] = stain.note;
  return json;
}

Raster stack_previews(const Slides& slides) {
  int width = 1, height = 0;
  std::vector<Raster> previews;
  for (const auto& [index, slide] : slides) {
    previews.push_back(slide.preview());
    width = std::max(width, previews.back().width);
    height += previews.back().height;
  }
  Raster all(width, height);
  int y = 0;
  for (const Raster& preview : previews) {
    paste(preview, all, 0, y);
    y += preview.height;
  }
  return all;
}

/// One patient: what is made in memory, then written; `failed` gets the slides that were left out.
class PatientTiles {
 public:
  PatientTiles(const PathologyConfig& config, std::string id) : config_(config), id_(std::move(id)) {}

  void read(const std::vector<fs::path>& files) {
    Slides slides;
    for (int i = 0; i < static_cast<int>(files.size()); ++i) {
      try {
        slides.emplace(std::piecewise_construct, std::forward_as_tuple(i),
                       std::forward_as_tuple(files[static_cast<std::size_t>(i)], config_));
      } catch (const InputError& error) {
        failed.push_back(error.what());
      }
    }
    std::map<GridTile, ReadTile> chosen;
    for (bool complete = false; !complete;) {  // without a slide that lost too much, the choice is made anew
      chosen = read_chosen(config_, id_, slides);
      complete = true;
      std::erase_if(slides, [&](const auto& item) {
        if (!item.second.lost_too_many()) return false;
        failed.push_back(item.second.slide().file().string() + ": " + item.second.loss());
        complete = false;
        return true;
      });
    }
    collect(chosen, slides);
  }

  void write(const RunFolder& folder, const std::string& key) const {
    const fs::path place = tiles_folder(id_);
    folder.keep(place / "preview.png", key, [&](const fs::path& file) { write_png(file, preview_); });
    folder.keep(place / "summary.json", key, [&](const fs::path& file) { write_text(file, summary_.dump(1) + "\n"); });
    write_tiles(folder, key, tiles);  // last: its list says that all is there
  }

  TileSet tiles;
  std::vector<std::string> failed;

 private:
  void collect(std::map<GridTile, ReadTile>& chosen, Slides& slides) {
    tiles.patient_id = id_;
    tiles.side = config_.encoder.image_size;
    for (auto& [place, read] : chosen) {
      slides.at(place.slide).keep(place);
      tiles.tiles.push_back(read.tile);
      tiles.pixels.insert(tiles.pixels.end(), read.image.pixels.begin(), read.image.pixels.end());
    }
    preview_ = stack_previews(slides);
    summary_["patient_id"] = id_;
    for (const auto& [index, slide] : slides) summary_["slides"].push_back(describe(slide));
    summary_["failed"] = failed;
  }

  const PathologyConfig& config_;
  std::string id_;
  Raster preview_;
  Json summary_;
};

/// True when the patient has tiles. Slides left out earlier, under the same key, are reported again.
bool prepare_patient(const PathologyConfig& config, const Patient& patient, const std::vector<fs::path>& files,
                     RunFolder& folder) {
  const std::string key = tiles_key(config, files);
  const fs::path list = tiles_folder(patient.id) / "tiles.csv";
  if (folder.has(list, key)) {
    const Json summary = Json::parse(read_text(folder / (tiles_folder(patient.id) / "summary.json")));
    for (const auto& reason : summary.at("failed")) folder.failures.add(patient.id, kStage, reason);
    return true;
  }
  std::error_code ignored;
  fs::remove(folder / list, ignored);
  PatientTiles made(config, patient.id);
  made.read(files);
  for (const std::string& reason : made.failed) folder.failures.add(patient.id, kStage, reason);
  if (made.tiles.size() == 0) {
    if (made.failed.empty()) folder.failures.add(patient.id, kStage, "no tile of its slides could be read");
    return false;
  }
  made.write(folder, key);
  return true;
}

void check_column(const PathologyConfig& config, const Cohort& cohort) {
  const auto& columns = cohort.columns();
  if (std::find(columns.begin(), columns.end(), config.slides) != columns.end()) return;
  const auto nearest = nearest_name(config.slides, columns);
  throw InputError(fmt::format("[pathology] slides: the manifest has no column '{}'{}; known: {}", config.slides,
                               nearest ? "; did you mean '" + *nearest + "'?" : "", join_names(columns)));
}

struct Job {
  const Patient* patient;
  std::vector<fs::path> files;
};

std::vector<Job> jobs_of(const PathologyConfig& config, const PatientView& view) {
  check_column(config, view.cohort());
  std::vector<Job> jobs;
  for (int i = 0; i < view.size(); ++i)
    if (auto files = view.cohort().files(view[i], config.slides); !files.empty()) jobs.push_back({&view[i], files});
  return jobs;
}

}  // namespace

void prepare_tiles(const PathologyConfig& config, const PatientView& view, RunFolder& folder) {
  cv::setNumThreads(1);  // patients are the unit of parallel work
  validate(config.encoder);
  const auto jobs = jobs_of(config, view);
  Progress progress("Reading slides", static_cast<std::int64_t>(jobs.size()));
  parallel_for(static_cast<std::int64_t>(jobs.size()), [&](std::int64_t i) {
    const Job& job = jobs[static_cast<std::size_t>(i)];
    bool done = false;
    folder.failures.guard(job.patient->id, kStage,
                          [&] { done = prepare_patient(config, *job.patient, job.files, folder); });
    if (!done) progress.fail();
    progress.advance();
  });
}

std::vector<Failures::Entry> check_inputs(const PathologyConfig& config, const PatientView& view) {
  Failures found;
  found.guard("", kStage, [&] {
    validate(config.encoder);
    const auto jobs = jobs_of(config, view);
    parallel_for(static_cast<std::int64_t>(jobs.size()), [&](std::int64_t i) {
      const Job& job = jobs[static_cast<std::size_t>(i)];
      for (const fs::path& file : job.files) found.guard(job.patient->id, kStage, [&] { Slide(file, config.scale); });
    });
  });
  return found.entries();
}

}  // namespace radiopath::pathology
