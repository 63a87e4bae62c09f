#pragma once

#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "core/config.h"
#include "core/random.h"

// Names only: whoever calls fit_module includes <torch/torch.h> in its own source file.
namespace at {
class Tensor;
}
namespace torch::nn {
class Module;
}

namespace radiopath::training {

/// How a network is fitted: AdamW (Loshchilov & Hutter 2019) with warm-up and a schedule over all steps.
struct TrainerConfig {
  int epochs = 40;
  int batch_size = 32;
  double learning_rate = 1e-3;
  double weight_decay = 0.01;
  double warmup_fraction = 0.1;
  double clip_norm = 1.0;
  std::string schedule = "cosine";

  static auto fields() {
    return std::tuple{
        field("epochs", &TrainerConfig::epochs, "passes over the training examples; fixed, never chosen by a score")
            .at_least(1),
        field("batch_size", &TrainerConfig::batch_size, "examples per step").at_least(1),
        field("learning_rate", &TrainerConfig::learning_rate, "peak step size of AdamW").range(0, 1),
        field("weight_decay", &TrainerConfig::weight_decay,
              "decoupled weight decay of matrices; biases, norms and embeddings are left alone")
            .at_least(0),
        field("warmup_fraction", &TrainerConfig::warmup_fraction, "share of the steps in which the step size rises")
            .range(0, 1),
        field("clip_norm", &TrainerConfig::clip_norm, "largest norm of the gradient; 0 leaves it alone").at_least(0),
        field("schedule", &TrainerConfig::schedule, "step size after the warm-up").one_of({"constant", "cosine"}),
    };
  }
};

/// What a fit went through.
struct TrainingCurve {
  std::vector<double> loss;  ///< per epoch, mean over its examples
};

/// Mean loss of the examples in `batch` (indices from 0), a scalar with gradient. Whatever is random in it (dropout,
/// flips) is drawn from the stream it gets.
using BatchLoss = std::function<at::Tensor(const std::vector<int>& batch, Random& random)>;

/// Fits `module` to examples 0 … `examples` - 1: the one training loop. Examples are shuffled anew in every epoch.
///
/// Deterministic: the same start weights, data and stream give the same bytes, as long as LibTorch runs one thread
/// (at::set_num_threads(1)); fit several modules at once by core/parallel.h. Weights must come from `initialise`.
/// Leaves the module in evaluation mode.
/// @throws InputError   when the loss is not finite; Interrupted after Ctrl-C
TrainingCurve fit_module(torch::nn::Module& module, const TrainerConfig& config, int examples, const BatchLoss& loss,
                         Random random);

/// Step size of step `step` of `steps`: linear warm-up to `learning_rate`, then the schedule (cosine ends at 0).
double learning_rate_at(const TrainerConfig& config, int step, int steps);

/// Sets every parameter from `random`, so that nothing depends on LibTorch's global generator.
///
/// By name and shape: 2-D `weight` is Xavier uniform (Glorot & Bengio 2010); `weight` of more dimensions (convolutions)
/// He normal over its fan-in; 1-D `weight` (norms) 1; `bias` 0; anything else (tokens, embeddings) normal with
/// standard deviation 0.02, cut at 2 standard deviations.
void initialise(torch::nn::Module& module, Random random);

}  // namespace radiopath::training
