// Trees and what is made of them, beside scikit-learn's.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/statistics.h"
#include "fusion/boosting.h"
#include "fusion/forest.h"
#include "fusion/tree.h"
#include "tests/fusion/stored.h"

namespace radiopath::fusion {
namespace {

Json expected_of(const std::string& id) { return case_of(kSklearn / "expected/trees.json", id).at("expected"); }

TEST(Tree, MatchesScikitLearnWhereTheTreeIsUnique) {
  const Stored stored("breast_cancer");
  const Json expected = expected_of("breast_cancer.tree_depth2");
  const ForestModel model = fit_decision_tree({.max_depth = 2, .min_samples_leaf = 1}, stored.train(), {.seed = 1});
  const Tree& tree = model.trees.front();
  ASSERT_EQ(tree.nodes.size(), expected["feature"].size());
  for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
    const int column = expected["feature"][i];
    EXPECT_EQ(tree.nodes[i].column, column < 0 ? -1 : column) << i;
    // Its thresholds are halfway in float32.
    if (column >= 0) expect_close(tree.nodes[i].threshold, expected["threshold"][i], 1e-6, "threshold");
    const double others = expected["value"][i][0], events = expected["value"][i][1];
    EXPECT_DOUBLE_EQ(tree.nodes[i].value, events / (events + others)) << i;
    EXPECT_EQ(tree.nodes[i].cover, expected["n_node_samples"][i]) << i;
  }
  expect_all_close(predict(model, stored.held_out()), expected["test_proba"], 1e-6, "patient");
  expect_all_close(gini_importance(model), expected["importance"], 1e-6, "importance");
}

TEST(Tree, LiesInScikitLearnsRangeWhereSplitsAreEqual) {
  for (const auto& [name, depth] : {std::pair{"synthetic_hard", 2}, {"synthetic_hard", 4}, {"breast_cancer", 4}, {"wine_binary", 2}, {"wine_binary", 4}}) {
    const Stored stored(name);
    const Json expected = expected_of(std::string(name) + ".tree_depth" + std::to_string(depth) + "_seeds");
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const ForestModel model = fit_decision_tree({.max_depth = depth, .min_samples_leaf = 1}, stored.train(), {.seed = seed});
      EXPECT_EQ(model.trees[0].nodes[0].column, expected["root_feature"][0]) << name;
      const Eigen::VectorXd scores = predict(model, stored.held_out());
      const double area = auc(std::vector<double>(scores.begin(), scores.end()), stored.held_out_outcomes());
      EXPECT_GE(area, expected["test_auc_min"].get<double>() - 1e-9) << name << depth;
      EXPECT_LE(area, expected["test_auc_max"].get<double>() + 1e-9) << name << depth;
    }
  }
}

/// Mean AUC and Brier score over seeds, near scikit-learn's: three standard errors of either mean apart at most.
template <class Fit>
void expect_agreement(const std::string& name, const std::string& kind, Fit&& fit) {
  constexpr int kSeeds = 20;
  const Stored stored(name);
  const TrainingTable train = stored.train();
  const Json expected = expected_of(name + "." + kind);
  double area = 0, brier = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Eigen::VectorXd scores = predict(fit(train, seed), stored.held_out());
    const std::vector<double> p(scores.begin(), scores.end());
    area += auc(p, stored.held_out_outcomes()) / kSeeds;
    brier += brier_score(p, stored.held_out_outcomes()) / kSeeds;
  }
  const auto near = [&](double ours, const char* figure) {
    const double sd = expected[figure]["sd"], seeds = expected["seeds"].is_number() ? expected["seeds"].get<double>() : double(expected["seeds"].size());
    EXPECT_NEAR(ours, expected[figure]["mean"].get<double>(), 3 * sd / std::sqrt(kSeeds) + 3 * sd / std::sqrt(seeds) + 1e-9)
        << name << " " << kind << " " << figure;
  };
  near(area, "auc");
  near(brier, "brier");
}

TEST(Forest, AgreesWithScikitLearnsOverSeeds) {
  for (const std::string name : kTables) {
    expect_agreement(name, "random_forest", [](const TrainingTable& train, std::uint64_t seed) {
      return fit_forest({.trees = 100, .max_depth = 0, .min_samples_leaf = 1, .max_features = 0}, train, {.seed = seed});
    });
  }
}

TEST(ExtraTrees, AgreeWithScikitLearnsOverSeeds) {
  for (const std::string name : kTables) {
    for (const auto& [kind, leaf] : {std::pair{"extra_trees", 1}, {"extra_trees_leaf3", 3}}) {
      expect_agreement(name, kind, [leaf = leaf](const TrainingTable& train, std::uint64_t seed) {
        return fit_extra_trees({.trees = 100, .max_depth = 0, .min_samples_leaf = leaf, .max_features = 0}, train, {.seed = seed});
      });
    }
  }
}

