#include "training/export.h"

#include <fmt/format.h>
#include <torch/script.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/files.h"
#include "training/export_source.h"

namespace radiopath::training {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::vector<std::string> argument_names(const fusion::AttentionModel& model) {
  std::vector<std::string> names;
  for (const auto& input : model.inputs) {
    names.push_back(argument_name(input.modality));
    if (std::count(names.begin(), names.end(), names.back()) > 1) {
      throw InputError(fmt::format("two modalities would both be called '{}' in the exported model; rename '{}'",
                                   names.back(), input.modality));
    }
  }
  return names;
}

torch::Tensor tensor_of(const std::vector<double>& values, std::vector<std::int64_t> shape) {
  return torch::tensor(values, torch::kFloat64).view(shape);
}

void add_list(torch::jit::Module& script, const std::string& name, const std::vector<std::string>& texts) {
  c10::List<std::string> list;
  for (const auto& text : texts) list.push_back(text);
  script.register_attribute(name, c10::ListType::ofStrings(), list);
}

void add_inputs(torch::jit::Module& script, const fusion::AttentionModel& model,
                const std::vector<std::string>& arguments) {
  for (std::size_t m = 0; m < model.inputs.size(); ++m) {
    const auto& input = model.inputs[m];
    const std::string index = std::to_string(m);
    const std::vector<std::int64_t> used(input.used.begin(), input.used.end());
    script.register_buffer("used" + index, torch::tensor(used, torch::kInt64));  // (F_m)
    script.register_buffer("fill" + index, torch::tensor(input.fill, torch::kFloat64));
    script.register_buffer("mean" + index, torch::tensor(input.mean, torch::kFloat64));
    script.register_buffer("sd" + index, torch::tensor(input.sd, torch::kFloat64));
    if (input.score) {
      const auto& score = *input.score;
      script.register_buffer("weights" + index, torch::tensor(score.weights, torch::kFloat64));
      script.register_buffer("score" + index,
                             torch::tensor({score.intercept, score.mean, score.sd}, torch::kFloat64));
    }
    add_list(script, arguments[m] + "_columns", input.columns);
  }
}

/// One buffer per weight, the members along its first axis.
void add_weights(torch::jit::Module& script, const fusion::AttentionModel& model) {
  for (std::size_t w = 0; w < model.members.front().weights.size(); ++w) {
    std::vector<torch::Tensor> stack;
    for (const auto& member : model.members) stack.push_back(tensor_of(member.weights[w].values, member.weights[w].shape));
    script.register_buffer(buffer_name(model.members.front().weights[w].name), torch::stack(stack));
  }
}

/// Raw columns of one modality, (B, F): NaN for who has no row.
torch::Tensor raw_input(const fusion::AttentionInput& input, const std::map<std::string, Table>& tables,
                        const std::vector<std::string>& ids) {
  const auto B = static_cast<std::int64_t>(ids.size()), F = static_cast<std::int64_t>(input.columns.size());
  auto raw = torch::full({B, F}, kNan, torch::kFloat64);
  const auto found = tables.find(input.modality);
  if (found == tables.end()) return raw;
  const Table rows = found->second.select_columns(input.columns).select_rows(ids);
  auto cells = raw.accessor<double, 2>();
  for (std::int64_t i = 0; i < B; ++i) {
    for (std::int64_t f = 0; f < F; ++f) cells[i][f] = rows.values(i, f);
  }
  return raw;
}

std::vector<std::string> all_ids(const std::map<std::string, Table>& tables) {
  std::vector<std::string> ids;
  std::set<std::string> known;
  for (const auto& [name, table] : tables) {
    for (const auto& id : table.ids) {
      if (known.insert(id).second) ids.push_back(id);
    }
  }
  return ids;
}

/// Scores by the reloaded file, `batch` patients at a time.
Eigen::VectorXd script_scores(torch::jit::Module& script, const std::vector<torch::Tensor>& inputs, std::int64_t batch) {
  const std::int64_t n = inputs.front().size(0);
  Eigen::VectorXd scores(n);
  for (std::int64_t first = 0; first < n; first += batch) {
    const std::int64_t count = std::min(batch, n - first);
    std::vector<torch::jit::IValue> arguments;
    for (const auto& input : inputs) arguments.emplace_back(input.narrow(0, first, count));
    const auto p = script.forward(arguments).toTensor();
    for (std::int64_t i = 0; i < count; ++i) scores[first + i] = p[i].item<double>();
  }
  return scores;
}

/// Largest difference; infinite when one of the two has a score and the other none.
double difference(const Eigen::VectorXd& a, const Eigen::VectorXd& b) {
  double largest = 0;
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    if (std::isnan(a[i]) && std::isnan(b[i])) continue;
    const double d = std::abs(a[i] - b[i]);
    largest = std::isnan(d) ? std::numeric_limits<double>::infinity() : std::max(largest, d);
  }
  return largest;
}

