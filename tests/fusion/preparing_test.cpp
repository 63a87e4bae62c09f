// Encoding, lasso and mRMR beside scikit-learn's and R's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "core/statistics.h"
#include "fusion/glmnet.h"
#include "fusion/json.h"
#include "fusion/lasso.h"
#include "fusion/selection.h"
#include "tests/fusion/stored.h"

namespace radiopath::fusion {
namespace {

Json expected_of(const std::string& file, const std::string& id) {
  return case_of(kSklearn / "expected" / (file + ".json"), id).at("expected");
}

TEST(Encoding, MatchesOtherScalers) {
  for (const std::string name : kTables) {
    const Stored stored(name);
    const Json expected = expected_of("preprocessing", name + ".other_scalers");
    EncodingConfig robust, range;
    robust.scaling = "robust", range.scaling = "min_max";
    const Encoding by_quartiles = fit_encoding(robust, stored.train()), by_range = fit_encoding(range, stored.train());
    expect_all_close(by_quartiles.centres, expected["center"], 1e-8, name);
    expect_all_close(by_quartiles.scales, expected["iqr"], 1e-8, name);
    expect_all_close(by_range.centres, expected["min"], 1e-8, name);
    expect_all_close(Eigen::VectorXd(by_range.centres + by_range.scales), expected["max"], 1e-8, name);
  }
}

TEST(Encoding, MatchesPowerTransformer) {
  EncodingConfig config;
  config.power = "yeo_johnson";
  for (const std::string name : kTables) {
    const Stored stored(name);
    const Json expected = expected_of("yeo_johnson", name + ".yeo_johnson");
    const Encoding encoding = fit_encoding(config, stored.train());
    // The likelihood is flat at its top: lambda is known to about 1e-6 of its size, values of unit spread to 1e-5.
    const auto near = [&](const Eigen::VectorXd& ours, const Json& theirs) {
      for (Eigen::Index i = 0; i < ours.size(); ++i) {
        const double value = theirs[static_cast<std::size_t>(i)];
        EXPECT_NEAR(ours[i], value, 1e-5 * std::max(1.0, std::abs(value))) << name << i;
      }
    };
    near(encoding.lambdas, expected["lambdas"]);
    const Table moved = apply(encoding, stored.held_out());
    for (int r = 0; r < 2; ++r) near(moved.values.row(r), expected["test_first2"][static_cast<std::size_t>(r)]);
    near(moved.values.colwise().sum(), expected["test_sum"]);
    EXPECT_EQ(apply(from_json<Encoding>(to_json(encoding)), stored.held_out()).values, moved.values);
  }
}

TEST(Encoding, FillsAsItIsTold) {
  const std::vector<int> y = {0, 0, 0, 1, 1, 1, 1};
  const Cohort cohort = made_up_cohort(y, 7);
  Table table = made_up_table(cohort, y, 2, 0, 0, 1);
  table.values.col(0) << 1, 2, 2, 3, 3, 10, std::nan("");
  const TrainingTable train(table, locked_split(cohort).train);
  const auto fill = [&](const char* how) {
    EncodingConfig config;
    config.imputation = how, config.constant = -5;
    return fit_encoding(config, train).fills[0];
  };
  EXPECT_EQ(fill("median"), 2.5);
  EXPECT_EQ(fill("mean"), 3.5);
  EXPECT_EQ(fill("mode"), 2) << "2 and 3 are as frequent: the smaller";
  EXPECT_EQ(fill("constant"), -5);
  EncodingConfig config;
  config.missing_indicators = "add", config.scaling = "none";
  const Encoding encoding = fit_encoding(config, train);
  const Table encoded = apply(encoding, table);
  EXPECT_EQ(encoded.columns, (std::vector<std::string>{"f0", "f1", "f0=missing"}));
  EXPECT_EQ(encoded.values(6, 0), 2.5);
  EXPECT_EQ(encoded.values.col(2).sum(), 1);
  EXPECT_EQ(encoded.values(6, 2), 1);
  EXPECT_EQ(apply(from_json<Encoding>(to_json(encoding)), table).values, encoded.values);
}

TEST(Encoding, FindsTheMedianOfAnyColumn) {
  Random random(1, "median");
  for (int rows = 2; rows < 120; ++rows) {
    std::vector<int> y(static_cast<std::size_t>(rows), 0);
    y[0] = 1;
    const Cohort cohort = made_up_cohort(y, rows);
    Table table = made_up_table(cohort, y, 3, 0, 0, 1);
    for (int r = 0; r < rows; ++r) table.values.row(r) << random.normal(), double(random.below(4)), r;
    const Encoding encoding = fit_encoding({}, TrainingTable(table, locked_split(cohort).train));
    for (std::size_t c = 0; c < encoding.columns.size(); ++c) {
      const Eigen::VectorXd column = table.values.col(table.column(encoding.columns[c]));
      std::vector<double> rising(column.begin(), column.end());
      std::sort(rising.begin(), rising.end());
      const double low = rising[static_cast<std::size_t>((rows - 1) / 2)], high = rising[static_cast<std::size_t>(rows / 2)];
      EXPECT_EQ(encoding.fills[static_cast<Eigen::Index>(c)], low + (high - low) / 2) << rows;
    }
  }
}

TEST(TTest, PooledIsFClassif) {
  for (const std::string name : kTables) {
    const Stored stored(name);
    const Json expected = expected_of("preprocessing", name + ".f_classif");
    const TrainingTable train = stored.train();
    for (int c = 0; c < train.cols(); ++c) {
      std::vector<double> groups[2];
      for (int r = 0; r < train.rows(); ++r) groups[train.outcomes()[static_cast<std::size_t>(r)]].push_back(train.table().values(r, c));
      const TTest test = t_test(groups[1], groups[0], Variances::pooled);
      expect_close(test.t * test.t, expected["F"][c], 1e-7, name);
      expect_close(test.p, expected["p"][c], 1e-7, name);
    }
  }
}

TEST(Lasso, OneStandardErrorIsTheStoredRule) {
  for (const std::string name : kTables) {
    const Stored stored(name);
    const Json expected = expected_of("lasso", name + ".lassocv_tight");
    const Eigen::MatrixXd x = stored.standardised().table().values;
    const LassoFit fit = fit_lasso_cv(x, stored.y(), lasso_folds(x, stored.y(), contiguous_folds(x.rows(), 5)));
    const int at = fit.one_standard_error();
    expect_close(fit.alphas[at], expected["alpha_1se"], 1e-6, name);
    EXPECT_EQ((fit.path.coefficients.col(at).array() != 0).count(), static_cast<Eigen::Index>(expected["selected_1se"].size())) << name;
  }
}

TEST(ElasticNet, MatchesElasticNetCv) {
  for (const std::string name : kTables) {
    const Stored stored(name);
    const Json expected = expected_of("lasso", name + ".elasticnetcv_tight");
    const Eigen::MatrixXd x = stored.standardised().table().values;
    const LassoFit fit = fit_lasso_cv(x, stored.y(), lasso_folds(x, stored.y(), contiguous_folds(x.rows(), 5)), {.l1_ratio = 0.5});
    EXPECT_TRUE(fit.converged);
    expect_close(fit.alpha(), expected["alpha"], 1e-6, name);
    expect_all_close(Eigen::VectorXd(fit.path.coefficients.col(fit.chosen)), expected["coef"], 1e-6, name);
    expect_close(fit.path.intercepts[fit.chosen], expected["intercept"], 1e-6, name);
  }
}

TEST(Glmnet, MatchesRsPackage) {
  const auto reference = reference_data("statistics");
  if (!reference) GTEST_SKIP() << "RADIOPATH_REFERENCE_DATA is not set: R's tables are not shipped (GPL)";
  for (const auto& [id, input, family] : {std::tuple{"quickstart.gaussian", "glmnet_quickstart", Family::gaussian},
                                          {"binomial_example", "glmnet_binomial", Family::binomial}}) {
    const Json stored = case_of(*reference / "expected/glmnet.json", id), expected = stored.at("expected");
    const double beta_tol = stored.at("field_rel_tol").at("beta");
    const CsvFile csv = read_csv(*reference / ("inputs/" + std::string(input) + ".csv"));
    Eigen::MatrixXd x(static_cast<Eigen::Index>(csv.rows.size()), static_cast<Eigen::Index>(csv.header.size()) - 2);
    const auto column = [&](std::size_t c) {
      const auto values = column_of(csv, csv.header[c]);
      return Eigen::VectorXd(Eigen::Map<const Eigen::VectorXd>(values.data(), x.rows()));
    };
    for (Eigen::Index c = 0; c < x.cols(); ++c) x.col(c) = column(static_cast<std::size_t>(c) + 2);
    const Eigen::VectorXd y = column(0);
    std::vector<int> fold_of;
    for (const double fold : column(1)) fold_of.push_back(static_cast<int>(fold) - 1);

    const GlmnetFit fit = fit_glmnet_cv(x, y, lasso_folds(x, y, fold_of), {.family = family});
    EXPECT_TRUE(fit.converged);
    expect_all_close(fit.path.lambdas, expected["lambda"], 1e-5, id);
    for (std::size_t i = 0; i < expected["at"].size(); ++i) {
      const int at = expected["at"][i];
      expect_close(fit.path.intercepts[at], expected["intercept"][i], beta_tol, id);
      expect_all_close(Eigen::VectorXd(fit.path.coefficients.col(at)), expected["beta"][i], beta_tol, std::string(id) + std::to_string(at));
    }
    expect_close(fit.path.lambdas[fit.smallest], expected["lambda_min"], 1e-5, id);
    expect_close(fit.path.lambdas[fit.one_standard_error], expected["lambda_1se"], 1e-5, id);
    const auto near_start = [&](const Eigen::VectorXd& ours, const Json& theirs, const std::string& what) {
      for (int at = 0; at <= fit.smallest + 5; ++at) expect_close(ours[at], theirs[static_cast<std::size_t>(at)], 1e-5, what);
    };
    near_start(fit.errors, expected["cvm"], std::string(id) + " cvm");
    near_start(fit.standard_errors, expected["cvsd"], std::string(id) + " cvsd");
  }
}

}  // namespace
}  // namespace radiopath::fusion
