#include "radiology/clustering.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "core/random.h"
#include "core/table.h"

namespace radiopath::radiology {
namespace {

Points irises() {
  const CsvFile file = read_csv(RADIOPATH_TEST_DATA "/kmeans/iris.csv");
  Points points;
  points.channels.resize(4);
  for (const auto& row : file.rows) {
    for (std::size_t c = 0; c < 4; ++c) points.channels[c].push_back(static_cast<float>(parse_double(row[c]).value()));
  }
  return points;
}

/// `count` points around the four corners of a square, shaken.
Points four_clouds(std::int64_t count, std::uint64_t seed) {
  Random random(seed, "clouds");
  Points points;
  points.channels.resize(2);
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t corner = random.below(4);
    points.channels[0].push_back(static_cast<float>(random.normal(corner & 1 ? 5 : -5)));
    points.channels[1].push_back(static_cast<float>(random.normal(corner & 2 ? 5 : -5)));
  }
  return points;
}

TEST(KMeans, MatchesScikitLearnOnIrises) {
  KMeansOptions options;
  options.restarts = 200;  // four clusters have several optima within 0.1 %
  options.tolerance = 0;
  for (const auto& row : read_csv(RADIOPATH_TEST_DATA "/kmeans/iris_expected.csv").rows) {
    const int k = std::stoi(row[0]);
    const Clustering found = k_means(irises(), k, options, 1);
    // The measurements are floats here, doubles there.
    EXPECT_NEAR(found.within, parse_double(row[1]).value(), 1e-6 * found.within) << k;
    EXPECT_NEAR(found.calinski_harabasz, parse_double(row[2]).value(), 1e-6 * found.calinski_harabasz) << k;
  }
}

TEST(KMeans, IndexIsThatOfTheDefinition) {
  const Points points = four_clouds(1000, 3);
  KMeansOptions options;
  options.tolerance = 0;
  const Clustering found = k_means(points, 3, options, 7);
  const auto label = nearest_centroids(points, found.centroids);
  double within = 0, between = 0;
  std::array<double, 2> mean = {0, 0};
  for (std::size_t i = 0; i < label.size(); ++i) {
    for (std::size_t c = 0; c < 2; ++c) mean[c] += points.channels[c][i] / 1000;
  }
  for (std::size_t i = 0; i < label.size(); ++i) {
    for (std::size_t c = 0; c < 2; ++c) {
      const double centre = found.centroids[static_cast<std::size_t>(label[i])][c];
      within += std::pow(points.channels[c][i] - centre, 2);
      between += std::pow(centre - mean[c], 2);
    }
  }
  EXPECT_NEAR(found.within, within, 1e-9 * within);
  EXPECT_NEAR(found.calinski_harabasz, (between / 2) / (within / 997), 1e-9 * found.calinski_harabasz);
}

TEST(KMeans, SameBitsForAnyThreadCount) {
  const Points points = four_clouds(200000, 1);
  KMeansOptions options;
  options.restarts = 3;
  set_thread_count(1);
  const Clustering one = k_means(points, 4, options, 11);
  for (const int threads : {2, 7}) {
    set_thread_count(threads);
    const Clustering many = k_means(points, 4, options, 11);
    EXPECT_EQ(many.centroids, one.centroids);
    EXPECT_EQ(many.within, one.within);
    EXPECT_EQ(many.sizes, one.sizes);
  }
  set_thread_count(0);
}

TEST(KMeans, FindsPlantedCloudsAndTheirNumber) {
  const Points points = four_clouds(20001, 5);  // no multiple of the vector width
  int best = 0;
  double best_index = 0;
  for (int k = 2; k <= 7; ++k) {
    const Clustering found = k_means(points, k, {}, 2);
    std::int64_t total = 0;
    for (const auto size : found.sizes) total += size;
    EXPECT_EQ(total, points.count());
    if (found.calinski_harabasz > best_index) best_index = found.calinski_harabasz, best = k;
  }
  EXPECT_EQ(best, 4);
  for (const auto& centroid : k_means(points, 4, {}, 2).centroids) {
    EXPECT_NEAR(std::abs(centroid[0]), 5, 0.1);
    EXPECT_NEAR(std::abs(centroid[1]), 5, 0.1);
  }
}

TEST(KMeans, FewerPointsThanClustersIsAnError) { EXPECT_THROW(k_means({{{1.f, 2.f}}}, 3, {}, 1), InputError); }

TEST(KMeans, IndexIsNanWhenPointsCoincide) {
  EXPECT_TRUE(std::isnan(k_means({{std::vector<float>(50, 3.f)}}, 2, {}, 1).calinski_harabasz));
}

}  // namespace
}  // namespace radiopath::radiology
