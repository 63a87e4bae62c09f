#include "core/table.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>
#include <unordered_map>

#include "core/error.h"
#include "core/files.h"

namespace radiopath {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void fail(const CsvFile& csv, int line, const std::string& what) {
  throw InputError(csv.path.string() + ":" + std::to_string(line) + ": " + what);
}

/// RFC 4180 state machine: fills `record` from `text` at `at`; false at the end. Counts line ends into `line`.
bool next_record(const CsvFile& csv, const std::string& text, std::size_t& at, int& line,
                 std::vector<std::string>& record) {
  record.clear();
  if (at >= text.size()) return false;
  const int start = line;
  std::string cell;
  bool quoted = false;
  while (at < text.size()) {
    const char c = text[at++];
    if (quoted) {
      if (c == '"' && at < text.size() && text[at] == '"') cell += text[at++];
      else if (c == '"') quoted = false;
      else cell += c;
      if (c == '\n') ++line;
    } else if (c == '"' && cell.empty()) {
      quoted = true;
    } else if (c == ',') {
      record.push_back(std::move(cell));
      cell.clear();
    } else if (c == '\n') {
      ++line;
      break;
    } else if (!(c == '\r' && (at == text.size() || text[at] == '\n'))) {
      cell += c;
    }
  }
  if (quoted) fail(csv, start, "a quoted cell is not closed; is the file cut short?");
  record.push_back(std::move(cell));
  return true;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

std::string unknown_name(std::string_view kind, std::string_view name, const std::vector<std::string>& known) {
  const std::string message = "no " + std::string(kind) + " '" + std::string(name) + "'";
  const auto nearest = nearest_name(name, known);
  return message + (nearest ? "; did you mean '" + *nearest + "'?" : ".") + " Known: " + join_names(known);
}

int index_of(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? -1 : static_cast<int>(found - names.begin());
}

}  // namespace

std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& known) {
  std::size_t best = std::max<std::size_t>(2, name.size() / 3) + 1;
  std::optional<std::string> nearest;
  for (const auto& candidate : known) {
    const std::size_t distance = edit_distance(name, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string join_names(const std::vector<std::string>& names, int most) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (static_cast<int>(i) == most) return text + ", … (" + std::to_string(names.size()) + " in all)";
    text += (i ? ", " : "") + names[i];
  }
  return text;
}

std::optional<int> CsvFile::find(std::string_view column) const {
  const int index = index_of(header, column);
  return index < 0 ? std::nullopt : std::optional(index);
}

int CsvFile::column(std::string_view name) const {
  if (const auto index = find(name)) return *index;
  throw InputError(path.string() + ":1: " + unknown_name("column", name, header));
}

CsvFile read_csv(const std::filesystem::path& file) {
  CsvFile csv;
  csv.path = file;
  const std::string text = read_text(file);
  if (text.find('\0') != std::string::npos)
    fail(csv, 1, "no text in UTF-8; is it a spreadsheet, or UTF-16? Save it as CSV in UTF-8");
  std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  int line = 1;
  if (!next_record(csv, text, at, line, csv.header)) fail(csv, 1, "the file is empty; expected a header line");
  std::set<std::string> seen;
  for (const auto& name : csv.header) {
    if (!seen.insert(name).second) fail(csv, 1, "column '" + name + "' stands twice");
  }
  std::vector<std::string> record;
  for (int start = line; next_record(csv, text, at, line, record); start = line) {
    if (record.size() == 1 && record[0].empty()) continue;  // a blank line
    if (record.size() != csv.header.size()) {
      fail(csv, start, std::to_string(record.size()) + " cells, but the header has " +
                           std::to_string(csv.header.size()) + "; is a comma missing or a cell unquoted?");
    }
    csv.rows.push_back(record);
    csv.lines.push_back(start);
  }
  return csv;
}

std::string csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string format_double(double value) {
  if (std::isnan(value)) return "";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[32];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  return {buffer, result.ptr};
}

std::optional<double> parse_double(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  if (text.empty() || text == "NA" || text == "NaN" || text == "nan") return kMissing;
  if (text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Table::Table(std::vector<std::string> ids_in, std::vector<std::string> columns_in)
    : ids(std::move(ids_in)), columns(std::move(columns_in)) {
  values = Eigen::MatrixXd::Constant(rows(), cols(), kMissing);
}

std::optional<int> Table::find(std::string_view id) const {
  const int index = index_of(ids, id);
  return index < 0 ? std::nullopt : std::optional(index);
}

int Table::column(std::string_view name) const {
  const int index = index_of(columns, name);
  if (index < 0) throw InputError(unknown_name("column", name, columns));
  return index;
}

bool Table::has_any(int row) const {
  for (int c = 0; c < cols(); ++c) {
    if (!std::isnan(values(row, c))) return true;
  }
  return false;
}

Table Table::select_rows(const std::vector<std::string>& wanted) const {
  std::map<std::string_view, int> row_of;
  for (int r = 0; r < rows(); ++r) row_of[ids[static_cast<std::size_t>(r)]] = r;
  Table selected(wanted, columns);
  for (int r = 0; r < selected.rows(); ++r) {
    const auto found = row_of.find(wanted[static_cast<std::size_t>(r)]);
    if (found != row_of.end()) selected.values.row(r) = values.row(found->second);
  }
  return selected;
}

Table Table::select_columns(const std::vector<std::string>& wanted) const {
  std::unordered_map<std::string_view, int> column_of;  // made when the columns turn out to stand in another order
  Table selected;
  selected.ids = ids;
  selected.columns = wanted;
  selected.values.resize(rows(), static_cast<Eigen::Index>(wanted.size()));
  const auto place_of = [&](const std::string& name, int from) {
    if (column_of.empty()) {
      for (int i = from; i < cols(); ++i) {
        if (columns[static_cast<std::size_t>(i)] == name) return i;
      }
      for (int i = 0; i < cols(); ++i) column_of[columns[static_cast<std::size_t>(i)]] = i;
    }
    const auto found = column_of.find(name);
    return found != column_of.end() ? found->second : column(name);
  };
  int next = 0;
  for (int c = 0; c < selected.cols(); ++c) {
    next = place_of(wanted[static_cast<std::size_t>(c)], next);
    selected.values.col(c) = values.col(next++);
  }
  return selected;
}

std::optional<int> TextTable::find(std::string_view id) const {
  const int index = index_of(ids, id);
  return index < 0 ? std::nullopt : std::optional(index);
}

Table read_table(const std::filesystem::path& file, std::string_view key) {
  const CsvFile csv = read_csv(file);
  const int id = csv.column(key);
  std::vector<std::string> ids, columns;
  std::set<std::string> seen;
  for (std::size_t r = 0; r < csv.rows.size(); ++r) {
    const std::string& name = csv.rows[r][static_cast<std::size_t>(id)];
    if (!seen.insert(name).second) fail(csv, csv.lines[r], "patient '" + name + "' stands twice");
    ids.push_back(name);
  }
  for (int c = 0; c < static_cast<int>(csv.header.size()); ++c) {
    if (c != id) columns.push_back(csv.header[static_cast<std::size_t>(c)]);
  }
  Table table(std::move(ids), std::move(columns));
  for (int r = 0; r < table.rows(); ++r) {
    for (int c = 0; c < table.cols(); ++c) {
      const std::string& text = csv.rows[static_cast<std::size_t>(r)][static_cast<std::size_t>(c < id ? c : c + 1)];
      const auto value = parse_double(text);
      if (!value) {
        fail(csv, csv.lines[static_cast<std::size_t>(r)],
             "column '" + table.columns[static_cast<std::size_t>(c)] + "': '" + text + "' is not a number");
      }
      if (std::isinf(*value)) {
        fail(csv, csv.lines[static_cast<std::size_t>(r)],
             "column '" + table.columns[static_cast<std::size_t>(c)] +
                 "' is infinite; expected a number or an empty cell (a division by zero?)");
      }
      table.values(r, c) = *value;
    }
  }
  return table;
}

void write_table(const std::filesystem::path& file, const Table& table, std::string_view key) {
  std::string text(key);
  for (const auto& column : table.columns) text += "," + csv_cell(column);
  text += "\n";
  for (int r = 0; r < table.rows(); ++r) {
    text += csv_cell(table.ids[static_cast<std::size_t>(r)]);
    for (int c = 0; c < table.cols(); ++c) text += "," + format_double(table.values(r, c));
    text += "\n";
  }
  write_text(file, text);
}

}  // namespace radiopath
