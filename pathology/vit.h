#pragma once

// Includes LibTorch: for the source files of encoders and of their training only.

#include <torch/torch.h>

#include <array>
#include <cstdint>

#include "pathology/encoder.h"

namespace radiopath::pathology {

// B tiles, C channels, H and W pixels, T patches of a tile, D width, A heads, P values of a patch

/// A pre-norm transformer block: x + attention(norm(x)), then x + mlp(norm(x)).
struct VitBlockImpl : torch::nn::Module {
  explicit VitBlockImpl(const EncoderConfig& config);
  torch::Tensor forward(torch::Tensor tokens);  ///< (B, T, D) -> (B, T, D)

  int heads;
  torch::nn::LayerNorm attention_norm, mlp_norm;
  torch::nn::Linear qkv, projection, expand, contract;
};
TORCH_MODULE(VitBlock);

/// SimpleViT: patches embedded linearly, fixed 2-D sine-cosine positions, blocks, global average, linear head.
/// Source: Beyer, Zhai & Kolesnikov, Better plain ViT baselines for ImageNet-1k, arXiv:2205.01580.
struct SimpleVitImpl : torch::nn::Module {
  explicit SimpleVitImpl(const EncoderConfig& config);
  torch::Tensor forward(const torch::Tensor& tiles);  ///< (B, 3, H, W), z-scored -> (B,) logits

  int patch_size;
  torch::nn::Linear embedding;
  torch::Tensor positions;  ///< (T, D), a constant, not saved
  std::vector<VitBlock> blocks;
  torch::nn::LayerNorm norm;
  torch::nn::Linear head;
};
TORCH_MODULE(SimpleVit);

/// Fixed positions of a `side` × `side` grid: (side², width); sin x, cos x, sin y, cos y at width / 4 frequencies each.
torch::Tensor sincos_positions(int side, int width);

/// The symmetries of the square: bit 0 mirrors x, bit 1 mirrors y, bit 2 exchanges x and y.
constexpr int kSymmetries = 8;

/// Writes one RGB tile (side, side, 3) z-scored into planes (3, side, side), under one of the square's symmetries.
void write_planes(const std::uint8_t* tile, int side, int symmetry, const Encoder& encoder, float* planes);

}  // namespace radiopath::pathology