/// `tables` without the modalities whose bit is not set.
std::map<std::string, Table> with_pattern(const fusion::AttentionModel& model, std::map<std::string, Table> tables,
                                          unsigned pattern) {
  for (std::size_t m = 0; m < model.inputs.size(); ++m) {
    if ((pattern >> m & 1u) == 0) tables.erase(model.inputs[m].modality);
  }
  return tables;
}

torch::jit::Module load_script(const std::filesystem::path& file) {
  std::istringstream stream(read_text(file));
  try {
    return torch::jit::load(stream);
  } catch (const c10::Error& error) {
    throw InputError(fmt::format("{} is no TorchScript file: {}", file.string(), error.what_without_backtrace()));
  }
}

}  // namespace

std::string argument_name(const std::string& modality) {
  std::string name;
  for (const unsigned char letter : modality) name += std::isalnum(letter) ? static_cast<char>(std::tolower(letter)) : '_';
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) name = "m" + name;
  static const std::set<std::string> taken = {"self", "p", "label", "torch", "and", "or", "not", "if", "else", "for",
                                              "in", "is", "return", "def", "class", "import", "from", "as", "with",
                                              "while", "pass", "lambda", "none", "true", "false", "print", "float"};
  return taken.count(name) ? name + "_" : name;
}

void export_torchscript(const fusion::AttentionModel& model, double threshold, const std::string& metadata_json,
                        const std::filesystem::path& file) {
  const std::vector<std::string> arguments = argument_names(model);
  torch::jit::Module script("radiopath_attention");
  add_inputs(script, model, arguments);
  add_weights(script, model);
  std::vector<std::string> modalities;
  for (const auto& input : model.inputs) modalities.push_back(input.modality);
  add_list(script, "modalities", modalities);
  add_list(script, "arguments", arguments);
  script.register_attribute("threshold", c10::FloatType::get(), threshold);
  script.register_attribute("metadata", c10::StringType::get(), metadata_json);
  script.define(attention_source(model, arguments));
  std::ostringstream bytes;  // a file would carry its own name inside
  script.save(bytes, {{"metadata.json", metadata_json}});
  write_text(file, bytes.str());
}

double verify_export(const std::filesystem::path& file, const fusion::AttentionModel& model,
                     const std::map<std::string, Table>& tables, double tolerance) {
  const torch::NoGradGuard no_grad;
  torch::jit::Module script = load_script(file);
  const std::vector<std::string> ids = all_ids(tables);
  const auto n = static_cast<std::int64_t>(ids.size());
  const unsigned every = (1u << model.inputs.size()) - 1;
  double largest = 0;
  for (unsigned pattern = 0; pattern <= every; ++pattern) {
    const auto shown = with_pattern(model, tables, pattern);
    const Eigen::VectorXd native = predict(model, shown, ids);
    std::vector<torch::Tensor> inputs;
    for (const auto& input : model.inputs) inputs.push_back(raw_input(input, shown, ids));
    const std::vector<std::int64_t> batches = pattern == every ? std::vector<std::int64_t>{1, 2, n} : std::vector{n};
    for (const std::int64_t batch : batches) {
      const double found = difference(native, script_scores(script, inputs, batch));
      if (!(found <= tolerance)) {
        throw InputError(fmt::format("{}: its scores differ from the run's by up to {} (allowed {}) in batches of {}, with "
                                     "modality pattern {:b}; was the file made by another run?",
                                     file.string(), found, tolerance, batch, pattern));
      }
      largest = std::max(largest, found);
    }
  }
  return largest;
}

}  // namespace radiopath::training
