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

/// Parameters of one type, laid end to end in memory, with their gradients: a step is then a few calls, not a few per
/// parameter. That matters for small networks, whose time goes into calls.
struct Group {
  std::vector<at::Tensor> parameters;
  at::Tensor values, gradients, first_moments, second_moments, step_count;  // all but the last 1-D, of one length
  double weight_decay = 0;

  void lay_out() {
    std::int64_t length = 0;
    for (const auto& parameter : parameters) length += parameter.numel();
    values = torch::empty({length}, parameters.front().options().requires_grad(false));
    gradients = torch::zeros_like(values);
    first_moments = torch::zeros_like(values);
    second_moments = torch::zeros_like(values);
    step_count = torch::zeros({}, values.options().dtype(torch::kFloat32));
    std::int64_t first = 0;
    for (auto& parameter : parameters) {
      const auto part = values.narrow(0, first, parameter.numel()).view(parameter.sizes());
      part.copy_(parameter.detach());
      parameter.set_data(part);
      parameter.mutable_grad() = gradients.narrow(0, first, parameter.numel()).view(parameter.sizes());
      first += parameter.numel();
    }
  }

  void step(double learning_rate) {
    step_count += 1;
    at::_fused_adamw_({values}, {gradients}, {first_moments}, {second_moments}, {}, {step_count}, learning_rate, kBeta1,
                      kBeta2, weight_decay, kEpsilon, /*amsgrad=*/false, /*maximize=*/false);
  }

  /// Gives every parameter memory of its own again.
  void release() {
    for (auto& parameter : parameters) {
      parameter.set_data(parameter.detach().clone());
      parameter.mutable_grad() = at::Tensor();
    }
  }
};

/// Matrices are decayed; biases, norms, tokens and embeddings are not.
std::vector<Group> make_groups(torch::nn::Module& module, double weight_decay) {
  std::vector<Group> groups;
  for (const auto& item : module.named_parameters()) {
    const at::Tensor& parameter = item.value();
    if (!parameter.requires_grad()) continue;
    const bool matrix = ends_with_name(item.key(), "weight") && parameter.dim() >= 2;
    const double decay = matrix ? weight_decay : 0;
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& g) {
      return g.weight_decay == decay && g.parameters.front().scalar_type() == parameter.scalar_type();
    });
    if (group == groups.end()) {
      group = groups.insert(groups.end(), Group{});
      group->weight_decay = decay;
    }
    group->parameters.push_back(parameter);
  }
  if (groups.empty()) throw std::logic_error("fit_module: the module has no parameters");
  for (auto& group : groups) group.lay_out();
  return groups;
}

/// Scales all gradients so that their common norm is at most `limit`.
void clip_gradients(std::vector<Group>& groups, double limit) {
  double square = 0;
  for (const auto& group : groups) square += std::pow(group.gradients.norm().item<double>(), 2);
  const double norm = std::sqrt(square);
  if (norm <= limit) return;
  for (auto& group : groups) group.gradients.mul_(limit / norm);
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
      for (auto& group : groups) group.gradients.zero_();
      const at::Tensor value = loss(batch, random);
      const double number = value.item<double>();
      if (!std::isfinite(number)) {
        throw InputError(fmt::format("training diverged at step {} of {}: the loss is {}; is learning_rate = {} too high?",
                                     step + 1, steps, number, config.learning_rate));
      }
      total += number * static_cast<double>(batch.size());
      value.backward();
      const torch::NoGradGuard no_grad;
      if (config.clip_norm > 0) clip_gradients(groups, config.clip_norm);
      for (auto& group : groups) group.step(learning_rate_at(config, step, steps));
    }
    curve.loss.push_back(total / examples);
  }
  for (auto& group : groups) group.release();
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
