#include "training/export_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

// S members, B patients, M modalities, T = 1 + M tokens, D width, H heads, F_m columns used of modality m
namespace radiopath::training {
namespace {

/// Only torch.* and methods of tensors exist here: no torch.nn.functional, no torch.float64.
constexpr const char* kParts = R"(
def linear(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    # x (1 or S, B, T, inputs), weight (S, outputs, inputs), bias (S, outputs)
    return torch.matmul(x, weight.transpose(1, 2).unsqueeze(1)) + bias.unsqueeze(1).unsqueeze(1)

def norm(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    # x (S, B, T, D), weight and bias (S, D)
    return torch.layer_norm(x, [x.size(-1)]) * weight.unsqueeze(1).unsqueeze(1) + bias.unsqueeze(1).unsqueeze(1)

def standardise(self, raw: Tensor, used: Tensor, fill: Tensor, mean: Tensor, sd: Tensor) -> Tensor:
    # (B, F) -> (B, F_m)
    x = torch.index_select(raw.to(fill), 1, used)
    return (torch.where(torch.isnan(x), fill, x) - mean) / sd

def log_odds(self, x: Tensor, weights: Tensor, score: Tensor) -> Tensor:
    # (B, F_m) -> (B, 1): cut, then (value - mean) / sd
    z = torch.clamp(torch.matmul(x, weights) + score[0], -MOST, MOST)
    return ((z - score[1]) / score[2]).unsqueeze(1)

def attend(self, qkv: Tensor, absent: Tensor, heads: int) -> Tensor:
    # qkv (S, B, T, 3 D), absent (B, 1, 1, T) -> (S, B, T, D)
    S, B, T, D = qkv.size(0), qkv.size(1), qkv.size(2), qkv.size(3) // 3
    p = qkv.view([S, B, T, 3, heads, D // heads]).permute([3, 0, 1, 4, 2, 5])
    scores = torch.matmul(p[0], p[1].transpose(3, 4)) / ((D // heads) ** 0.5)
    scores = scores.masked_fill(absent, -float('inf'))
    share = torch.mean(torch.logical_not(absent).double(), -1, True)
    return (torch.matmul(torch.softmax(scores, -1), p[2]) * share).transpose(2, 3).reshape([S, B, T, D])
)";

std::string join(const std::vector<std::string>& parts, const std::string& separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

std::string weights(const std::string& layer) { return fmt::format("self.{0}_weight, self.{0}_bias", layer); }

/// x + attention(norm(x)), in the first layer attention(x); then x + mlp(norm(x)).
std::string block(int layer, int heads) {
  const auto part = [&](const char* name) { return weights(fmt::format("layer{}_{}", layer, name)); };
  const std::string seen = layer > 0 ? fmt::format("self.norm(h, {})", part("norm_attention")) : "h";
  return fmt::format(
      "    a = self.attend(self.linear({}, {}), absent, {})\n"
      "    h = h + self.linear(a, {})\n"
      "    a = torch.gelu(self.linear(self.norm(h, {}), {}))\n"
      "    h = h + self.linear(a, {})\n",
      seen, part("qkv"), heads, part("out"), part("norm_mlp"), part("up"), part("down"));
}

}  // namespace

std::string buffer_name(const std::string& weight) {
  std::string name = weight;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::string attention_source(const fusion::AttentionModel& model, const std::vector<std::string>& arguments) {
  const fusion::AttentionConfig& config = model.config;
  std::vector<std::string> declared, tokens, seen;
  for (std::size_t m = 0; m < arguments.size(); ++m) {
    declared.push_back(arguments[m] + ": Tensor");
    std::string x = fmt::format("self.standardise(raw[{0}], self.used{0}, self.fill{0}, self.mean{0}, self.sd{0})", m);
    if (model.inputs[m].score) x = fmt::format("self.log_odds({}, self.weights{}, self.score{})", x, m, m);
    tokens.push_back(fmt::format("self.linear({}.unsqueeze(0).unsqueeze(2), {})", x, weights(fmt::format("token{}", m))));
    seen.push_back(fmt::format("torch.logical_not(torch.all(torch.isnan(raw[{}]), 1))", m));
  }
  std::string source = kParts;
  const std::string most = format_double(fusion::cut_log_odds(std::numeric_limits<double>::infinity()));
  for (std::size_t at; (at = source.find("MOST")) != std::string::npos;) source.replace(at, 4, most);
  source += fmt::format(
      "\ndef probability(self, raw: List[Tensor]) -> Tensor:\n"
      "    present = torch.stack([{}], 1)\n"                                            // (B, M)
      "    missing = torch.logical_not(present)\n"
      "    absent = torch.cat([torch.zeros_like(missing[:, :1]), missing], 1).unsqueeze(1).unsqueeze(1)\n"
      "    h = torch.cat([{}], 2) + self.modality_embedding.unsqueeze(1)\n"             // (S, B, M, D)
      "    h = torch.cat([self.cls.expand([h.size(0), h.size(1), 1, h.size(3)]), h], 2)\n",  // (S, B, T, D)
      join(seen, ", "), join(tokens, ", "));
  for (int layer = 0; layer < config.layers; ++layer) source += block(layer, config.heads);
  source += fmt::format(
      "    logits = self.linear(h[:, :, :1], {}).squeeze(3).squeeze(2)\n"  // (S, B)
      "    p = torch.mean(torch.sigmoid(logits), 0)\n"
      "    return torch.where(torch.any(present, 1), p, torch.full_like(p, float('nan')))\n",
      weights("head"));
  const std::string parameters = join(declared, ", "), passed = join(arguments, ", ");
  source += fmt::format("\ndef forward(self, {}) -> Tensor:\n    return self.probability([{}])\n", parameters, passed);
  source += fmt::format(
      "\ndef predict(self, {}) -> Tensor:\n"
      "    p = self.probability([{}])\n"
      "    label = torch.ge(p, self.threshold).to(4)\n"  // 4 is int64
      "    return torch.where(torch.isnan(p), torch.full_like(label, -1), label)\n",
      parameters, passed);
  return source;
}

}  // namespace radiopath::training
