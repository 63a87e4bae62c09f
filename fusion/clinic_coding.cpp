#include "fusion/clinic_coding.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace radiopath::fusion {
namespace {

std::size_t column_of(const TextTable& text, const std::string& name) {
  const auto found = std::find(text.columns.begin(), text.columns.end(), name);
  if (found != text.columns.end()) return static_cast<std::size_t>(found - text.columns.begin());
  const auto nearest = nearest_name(name, text.columns);
  throw InputError("unknown clinical column '" + name + "'" + (nearest ? "; did you mean '" + *nearest + "'?" : ".") +
                   " Known: " + join_names(text.columns));
}

/// Nothing, NA or NaN.
bool missing(const std::string& cell) {
  const auto number = parse_double(cell);
  return cell.empty() || (number && std::isnan(*number));
}

/// Index of `level`, or -1.
int index_of(const std::vector<std::string>& levels, const std::string& level) {
  const auto found = std::find(levels.begin(), levels.end(), level);
  return found == levels.end() ? -1 : static_cast<int>(found - levels.begin());
}

int ordinal_of(const CodedColumn& column, const std::string& cell, const std::string& id) {
  const int index = index_of(column.levels, cell);
  if (index < 0) {
    throw InputError("patient " + id + ": '" + cell + "' in column '" + column.name +
                     "' is not one of its levels: " + join_names(column.levels) + "; see [clinic] ordinal." +
                     column.name);
  }
  return index;
}

bool known(const CodedColumn& column, const std::string& cell) {
  if (column.kind == CodedColumn::Kind::numeric) return parse_double(cell).has_value();
  return cell == column.reference || index_of(column.levels, cell) >= 0;
}

/// One-hot with the most frequent level as the reference (the first in the alphabet of equally frequent ones).
void fit_levels(CodedColumn& column, const std::map<std::string, int>& counts) {
  column.kind = CodedColumn::Kind::one_hot;
  int most = 0;
  for (const auto& [level, count] : counts) {
    if (count > most) most = count, column.reference = level;
  }
  for (const auto& [level, count] : counts) {
    if (level != column.reference) column.levels.push_back(level);
  }
}

}  // namespace

ClinicCoding fit_coding(const ClinicConfig& config, const TextTable& text, const TrainingView& train) {
  for (const auto& [name, levels] : config.ordinal) {
    if (std::find(config.columns.begin(), config.columns.end(), name) == config.columns.end()) {
      throw InputError("[clinic] ordinal." + name + " names no column of [clinic] columns: " +
                       join_names(config.columns));
    }
  }
  ClinicCoding coding;
  for (const std::string& name : config.columns) {
    const std::size_t c = column_of(text, name);
    CodedColumn column{.name = name, .kind = CodedColumn::Kind::numeric, .levels = {}, .reference = ""};
    const auto ordinal = config.ordinal.find(name);
    if (ordinal != config.ordinal.end()) {
      column.kind = CodedColumn::Kind::ordinal;
      column.levels = ordinal->second;
    }
    std::map<std::string, int> counts;
    bool numeric = true;
    for (const std::string& id : train.ids()) {
      const auto row = text.find(id);
      if (!row || missing(text.cells[*row][c])) continue;
      const std::string& cell = text.cells[*row][c];
      if (column.kind == CodedColumn::Kind::ordinal) ordinal_of(column, cell, id);
      numeric = numeric && parse_double(cell).has_value();
      ++counts[cell];
    }
    if (column.kind == CodedColumn::Kind::numeric && !numeric) fit_levels(column, counts);
    coding.columns.push_back(std::move(column));
  }
  return coding;
}

Table apply(const ClinicCoding& coding, const TextTable& text) {
  std::vector<std::string> names;
  for (const CodedColumn& column : coding.columns) {
    if (column.kind != CodedColumn::Kind::one_hot) names.push_back(column.name);
    for (const std::string& level : column.levels) {
      if (column.kind == CodedColumn::Kind::one_hot) names.push_back(column.name + "=" + level);
    }
  }
  Table table(text.ids, names);
  int target = 0;
  for (const CodedColumn& column : coding.columns) {
    const std::size_t c = column_of(text, column.name);
    const bool one_hot = column.kind == CodedColumn::Kind::one_hot;
    const int width = one_hot ? static_cast<int>(column.levels.size()) : 1;
    for (int r = 0; r < table.rows(); ++r) {
      const std::string& cell = text.cells[r][c];
      if (missing(cell)) continue;
      if (column.kind == CodedColumn::Kind::ordinal) {
        table.values(r, target) = ordinal_of(column, cell, text.ids[r]);
      } else if (!known(column, cell)) {
        continue;  // stays missing
      } else if (one_hot) {
        for (int level = 0; level < width; ++level) table.values(r, target + level) = cell == column.levels[level];
      } else {
        table.values(r, target) = *parse_double(cell);
      }
    }
    target += width;
  }
  return table;
}

std::map<std::string, int> unknown_levels(const ClinicCoding& coding, const TextTable& text) {
  std::map<std::string, int> counts;
  for (const CodedColumn& column : coding.columns) {
    const std::size_t c = column_of(text, column.name);
    for (const auto& row : text.cells) {
      if (!missing(row[c]) && !known(column, row[c])) ++counts[column.name + ": " + row[c]];
    }
  }
  return counts;
}

}  // namespace radiopath::fusion
