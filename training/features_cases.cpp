#include "training/features_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/table.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;
using radiology::RadiomicsConfig;

bool is_blank(const std::string& text) { return text.find_first_not_of(" \t") == std::string::npos; }

/// A CSV with other separators has one column.
void require_commas(const CsvFile& file) {
  for (const char separator : {';', '\t'}) {
    if (file.header.size() == 1 && file.header[0].find(separator) != std::string::npos)
      throw InputError(fmt::format("{}:1: one column, '{}'; are cells separated by {}? Expected commas",
                                   file.path.string(), file.header[0], separator == ';' ? "';'" : "tabs"));
  }
}

/// One image in the place of a table of cases.
void require_table(const fs::path& file) {
  const std::string name = file.filename().string();
  for (const char* ending : {".nrrd", ".nhdr", ".nii", ".nii.gz", ".mha", ".mhd"}) {
    if (name.ends_with(ending))
      throw InputError(file.string() +
                       ": an image alone; expected IMAGE MASK or a CSV of cases. Is the mask forgotten?");
  }
}

int channel_in(const std::string& text, int otherwise) {
  if (is_blank(text)) return otherwise;
  const auto number = parse_double(text);
  if (!number || *number != std::floor(*number) || *number < 0 || *number > 1e6)
    throw InputError(fmt::format("Label_channel is '{}'; expected a whole number from 0", text));
  return static_cast<int>(*number);
}

}  // namespace

FeatureCases read_cases(const fs::path& csv, const RadiomicsConfig& config) {
  require_table(csv);
  const CsvFile file = read_csv(csv);
  require_commas(file);
  const auto image = static_cast<std::size_t>(file.column("Image"));
  const auto mask = static_cast<std::size_t>(file.column("Mask"));
  const auto label = file.find("Label"), channel = file.find("Label_channel");
  FeatureCases table{file.header, static_cast<std::size_t>(label.value_or(0)), {}, csv};
  if (!label) {
    table.label = table.columns.size();
    table.columns.emplace_back("Label");
  }
  for (std::size_t r = 0; r < file.rows.size(); ++r) {
    FeatureCase one;
    one.inputs = file.rows[r];
    one.where = fmt::format("{}:{}: ", csv.string(), file.lines[r]);
    for (const auto& [path, column] : {std::pair{&one.image, image}, std::pair{&one.mask, mask}}) {
      if (is_blank(one.inputs[column])) one.fault = file.header[column] + " is empty";
      else *path = csv.parent_path() / one.inputs[column];  // an absolute path stays what it is
    }
    if (label) one.labels = one.inputs[table.label];
    if (is_blank(one.labels)) one.labels.clear();
    try {
      one.channel = channel_in(channel ? one.inputs[static_cast<std::size_t>(*channel)] : "", config.label_channel);
    } catch (const InputError& error) {
      one.fault = error.what();
    }
    one.inputs.resize(table.columns.size());
    table.cases.push_back(std::move(one));
  }
  if (table.cases.empty()) throw InputError(csv.string() + ": no cases below the header");
  return table;
}

FeatureCases one_case(const fs::path& image, const fs::path& mask, const RadiomicsConfig& config) {
  FeatureCases table{{"Image", "Mask", "Label"}, 2, {}, {}};
  table.cases.push_back({image, mask, "", config.label_channel, {image.string(), mask.string(), ""}, "", ""});
  return table;
}

NumbersOrWord labels_of(const FeatureCase& one, const RadiomicsConfig& config) {
  NumbersOrWord labels = one.labels.empty() ? config.labels : radiology::parse_labels(one.labels);
  if (auto* numbers = std::get_if<std::vector<int>>(&labels)) {
    std::vector<int> once;
    for (const int number : *numbers)
      if (std::find(once.begin(), once.end(), number) == once.end()) once.push_back(number);
    *numbers = std::move(once);
  }
  return labels;
}

}  // namespace radiopath::training
