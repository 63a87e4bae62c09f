#include "pathology/vit.h"

#include <cmath>

namespace radiopath::pathology {

namespace nn = torch::nn;

VitBlockImpl::VitBlockImpl(const EncoderConfig& config)
    : heads(config.heads),
      attention_norm(register_module("attention_norm", nn::LayerNorm(nn::LayerNormOptions({config.width})))),
      mlp_norm(register_module("mlp_norm", nn::LayerNorm(nn::LayerNormOptions({config.width})))),
      qkv(register_module("qkv", nn::Linear(config.width, 3 * config.width))),
      projection(register_module("projection", nn::Linear(config.width, config.width))),
      expand(register_module("expand", nn::Linear(config.width, config.mlp_ratio * config.width))),
      contract(register_module("contract", nn::Linear(config.mlp_ratio * config.width, config.width))) {}

torch::Tensor VitBlockImpl::forward(torch::Tensor tokens) {
  const auto batch = tokens.size(0), count = tokens.size(1), width = tokens.size(2);
  const auto parts = qkv(attention_norm(tokens))                         // (B, T, 3 D)
                         .view({batch, count, 3, heads, width / heads})  // (B, T, 3, A, D/A)
                         .permute({2, 0, 3, 1, 4})                       // (3, B, A, T, D/A)
                         .unbind(0);
  const auto attended = at::scaled_dot_product_attention(parts[0], parts[1], parts[2]);   // (B, A, T, D/A)
  tokens = tokens + projection(attended.transpose(1, 2).reshape({batch, count, width}));  // (B, T, D)
  return tokens + contract(torch::gelu(expand(mlp_norm(tokens))));                        // (B, T, D)
}

torch::Tensor sincos_positions(int side, int width) {
  const int frequencies = width / 4;
  const auto positions = torch::zeros({side * side, width}, torch::kFloat32);
  auto value = positions.accessor<float, 2>();
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x)
      for (int f = 0; f < frequencies; ++f) {
        const double omega = std::pow(10000.0, -static_cast<double>(f) / std::max(1, frequencies - 1));
        auto row = value[y * side + x];
        row[f] = static_cast<float>(std::sin(x * omega));
        row[frequencies + f] = static_cast<float>(std::cos(x * omega));
        row[2 * frequencies + f] = static_cast<float>(std::sin(y * omega));
        row[3 * frequencies + f] = static_cast<float>(std::cos(y * omega));
      }
  return positions;
}

SimpleVitImpl::SimpleVitImpl(const EncoderConfig& config)
    : patch_size(config.patch_size),
      embedding(register_module("embedding", nn::Linear(3 * config.patch_size * config.patch_size, config.width))),
      positions(sincos_positions(config.image_size / config.patch_size, config.width)),
      norm(register_module("norm", nn::LayerNorm(nn::LayerNormOptions({config.width})))),
      head(register_module("head", nn::Linear(config.width, 1))) {
  for (int i = 0; i < config.depth; ++i)
    blocks.push_back(register_module("block" + std::to_string(i + 1), VitBlock(config)));
}

torch::Tensor SimpleVitImpl::forward(const torch::Tensor& tiles) {
  const auto batch = tiles.size(0), side = tiles.size(2) / patch_size;
  const auto patches = tiles
                           .view({batch, 3, side, patch_size, side, patch_size})  // (B, 3, √T, p, √T, p)
                           .permute({0, 2, 4, 1, 3, 5})                           // (B, √T, √T, 3, p, p)
                           .reshape({batch, side * side, -1});                    // (B, T, P)
  auto tokens = embedding(patches) + positions;                                   // (B, T, D)
  for (auto& block : blocks) tokens = block(tokens);                              // (B, T, D)
  return head(norm(tokens).mean(1)).squeeze(-1);                                  // (B,)
}

void write_planes(const std::uint8_t* tile, int side, int symmetry, const Encoder& encoder, float* planes) {
  for (int c = 0; c < 3; ++c) {
    std::array<float, 256> scored;
    for (int value = 0; value < 256; ++value)
      scored[value] = static_cast<float>((value - encoder.channel_mean[c]) / encoder.channel_sd[c]);
    for (int y = 0; y < side; ++y)
      for (int x = 0; x < side; ++x) {
        int from_x = symmetry & 1 ? side - 1 - x : x;
        int from_y = symmetry & 2 ? side - 1 - y : y;
        if (symmetry & 4) std::swap(from_x, from_y);
        *planes++ = scored[tile[(from_y * side + from_x) * 3 + c]];
      }
  }
}

}  // namespace radiopath::pathology
