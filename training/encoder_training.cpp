#include "training/encoder_training.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <array>
#include <cmath>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/parallel.h"
#include "core/progress.h"
#include "core/table.h"
#include "pathology/vit.h"
#include "training/trainer.h"

namespace radiopath::training {
namespace {

using pathology::Encoder;
using pathology::EncoderConfig;
using pathology::PatchLikelihoods;
using pathology::PathologyConfig;
using pathology::TileSet;

namespace fs = std::filesystem;

/// The tiles that training sees, one after the other.
struct Examples {
  int side = 0;
  std::vector<std::uint8_t> pixels;  // (N, S, S, 3)
  std::vector<float> target;         // (N,)
  std::vector<float> weight;         // (N,), mean 1

  int size() const { return static_cast<int>(target.size()); }
  const std::uint8_t* tile(int i) const { return pixels.data() + static_cast<std::size_t>(i) * side * side * 3; }
};

/// Evenly spaced indices, at most `wanted` (0: all).
std::vector<int> spread(int count, int wanted) {
  if (wanted == 0 || wanted > count) wanted = count;
  std::vector<int> indices;
  for (int i = 0; i < wanted; ++i) indices.push_back(static_cast<int>((2LL * i + 1) * count / (2LL * wanted)));
  return indices;
}

/// Each class weighs half, each patient of a class the same, each tile of a patient the same.
Examples gather(const EncoderConfig& config, const TrainingView& train, const RunFolder& folder) {
  Examples examples;
  std::array<int, 2> patients{};
  for (int i = 0; i < train.size(); ++i) ++patients[train.outcome(i)];
  for (int i = 0; i < train.size(); ++i) {
    const TileSet tiles = pathology::read_tiles(folder, train[i].id);
    examples.side = tiles.side;
    const auto chosen = spread(tiles.size(), config.tiles_per_patient);
    const int outcome = train.outcome(i);
    for (int tile : chosen) {
      const std::uint8_t* from = tiles.tile(tile);
      examples.pixels.insert(examples.pixels.end(), from, from + static_cast<std::size_t>(tiles.side) * tiles.side * 3);
      examples.target.push_back(
          static_cast<float>(outcome * (1 - config.label_smoothing) + config.label_smoothing / 2));
      examples.weight.push_back(static_cast<float>(0.5 / patients[outcome] / static_cast<double>(chosen.size())));
    }
  }
  for (float& weight : examples.weight) weight *= static_cast<float>(examples.size());
  return examples;
}

void fit_scaling(const Examples& examples, Encoder& encoder) {
  for (int c = 0; c < 3; ++c) {
    std::array<std::int64_t, 256> counts{};
    for (std::size_t i = c; i < examples.pixels.size(); i += 3) ++counts[examples.pixels[i]];
    double total = 0, sum = 0, squares = 0;
    for (int value = 0; value < 256; ++value) {
      total += static_cast<double>(counts[value]);
      sum += static_cast<double>(counts[value]) * value;
      squares += static_cast<double>(counts[value]) * value * value;
    }
    encoder.channel_mean[c] = sum / total;
    encoder.channel_sd[c] = std::max(1.0, std::sqrt(squares / total - sum / total * (sum / total)));
  }
}

TrainerConfig trainer_config(const EncoderConfig& config) {
  TrainerConfig trainer;
  trainer.epochs = config.epochs;
  trainer.batch_size = config.batch_size;
  trainer.learning_rate = config.learning_rate;
  trainer.weight_decay = config.weight_decay;
  trainer.warmup_fraction = config.warmup_fraction;
  return trainer;
}

torch::Tensor pick(const std::vector<float>& values, const std::vector<int>& batch) {
  std::vector<float> picked;
  for (int i : batch) picked.push_back(values[static_cast<std::size_t>(i)]);
  return torch::tensor(picked);  // (B,)
}

/// What one encoder depends on.
std::string encoder_key(const PathologyConfig& config, std::uint64_t seed, int fold, const TrainingView& train,
                        const RunFolder& folder) {
  Hasher hasher;
  hasher.add("encoder 1").add(config_text(config.encoder)).add(static_cast<std::int64_t>(seed));
  hasher.add(std::int64_t{fold}).add(train.hash());
  for (const std::string& id : train.ids()) hasher.add(pathology::tiles_hash(folder, id));
  return hasher.hex();
}

std::vector<std::string> with_tiles(const PatientView& view, const RunFolder& folder) {
  std::vector<std::string> ids;
  for (const std::string& id : view.ids())
    if (pathology::has_tiles(folder, id)) ids.push_back(id);
  return ids;
}

/// One encoder to be fitted and the patients it speaks about.
struct Task {
  std::string file;
  std::string key;
  TrainingView train;
  std::vector<std::string> scored;
};

std::vector<Task> make_tasks(const PathologyConfig& config, std::uint64_t seed, const TrainingView& train,
                             const PatientView& held_out, const RunFolder& folder) {
  // The largest first, so that the workers end together.
  std::vector<Task> tasks{
      {"models/encoder.pt", encoder_key(config, seed, 0, train, folder), train, with_tiles(held_out, folder)}};
  for (const Split& fold : train.folds(config.encoder.folds, seed, "pathology/encoder")) {
    const int number = static_cast<int>(tasks.size());
    tasks.push_back({fmt::format("models/encoder_fold{}.pt", number),
                     encoder_key(config, seed, number, fold.train, folder), fold.train, fold.held_out.ids()});
  }
  return tasks;
}

std::string likelihoods_key(const std::vector<Task>& tasks, const RunFolder& folder) {
  Hasher hasher;
  hasher.add("likelihoods 1");
  for (const Task& task : tasks) {
    hasher.add(task.key);
    for (const std::string& id : task.scored) hasher.add(pathology::tiles_hash(folder, id));
  }
  return hasher.hex();
}

/// Rows of `patch_likelihoods.csv` for one patient.
std::string likelihood_rows(const Encoder& encoder, const Task& task, const TileSet& tiles) {
  const std::vector<double> values = pathology::likelihoods(encoder, tiles);
  std::string rows;
  for (int i = 0; i < tiles.size(); ++i) {
    const pathology::Tile& tile = tiles.tiles[static_cast<std::size_t>(i)];
    rows += fmt::format("{},{},{},{},{},{},{}\n", csv_cell(tiles.patient_id), i + 1, csv_cell(tile.slide),
                        tile.x_level0, tile.y_level0, format_double(values[static_cast<std::size_t>(i)]),
                        fs::path(task.file).stem().string());
  }
  return rows;
}

std::string score(const Task& task, const RunFolder& folder) {
  const Encoder encoder = pathology::load_encoder(folder / task.file);
  const auto rows = parallel_map(static_cast<std::int64_t>(task.scored.size()), [&](std::int64_t i) {
    return likelihood_rows(encoder, task, pathology::read_tiles(folder, task.scored[static_cast<std::size_t>(i)]));
  });
  std::string text;
  for (const std::string& part : rows) text += part;
  return text;
}

}  // namespace

Encoder fit_encoder(const EncoderConfig& config, const TrainingView& train, const RunFolder& folder, Random stream) {
  pathology::validate(config);
  const Examples examples = gather(config, train.among(with_tiles(train, folder)), folder);
  Encoder encoder;
  encoder.config = config;
  encoder.trained_on = train.hash();
  fit_scaling(examples, encoder);
  pathology::SimpleVit network(config);
  initialise(*network, Random(stream.next(), "weights"));
  const int side = examples.side;
  const auto loss = [&](const std::vector<int>& batch, Random& random) {
    const auto tiles = torch::empty({static_cast<std::int64_t>(batch.size()), 3, side, side});  // (B, 3, S, S)
    float* planes = tiles.data_ptr<float>();
    for (std::size_t i = 0; i < batch.size(); ++i)
      pathology::write_planes(examples.tile(batch[i]), side, static_cast<int>(random.below(pathology::kSymmetries)),
                              encoder, planes + i * 3 * side * side);
    const auto losses = torch::binary_cross_entropy_with_logits(network->forward(tiles), pick(examples.target, batch),
                                                                pick(examples.weight, batch));  // (B,) -> ()
    return losses;
  };
  fit_module(*network, trainer_config(config), examples.size(), loss, Random(stream.next(), "training"));
  encoder.network = network.ptr();
  return encoder;
}

PatchLikelihoods cross_fitted_likelihoods(const PathologyConfig& config, std::uint64_t seed, const TrainingView& train,
                                          const PatientView& held_out, RunFolder& folder) {
  const TrainingView usable = train.among(with_tiles(train, folder));
  const auto tasks =
      with_context("[pathology] encoder", [&] { return make_tasks(config, seed, usable, held_out, folder); });
  const std::string key = likelihoods_key(tasks, folder);
  const fs::path table = "tables/patch_likelihoods.csv";
  if (!folder.has(table, key)) {
    Progress progress("Training patch encoders", static_cast<std::int64_t>(tasks.size()));
    parallel_for(static_cast<std::int64_t>(tasks.size()), [&](std::int64_t i) {
      const Task& task = tasks[static_cast<std::size_t>(i)];
      folder.keep(task.file, task.key, [&](const fs::path& file) {
        const Random stream(seed, "pathology/encoder", {static_cast<std::uint64_t>(i)});
        pathology::save_encoder(file, fit_encoder(config.encoder, task.train, folder, stream));
      });
      progress.advance();
    });
    std::string text = "patient_id,tile,slide,x_level0,y_level0,likelihood,encoder\n";
    for (const Task& task : tasks) text += score(task, folder);
    folder.keep(table, key, [&](const fs::path& file) { write_text(file, text); });
  }
  return pathology::read_likelihoods(folder / table);
}

}  // namespace radiopath::training
