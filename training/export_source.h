#pragma once

#include <string>
#include <vector>

#include "fusion/attention_fusion.h"

namespace radiopath::training {

/// The TorchScript text of the network in fusion/attention_module.cpp, with all members at once. It computes the same
/// as AttentionFusionImpl::forward; verify_export compares the two.
std::string attention_source(const fusion::AttentionModel& model, const std::vector<std::string>& arguments);

/// "layer0.qkv.weight" -> "layer0_qkv_weight": the buffer that holds a weight of all members.
std::string buffer_name(const std::string& weight);

}  // namespace radiopath::training
