// The attention model as readable JSON.

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "fusion/attention_fusion.h"

namespace radiopath::fusion {
namespace {

using Json = nlohmann::ordered_json;
constexpr const char* kFormat = "radiopath attention model 2";

/// Walks the settings, so that none can be forgotten: read(name, target) for every one.
template <class Visit>
void for_each_setting(AttentionConfig& config, Visit&& visit) {
  for (auto& setting : settings_of(config)) {
    std::visit(
        [&](auto& target) {
          using Target = std::decay_t<decltype(target)>;
          if constexpr (std::is_same_v<Target, int*> || std::is_same_v<Target, double*> ||
                        std::is_same_v<Target, std::string*> || std::is_same_v<Target, bool*>) {
            visit(setting.info.name, *target);
          } else {
            throw std::logic_error("attention model: setting '" + setting.info.name + "' has no JSON form");
          }
        },
        setting.target);
  }
}

Json to_json(const AttentionInput& input) {
  Json columns = Json::array();
  for (std::size_t f = 0; f < input.used.size(); ++f) {
    Json column = {{"name", input.columns[static_cast<std::size_t>(input.used[f])]},
                   {"fill", input.fill[f]},
                   {"mean", input.mean[f]},
                   {"sd", input.sd[f]}};
    if (input.score) column["weight"] = input.score->weights[f];
    columns.push_back(column);
  }
  Json json = {{"modality", input.modality}, {"table_columns", input.columns}, {"used", columns}};
  if (input.score) {
    json["score"] = {{"intercept", input.score->intercept}, {"mean", input.score->mean}, {"sd", input.score->sd}};
  }
  return json;
}

AttentionInput input_from(const Json& json) {
  AttentionInput input;
  input.modality = json.at("modality");
  input.columns = json.at("table_columns").get<std::vector<std::string>>();
  if (json.contains("score")) {
    const Json& score = json["score"];
    input.score = LinearScore{{}, score.at("intercept"), score.at("mean"), score.at("sd")};
  }
  for (const auto& used : json.at("used")) {
    const std::string name = used.at("name");
    const auto place = std::find(input.columns.begin(), input.columns.end(), name);
    if (place == input.columns.end()) throw InputError("column '" + name + "' is used but not in table_columns");
    input.used.push_back(static_cast<int>(place - input.columns.begin()));
    input.fill.push_back(used.at("fill"));
    input.mean.push_back(used.at("mean"));
    input.sd.push_back(used.at("sd"));
    if (input.score) input.score->weights.push_back(used.at("weight"));
  }
  return input;
}

Json to_json(const AttentionMember& member) {
  Json weights = Json::array();
  for (const auto& weight : member.weights) {
    weights.push_back({{"name", weight.name}, {"shape", weight.shape}, {"values", weight.values}});
  }
  return {{"loss", member.loss}, {"weights", weights}};
}

AttentionMember member_from(const Json& json) {
  AttentionMember member;
  member.loss = json.at("loss").get<std::vector<double>>();
  for (const auto& weight : json.at("weights")) {
    member.weights.push_back({weight.at("name"), weight.at("shape").get<std::vector<std::int64_t>>(),
                              weight.at("values").get<std::vector<double>>()});
  }
  return member;
}

AttentionModel model_from(const Json& json) {
  if (json.at("format") != kFormat) throw InputError("its format is not '" + std::string(kFormat) + "'");
  AttentionModel model;
  for_each_setting(model.config, [&](const std::string& name, auto& value) {
    value = json.at("config").at(name).get<std::decay_t<decltype(value)>>();
  });
  model.patients = json.at("patients");
  model.training_hash = json.at("training_hash");
  for (const auto& input : json.at("inputs")) model.inputs.push_back(input_from(input));
  for (const auto& member : json.at("members")) model.members.push_back(member_from(member));
  return model;
}

}  // namespace

void write_attention(const std::filesystem::path& file, const AttentionModel& model) {
  AttentionConfig config = model.config;
  Json settings = Json::object();
  for_each_setting(config, [&](const std::string& name, const auto& value) { settings[name] = value; });
  Json json = {{"format", kFormat},
               {"config", settings},
               {"patients", model.patients},
               {"training_hash", model.training_hash},
               {"inputs", Json::array()},
               {"members", Json::array()}};
  for (const auto& input : model.inputs) json["inputs"].push_back(to_json(input));
  for (const auto& member : model.members) json["members"].push_back(to_json(member));
  write_text(file, json.dump(1) + "\n");
}

AttentionModel read_attention(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  return with_context(file.string() + " is no attention model", [&] {
    try {
      return model_from(Json::parse(text));
    } catch (const nlohmann::json::exception& error) {
      throw InputError(error.what());
    }
  });
}

}  // namespace radiopath::fusion
