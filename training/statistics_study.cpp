#include "training/statistics_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "fusion/logistic_fit.h"
#include "training/statistics_cells.h"
#include "training/statistics_input.h"

namespace radiopath::training {
namespace {

/// What a column puts into the design: itself, or for a column of text one column of 0 and 1 per level but the first.
struct Coded {
  std::vector<std::string> names;
  std::vector<std::vector<double>> values;  ///< NaN where missing
  std::string reference;                    ///< the first level of a column of text
};

Coded coded(const CsvFile& csv, const std::string& name) {
  if (!is_text(csv, name)) return {{name}, {number_column(csv, name)}, ""};
  const Grouping levels = grouping(csv, name);
  Coded result{{}, {}, levels.names[0]};
  for (std::size_t l = 1; l < levels.names.size(); ++l) {
    result.names.push_back(name + "=" + levels.names[l]), result.values.emplace_back();
    for (const int of : levels.of) result.values.back().push_back(of < 0 ? NAN : of == int(l));
  }
  return result;
}

[[noreturn]] void no_row_is_complete(const CsvFile& csv, const std::vector<std::string>& names,
                                     const std::vector<std::vector<double>>& columns) {
  std::vector<std::string> empty;
  for (std::size_t c = 0; c < names.size(); ++c)
    if (std::ranges::all_of(columns[c], [](double v) { return std::isnan(v); })) empty.push_back(names[c]);
  throw InputError(csv.path.string() + ": no row is complete" +
                   (empty.empty() ? "; choose fewer columns (--columns)"
                                  : "; without any value: " + join_names(empty)));
}

}  // namespace

Study read_study(const CsvFile& csv, const std::string& outcome, const std::vector<std::string>& names) {
  const std::vector<int> all_outcomes = outcome_column(csv, outcome);
  std::vector<std::vector<double>> columns;
  Study study{{{}, {}, {}}, {}, 0, ""};
  for (const std::string& name : names) {
    const Coded of = coded(csv, name);
    for (std::size_t c = 0; c < of.names.size(); ++c)
      study.design.names.push_back(of.names[c]), study.design.term_of.push_back(name), columns.push_back(of.values[c]);
    if (!of.reference.empty()) study.references += wrapped(name + ": levels against " + of.reference);
  }
  std::vector<int> rows;
  for (std::size_t r = 0; r < all_outcomes.size(); ++r)
    if (std::ranges::none_of(columns, [&](const auto& c) { return std::isnan(c[r]); }))
      rows.push_back(int(r)), study.outcomes.push_back(all_outcomes[r]);
  if (rows.empty()) no_row_is_complete(csv, study.design.names, columns);
  study.left_out = static_cast<int>(all_outcomes.size() - rows.size());
  study.design.x.resize(Eigen::Index(rows.size()), Eigen::Index(columns.size()));
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < columns.size(); ++c)
      study.design.x(Eigen::Index(r), Eigen::Index(c)) = columns[c][static_cast<std::size_t>(rows[r])];
  return study;
}

void check_size(const Study& study) {
  const std::size_t n = study.outcomes.size(), columns = study.design.names.size();
  if (n < 2) throw InputError("1 complete row; expected patients with and without the event");
  if (study.events() == 0 || study.events() == static_cast<int>(n)) return;  // the fit names it
  const std::size_t free = fusion::independent_columns(study.design.x).size();
  if (free + 1 >= n)
    throw InputError(fmt::format(
        "{} columns for {} complete patients; expected fewer columns: choose some, or penalise", columns, n));
}

}  // namespace radiopath::training
