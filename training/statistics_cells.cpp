#include "training/statistics_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace radiopath::training {

std::vector<std::string> listed(const std::string& text) {
  std::vector<std::string> names(1);
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"')
      names.back() += text[i++];
    else if (text[i] == '"')
      quoted = !quoted;
    else if (text[i] == ',' && !quoted)
      names.emplace_back();
    else
      names.back() += text[i];
  }
  return names;
}

std::string p_text(double p) { return std::isnan(p) ? "–" : p < 0.001 ? "<0.001" : fmt::format("{:.3f}", p); }

std::string text_of(double value, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", value, digits) : "–";
}

std::string clipped(const std::string& text, std::size_t width) {
  if (text.size() <= width) return text;
  std::size_t end = width - 1;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;  // not in the middle of a character
  return text.substr(0, end) + ".";
}

std::string ratio_text(double value) {
  if (!std::isfinite(value)) return "–";
  if (value == 0 || (value >= 0.0005 && value < 999.9995)) return fmt::format("{:.3f}", value);
  return value < 1e-99 ? "<1e-99" : value > 1e99 ? ">1e+99" : fmt::format("{:.1e}", value);
}

std::string ratio_text(const Interval& limits) {
  if (std::isnan(limits.lower) && std::isnan(limits.upper)) return "–";
  return ratio_text(limits.lower) + " to " + ratio_text(limits.upper);
}

std::string wrapped(std::string_view words, const std::string& lead) {
  const std::string indent(lead.size(), ' ');
  std::string text = lead;
  for (std::size_t at = 0, column = lead.size(), first = 0; at < words.size(); first = 1) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    const std::string word(words.substr(at, end - at));
    const auto width = static_cast<std::size_t>(std::ranges::count_if(word, [](char c) { return (c & 0xC0) != 0x80; }));
    if (first > 0 && column + 1 + width > 80) text += "\n" + indent, column = lead.size(), first = 0;
    text += (first > 0 ? " " : "") + word, column += width + (first > 0 ? 1 : 0), at = end + 1;
  }
  return text + "\n";
}

bool is_text(const CsvFile& csv, const std::string& column) {
  const auto c = static_cast<std::size_t>(csv.column(column));
  std::size_t words = 0, numbers = 0;
  for (const auto& row : csv.rows) {
    const auto value = parse_double(row[c]);
    words += !value, numbers += value && !std::isnan(*value);
  }
  return words > 0 && words >= numbers;
}

std::string ChosenColumns::remark() const {
  return left_out.empty() ? "" : wrapped("left out as text: " + join_names(left_out));
}

void ChosenColumns::need_some(const CsvFile& csv) const {
  if (!names.empty()) return;
  throw InputError(csv.path.string() + ": no columns to look at among " + join_names(csv.header) +
                   (left_out.empty() ? "" : "; of text: " + join_names(left_out) + " (name them with --columns)"));
}

ChosenColumns columns_of(const CsvFile& csv, const std::string& asked, std::set<std::string> others, bool numeric) {
  ChosenColumns chosen;
  if (!asked.empty()) {
    for (const std::string& name : listed(asked)) {
      csv.column(name);  // must be there
      if (others.contains(name))
        throw InputError(csv.path.string() + ": column '" + name + "' has another part here; take it out of --columns");
      if (std::ranges::find(chosen.names, name) != chosen.names.end())
        throw InputError("--columns names '" + name + "' twice");
      chosen.names.push_back(name);
    }
    return chosen;
  }
  others.insert({"patient_id", "id", "patient"});
  for (const std::string& name : csv.header)
    if (!others.contains(name)) (numeric && is_text(csv, name) ? chosen.left_out : chosen.names).push_back(name);
  return chosen;
}

Grouping grouping(const CsvFile& csv, const std::string& column) {
  const auto c = static_cast<std::size_t>(csv.column(column));
  const auto missing = [](const std::string& cell) {
    const auto value = parse_double(cell);
    return value && std::isnan(*value);
  };
  std::set<std::string> names;
  for (const auto& row : csv.rows)
    if (!missing(row[c])) names.insert(row[c]);
  if (names.size() > 12)
    throw InputError(fmt::format("{}: column '{}' has {} different values; expected a few groups", csv.path.string(),
                                 column, names.size()));
  Grouping result{{names.begin(), names.end()}, {}};
  for (const auto& row : csv.rows)
    result.of.push_back(missing(row[c]) ? -1 : int(std::ranges::find(result.names, row[c]) - result.names.begin()));
  return result;
}

}  // namespace radiopath::training
