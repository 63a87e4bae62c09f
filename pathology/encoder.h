#pragma once

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "pathology/tile_set.h"

namespace radiopath::pathology {

/// `[pathology.encoder]`: the network from a tile to the likelihood of the event, and how it is fitted.
struct EncoderConfig {
  std::string architecture = "simple_vit";
  int image_size = 224;
  int patch_size = 16;
  int width = 384;
  int depth = 12;
  int heads = 6;
  int mlp_ratio = 4;
  int folds = 3;
  int epochs = 20;
  int batch_size = 32;
  double learning_rate = 1e-3;
  double weight_decay = 0.05;
  double warmup_fraction = 0.1;
  double label_smoothing = 0.1;
  int tiles_per_patient = 64;

  static auto fields() {
    return std::tuple{
        field("architecture", &EncoderConfig::architecture, "network").one_of({"simple_vit"}),
        field("image_size", &EncoderConfig::image_size, "side that tiles are resized to; a multiple of patch_size")
            .unit("px")
            .range(8, 2048),
        field("patch_size", &EncoderConfig::patch_size, "side of a patch, the ViT's token").unit("px").range(1, 256),
        field("width", &EncoderConfig::width, "length of a token; a multiple of 4 and of heads").range(4, 4096),
        field("depth", &EncoderConfig::depth, "transformer blocks").range(1, 64),
        field("heads", &EncoderConfig::heads, "attention heads").range(1, 64),
        field("mlp_ratio", &EncoderConfig::mlp_ratio, "hidden units of a block's MLP per unit of width").range(1, 16),
        field("folds", &EncoderConfig::folds,
              "training patients get likelihoods from encoders fitted on the other folds")
            .range(2, 20),
        field("epochs", &EncoderConfig::epochs, "passes over the training tiles; fixed, never chosen by a score")
            .at_least(1),
        field("batch_size", &EncoderConfig::batch_size, "tiles per step").at_least(1),
        field("learning_rate", &EncoderConfig::learning_rate, "peak step size of AdamW").range(0, 1),
        field("weight_decay", &EncoderConfig::weight_decay, "decoupled weight decay").at_least(0),
        field("warmup_fraction", &EncoderConfig::warmup_fraction, "share of the steps in which the step size rises")
            .range(0, 1),
        field("label_smoothing", &EncoderConfig::label_smoothing,
              "tiles inherit the patient's outcome, which many of them do not show: targets move this far towards 0.5")
            .range(0, 0.99),
        field("tiles_per_patient", &EncoderConfig::tiles_per_patient,
              "tiles of one patient that training sees, evenly spaced; 0: all, which must fit into memory")
            .at_least(0),
    };
  }
};

struct SimpleVitImpl;

/// A fitted encoder: the network, the z-scoring of its input, and what it was fitted on. Immutable.
struct Encoder {
  EncoderConfig config;
  std::array<double, 3> channel_mean{};  ///< of the training tiles, R, G, B in 0 … 255
  std::array<double, 3> channel_sd{};
  std::string trained_on;  ///< TrainingView::hash
  std::shared_ptr<SimpleVitImpl> network;
};

/// Throws InputError for sizes that do not divide each other.
void validate(const EncoderConfig& config);

/// Probability of the event for each tile; the same whatever else is in the set and on however many threads.
/// Throws InputError when the tiles have another size than the encoder's input.
std::vector<double> likelihoods(const Encoder& encoder, const TileSet& tiles);

/// One file that does not depend on where it is written.
void save_encoder(const std::filesystem::path& file, const Encoder& encoder);
/// Throws InputError when the file is no encoder.
Encoder load_encoder(const std::filesystem::path& file);

}  // namespace radiopath::pathology
