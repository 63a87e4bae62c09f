#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/cohort.h"
#include "core/table.h"
#include "fusion/attention_fusion.h"

namespace radiopath::training {

/// Fits the attention fusion on every patient of `train` who has at least one modality: `config.seeds` networks, each
/// from its own stream (seed, "attention", member), fitted in parallel, averaged and never chosen among. Missing
/// modalities stay missing; others are hidden at random.
///
/// @param inputs how columns become tokens, in token order, as fitted on `train`; a modality without used columns is
///               left out of the model
/// @param scores the out-of-fold scores of the training patients, one per input, where the inputs are scores
///               (std::logic_error when one is not there): what a model says of the patients it was fitted on is no
///               measure of what it knows
/// @param tables by modality, with a row for each patient who has it; rows of other patients are not read
/// @throws InputError when no modality has a column to use, when `width` is no multiple of `heads`, or when the
///         patients with a modality are all of one class
fusion::AttentionModel fit_attention(const fusion::AttentionConfig& config,
                                     const std::vector<fusion::AttentionInput>& inputs,
                                     const std::vector<fusion::OutOfFold>& scores,
                                     const std::map<std::string, Table>& tables, const TrainingView& train,
                                     std::uint64_t seed);

}  // namespace radiopath::training
