#include "training/model_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/error.h"
#include "training/experiment.h"

namespace radiopath::training {
namespace {

const std::string kEnsemble = "Ensemble_";

char letter_of(const std::string& modality) {
  return static_cast<char>(std::toupper(static_cast<unsigned char>(modality.at(0))));
}

std::string letters_of(const std::vector<std::string>& modalities) {
  std::string letters;
  for (const auto& modality : modalities) letters += letter_of(modality);
  return letters;
}

}  // namespace

std::vector<std::string> modality_names(const ExperimentConfig& config) {
  std::vector<std::string> names;
  if (!config.clinic.columns.empty()) names.push_back(config.clinic.name);
  if (!config.radiology.sequences.empty()) names.push_back(config.radiology.name);
  if (!config.pathology.slides.empty()) names.push_back(config.pathology.name);
  for (const auto& [name, table] : config.tables) names.push_back(name);
  return names;
}

std::vector<std::string> ensemble_names(const std::vector<std::string>& modalities,
                                        const std::vector<std::string>& wanted) {
  const std::string letters = letters_of(modalities);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    if (letters.find(letters[i], i + 1) != std::string::npos)
      throw InputError(fmt::format("two modalities begin with '{}' ({}); ensembles are named by first letters, so set "
                                   "another name", letters[i], join_names(modalities)));
  }
  std::vector<std::string> all;
  for (unsigned set = 1; set < (1U << letters.size()); ++set) {
    std::string name;
    for (std::size_t i = 0; i < letters.size(); ++i) {
      if (set >> i & 1U) name += letters[i];
    }
    if (name.size() > 1) all.push_back(name);
  }
  std::stable_sort(all.begin(), all.end(), [&](const std::string& a, const std::string& b) {
    if (a.size() != b.size()) return a.size() < b.size();
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [&](char x, char y) { return letters.find(x) < letters.find(y); });
  });
  std::vector<std::string> names;
  for (const auto& name : wanted.empty() ? all : wanted) {
    if (std::find(all.begin(), all.end(), name) == all.end())
      throw InputError(fmt::format("[models] ensembles: '{}' is none of {} (modalities: {})", name, join_names(all),
                                   join_names(modalities)));
    names.push_back(kEnsemble + name);
  }
  return names;
}

std::string attention_name(const std::vector<std::string>& modalities) { return "MHA_" + letters_of(modalities); }

bool is_component(const std::string& modality, const std::string& ensemble) {
  return ensemble.find(letter_of(modality), kEnsemble.size()) != std::string::npos;
}

}  // namespace radiopath::training
