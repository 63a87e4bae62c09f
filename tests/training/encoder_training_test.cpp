#include "training/encoder_training.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/files.h"
#include "core/parallel.h"
#include "core/statistics.h"
#include "tests/pathology/made_up_cohort.h"

namespace at {
void set_num_threads(int);  // of LibTorch, whose headers this test does not need otherwise
}

namespace radiopath::training {
namespace {

constexpr int kSide = 16;
constexpr int kTiles = 6;

pathology::PathologyConfig tiny_config() {
  pathology::PathologyConfig config;
  config.slides = "slides";
  config.encoder.image_size = kSide;
  config.encoder.patch_size = 4;
  config.encoder.width = 16;
  config.encoder.depth = 1;
  config.encoder.heads = 2;
  config.encoder.epochs = 12;
  config.encoder.batch_size = 16;
  config.encoder.learning_rate = 4e-3;
  return config;
}

/// Noise of the same mean everywhere; with `texture`, its pairs of columns are alike, as coarse nuclei would be.
void paint(bool texture, Random& random, std::uint8_t* tile) {
  for (int y = 0; y < kSide; ++y)
    for (int x = 0; x < kSide; ++x) {
      const auto value = static_cast<std::uint8_t>(128 + 100 * (random.uniform() - 0.5));
      for (int c = 0; c < 3; ++c) {
        std::uint8_t* here = tile + (y * kSide + x) * 3 + c;
        *here = texture && x % 2 == 1 ? *(here - 3) : value;
      }
    }
}

/// Patients whose share of textured tiles is 5 in 6 with the event and 1 in 6 without, or 1 in 2 for everybody.
class MadeUpTiles : public testing::Test {
 protected:
  void make(int patients, bool signal) {
    at::set_num_threads(1);  // as main does
    std::string text = "patient_id,outcome,cohort\n";
    for (int i = 0; i < patients; ++i)
      text += id(i) + "," + std::to_string(i % 2) + "," + (i % 8 >= 6 ? "test" : "train") + "\n";
    cohort.emplace(made_up_cohort(scratch, text));
    for (int i = 0; i < patients; ++i) {
      Random random(7, "tiles", {static_cast<std::uint64_t>(i)});
      pathology::TileSet tiles{id(i), kSide, std::vector<pathology::Tile>(kTiles, {"made_up", 0, 0, 1, "none"}), {}};
      tiles.pixels.resize(kTiles * kSide * kSide * 3);
      for (int tile = 0; tile < kTiles; ++tile) {
        const int textured = !signal ? kTiles / 2 : i % 2 ? kTiles - 1 : 1;
        paint(tile < textured, random, tiles.pixels.data() + tile * kSide * kSide * 3);
      }
      all_tiles.push_back(tiles);
    }
  }
  static std::string id(int i) { return "P" + std::to_string(100 + i); }

  void fill(const RunFolder& run) const {
    for (const auto& tiles : all_tiles) pathology::write_tiles(run, "made up", tiles);
  }
  pathology::PatchLikelihoods fit(RunFolder& in) const {
    const Split split = locked_split(*cohort);
    return cross_fitted_likelihoods(tiny_config(), 1, split.train, split.held_out, in);
  }
  /// AUC of the mean likelihood.
  double auc_of(const pathology::PatchLikelihoods& likelihoods, const PatientView& view) const {
    const auto outcomes = outcomes_for_evaluation(*cohort);
    std::vector<double> scores;
    std::vector<int> labels;
    for (int i = 0; i < view.size(); ++i) {
      const auto& values = likelihoods.at(view[i].id);
      scores.push_back(std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size()));
      labels.push_back(outcomes[static_cast<std::size_t>(view.rows()[static_cast<std::size_t>(i)])]);
    }
    return auc(scores, labels);
  }

  Scratch scratch;
  std::optional<Cohort> cohort;
  std::vector<pathology::TileSet> all_tiles;
};

TEST_F(MadeUpTiles, TextureIsLearnedByTheRightPatients) {
  make(48, true);
  RunFolder run(scratch / "run");
  fill(run);
  const auto likelihoods = fit(run);
  const Split split = locked_split(*cohort);
  EXPECT_GT(auc_of(likelihoods, split.train), 0.9);
  EXPECT_GT(auc_of(likelihoods, split.held_out), 0.9);
}

TEST_F(MadeUpTiles, NothingIsFoundWhereNothingIs) {
  make(80, false);
  RunFolder run(scratch / "run");
  fill(run);
  const Split split = locked_split(*cohort);
  // 30 training patients of each class: the standard error of an AUC of 0.5 is 0.075. In-sample it would be near 1.
  EXPECT_NEAR(auc_of(fit(run), split.train), 0.5, 3 * 0.075);
}

TEST_F(MadeUpTiles, SameBytesForAnyThreadCountAndAfterResuming) {
  make(24, true);
  std::vector<std::string> bytes;
  for (int threads : {1, 2}) {
    set_thread_count(threads);
    RunFolder run(scratch / ("run" + std::to_string(threads)));
    fill(run);
    fit(run);
    const auto all = [&] {
      return read_text(run / "tables/patch_likelihoods.csv") + read_text(run / "models/encoder.pt") +
             read_text(run / "models/encoder_fold3.pt");
    };
    bytes.push_back(all());
    std::filesystem::remove(run / "models/encoder_fold3.pt");  // as if killed
    std::filesystem::remove(run / "tables/patch_likelihoods.csv");
    fit(run);
    bytes.push_back(all());
  }
  set_thread_count(0);
  for (const auto& other : bytes) EXPECT_EQ(other, bytes[0]);
}

TEST_F(MadeUpTiles, PatientsWithoutTilesAreLeftOut) {
  make(24, true);
  RunFolder run(scratch / "run");
  fill(run);
  std::filesystem::remove(run / pathology::tiles_folder("P100") / "tiles.csv");
  const auto likelihoods = fit(run);
  EXPECT_EQ(likelihoods.count("P100"), 0u);
  EXPECT_EQ(likelihoods.size(), 23u);
}

}  // namespace
}  // namespace radiopath::training
