// Selection steps: what their definitions promise.
#include "fusion/selection.h"

#include <gtest/gtest.h>

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/files.h"
#include "core/hypothesis_tests.h"
#include "core/icc.h"
#include "core/random.h"
#include "core/statistics.h"
#include "fusion/encoding.h"
#include "tests/fusion/made_up_patients.h"
#include "tests/support/scratch.h"

namespace radiopath::fusion {
namespace {

struct Made {
  explicit Made(int patients, int columns, int signal, double shift, std::uint64_t seed)
      : outcomes(made_up_outcomes(patients, seed)), cohort(made_up_cohort(outcomes, patients)),
        table(made_up_table(cohort, outcomes, columns, signal, shift, seed)) {}
  TrainingTable encoded() const {
    const TrainingTable train(table, locked_split(cohort).train);
    return apply(fit_encoding({}, train), train);
  }
  std::vector<std::string> keep(const std::string& step, SelectionConfig config = {}) const {
    config.steps = {step};
    return fit_selection(config, encoded(), 1).columns;
  }
  std::vector<int> outcomes;
  Cohort cohort;
  Table table;
};

TEST(NearZeroVariance, DropsWhatCaretDrops) {
  Made made(60, 4, 0, 0, 1);
  made.table.values.col(1).setZero();
  made.table.values(0, 1) = 1;                        // 59 : 1
  for (int i = 0; i < 60; ++i) made.table.values(i, 2) = i % 2;  // few values, both frequent
  made.table.values.col(3).head(56).setZero();        // 56 : 1, and 5 values of 60
  EXPECT_EQ(made.keep("near_zero_variance"), (std::vector<std::string>{"f0", "f2"}));
}

/// Repeated measurements of the first `patients`: every column read again with noise that grows with its number.
std::filesystem::path write_readings(const Scratch& scratch, const Made& made, int patients, double noise) {
  Random random(9, "readings");
  std::string text = "who,reading";
  for (const auto& name : made.table.columns) text += "," + name;
  for (const char* reading : {"B", "A"}) {
    for (int r = 0; r < patients; ++r) {
      text += "\n" + made.table.ids[static_cast<std::size_t>(r)] + "," + reading;
      for (int c = 0; c < made.table.cols(); ++c)
        text += "," + format_double(made.table.values(r, c) + (reading[0] == 'B' ? c * noise * random.normal() : 0));
    }
  }
  write_text(scratch / "readings.csv", text + "\n");
  return scratch / "readings.csv";
}

TEST(IccFilter, KeepsWhatTheStatisticsSayAndIgnoresHeldOutPatients) {
  const Made made(60, 6, 0, 0, 11);
  const Scratch scratch;
  SelectionConfig config;
  config.steps = {"icc"};
  config.icc_table = write_readings(scratch, made, 40, 0.25);
  const CsvFile csv = read_csv(config.icc_table);
  // The cohort's rows 30 to 59 are held out: their readings would count as the training patients' do.
  const Cohort cohort = made_up_cohort(made.outcomes, 30);
  const TrainingTable train(made.table, locked_split(cohort).train);
  const Selection selection = fit_selection(config, apply(fit_encoding({}, train), train), 1);
  std::vector<std::string> expected;
  for (int c = 0; c < 6; ++c) {
    Eigen::MatrixXd ratings(30, 2);
    for (int r = 0; r < 30; ++r)
      for (int reading = 0; reading < 2; ++reading)
        ratings(r, reading) =
            *parse_double(csv.rows[static_cast<std::size_t>(r + 40 * (1 - reading))][static_cast<std::size_t>(c) + 2]);
    if (intraclass_correlations(ratings)[1].value >= 0.75)
      expected.push_back(made.table.columns[static_cast<std::size_t>(c)]);
  }
  EXPECT_EQ(selection.columns, expected);
  EXPECT_GT(expected.size(), 1u);
  EXPECT_LT(expected.size(), 6u);
  EXPECT_EQ(selection.steps[0].remark, "30 patients with 2 readings");
  // Nobody of the study: a test-retest set of its own counts whole.
  std::string text = read_text(config.icc_table);
  for (std::size_t at = 0; (at = text.find("\nP1", at)) != std::string::npos; at += 2) text[at + 1] = 'Q';
  write_text(scratch / "phantom.csv", text);
  config.icc_table = scratch / "phantom.csv";
  EXPECT_EQ(fit_selection(config, apply(fit_encoding({}, train), train), 1).steps[0].remark,
            "40 patients with 2 readings");
}

TEST(IccFilter, SaysWhatItCouldNotMeasure) {
  Made made(20, 3, 0, 0, 12);
  const Scratch scratch;
  SelectionConfig config;
  config.icc_table = write_readings(scratch, made, 20, 0);
  made.table.columns[2] = "never read again";
  EXPECT_EQ(made.keep("icc", config), made.table.columns);
  config.steps = {"icc"};
  EXPECT_EQ(fit_selection(config, made.encoded(), 1).steps[0].remark,
            "20 patients with 2 readings; 1 columns were not measured again and stay");
  const auto message = [&](const std::string& text) -> std::string {
    if (!text.empty()) write_text(scratch / "bad.csv", text);
    config.icc_table = text.empty() ? std::filesystem::path() : scratch / "bad.csv";
    try {
      fit_selection(config, made.encoded(), 1);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("").find("icc_table is not set"), std::string::npos);
  EXPECT_NE(message("id,f0\nP1000,1\nP1000,big\n").find("bad.csv:3: f0 is 'big'"), std::string::npos);
  EXPECT_NE(message("id,reading,f0\nP1000,A,1\nP1000,A,2\n").find("patient 'P1000' has reading 'A' twice"),
            std::string::npos);
  EXPECT_NE(message("id,f0\nP1000,1\nP1000,2\nP1001,1\n").find("needs 3"), std::string::npos);
}

// The tests themselves have R's anchors in core; here it is about which of them is taken, and by which P columns stay.
TEST(Univariable, ChoosesTheTestByNormalityAndVariance) {
  Made made(80, 4, 0, 0, 13);
  for (int r = 0; r < 80; ++r) {
    const bool event = made.outcomes[static_cast<std::size_t>(r)] == 1;
    made.table.values(r, 1) *= event ? 4 : 1;                                           // normal, other variances
    made.table.values(r, 2) = std::exp(2 * made.table.values(r, 2)) + (event ? 3 : 0);  // skewed, shifted
    made.table.values(r, 3) += event ? 0.9 : 0;
  }
  SelectionConfig config;
  config.steps = {"univariable"};
  const TrainingTable encoded = made.encoded();
  const Selection selection = fit_selection(config, encoded, 1);
  EXPECT_EQ(selection.steps[0].remark, "2 columns by Student's t, 1 by Welch's, 1 by Mann-Whitney");
  const auto group = [&](int column, int outcome) {
    std::vector<double> values;
    for (int r = 0; r < 80; ++r)
      if (made.outcomes[static_cast<std::size_t>(r)] == outcome) values.push_back(encoded.table().values(r, column));
    return values;
  };
  const std::vector<double> p = {t_test(group(0, 1), group(0, 0), Variances::pooled).p,
                                 t_test(group(1, 1), group(1, 0)).p, mann_whitney(group(2, 1), group(2, 0)).best(),
                                 t_test(group(3, 1), group(3, 0), Variances::pooled).p};
  for (const std::string adjust : {"none", "benjamini_hochberg"}) {
    config.adjust = adjust;
    const auto judged = adjust == "none" ? p : adjust_p(p, Adjustment::benjamini_hochberg);
    for (const double limit : {0.5 * (judged[2] + judged[3]), 1.01 * judged[0], 0.99 * judged[0]}) {
      config.p_value = limit;
      std::vector<std::string> expected;
      for (std::size_t c = 0; c < 4; ++c)
        if (judged[c] < limit) expected.push_back(made.table.columns[c]);
      if (!expected.empty()) {
        EXPECT_EQ(fit_selection(config, encoded, 1).columns, expected) << adjust << limit;
      }
    }
  }
}

/// The step screens columns by sums before it computes a P: far from 0, on any scale, with an outlier first, with ties.
TEST(TTest, KeepsExactlyTheColumnsWithASmallP) {
  const Made made(90, 240, 60, 0.5, 21);
  Eigen::MatrixXd values = made.table.values;
  for (Eigen::Index c = 0; c < values.cols(); ++c) {
    auto column = values.col(c);
    if (c % 6 == 1) column.array() += 1e9;
    if (c % 6 == 2) column *= 1e-200;
    if (c % 6 == 3) column *= 1e150;
    if (c % 6 == 4) column[0] = 1e6;
    if (c % 6 == 5) column = column.array().round();
  }
  const TrainingTable train = TrainingTable(made.table, locked_split(made.cohort).train).with_values(made.table.columns, values);
  std::vector<std::string> expected;
  for (Eigen::Index c = 0; c < values.cols(); ++c) {
    std::vector<double> groups[2];
    for (Eigen::Index r = 0; r < values.rows(); ++r)
      groups[made.outcomes[static_cast<std::size_t>(r)]].push_back(values(r, c));
    if (t_test(groups[1], groups[0]).p < 0.05) expected.push_back(made.table.columns[static_cast<std::size_t>(c)]);
  }
  EXPECT_GT(expected.size(), 40u);
  SelectionConfig config;
  config.steps = {"t_test"};
  EXPECT_EQ(fit_selection(config, train, 1).columns, expected);
}

TEST(Selection, AdjustsPForTheirNumber) {
  const Made made(100, 200, 0, 0, 14);
  SelectionConfig config;
  EXPECT_GT(made.keep("t_test", config).size(), 4u) << "one in twenty by chance";
  config.adjust = "benjamini_hochberg";
  config.steps = {"t_test"};
  const Selection selection = fit_selection(config, made.encoded(), 1);
  EXPECT_EQ(selection.columns.size(), 1u);
  EXPECT_NE(selection.steps[0].remark.find("no column has an adjusted P < 0.05"), std::string::npos);
}

TEST(Spearman, SeesMonotoneTwins) {
  Made made(80, 3, 1, 1, 2);
  made.table.values.col(1) = made.table.values.col(0).array().exp().exp();
  EXPECT_EQ(made.keep("pearson").size(), 3u) << "Pearson does not";
  EXPECT_EQ(made.keep("spearman").size(), 2u);
}

void expect_pearson_one_by_one(int columns) {
  Made made(40, columns, 5, 1, 3);
  Random random(1, "twins");
  for (int c = columns / 2; c < columns; ++c)
    for (int r = 0; r < 40; ++r) made.table.values(r, c) = made.table.values(r, c - columns / 2) + 0.4 * random.normal();
  const TrainingTable encoded = made.encoded();
  const auto r = [&](int a, int b) {
    const Eigen::VectorXd first = encoded.table().values.col(a), second = encoded.table().values.col(b);
    return pearson({first.data(), 40}, {second.data(), 40});
  };
  std::vector<std::pair<double, int>> order;
  for (int c = 0; c < columns; ++c) {
    const Eigen::VectorXd x = encoded.table().values.col(c);
    const std::vector<double> y(made.outcomes.begin(), made.outcomes.end());
    order.push_back({-std::abs(pearson({x.data(), 40}, y)), c});
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<int> kept;
  for (const auto& [key, c] : order) {
    if (std::all_of(kept.begin(), kept.end(), [&, c = c](int other) { return std::abs(r(c, other)) < 0.9; })) kept.push_back(c);
  }
  std::sort(kept.begin(), kept.end());
  std::vector<std::string> names;
  for (const int c : kept) names.push_back("f" + std::to_string(c));
  EXPECT_LT(static_cast<int>(names.size()), columns - columns / 30);
  SelectionConfig config;
  config.keep = "outcome";
  EXPECT_EQ(made.keep("pearson", config), names);
}

TEST(Pearson, IsTheSameAtOnceInBlocksAndOneByOne) {
  expect_pearson_one_by_one(300);
  expect_pearson_one_by_one(1100);  // more than are compared at once
}

TEST(Vif, LeavesNoInflatedColumn) {
  Made made(60, 6, 0, 0, 4);
  Random random(2, "sum");
  for (int r = 0; r < 60; ++r)
    made.table.values(r, 5) = made.table.values(r, 0) + made.table.values(r, 1) + 0.1 * random.normal();
  made.table.values.col(4) = made.table.values.col(2) * 2;  // a combination: inflation infinite
  const auto kept = made.keep("vif");
  EXPECT_EQ(kept.size(), 4u);
  EXPECT_EQ(std::count(kept.begin(), kept.end(), "f4"), 0);
  const Eigen::MatrixXd x = made.encoded().select_columns(kept).table().values;
  for (Eigen::Index j = 0; j < x.cols(); ++j) {  // 1 / (1 - R^2) by least squares
    Eigen::MatrixXd others(x.rows(), x.cols() - 1);
    others << x.leftCols(j), x.rightCols(x.cols() - 1 - j);
    const Eigen::VectorXd residual = x.col(j) - others * (others.transpose() * others).ldlt().solve(others.transpose() * x.col(j));
    EXPECT_LE(x.col(j).squaredNorm() / residual.squaredNorm(), 10);
  }
  EXPECT_EQ(Made(20, 40, 0, 0, 5).keep("vif").size() < 20u, true) << "more columns than patients";
}

TEST(Boruta, FindsThePlantedColumns) {
  const Made made(120, 12, 2, 1.5, 6);
  const auto kept = made.keep("boruta");
  EXPECT_EQ(std::count(kept.begin(), kept.end(), "f0") + std::count(kept.begin(), kept.end(), "f1"), 2);
  EXPECT_LE(kept.size(), 3u);
}

TEST(Selection, BinomialLassoAndElasticNetFindThePlantedColumns) {
  const Made made(150, 30, 2, 1.2, 7);
  SelectionConfig binomial;
  binomial.lasso_family = "binomial";
  for (const auto& step : {"lasso", "elastic_net"}) {
    for (const SelectionConfig& config : {SelectionConfig{}, binomial}) {
      const auto kept = made.keep(step, config);
      EXPECT_EQ(std::count(kept.begin(), kept.end(), "f0") + std::count(kept.begin(), kept.end(), "f1"), 2) << step;
      EXPECT_LT(kept.size(), 15u) << step << " " << config.lasso_family;
    }
  }
}

TEST(Selection, CountsHowOftenColumnsAreKept) {
  const auto frequency = selection_frequency({{{"a", "b"}, {}}, {{"b"}, {}}, {{"b", "c"}, {}}});
  ASSERT_EQ(frequency.size(), 3u);
  EXPECT_EQ(frequency[0].column, "b");
  EXPECT_EQ(frequency[0].share, 1);
  EXPECT_EQ(frequency[1].column, "a");
  EXPECT_NEAR(frequency[2].share, 1 / 3.0, 1e-15);
  // Of four columns: shares 1, 1/3, 1/3, 0; variances (3/2)(2/9) twice; mean share 5/12.
  EXPECT_NEAR(selection_stability(frequency, 3, 4), 1 - (2 / 3.0 / 4) / (5 / 12.0 * 7 / 12.0), 1e-12);
  EXPECT_EQ(selection_stability({{"a", 1}}, 10, 4), 1) << "always the same";
  EXPECT_TRUE(std::isnan(selection_stability({{"a", 1}}, 1, 4)));
}

}  // namespace
}  // namespace radiopath::fusion
