#include "training/statistics_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace radiopath::training {
namespace {

/// Names between commas; quotes around a name keep the commas in it, as in the CSV.
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

}  // namespace

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

std::vector<std::string> columns_of(const CsvFile& csv, const std::string& asked, std::set<std::string> others,
                                    bool numeric) {
  if (!asked.empty()) return listed(asked);
  others.insert({"patient_id", "id", "patient"});
  std::vector<std::string> names;
  for (std::size_t c = 0; c < csv.header.size(); ++c) {
    const bool numbers =
        std::ranges::all_of(csv.rows, [&](const auto& row) { return parse_double(row[c]).has_value(); });
    if (!others.contains(csv.header[c]) && (numbers || !numeric)) names.push_back(csv.header[c]);
  }
  if (names.empty())
    throw InputError(csv.path.string() + ": no columns to look at beside " +
                     join_names({others.begin(), others.end()}));
  return names;
}

}  // namespace radiopath::training
