#pragma once

#include <string>
#include <vector>

namespace radiopath::training {

struct ExperimentConfig;

/// Names of the modalities that the config switches on, in order.
std::vector<std::string> modality_names(const ExperimentConfig& config);
/// "Ensemble_CH", … in order of size. `wanted` lists letters; empty = every combination of two or more modalities.
/// Throws InputError when two modalities share a first letter or `wanted` names an unknown one.
std::vector<std::string> ensemble_names(const std::vector<std::string>& modalities,
                                        const std::vector<std::string>& wanted);
/// "MHA_CHP"
std::string attention_name(const std::vector<std::string>& modalities);
/// Whether the ensemble has the modality's model among its components.
bool is_component(const std::string& modality, const std::string& ensemble);

}  // namespace radiopath::training
