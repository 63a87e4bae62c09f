#include "training/paper_tables.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

#include "core/error.h"
#include "core/roc.h"
#include "core/table.h"

namespace radiopath::training {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using Sizes = std::set<std::pair<int, int>>;

double half_unit(int decimals) { return 0.5 * std::pow(10.0, -decimals) + 1e-9; }

/// A printed share and how far from it what it was rounded from may be.
struct Printed {
  double share, half_unit;
  Printed(double value, int decimals) : share(value), half_unit(training::half_unit(decimals)) {}

  /// Does count / total print so? 0/0 does as 0 (or as nothing).
  bool fits(int count, int total) const {
    if (std::isnan(share)) return true;
    return total == 0 ? share == 0 : std::abs(double(count) / total - share) <= half_unit;
  }
  /// Counts of `total` that do, none where the share is not given.
  std::vector<int> counts(int total) const {
    std::vector<int> found;
    const int last = std::min(total, int(std::ceil((share + half_unit) * total)));
    for (int k = std::max(0, int(std::floor((share - half_unit) * total))); k <= last; ++k)
      if (fits(k, total)) found.push_back(k);
    return found;
  }
};

std::vector<PaperMatrix> matrices_of(const PaperRow& row, int most) {
  const Printed sensitivity(row.sensitivity, row.decimals.sensitivity),
      specificity(row.specificity, row.decimals.specificity), ppv(row.ppv, row.decimals.ppv),
      npv(row.npv, row.decimals.npv), accuracy(row.accuracy, row.decimals.accuracy);
  std::vector<std::vector<int>> hits, rejections;
  for (int n = 0; n < most; ++n) hits.push_back(sensitivity.counts(n)), rejections.push_back(specificity.counts(n));
  std::vector<PaperMatrix> found;
  for (int p = 1; p < most; ++p)
    for (const int tp : hits[p])
      for (int n = 1; p + n <= most; ++n)
        for (const int tn : rejections[n])
          if (ppv.fits(tp, tp + n - tn) && npv.fits(tn, tn + p - tp) && accuracy.fits(tp + tn, p + n))
            found.push_back({tp, n - tn, tn, p - tp});
  std::ranges::stable_sort(found, {}, &PaperMatrix::patients);
  return found;
}

/// Size pairs of each cohort that belong to a choice, one per cohort, which sums to `total`.
std::vector<Sizes> summing_to(const std::vector<Sizes>& cohorts, int total) {
  std::vector<std::vector<char>> before(cohorts.size() + 1, std::vector<char>(total + 1)), after = before;
  before[0][0] = after[cohorts.size()][0] = 1;
  for (std::size_t c = 0; c < cohorts.size(); ++c) {
    for (const auto& [p, n] : cohorts[c]) for (int s = p + n; s <= total; ++s) before[c + 1][s] |= before[c][s - p - n];
    const std::size_t back = cohorts.size() - 1 - c;
    for (const auto& [p, n] : cohorts[back]) for (int s = p + n; s <= total; ++s) after[back][s] |= after[back + 1][s - p - n];
  }
  std::vector<Sizes> kept(cohorts.size());
  for (std::size_t c = 0; c < cohorts.size(); ++c)
    for (const auto& [p, n] : cohorts[c])
      for (int s = 0; s + p + n <= total; ++s)
        if (before[c][s] && after[c + 1][total - s - p - n]) { kept[c].insert({p, n}); break; }
  return kept;
}

void finish_row(PaperFinding& finding, const Sizes& sizes) {
  std::erase_if(finding.matrices, [&](const PaperMatrix& m) { return !sizes.contains({m.events(), m.non_events()}); });
  finding.standard_error = finding.lower = finding.upper = kNan;
  if (finding.matrices.empty()) {
    finding.remarks.push_back("no confusion matrix prints as this row");
    return;
  }
  const PaperMatrix& m = finding.matrices.front();
  const double auc = finding.row.auc, pairs = 2.0 * m.events() * m.non_events();
  finding.auc_fits = std::isnan(auc) ||
      std::abs(std::round(auc * pairs) / pairs - auc) <= half_unit(finding.row.decimals.auc);
  if (!finding.auc_fits) finding.remarks.push_back("no count of pairs prints as this AUC");
  finding.standard_error = hanley_mcneil_error(auc, m.events(), m.non_events());
  finding.lower = std::max(0.0, auc - 1.96 * finding.standard_error), finding.upper = std::min(1.0, auc + 1.96 * finding.standard_error);
  if (m.tp + m.fp == 0) finding.remarks.push_back("nobody is called positive: PPV is 0/0");
  if (m.tn + m.fn == 0) finding.remarks.push_back("nobody is called negative: NPV is 0/0");
  if (finding.matrices.size() > 1) finding.remarks.push_back(std::to_string(finding.matrices.size() - 1) + " other matrices fit too");
}

/// Digits after the point of a cell.
int decimals_of(const std::string& cell) {
  const std::size_t point = cell.find('.'), end = cell.find_first_not_of("0123456789", point + 1);
  return point == std::string::npos ? 0 : static_cast<int>(std::min(end, cell.size()) - point - 1);
}

/// Sets the decimals of each table's columns.
void find_decimals(std::vector<PaperRow>& rows, const CsvFile& csv, std::optional<int> asked) {
  struct Column {
    const char* name;
    int PaperDecimals::*decimals;
  };
  constexpr Column kColumns[] = {{"auc", &PaperDecimals::auc}, {"accuracy", &PaperDecimals::accuracy},
                                 {"sensitivity", &PaperDecimals::sensitivity}, {"specificity",
                                     &PaperDecimals::specificity},
                                 {"ppv", &PaperDecimals::ppv}, {"npv", &PaperDecimals::npv}};
  std::map<std::string, PaperDecimals> of_table;
  for (const PaperRow& row : rows) of_table[row.table] = {0, 0, 0, 0, 0, 0};
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (const auto& [name, decimals] : kColumns)
      if (const auto c = csv.find(name))
        of_table[rows[r].table].*decimals = std::max(of_table[rows[r].table].*decimals, decimals_of(csv.rows[r][*c]));
  for (auto& [table, of] : of_table) {
    int most = 1;
    for (const auto& column : kColumns) most = std::max(most, of.*column.decimals);
    for (const auto& column : kColumns)
      of.*column.decimals = asked ? *asked : of.*column.decimals < 2 ? most : of.*column.decimals;
  }
  for (PaperRow& row : rows) row.decimals = of_table[row.table];
}

}  // namespace

