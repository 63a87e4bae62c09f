#include "pathology/encoder.h"

#include <fmt/format.h>
#include <torch/torch.h>

#include <algorithm>
#include <sstream>

#include "core/error.h"
#include "core/files.h"
#include "core/table.h"
#include "pathology/vit.h"

namespace radiopath::pathology {
namespace {

constexpr int kBatch = 8;  // fixed, so that a tile's likelihood does not depend on the machine

constexpr char kMagic[] = "radiopath patch encoder 1";

/// The config as text, one `name = value` per line: archives hold strings.
std::string settings_text(EncoderConfig config) {
  std::string text;
  for (const Setting& setting : settings_of(config)) {
    text += setting.info.name + "=";
    if (auto* number = std::get_if<int*>(&setting.target)) text += std::to_string(**number);
    if (auto* real = std::get_if<double*>(&setting.target)) text += format_double(**real);
    if (auto* word = std::get_if<std::string*>(&setting.target)) text += **word;
    text += "\n";
  }
  return text;
}

EncoderConfig parse_settings(const std::string& text) {
  EncoderConfig config;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const auto sign = line.find('=');
    const std::string name = line.substr(0, sign), value = line.substr(sign + 1);
    for (const Setting& setting : settings_of(config)) {
      if (setting.info.name != name) continue;
      if (auto* number = std::get_if<int*>(&setting.target)) **number = static_cast<int>(parse_double(value).value());
      if (auto* real = std::get_if<double*>(&setting.target)) **real = parse_double(value).value();
      if (auto* word = std::get_if<std::string*>(&setting.target)) **word = value;
    }
  }
  return config;
}

torch::Tensor tensor_of(const std::array<double, 3>& values) {
  return torch::tensor({values[0], values[1], values[2]}, torch::kFloat64);
}

std::array<double, 3> array_of(const torch::Tensor& tensor) {
  return {tensor[0].item<double>(), tensor[1].item<double>(), tensor[2].item<double>()};
}

std::string read_word(torch::serialize::InputArchive& archive, const std::string& name) {
  c10::IValue value;
  archive.read(name, value);
  return value.toStringRef();
}

}  // namespace

std::vector<double> likelihoods(const Encoder& encoder, const TileSet& tiles) {
  if (tiles.size() > 0 && tiles.side != encoder.config.image_size)
    throw InputError(
        fmt::format("tiles of {} are {} px wide, and the encoder takes {}; were they prepared under other "
                    "settings?",
                    tiles.patient_id, tiles.side, encoder.config.image_size));
  const torch::NoGradGuard no_grad;
  std::vector<double> values;
  for (int first = 0; first < tiles.size(); first += kBatch) {
    // The last batch is filled up: kernels may round differently for other shapes.
    auto batch = torch::zeros({kBatch, 3, tiles.side, tiles.side}, torch::kFloat32);
    const int count = std::min(kBatch, tiles.size() - first);
    for (int i = 0; i < count; ++i)
      write_planes(tiles.tile(first + i), tiles.side, 0, encoder, batch[i].data_ptr<float>());
    const auto probability = torch::sigmoid(encoder.network->forward(batch).to(torch::kFloat64));  // (B,)
    for (int i = 0; i < count; ++i) values.push_back(probability[i].item<double>());
  }
  return values;
}

void save_encoder(const std::filesystem::path& file, const Encoder& encoder) {
  torch::serialize::OutputArchive archive;
  archive.write("format", c10::IValue(std::string(kMagic)));
  archive.write("config", c10::IValue(settings_text(encoder.config)));
  archive.write("trained_on", c10::IValue(encoder.trained_on));
  archive.write("channel_mean", tensor_of(encoder.channel_mean));
  archive.write("channel_sd", tensor_of(encoder.channel_sd));
  torch::serialize::OutputArchive network;
  encoder.network->save(network);
  archive.write("network", network);
  std::ostringstream buffer;  // an archive saved by path would hold its own name
  archive.save_to(buffer);
  write_text(file, buffer.str());
}

Encoder load_encoder(const std::filesystem::path& file) {
  const std::string bytes = read_text(file);
  try {
    std::istringstream buffer(bytes);
    torch::serialize::InputArchive archive;
    archive.load_from(buffer);
    if (read_word(archive, "format") != kMagic) throw InputError(file.string() + ": not a patch encoder of radiopath");
    Encoder encoder;
    encoder.config = parse_settings(read_word(archive, "config"));
    encoder.trained_on = read_word(archive, "trained_on");
    torch::Tensor mean, sd;
    archive.read("channel_mean", mean);
    archive.read("channel_sd", sd);
    encoder.channel_mean = array_of(mean);
    encoder.channel_sd = array_of(sd);
    torch::serialize::InputArchive network;
    archive.read("network", network);
    encoder.network = std::make_shared<SimpleVitImpl>(encoder.config);
    encoder.network->load(network);
    encoder.network->eval();
    return encoder;
  } catch (const c10::Error&) {
    throw InputError(file.string() + ": cannot be read as a patch encoder; is the file complete?");
  }
}

}  // namespace radiopath::pathology
