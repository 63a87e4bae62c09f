#pragma once

// The network of the attention fusion. For source files only: torch/torch.h is slow to compile.

#include <torch/torch.h>

#include <vector>

#include "fusion/attention_fusion.h"

namespace radiopath::fusion {

/// One linear map with bias. Unlike torch::nn::Linear it draws nothing from LibTorch's global generator.
struct LinearImpl : torch::nn::Module {
  LinearImpl(int inputs, int outputs);
  torch::Tensor forward(const torch::Tensor& x);  ///< (…, inputs) -> (…, outputs)
  torch::Tensor weight, bias;
};
TORCH_MODULE(Linear);

/// Layer normalisation over the last axis (Ba et al. 2016).
struct NormImpl : torch::nn::Module {
  explicit NormImpl(int width);
  torch::Tensor forward(const torch::Tensor& x);
  torch::Tensor weight, bias;
};
TORCH_MODULE(Norm);

/// Pre-norm transformer block: x + attention(norm(x)), then x + mlp(norm(x)) with GELU and twice the width inside.
/// The first block attends to x itself: a norm there would take from every token how large its values are, which for a
/// risk is most of what it says (Gorishniy et al., NeurIPS 2021, FT-Transformer). What a token sees is weighted by the
/// share of tokens that are there: softmax is a mean, so that a lone modality would speak as loud as all together, while
/// evidence adds up.
struct BlockImpl : torch::nn::Module {
  BlockImpl(int width, int heads, int layer);
  /// @param x      (B, T, D)
  /// @param absent (B, 1, 1, T), true where a token must not be looked at
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& absent);
  torch::Tensor attend(const torch::Tensor& x, const torch::Tensor& absent);
  int heads;
  Norm norm_attention{nullptr}, norm_mlp{nullptr};
  Linear qkv{nullptr}, out{nullptr}, up{nullptr}, down{nullptr};
};
TORCH_MODULE(Block);

/// One token per modality (linear map + learned embedding) and a CLS token that is never masked; blocks;
/// the head reads CLS, without a norm for the reason given at the block. All weights are double: a score is then the same to 1e-12 for any order of sums.
struct AttentionFusionImpl : torch::nn::Module {
  AttentionFusionImpl(const AttentionConfig& config, const std::vector<AttentionInput>& inputs);
  /// @param x       per modality (B, width of its input), finite; rows of a missing modality are not looked at
  /// @param present (B, M) bool
  /// @return (B,) logits
  torch::Tensor forward(const std::vector<torch::Tensor>& x, const torch::Tensor& present);
  std::vector<Linear> tokens;
  std::vector<Block> blocks;
  torch::Tensor modality_embedding, cls;
  Linear head{nullptr};
};
TORCH_MODULE(AttentionFusion);

/// The weights as plain data, in the order of registration; and back.
std::vector<AttentionWeight> weights_of(const AttentionFusion& module);
void load_weights(AttentionFusion& module, const std::vector<AttentionWeight>& weights);

/// What the network sees of some patients.
struct AttentionBatch {
  std::vector<torch::Tensor> x;  ///< per modality (B, width of the input) double; 0 where the modality is missing
  torch::Tensor present;         ///< (B, M) bool
};

/// Looks up, fills, and scales. See `predict` for what counts as missing.
AttentionBatch prepare(const std::vector<AttentionInput>& inputs, const std::map<std::string, Table>& tables,
                       const std::vector<std::string>& ids);

}  // namespace radiopath::fusion
