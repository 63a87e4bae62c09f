#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace radiopath::training {

/// Decimals that the columns of a table are printed with.
struct PaperDecimals {
  int auc = 3, accuracy = 3, sensitivity = 3, specificity = 3, ppv = 3, npv = 3;
  bool operator==(const PaperDecimals&) const = default;
};

/// One row of a published table.
struct PaperRow {
  std::string table, cohort, model;
  double auc, accuracy, sensitivity, specificity, ppv, npv;  ///< NaN where it is not given
  std::optional<int> total;                                  ///< patients of all cohorts, as stated
  PaperDecimals decimals = {};
};

/// A confusion matrix that rounds to the printed row.
struct PaperMatrix {
  int tp, fp, tn, fn;
  int events() const { return tp + fn; }
  int non_events() const { return tn + fp; }
  int patients() const { return events() + non_events(); }
};

/// What one row allows.
struct PaperFinding {
  PaperRow row;
  std::vector<PaperMatrix> matrices;  ///< of the sizes that are left, fewest patients first; empty: cannot be true
  bool auc_fits = false;              ///< a count of pairs, ties half, rounds to the printed AUC
  double standard_error = 0, lower = 0, upper = 0;  ///< Hanley & McNeil's, of the AUC on the first matrix
  std::vector<std::string> remarks;
};

/// Models that share their patients: those of one table with one stated total (or none).
struct PaperGroup {
  std::string table;
  std::vector<std::string> models;
  std::optional<int> total;
  PaperDecimals decimals = {};                            ///< assumed of its rows
  bool total_met = true;                                  ///< some choice of fitting sizes sums to it
  std::vector<std::vector<std::pair<int, int>>> sizes;    ///< per cohort: (events, non-events) that fit every model
  std::vector<std::string> cohorts;
};

struct PaperTables {
  std::vector<PaperFinding> rows;
  std::vector<PaperGroup> groups;
};

/// All integer confusion matrices of each row with at most `most_patients` (a stated total is a tighter bound), the
/// sizes common to models that share their patients, and those that can sum to the stated total. A printed share fits
/// when it is within half a unit of its last digit, either way; 0/0 printed as 0 fits and is remarked on.
PaperTables analyse_paper_tables(const std::vector<PaperRow>& rows, int most_patients = 400);

/// Columns table (optional), cohort, model, sensitivity, specificity, ppv, npv and, where given, auc, accuracy and
/// stated_total_of_all_cohorts; `total` overrides the last. A column is taken to be printed with as many decimals as its
/// longest cell in the table has (zeros at the end get lost: one of fewer than two has the table's most), unless
/// `decimals` says how many. Throws InputError for other numbers than shares.
std::vector<PaperRow> read_paper_tables(const std::filesystem::path& file, std::optional<int> total = {},
                                        std::optional<int> decimals = {});

/// At most 80 columns wide.
std::string describe(const PaperTables& tables);
std::string json_of(const PaperTables& tables);

}  // namespace radiopath::training
