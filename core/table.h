#pragma once

#include <Eigen/Core>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace radiopath {

/// A CSV file as text (RFC 4180: quotes, embedded commas and line ends; UTF-8 with or without BOM; LF or CRLF).
struct CsvFile {
  std::filesystem::path path;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each as wide as the header
  std::vector<int> lines;                      ///< line number in the file on which each row starts, from 1

  std::optional<int> find(std::string_view column) const;
  /// Index of `column`. Throws InputError with the nearest name and the known ones.
  int column(std::string_view name) const;
};

/// Throws InputError when the file is unreadable, empty, has a repeated column, or a row of another width (with line).
CsvFile read_csv(const std::filesystem::path& file);
/// `text` quoted where RFC 4180 wants it.
std::string csv_cell(std::string_view text);

/// Shortest text that reads back as the same double; "" for NaN, "inf"/"-inf".
std::string format_double(double value);
/// The double in `text` (surrounding blanks allowed; "", NA and NaN give NaN); nothing when it is no number.
std::optional<double> parse_double(std::string_view text);

/// One row per patient, numeric columns, NaN = missing. What every branch hands to fusion.
struct Table {
  std::vector<std::string> ids;      ///< patient ids, unique
  std::vector<std::string> columns;  ///< column names, unique
  Eigen::MatrixXd values;            ///< (ids, columns)

  Table() = default;
  Table(std::vector<std::string> ids, std::vector<std::string> columns);  ///< all missing

  int rows() const { return static_cast<int>(ids.size()); }
  int cols() const { return static_cast<int>(columns.size()); }
  std::optional<int> find(std::string_view id) const;         ///< row of a patient
  int column(std::string_view name) const;                    ///< InputError with the nearest name
  bool has_any(int row) const;                                ///< some value is present

  /// Rows of the named patients in that order; those that are absent are all missing.
  Table select_rows(const std::vector<std::string>& wanted) const;
  /// Columns by name, in that order. Throws InputError for an unknown one.
  Table select_columns(const std::vector<std::string>& wanted) const;
};

/// Throws InputError for a patient twice, a cell that is no number (line and column), or a missing key column.
Table read_table(const std::filesystem::path& file, std::string_view key = "patient_id");
/// Atomic; doubles round-trip exactly.
void write_table(const std::filesystem::path& file, const Table& table, std::string_view key = "patient_id");

/// One row per patient, cells as text: what a clinical spreadsheet is before it is coded. "" = missing.
struct TextTable {
  std::vector<std::string> ids;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> cells;  ///< (ids, columns)

  std::optional<int> find(std::string_view id) const;
};

/// The one of `known` that is nearest to `name` by edit distance, if it is near enough to be a typing error.
std::optional<std::string> nearest_name(std::string_view name, const std::vector<std::string>& known);
/// "a, b, c", shortened after `most`.
std::string join_names(const std::vector<std::string>& names, int most = 20);

}  // namespace radiopath