PaperTables analyse_paper_tables(const std::vector<PaperRow>& rows, int most_patients) {
  PaperTables result;
  std::map<std::pair<std::string, int>, std::vector<std::size_t>> members;  // of a table and total
  for (std::size_t i = 0; i < rows.size(); ++i) {
    result.rows.push_back({rows[i], matrices_of(rows[i], rows[i].total.value_or(most_patients)), false, 0, 0, 0, {}});
    members[{rows[i].table, rows[i].total.value_or(0)}].push_back(i);
  }
  for (const auto& [key, indices] : members) {
    PaperGroup group{key.first, {}, rows[indices[0]].total, rows[indices[0]].decimals, true, {}, {}};
    std::vector<Sizes> sizes;
    for (const std::size_t i : indices) {
      const PaperFinding& finding = result.rows[i];
      Sizes own;
      for (const PaperMatrix& m : finding.matrices) own.insert({m.events(), m.non_events()});
      const auto cohort = std::ranges::find(group.cohorts, finding.row.cohort) - group.cohorts.begin();
      if (std::ranges::find(group.models, finding.row.model) == group.models.end()) group.models.push_back(finding.row.model);
      if (cohort == std::ssize(group.cohorts)) group.cohorts.push_back(finding.row.cohort), sizes.push_back(own);
      else std::erase_if(sizes[cohort], [&](const auto& pair) { return !own.contains(pair); });
    }
    if (group.total) {
      const std::vector<Sizes> kept = summing_to(sizes, *group.total);
      group.total_met = !kept.empty() && !kept[0].empty();
      if (group.total_met) sizes = kept;
    }
    for (const std::size_t i : indices)
      finish_row(result.rows[i], sizes[std::ranges::find(group.cohorts, rows[i].cohort) - group.cohorts.begin()]);
    for (const Sizes& of_cohort : sizes) {
      group.sizes.emplace_back(of_cohort.begin(), of_cohort.end());
      std::ranges::stable_sort(group.sizes.back(), {}, [](const auto& pair) { return pair.first + pair.second; });
    }
    result.groups.push_back(std::move(group));
  }
  return result;
}

std::vector<PaperRow> read_paper_tables(const std::filesystem::path& file, std::optional<int> total,
                                        std::optional<int> decimals) {
  const CsvFile csv = read_csv(file);
  std::vector<PaperRow> rows;
  for (std::size_t r = 0; r < csv.rows.size(); ++r) {
    const auto text = [&](const char* name) { const auto c = csv.find(name); return c ? csv.rows[r][*c] : std::string(); };
    const auto share = [&](const char* name, bool needed) {
      const auto c = needed ? std::optional<int>(csv.column(name)) : csv.find(name);
      if (!c) return kNan;
      const auto value = parse_double(csv.rows[r][*c]);
      if (!value || std::isinf(*value) || *value < 0 || *value > 1 || (needed && std::isnan(*value)))
        throw InputError(file.string() + ":" + std::to_string(csv.lines[r]) + ": " + name + " is '" + csv.rows[r][*c] +
                         "'; expected a share from 0 to 1, as 0.722 (percentages have to be divided by 100)");
      return *value;
    };
    PaperRow row{text("table"), csv.rows[r][csv.column("cohort")], csv.rows[r][csv.column("model")], share("auc", false), share("accuracy", false),
                 share("sensitivity", true), share("specificity", true), share("ppv", true), share("npv", true), total,
                     {}};
    if (const std::string stated = text("stated_total_of_all_cohorts"); !total && !stated.empty()) {
      const auto value = parse_double(stated);
      if (!value || !(*value >= 2) || *value > 5000 || *value != std::floor(*value))
        throw InputError(file.string() + ":" + std::to_string(csv.lines[r]) + ": stated total is '" + stated + "'; expected a whole number up to 5000");
      row.total = static_cast<int>(*value);
    }
    rows.push_back(row);
  }
  if (rows.empty()) throw InputError(file.string() + ": has no rows");
  find_decimals(rows, csv, decimals);
  return rows;
}

}  // namespace radiopath::training
