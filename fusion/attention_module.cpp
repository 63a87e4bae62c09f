#include "fusion/attention_module.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "core/error.h"

// B patients, M modalities, T = 1 + M tokens, D width, H heads, F_m width of the input of modality m
namespace radiopath::fusion {

LinearImpl::LinearImpl(int inputs, int outputs) {
  weight = register_parameter("weight", torch::zeros({outputs, inputs}, torch::kFloat64));
  bias = register_parameter("bias", torch::zeros({outputs}, torch::kFloat64));
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) { return torch::linear(x, weight, bias); }

NormImpl::NormImpl(int width) {
  weight = register_parameter("weight", torch::ones({width}, torch::kFloat64));
  bias = register_parameter("bias", torch::zeros({width}, torch::kFloat64));
}

torch::Tensor NormImpl::forward(const torch::Tensor& x) { return torch::layer_norm(x, weight.sizes(), weight, bias); }

BlockImpl::BlockImpl(int width, int heads_, int layer) : heads(heads_) {
  if (layer > 0) norm_attention = register_module("norm_attention", Norm(width));
  qkv = register_module("qkv", Linear(width, 3 * width));
  out = register_module("out", Linear(width, width));
  norm_mlp = register_module("norm_mlp", Norm(width));
  up = register_module("up", Linear(width, 2 * width));
  down = register_module("down", Linear(2 * width, width));
}

torch::Tensor BlockImpl::attend(const torch::Tensor& x, const torch::Tensor& absent) {
  const auto B = x.size(0), T = x.size(1), D = x.size(2);
  const auto parts = qkv(x).view({B, T, 3, heads, D / heads}).permute({2, 0, 3, 1, 4}).unbind(0);  // 3 of (B, H, T, D/H)
  const double scale = 1 / std::sqrt(static_cast<double>(D / heads));
  auto scores = torch::matmul(parts[0], parts[1].transpose(2, 3)) * scale;                         // (B, H, T, T)
  scores = scores.masked_fill(absent, -std::numeric_limits<double>::infinity());
  const auto share = torch::logical_not(absent).to(x.scalar_type()).mean(-1, /*keepdim=*/true);    // (B, 1, 1, 1)
  const auto seen = torch::matmul(torch::softmax(scores, -1), parts[2]) * share;                   // (B, H, T, D/H)
  return out(seen.transpose(1, 2).reshape({B, T, D}));
}

torch::Tensor BlockImpl::forward(const torch::Tensor& x, const torch::Tensor& absent) {
  const auto y = x + attend(norm_attention ? norm_attention(x) : x, absent);  // (B, T, D)
  return y + down(torch::gelu(up(norm_mlp(y))));                              // (B, T, D)
}

AttentionFusionImpl::AttentionFusionImpl(const AttentionConfig& config, const std::vector<AttentionInput>& inputs) {
  for (std::size_t m = 0; m < inputs.size(); ++m) {
    const std::string index = std::to_string(m);
    tokens.push_back(register_module("token" + index, Linear(inputs[m].width(), config.width)));
  }
  const auto modalities = static_cast<std::int64_t>(inputs.size());
  modality_embedding =
      register_parameter("modality_embedding", torch::zeros({modalities, config.width}, torch::kFloat64));
  cls = register_parameter("cls", torch::zeros({1, 1, config.width}, torch::kFloat64));
  for (int layer = 0; layer < config.layers; ++layer) {
    blocks.push_back(register_module("layer" + std::to_string(layer), Block(config.width, config.heads, layer)));
  }
  head = register_module("head", Linear(config.width, 1));
}

torch::Tensor AttentionFusionImpl::forward(const std::vector<torch::Tensor>& x, const torch::Tensor& present) {
  std::vector<torch::Tensor> parts;
  for (std::size_t m = 0; m < tokens.size(); ++m) parts.push_back(tokens[m](x[m]));
  auto h = torch::stack(parts, 1) + modality_embedding;                                        // (B, M, D)
  h = torch::cat({cls.expand({h.size(0), 1, -1}), h}, 1);                                      // (B, T, D)
  const auto missing = torch::logical_not(present);                                            // (B, M)
  const auto absent = torch::cat({torch::zeros_like(missing.slice(1, 0, 1)), missing}, 1)      // CLS is never masked
                          .unsqueeze(1).unsqueeze(1);                                          // (B, 1, 1, T)
  for (auto& block : blocks) h = block(h, absent);
  return head(h.select(1, 0)).squeeze(-1);                                                    // (B,)
}

std::vector<AttentionWeight> weights_of(const AttentionFusion& module) {
  std::vector<AttentionWeight> weights;
  for (const auto& item : module->named_parameters()) {
    const auto values = item.value().detach().cpu().contiguous();
    const double* data = values.data_ptr<double>();
    weights.push_back({item.key(), values.sizes().vec(), {data, data + values.numel()}});
  }
  return weights;
}

void load_weights(AttentionFusion& module, const std::vector<AttentionWeight>& weights) {
  const torch::NoGradGuard no_grad;
  auto parameters = module->named_parameters();
  if (parameters.size() != weights.size()) throw InputError("the attention model's weights do not fit its settings");
  for (const auto& weight : weights) {
    auto* parameter = parameters.find(weight.name);
    const bool fits = parameter != nullptr && parameter->sizes().vec() == weight.shape &&
                      parameter->numel() == static_cast<std::int64_t>(weight.values.size());
    if (!fits) throw InputError("the attention model's weight '" + weight.name + "' does not fit its settings");
    std::copy(weight.values.begin(), weight.values.end(), parameter->data_ptr<double>());
  }
}

namespace {

/// One scaled value; missing ones are filled.
double scaled(const AttentionInput& input, std::size_t f, const Table& rows, int row) {
  const double raw = rows.values(row, input.used[f]);
  if (std::isinf(raw)) {
    throw InputError("patient " + rows.ids[static_cast<std::size_t>(row)] + ": column '" +
                     input.columns[static_cast<std::size_t>(input.used[f])] +
                     "' is infinite; expected a number or an empty cell");
  }
  return ((std::isnan(raw) ? input.fill[f] : raw) - input.mean[f]) / input.sd[f];
}

/// What the token sees of one patient: every scaled value, or the one score made of them.
std::vector<double> input_values(const AttentionInput& input, const Table& rows, int row) {
  std::vector<double> values;
  for (std::size_t f = 0; f < input.used.size(); ++f) values.push_back(scaled(input, f, rows, row));
  if (!input.score) return values;
  double log_odds = input.score->intercept;
  for (std::size_t f = 0; f < values.size(); ++f) log_odds += input.score->weights[f] * values[f];
  return {input.score->standardised(log_odds)};
}

}  // namespace

AttentionBatch prepare(const std::vector<AttentionInput>& inputs, const std::map<std::string, Table>& tables,
                       const std::vector<std::string>& ids) {
  const auto B = static_cast<int>(ids.size()), M = static_cast<int>(inputs.size());
  AttentionBatch batch;
  batch.present = torch::zeros({B, M}, torch::kBool);
  auto present = batch.present.accessor<bool, 2>();
  for (int m = 0; m < M; ++m) {
    const AttentionInput& input = inputs[static_cast<std::size_t>(m)];
    batch.x.push_back(torch::zeros({B, input.width()}, torch::kFloat64));
    const auto found = tables.find(input.modality);
    if (found == tables.end()) continue;
    const Table rows = found->second.select_columns(input.columns).select_rows(ids);
    auto x = batch.x.back().accessor<double, 2>();
    for (int i = 0; i < B; ++i) {
      present[i][m] = rows.has_any(i);
      if (!present[i][m]) continue;
      const std::vector<double> values = input_values(input, rows, i);
      std::copy(values.begin(), values.end(), x[i].data());
    }
  }
  return batch;
}

}  // namespace radiopath::fusion
