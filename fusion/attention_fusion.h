#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "core/table.h"
#include "fusion/encoding.h"
#include "fusion/training_table.h"
#include "fusion/unimodal.h"

namespace radiopath::fusion {

/// `[models.attention]`: multi-head attention over one token per modality. The defaults are meant for a few hundred
/// patients: a small network, strong weight decay, and several seeds that are averaged.
struct AttentionConfig {
  std::string tokens = "score";
  int width = 16;
  int heads = 2;
  int layers = 1;
  double modality_dropout = 0.4;
  double label_smoothing = 0;
  int seeds = 5;
  int epochs = 40;
  int batch_size = 32;
  double learning_rate = 1e-2;
  double weight_decay = 2;
  double warmup_fraction = 0.1;
  double clip_norm = 1.0;

  static auto fields() {
    return std::tuple{
        field("tokens", &AttentionConfig::tokens,
              "what the token of a modality is made of: score, its log-odds by the modality's own logistic model "
              "(out-of-fold for training patients); columns, all columns that its model selected, for large cohorts")
            .one_of({"score", "columns"}),
        field("width", &AttentionConfig::width, "length of a token; a multiple of heads").range(1, 1024),
        field("heads", &AttentionConfig::heads, "attention heads").range(1, 64),
        field("layers", &AttentionConfig::layers, "transformer blocks").range(1, 12),
        field("modality_dropout", &AttentionConfig::modality_dropout,
              "probability that a modality is hidden from a patient in a training step; one always stays")
            .range(0, 0.9),
        field("label_smoothing", &AttentionConfig::label_smoothing, "outcomes 0 and 1 are moved by half of this")
            .range(0, 0.9),
        field("seeds", &AttentionConfig::seeds, "networks fitted from different starts; all are averaged").range(1, 100),
        field("epochs", &AttentionConfig::epochs, "passes over the training patients; fixed, never chosen by a score")
            .at_least(1),
        field("batch_size", &AttentionConfig::batch_size, "patients per step").at_least(1),
        field("learning_rate", &AttentionConfig::learning_rate, "peak step size of AdamW").range(0, 1),
        field("weight_decay", &AttentionConfig::weight_decay, "decoupled weight decay of matrices").at_least(0),
        field("warmup_fraction", &AttentionConfig::warmup_fraction, "share of the steps in which the step size rises")
            .range(0, 1),
        field("clip_norm", &AttentionConfig::clip_norm, "largest norm of the gradient; 0 leaves it alone").at_least(0),
    };
  }
};

/// The log-odds of a logistic model on scaled columns, as one number of usual size.
struct LinearScore {
  std::vector<double> weights;  ///< (F)
  double intercept = 0;
  double mean = 0, sd = 1;      ///< of the out-of-fold log-odds of the training patients; sd > 0

  double standardised(double log_odds) const;  ///< (log-odds, cut as for stacking, - mean) / sd
};

/// How the raw columns of a modality become the input of its token: the columns `used` are taken, a missing value is
/// replaced by `fill`, and scaled to (value - mean) / sd; with a `score`, the token sees that alone. All are as fitted
/// on the training patients.
struct AttentionInput {
  std::string modality;              ///< Clinic, Habitat, Pathology, …
  std::vector<std::string> columns;  ///< of the modality's table, all of them, in order
  std::vector<int> used;             ///< F indices into `columns`
  std::vector<double> fill, mean, sd;  ///< (F); sd > 0
  std::optional<LinearScore> score;

  int width() const { return score ? 1 : static_cast<int>(used.size()); }
};

/// The columns `selected` of `train`, scaled as `encoding` says; a token sees raw columns, so that indicators of missing
/// values are left out and power transforms give way to a z-score. Throws std::logic_error for an unknown column.
AttentionInput attention_input(std::string modality, const TrainingTable& train, const Encoding& encoding,
                               const std::vector<std::string>& selected);

/// What the modality's own model looks at: columns and encoding of its chain; for a clinical model its columns, encoded
/// on `train`. @param train the modality's table for the patients the model was fitted on; std::logic_error otherwise
AttentionInput attention_input(const UnimodalModel& model, const TrainingTable& train);

/// The same with the score of a model that is logistic (see is_logistic); std::logic_error for another.
AttentionInput score_input(const UnimodalModel& model, const TrainingTable& train);

/// Whether a modality's log-odds are a weighted sum of its raw columns: a clinical model, or logistic regression after
/// an encoding that only fills and scales.
bool is_logistic(const UnimodalModel& model);

/// One array of a network.
struct AttentionWeight {
  std::string name;  ///< as in the module: "layer0.qkv.weight"
  std::vector<std::int64_t> shape;
  std::vector<double> values;  ///< row by row
};

/// The network fitted from one start.
struct AttentionMember {
  std::vector<AttentionWeight> weights;
  std::vector<double> loss;  ///< per epoch
};

/// A fitted attention fusion: plain data, never changed after the fit.
struct AttentionModel {
  AttentionConfig config;
  std::vector<AttentionInput> inputs;    ///< one per modality, in token order
  std::vector<AttentionMember> members;  ///< one per seed
  int patients = 0;                      ///< that the fit used: those with at least one modality
  std::string training_hash;             ///< TrainingView::hash of what it was fitted on
};

/// The probability of the event for each of `ids`: the mean over the members.
///
/// A modality is missing for a patient who has no row in its table, or a row without any value; its values then have
/// no influence. NaN for patients without any modality of the model. Each patient is computed alone, so that no other
/// patient can change the last bit of a score.
/// @param tables by modality; columns are found by name; a modality that is not there is missing for everybody
/// @throws InputError when a table lacks a column of the model or has an infinite value in one
Eigen::VectorXd predict(const AttentionModel& model, const std::map<std::string, Table>& tables,
                        const std::vector<std::string>& ids);

/// Number of trained values in one member: to be held against the number of patients.
int parameter_count(const AttentionModel& model);

/// The model as readable JSON, atomically. Doubles round-trip: a model that was read predicts the same bits.
void write_attention(const std::filesystem::path& file, const AttentionModel& model);
/// Throws InputError naming the file when it is no such JSON.
AttentionModel read_attention(const std::filesystem::path& file);

}  // namespace radiopath::fusion
