#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "radiology/habitats.h"

namespace radiopath::radiology {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
double number(const Json& value) { return value.is_null() ? std::nan("") : value.get<double>(); }

Json to_json(const HabitatModel& model) {
  Json curve = Json::array();
  for (const auto& point : model.curve) {
    curve.push_back(
        {{"k", point.k}, {"calinski_harabasz", number(point.calinski_harabasz)}, {"within", number(point.within)}});
  }
  Json habitats = Json::array();
  for (std::size_t j = 0; j < model.centroids.size(); ++j) {
    Json unscaled = Json::array();  // for people: in the units of the preprocessed images
    for (std::size_t c = 0; c < model.mean.size(); ++c)
      unscaled.push_back(model.mean[c] + model.sd[c] * model.centroids[j][c]);
    habitats.push_back({{"habitat", j + 1}, {"centroid", model.centroids[j]}, {"centre_in_images", unscaled}});
  }
  return {{"format", "radiopath habitats 1"},
          {"channels", model.channels},
          {"mean", model.mean},
          {"sd", model.sd},
          {"k", model.k()},
          {"order_by", model.order_by},
          {"habitats", habitats},
          {"curve", curve},
          {"seed", model.seed},
          {"training_hash", model.training_hash},
          {"patients", model.patients},
          {"voxels", model.voxels}};
}

}  // namespace

std::string HabitatModel::hash() const { return hash_text(to_json(*this).dump()); }

void write_habitat_model(const std::filesystem::path& file, const HabitatModel& model) {
  write_text(file, to_json(model).dump(2) + "\n");
}

HabitatModel read_habitat_model(const std::filesystem::path& file) {
  const std::string text = read_text(file);
  try {
    const Json json = Json::parse(text);
    HabitatModel model;
    if (json.at("format") != "radiopath habitats 1") throw InputError("another format");
    model.channels = json.at("channels").get<std::vector<std::string>>();
    model.mean = json.at("mean").get<std::vector<double>>();
    model.sd = json.at("sd").get<std::vector<double>>();
    model.order_by = json.at("order_by").get<std::string>();
    for (const auto& habitat : json.at("habitats")) {
      model.centroids.push_back(habitat.at("centroid").get<std::vector<double>>());
      if (model.centroids.back().size() != model.channels.size()) throw InputError("a centroid of another length");
    }
    if (model.mean.size() != model.channels.size() || model.sd.size() != model.channels.size()) {
      throw InputError("scaling of another length than the channels");
    }
    for (const auto& point : json.at("curve")) {
      model.curve.push_back(
          {point.at("k").get<int>(), number(point.at("calinski_harabasz")), number(point.at("within"))});
    }
    model.seed = json.at("seed").get<std::uint64_t>();
    model.training_hash = json.at("training_hash").get<std::string>();
    model.patients = json.at("patients").get<std::int64_t>();
    model.voxels = json.at("voxels").get<std::int64_t>();
    return model;
  } catch (const std::exception& error) {
    throw InputError(fmt::format("{}: not a habitat model: {}", file.string(), error.what()));
  }
}

}  // namespace radiopath::radiology
