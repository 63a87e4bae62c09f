#include "training/trainer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "core/error.h"

namespace radiopath::training {
namespace {

/// y = 2 a - b + 1, without noise.
struct Line {
  torch::Tensor x, y;
  explicit Line(int n) : x(torch::empty({n, 2}, torch::kFloat64)) {
    Random random(1, "line");
    for (int i = 0; i < n; ++i) x[i] = torch::tensor({random.normal(), random.normal()}, torch::kFloat64);
    y = 2 * x.select(1, 0) - x.select(1, 1) + 1;
  }
  BatchLoss loss(torch::nn::Linear& module) const {
    return [this, &module](const std::vector<int>& batch, Random&) {
      const auto rows = torch::tensor(std::vector<std::int64_t>(batch.begin(), batch.end()));
      return torch::mse_loss(module(x.index_select(0, rows)).squeeze(1), y.index_select(0, rows));
    };
  }
};

torch::nn::Linear make_module() {
  torch::nn::Linear module(2, 1);
  module->to(torch::kFloat64);
  initialise(*module, Random(3, "weights"));
  return module;
}

TrainerConfig quick() {
  TrainerConfig config;
  config.epochs = 60;
  config.batch_size = 16;
  config.learning_rate = 0.1;
  config.weight_decay = 0;
  return config;
}

TEST(Trainer, FindsTheLineThatMadeTheData) {
  const Line line(100);
  auto module = make_module();
  const auto curve = fit_module(*module, quick(), 100, line.loss(module), Random(1, "fit"));
  EXPECT_EQ(curve.loss.size(), 60u);
  EXPECT_LT(curve.loss.back(), 1e-4);
  EXPECT_NEAR(module->weight[0][0].item<double>(), 2, 0.01);
  EXPECT_NEAR(module->weight[0][1].item<double>(), -1, 0.01);
  EXPECT_NEAR(module->bias.item<double>(), 1, 0.01);
}

// Against torch::optim::AdamW: one batch holds all examples, so that the order does not matter.
TEST(Trainer, StepsAsAdamW) {
  const Line line(20);
  auto config = quick();
  config.epochs = 7;
  config.batch_size = 20;
  config.weight_decay = 0.2;
  config.clip_norm = 0.5;
  auto module = make_module();
  fit_module(*module, config, 20, line.loss(module), Random(1, "fit"));

  auto peer = make_module();
  torch::optim::AdamW decayed({peer->weight}, torch::optim::AdamWOptions().weight_decay(0.2));
  torch::optim::AdamW free({peer->bias}, torch::optim::AdamWOptions().weight_decay(0));
  std::vector<int> all(20);
  for (int i = 0; i < 20; ++i) all[static_cast<std::size_t>(i)] = i;
  Random unused(1, "unused");
  for (int step = 0; step < 7; ++step) {
    peer->zero_grad();
    line.loss(peer)(all, unused).backward();
    torch::nn::utils::clip_grad_norm_(peer->parameters(), 0.5);
    for (auto* optimizer : {&decayed, &free}) {
      static_cast<torch::optim::AdamWOptions&>(optimizer->param_groups()[0].options())
          .lr(learning_rate_at(config, step, 7));
      optimizer->step();
    }
  }
  EXPECT_LT((module->weight - peer->weight).abs().max().item<double>(), 1e-6);
  EXPECT_LT((module->bias - peer->bias).abs().max().item<double>(), 1e-6);
}

TEST(Trainer, WarmsUpAndEndsAtZero) {
  TrainerConfig config;
  config.learning_rate = 1;
  config.warmup_fraction = 0.1;
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 0, 100), 0.1);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 9, 100), 1);
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 10, 100), 1);
  EXPECT_NEAR(learning_rate_at(config, 55, 100), 0.5, 1e-12);
  EXPECT_LT(learning_rate_at(config, 99, 100), 0.001);
  config.schedule = "constant";
  EXPECT_DOUBLE_EQ(learning_rate_at(config, 99, 100), 1);
}

TEST(Trainer, IsBlindToTheGlobalGenerator) {
  const Line line(50);
  std::vector<torch::Tensor> weights;
  for (const int seed : {1, 2}) {
    torch::manual_seed(seed);
    auto module = make_module();
    fit_module(*module, quick(), 50, line.loss(module), Random(1, "fit"));
    weights.push_back(module->weight.detach().clone());
  }
  EXPECT_TRUE(torch::equal(weights[0], weights[1]));
}

TEST(Trainer, ParametersWithoutPartInTheLossAreNoError) {
  const Line line(10);
  auto module = make_module();
  struct Wrapper : torch::nn::Module {
  } wrapper;
  wrapper.register_module("line", module);
  wrapper.register_parameter("idle", torch::ones({3}));
  fit_module(wrapper, quick(), 10, line.loss(module), Random(1, "fit"));
  EXPECT_TRUE(torch::equal(wrapper.named_parameters()["idle"], torch::ones({3})));
}

TEST(Trainer, SaysThatItDiverged) {
  const Line line(10);
  auto module = make_module();
  module->weight.data().fill_(std::nan(""));
  try {
    fit_module(*module, quick(), 10, line.loss(module), Random(1, "fit"));
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("diverged at step 1 of 60"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace radiopath::training
