#include "fusion/tuning.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/error.h"
#include "core/random.h"
#include "core/statistics.h"
#include "core/table.h"

namespace radiopath::fusion {
namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw InputError("[models.tuning] grid: '" + name + "': " + why);
}

const Setting& setting_called(const std::vector<Setting>& settings, const std::string& path, const std::string& name) {
  const auto dot = name.find('.');
  const std::string first = name.substr(0, dot);
  std::vector<std::string> known;
  for (const Setting& setting : settings) {
    known.push_back(setting.info.name);
    if (setting.info.name != first) continue;
    const auto* section = std::get_if<std::vector<Setting>>(&setting.target);
    if (dot == std::string::npos && !section) return setting;
    if (dot != std::string::npos && section) return setting_called(*section, path, name.substr(dot + 1));
  }
  const auto nearest = nearest_name(first, known);
  refuse(path, "no setting '" + first + "'" + (nearest ? "; did you mean '" + *nearest + "'?" : ". Known: " + join_names(known)));
}

void assign(LearnerConfigs& configs, const std::string& path, const std::string& text) {
  const std::vector<Setting> settings = settings_of(configs);
  const Setting& setting = setting_called(settings, path, path);
  const FieldInfo& info = setting.info;
  if (auto* const* word = std::get_if<std::string*>(&setting.target)) {
    if (!info.choices.empty() && std::find(info.choices.begin(), info.choices.end(), text) == info.choices.end())
      refuse(path, "'" + text + "' is none of " + join_names(info.choices));
    **word = text;
    return;
  }
  const auto value = parse_double(text);
  if (!value || !std::isfinite(*value)) refuse(path, "'" + text + "' is not a number");
  if ((info.minimum && *value < *info.minimum) || (info.maximum && *value > *info.maximum))
    refuse(path, text + " is out of its range");
  if (auto* const* real = std::get_if<double*>(&setting.target)) {
    **real = *value;
  } else if (auto* const* whole = std::get_if<int*>(&setting.target)) {
    if (*value != std::floor(*value)) refuse(path, "'" + text + "' is not a whole number");
    **whole = static_cast<int>(*value);
  } else {
    refuse(path, "a grid can hold numbers and words only");
  }
}

/// Combination number `index` of the grid; the last setting varies fastest.
Candidate combination(const std::vector<std::pair<std::string, std::vector<std::string>>>& grid, std::size_t index,
                      const std::string& learner, const LearnerConfigs& configs) {
  Candidate candidate{learner, "", configs};
  std::vector<std::string> texts(grid.size());
  for (std::size_t i = grid.size(); i-- > 0;) {
    const auto& values = grid[i].second;
    texts[i] = values[index % values.size()];
    index /= values.size();
  }
  for (std::size_t i = 0; i < grid.size(); ++i) {
    assign(candidate.configs, grid[i].first, texts[i]);
    candidate.settings += (i > 0 ? ", " : "") + grid[i].first.substr(learner.size() + 1) + " = " + texts[i];
  }
  return candidate;
}

}  // namespace

void require_known_settings(const TuningConfig& config, const LearnerConfigs& configs) {
  for (const auto& [name, values] : config.grid) {
    LearnerConfigs copy = configs;
    for (const std::string& value : values) assign(copy, name, value);
  }
}

std::vector<Candidate> candidates_of(const TuningConfig& config, const std::string& learner, const LearnerConfigs& configs,
                                     std::uint64_t seed) {
  std::vector<std::pair<std::string, std::vector<std::string>>> grid;
  std::size_t combinations = 1;
  for (const auto& [name, values] : config.grid) {
    if (!name.starts_with(learner + ".") || values.empty()) continue;
    grid.emplace_back(name, values);
    combinations *= values.size();
  }
  if (config.search == "none" || grid.empty()) return {{learner, "", configs}};
  if (combinations > 100000) throw InputError("[models.tuning] grid: " + std::to_string(combinations) + " combinations for " + learner);
  std::vector<std::size_t> chosen(combinations);
  for (std::size_t i = 0; i < combinations; ++i) chosen[i] = i;
  if (config.search == "random" && static_cast<std::size_t>(config.trials) < combinations) {
    Random(seed, "tuning/" + learner).shuffle(chosen);
    chosen.resize(static_cast<std::size_t>(config.trials));
    std::sort(chosen.begin(), chosen.end());
  }
  std::vector<Candidate> candidates;
  for (const std::size_t index : chosen) candidates.push_back(combination(grid, index, learner, configs));
  return candidates;
}

double score_of(const std::string& criterion, const std::vector<double>& probabilities, const std::vector<int>& outcomes) {
  if (criterion == "auc") return auc(probabilities, outcomes);
  if (criterion == "brier") return -brier_score(probabilities, outcomes);
  double sum = 0;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    const double p = std::clamp(probabilities[i], 1e-15, 1 - 1e-15);
    sum += std::log(outcomes[i] == 1 ? p : 1 - p);
  }
  return sum / double(outcomes.size());
}

}  // namespace radiopath::fusion