TEST(GradientBoosting, AgreesWithScikitLearnsOverSeeds) {
  const BoostingConfig config{.trees = 100, .learning_rate = 0.1, .max_depth = 3, .min_samples_leaf = 1, .subsample = 0.8};
  for (const std::string name : kTables) {
    expect_agreement(name, "gradient_boosting", [&](const TrainingTable& train, std::uint64_t seed) {
      return fit_boosting(config, train, {.seed = seed});
    });
  }
}

// scikit-learn 1.7.2, RandomForestClassifier(100, random_state=0 ... 19, oob_score=True) on the unscaled training rows.
TEST(Forest, OutOfBagAccuracyAgreesWithScikitLearns) {
  constexpr int kSeeds = 20;
  for (const auto& [name, mean, sd] :
       {std::tuple{"synthetic_hard", 0.7252380952380951, 0.012076}, {"breast_cancer", 0.9555276381909549, 0.004321}}) {
    const TrainingTable train = Stored(name).train();
    double ours = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
      ours +=
          fit_forest({.trees = 100, .max_depth = 0, .min_samples_leaf = 1, .max_features = 0}, train, {.seed = seed})
              .out_of_bag_accuracy /
          kSeeds;
    EXPECT_NEAR(ours, mean, 4 * sd * std::sqrt(2.0 / kSeeds)) << name;
    EXPECT_TRUE(std::isnan(fit_extra_trees({.trees = 3}, train, {}).out_of_bag_accuracy)) << "each tree sees everybody";
  }
}

TEST(Forest, ImportancesAgreeWithScikitLearns) {
  constexpr int kSeeds = 20;
  for (const std::string name : {"synthetic_hard", "breast_cancer"}) {
    const Stored stored(name);
    const TrainingTable train = stored.train();
    const Json forest = expected_of(name + ".random_forest"), extra = expected_of(name + ".extra_trees");
    Eigen::VectorXd of_forest = Eigen::VectorXd::Zero(train.cols()), of_extra = of_forest;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const ForestConfig config{.trees = 100, .max_depth = 0, .min_samples_leaf = 1, .max_features = 0};
      of_forest += gini_importance(fit_forest(config, train, {.seed = seed})) / kSeeds;
      of_extra += gini_importance(fit_extra_trees(config, train, {.seed = seed})) / kSeeds;
    }
    for (int c = 0; c < train.cols(); ++c) {  // four standard errors: some seventy columns are compared
      const auto near = [&](double ours, const Json& expected) {
        const double sd = expected["importance_sd"][c];
        EXPECT_NEAR(ours, expected["importance_mean"][c].get<double>(), 4 * sd * (1 / std::sqrt(kSeeds) + 1 / std::sqrt(50.0))) << name << c;
      };
      near(of_forest[c], forest);
      near(of_extra[c], extra);
    }
  }
}

// A weight of 2 is a patient twice, and a column's scale does not matter.
TEST(Tree, WeighsRowsAndIgnoresScales) {
  const Stored stored("synthetic_hard");
  const Eigen::MatrixXd x = stored.train().table().values;
  const Eigen::VectorXd y = stored.y();
  Eigen::VectorXd weights = Eigen::VectorXd::Ones(x.rows());
  std::vector<int> once(static_cast<std::size_t>(x.rows()));
  std::iota(once.begin(), once.end(), 0);
  std::vector<int> some_twice = once;
  for (int i = 0; i < 60; ++i) weights[i] = 2, some_twice.push_back(i);
  const TreeOptions options{.max_depth = 5};
  Random first(1, "tree"), second(1, "tree"), third(1, "tree");
  const Tree weighted = grow_tree(sort_columns(x), y, weights, once, options, first);
  const Tree repeated = grow_tree(sort_columns(x), y, Eigen::VectorXd::Ones(x.rows()), some_twice, options, second);
  const Tree scaled = grow_tree(sort_columns(1e12 * x), y, weights, once, options, third);
  ASSERT_EQ(weighted.nodes.size(), repeated.nodes.size());
  ASSERT_EQ(weighted.nodes.size(), scaled.nodes.size());
  for (std::size_t i = 0; i < weighted.nodes.size(); ++i) {
    EXPECT_EQ(weighted.nodes[i].column, repeated.nodes[i].column);
    EXPECT_EQ(weighted.nodes[i].value, repeated.nodes[i].value);
    EXPECT_EQ(weighted.nodes[i].column, scaled.nodes[i].column);
    EXPECT_NEAR(weighted.nodes[i].threshold, scaled.nodes[i].threshold * 1e-12, 1e-12);
  }
}

}  // namespace
}  // namespace radiopath::fusion
