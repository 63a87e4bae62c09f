#pragma once

#include <Eigen/Core>

#include "core/hypothesis_tests.h"

namespace radiopath {

/// Pearson's test of independence; Yates' correction for 2 x 2 tables where asked for. Rows and columns without counts
/// are left out. NaN when fewer than two of either remain. Counts of (rows, columns).
enum class Continuity { none, yates };
ChiSquaredTest chi_squared_test(const Eigen::MatrixXi& table, Continuity continuity = Continuity::none);
/// Counts expected under independence.
Eigen::MatrixXd expected_counts(const Eigen::MatrixXi& table);

/// P of all tables with these margins that are no likelier than this one (Fisher; Freeman & Halton 1951).
/// NaN when more than `kMostFisherTables` would have to be looked at.
inline constexpr double kMostFisherTables = 2e7;
double fisher_p(const Eigen::MatrixXi& table);

/// Conditional maximum-likelihood odds ratio of a 2 x 2 table with its exact interval, as R's fisher.test.
struct OddsRatio {
  double value;
  Interval interval;
};
OddsRatio fisher_odds_ratio(const Eigen::Matrix2i& table);

/// Two ways of calling the same patients: does one err more often? From the discordant counts (0, 1) and (1, 0).
struct McNemar {
  ChiSquaredTest corrected, plain;  ///< with and without Edwards' correction
  double p_exact;                   ///< binomial, two-sided
};
McNemar mcnemar(const Eigen::Matrix2i& table);

}  // namespace radiopath
