#include "training/trainer.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <stdexcept>

#include "core/error.h"
#include "core/parallel.h"

namespace radiopath::training {
namespace {

constexpr double kBeta1 = 0.9;
constexpr double kBeta2 = 0.999;
constexpr double kEpsilon = 1e-8;

bool ends_with_name(const std::string& path, std::string_view name) {
  const auto dot = path.rfind('.');
  return std::string_view(path).substr(dot == std::string::npos ? 0 : dot + 1) == name;
}

/// AdamW over one group of parameters, by LibTorch's fused kernel: one call per step instead of ten per parameter.
struct AdamGroup {
  std::vector<at::Tensor> parameters, first_moments, second_moments, steps;
  double weight_decay = 0;

  void add(const at::Tensor& parameter) {
    parameters.push_back(parameter);
    first_moments.push_back(torch::zeros_like(parameter, torch::MemoryFormat::Preserve));
    second_moments.push_back(torch::zeros_like(parameter, torch::MemoryFormat::Preserve));
    steps.push_back(torch::zeros({}, parameter.options().dtype(torch::kFloat32).requires_grad(false)));
  }

  void step(double learning_rate) {
    std::vector<at::Tensor> gradients, none;
    gradients.reserve(parameters.size());
    for (const auto& parameter : parameters) gradients.push_back(parameter.grad());
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(parameters, gradients, first_moments, second_moments, none, steps, learning_rate, kBeta1, kBeta2,
                      weight_decay, kEpsilon, /*amsgrad=*/false, /*maximize=*/false);
  }
};

/// Matrices are decayed; biases, norms, tokens and embeddings are not.
std::vector<AdamGroup> make_groups(torch::nn::Module& module, double weight_decay) {
  AdamGroup decayed, free;
  decayed.weight_decay = weight_decay;
  for (const auto& item : module.named_parameters()) {
    if (!item.value().requires_grad()) continue;
    const bool matrix = ends_with_name(item.key(), "weight") && item.value().dim() >= 2;
    (matrix ? decayed : free).add(item.value());
  }
  std::vector<AdamGroup> groups;
  for (auto& group : {decayed, free}) {
    if (!group.parameters.empty()) groups.push_back(group);
  }
  if (groups.empty()) throw std::logic_error("fit_module: the module has no parameters");
  return groups;
}

/// Every parameter must have a gradient: one that took no part in the loss gets zeros.
void complete_gradients(const std::vector<AdamGroup>& groups) {
  for (const auto& group : groups) {
    for (auto parameter : group.parameters) {
      if (!parameter.grad().defined()) parameter.mutable_grad() = torch::zeros_like(parameter);
    }
  }
}

/// Scales all gradients so that their common norm is at most `limit`.
void clip_gradients(const std::vector<AdamGroup>& groups, double limit) {
  std::vector<at::Tensor> gradients;
  for (const auto& group : groups) {
    for (const auto& parameter : group.parameters) gradients.push_back(parameter.grad());
  }
  const auto norms = at::_foreach_norm(gradients, 2);
  const double norm = torch::stack(norms).norm().item<double>();
  if (norm > limit) at::_foreach_mul_(gradients, limit / norm);
}

void clear_gradients(const std::vector<AdamGroup>& groups) {
  for (const auto& group : groups) {
    for (auto parameter : group.parameters) parameter.mutable_grad() = at::Tensor();
  }
}

double truncated_normal(Random& random, double sd) {
  for (;;) {
    const double value = random.normal();
    if (std::abs(value) <= 2) return value * sd;
  }
}

/// Draws into double on the CPU and copies: the same numbers for any type and device.
template <class Draw>
void fill(at::Tensor parameter, Draw&& draw) {
  const auto values = torch::empty(parameter.sizes(), torch::kFloat64);
  double* data = values.data_ptr<double>();
  for (std::int64_t i = 0; i < values.numel(); ++i) data[i] = draw();
  parameter.copy_(values);
}

}  // namespace

double learning_rate_at(const TrainerConfig& config, int step, int steps) {
  const int warmup = static_cast<int>(std::lround(config.warmup_fraction * steps));
  if (step < warmup) return config.learning_rate * (step + 1) / warmup;
  if (config.schedule == "constant") return config.learning_rate;
  const double done = static_cast<double>(step - warmup) / std::max(1, steps - warmup);
  return config.learning_rate * 0.5 * (1 + std::cos(std::numbers::pi * done));
}

TrainingCurve fit_module(torch::nn::Module& module, const TrainerConfig& config, int examples, const BatchLoss& loss,
                         Random random) {
  if (examples < 1) throw std::logic_error("fit_module: no examples");
  const int per_epoch = (examples + config.batch_size - 1) / config.batch_size;
  const int steps = per_epoch * config.epochs;
  auto groups = make_groups(module, config.weight_decay);
  module.train();
  TrainingCurve curve;
  for (int step = 0; step < steps;) {
    const std::vector<int> order = random.permutation(examples);
    double total = 0;
    for (int first = 0; first < examples; first += config.batch_size, ++step) {
      check_interrupt();
      const std::vector<int> batch(order.begin() + first, order.begin() + std::min(examples, first + config.batch_size));
      clear_gradients(groups);
      const at::Tensor value = loss(batch, random);
      const double number = value.item<double>();
      if (!std::isfinite(number)) {
        throw InputError(fmt::format("training diverged at step {} of {}: the loss is {}; is learning_rate = {} too high?",
                                     step + 1, steps, number, config.learning_rate));
      }
      total += number * static_cast<double>(batch.size());
      value.backward();
      const torch::NoGradGuard no_grad;
      complete_gradients(groups);
      if (config.clip_norm > 0) clip_gradients(groups, config.clip_norm);
      for (auto& group : groups) group.step(learning_rate_at(config, step, steps));
    }
    curve.loss.push_back(total / examples);
  }
  clear_gradients(groups);
  module.eval();
  return curve;
}

void initialise(torch::nn::Module& module, Random random) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : module.named_parameters()) {
    const at::Tensor& parameter = item.value();
    if (ends_with_name(item.key(), "bias")) {
      parameter.zero_();
    } else if (!ends_with_name(item.key(), "weight")) {
      fill(parameter, [&] { return truncated_normal(random, 0.02); });
    } else if (parameter.dim() == 1) {
      parameter.fill_(1);
    } else if (parameter.dim() == 2) {
      const double limit = std::sqrt(6.0 / static_cast<double>(parameter.size(0) + parameter.size(1)));
      fill(parameter, [&] { return random.uniform(-limit, limit); });
    } else {
      const double fan_in = static_cast<double>(parameter.numel() / parameter.size(0));
      fill(parameter, [&] { return random.normal(0, std::sqrt(2 / fan_in)); });
    }
  }
}

}  // namespace radiopath::training
