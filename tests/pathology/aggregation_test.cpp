#include "pathology/aggregation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/pathology/made_up_cohort.h"

namespace radiopath::pathology {
namespace {

const std::filesystem::path kData = std::filesystem::path(RADIOPATH_TEST_DATA) / "plh";

/// likelihoods.csv of the reference numbers: its patients all train, as their tables are fitted on all.
class ReferenceLikelihoods : public testing::Test {
 protected:
  ReferenceLikelihoods() {
    const CsvFile csv = read_csv(kData / "likelihoods.csv");
    for (const auto& row : csv.rows)
      likelihoods[row[csv.column("patient")]].push_back(*parse_double(row[csv.column("prob")]));
    std::string text = "patient_id,outcome,cohort\n";
    int i = 0;
    for (const auto& [id, values] : likelihoods) text += id + "," + std::to_string(i++ % 2) + ",train\n";
    cohort.emplace(made_up_cohort(scratch, text));
  }
  TrainingView train() const { return locked_split(*cohort).train; }
  Table table(const AggregationConfig& config) const {
    return aggregate(fit_codebook(config, likelihoods, train()), likelihoods, train());
  }

  Scratch scratch;
  PatchLikelihoods likelihoods;
  std::optional<Cohort> cohort;
};

AggregationConfig bare() {
  AggregationConfig config;
  config.companions = false;
  return config;
}

/// Columns of ours that start with `prefix`, against all columns of a reference table.
void expect_same(const Table& ours, const std::string& prefix, const std::string& file) {
  const CsvFile expected = read_csv(kData / file);
  std::vector<std::string> names;
  for (const auto& name : ours.columns)
    if (name.starts_with(prefix)) names.push_back(name);
  ASSERT_EQ(names.size() + 1, expected.header.size());
  for (const auto& row : expected.rows) {
    const auto patient = ours.find(row[0]);
    if (!patient) continue;  // the last row of some files holds the idf
    for (std::size_t i = 0; i < names.size(); ++i)
      EXPECT_NEAR(ours.values(*patient, ours.column(names[i])), *parse_double(row[i + 1]), 1e-12) << names[i];
  }
}

TEST_F(ReferenceLikelihoods, TenBinsMatchNumpyFractions) {
  expect_same(table(bare()), "plh_", "expected_mag_hist10_fraction.csv");
}

TEST_F(ReferenceLikelihoods, EplaHistogramMatches) {
  AggregationConfig config = bare();
  config.plh = "epla";
  config.plh_bins = 200;
  expect_same(table(config), "plh_", "expected_epla_hist200_counts.csv");
}

TEST_F(ReferenceLikelihoods, DistinctValuesMatchTheStudy) {
  AggregationConfig config = bare();
  config.plh = "distinct";
  expect_same(table(config), "plh_", "expected_onekey_hist_prob.csv");
}

TEST_F(ReferenceLikelihoods, TfIdfMatchesTheStudyInItsOrderOfWords) {
  const Table ours = table(bare());
  const CsvFile expected = read_csv(kData / "expected_onekey_tfidf_prob.csv");
  // Their columns are sorted as words: prob053 is 0.53, prob01 is 0.1.
  for (const auto& row : expected.rows) {
    const auto patient = ours.find(row[0]);
    if (!patient) continue;
    for (std::size_t i = 1; i < row.size(); ++i) {
      const std::string digits = expected.header[i].substr(4);
      const int word = static_cast<int>(std::lround(std::stod(digits.substr(0, 1) + "." + digits.substr(1)) * 100));
      const std::string name = std::string(word < 10 ? "bow_0" : "bow_") + std::to_string(word);
      EXPECT_NEAR(ours.values(*patient, ours.column(name)), *parse_double(row[i]), 1e-12) << name;
    }
  }
}

TEST_F(ReferenceLikelihoods, EplaWordsMatch) {
  AggregationConfig config = bare();
  config.bow = "epla";
  config.bow_decimals = 6;
  const Table ours = table(config);
  const CsvFile expected = read_csv(kData / "expected_epla_bow6_tfidf_long.csv");
  double matched = 0;
  for (const auto& row : expected.rows) {
    const double value = ours.values(*ours.find(row[0]), ours.column("bow_" + row[1].substr(1)));
    EXPECT_NEAR(value, *parse_double(row[2]), 1e-12) << row[0] << " " << row[1];
    matched += value;
  }
  double all = 0;
  for (int row = 0; row < ours.rows(); ++row)
    for (int column = config.plh_bins; column < ours.cols(); ++column) all += ours.values(row, column);
  EXPECT_NEAR(matched, all, 1e-9);  // and there are no others
}

TEST_F(ReferenceLikelihoods, HeldOutPatientsTeachNothing) {
  const std::vector<std::string> first = {"P00", "P01", "P02", "P03", "P04", "P05"};
  const Codebook codebook = fit_codebook(bare(), likelihoods, train().among(first));
  PatchLikelihoods changed = likelihoods;
  for (auto& [id, values] : changed)
    if (id > "P05") values.assign(7, 0.123456);
  const Codebook again = fit_codebook(bare(), changed, train().among(first));
  EXPECT_EQ(codebook.words, again.words);
  EXPECT_EQ(codebook.idf, again.idf);
  EXPECT_EQ(codebook.patients, 6);
  EXPECT_EQ(unseen_share(codebook, likelihoods, train().among(first)), 0);
  EXPECT_GT(unseen_share(codebook, likelihoods, train().among({"P06", "P07"})), 0);
}

TEST_F(ReferenceLikelihoods, RareWordsCanBeLeftOut) {
  AggregationConfig config = bare();
  config.bow_min_patients = 3;
  EXPECT_LT(table(config).cols(), table(bare()).cols());
}

TEST(Aggregate, CompanionsAndMissingPatients) {
  const Scratch scratch;
  const Cohort cohort = made_up_cohort(scratch, "patient_id,outcome,cohort\nA,0,train\nB,1,train\nC,1,train\n");
  const auto train = locked_split(cohort).train;
  const PatchLikelihoods likelihoods = {{"A", {0.0, 0.5, 1.0, 0.5}}, {"B", {0.25}}};
  const Table table = aggregate(fit_codebook({}, likelihoods, train), likelihoods, train);
  EXPECT_EQ(table.values(0, table.column("likelihood_mean")), 0.5);
  EXPECT_NEAR(table.values(0, table.column("likelihood_sd")), std::sqrt(0.125), 1e-15);
  EXPECT_NEAR(table.values(0, table.column("likelihood_q10")), 0.15, 1e-15);
  EXPECT_EQ(table.values(0, table.column("likelihood_max")), 1);
  EXPECT_EQ(table.values(0, table.column("likelihood_share_positive")), 0.25);
  EXPECT_EQ(table.values(0, table.column("plh_09")), 0.25);  // 1 falls into the last bin
  EXPECT_EQ(table.values(1, table.column("likelihood_sd")), 0);
  EXPECT_FALSE(table.has_any(2));
  EXPECT_THROW(fit_codebook({}, {}, train), InputError);
}

}  // namespace
}  // namespace radiopath::pathology
