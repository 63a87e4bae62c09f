#include "radiology/standard_filters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"

// IBSI-2 phase 1: the parameters are the standard's; see tests/data/ibsi/filters/README.md.

namespace radiopath::radiology {
namespace {

const std::string kData = RADIOPATH_TEST_DATA "/ibsi/filters/";
constexpr Extent kSlices = Extent::slices_along_z;

struct MapCase {
  std::string name, phantom;
  StandardFilter filter;
  Extent extent = Extent::volume;
  double allowed = 0.001;  // of the range of the map; the standard's own limit is 0.01
};

LawsConfig laws(std::vector<std::string> kernels, int energy, const std::string& pooling, const std::string& boundary) {
  return {std::move(kernels), energy, pooling, boundary};
}

std::vector<MapCase> map_cases() {
  const std::vector<std::string> a = {"E5", "L5", "S5"}, b = {"E3", "W5", "R5"}, c = {"L5", "S5"};
  return {
      {"1_a_1", "checkerboard", MeanConfig{15, "zero"}},
      {"1_a_2", "checkerboard", MeanConfig{15, "nearest"}},
      {"1_a_3", "checkerboard", MeanConfig{15, "periodic"}},
      {"1_a_4", "checkerboard", MeanConfig{15, "mirror"}},
      {"1_b_1", "impulse", MeanConfig{15, "zero"}, kSlices},
      {"2_a", "impulse", LaplacianOfGaussianConfig{3, 4, "zero"}},
      {"2_b", "checkerboard", LaplacianOfGaussianConfig{5, 4, "mirror"}},
      {"2_c", "checkerboard", LaplacianOfGaussianConfig{5, 4, "mirror"}, kSlices},
      {"3_a_1", "impulse", laws(a, 0, "none", "zero")},
      {"3_a_2", "impulse", laws(a, 0, "max", "zero")},
      {"3_a_3", "impulse", laws(a, 7, "max", "zero")},
      {"3_b_1", "checkerboard", laws(b, 0, "none", "mirror")},
      {"3_b_2", "checkerboard", laws(b, 0, "max", "mirror")},
      {"3_b_3", "checkerboard", laws(b, 7, "max", "mirror")},
      {"3_c_1", "checkerboard", laws(c, 0, "none", "mirror"), kSlices},
      {"3_c_2", "checkerboard", laws(c, 0, "max", "mirror"), kSlices},
      {"3_c_3", "checkerboard", laws(c, 7, "max", "mirror"), kSlices},
      {"4_a_1", "impulse", GaborConfig{10, 4, 0.5, 60, 0, "mean", "zero"}, kSlices},
      {"4_a_2", "impulse", GaborConfig{10, 4, 0.5, 0, 45, "mean", "zero"}},
      {"4_b_1", "sphere", GaborConfig{20, 8, 2.5, 225, 0, "mean", "mirror"}, kSlices},
      {"4_b_2", "sphere", GaborConfig{20, 8, 2.5, 0, 22.5, "mean", "mirror"}},
      {"5_a_1", "impulse", SeparableWaveletConfig{"db2", "LHL", 1, "none", "zero"}},
      {"5_a_2", "impulse", SeparableWaveletConfig{"db2", "LHL", 1, "mean", "zero"}},
      {"6_a_1", "sphere", SeparableWaveletConfig{"coif1", "HHL", 1, "none", "periodic"}},
      {"6_a_2", "sphere", SeparableWaveletConfig{"coif1", "HHL", 1, "mean", "periodic"}},
      {"7_a_1", "checkerboard", SeparableWaveletConfig{"haar", "LLL", 2, "mean", "mirror"}},
      {"7_a_2", "checkerboard", SeparableWaveletConfig{"haar", "HHH", 2, "mean", "mirror"}},
      {"8_a_1", "checkerboard", SimoncelliConfig{1, {}}, Extent::volume, 0.01},
      {"8_a_2", "checkerboard", SimoncelliConfig{2, {}}},
      {"8_a_3", "checkerboard", SimoncelliConfig{3, {}}},
      {"9_a", "impulse", RieszLaplacianOfGaussianConfig{{3, 4, "zero"}, {1, 0, 0}}},
      {"9_b_1", "sphere", RieszLaplacianOfGaussianConfig{{3, 4, "zero"}, {0, 2, 0}}, Extent::volume, 0.01},
      {"10_b_1", "pattern_1", SimoncelliConfig{1, {0, 2, 0}}, Extent::volume, 0.01},
  };
}

class ResponseMap : public testing::TestWithParam<MapCase> {};

TEST_P(ResponseMap, MatchesIbsi) {
  const MapCase& test = GetParam();
  const Image response =
      standard_filter(to_image(read_volume(kData + test.phantom + ".nii.gz")), test.filter, test.extent);
  const Volume map = read_volume(kData + test.name + "-ValidCRM.nii.gz");
  const auto [low, high] = std::minmax_element(map.voxels.begin(), map.voxels.end());
  const double range = double{*high} - double{*low};
  double worst = 0;
  for (std::size_t i = 0; i < map.voxels.size(); ++i)
    worst = std::max(worst, std::abs(response.voxels[i] - double{map.voxels[i]}) / range);
  EXPECT_LE(worst, test.allowed);
  RecordProperty("worst_percent_of_range", std::to_string(100 * worst));
}

INSTANTIATE_TEST_SUITE_P(Ibsi2Phase1, ResponseMap, testing::ValuesIn(map_cases()),
                         [](const auto& info) { return "map_" + info.param.name; });

TEST(StandardFilters, EveryMapIsCompared) { EXPECT_EQ(map_cases().size(), 33u); }

Image made_up() {
  Image image;
  image.grid.size = {9, 10, 7};
  for (int i = 0; i < 630; ++i) image.voxels.push_back(std::sin(1.3 * i) * 50 + i % 7);
  return image;
}

TEST(StandardFilters, ThreadsChangeNoBit) {
  const Image image = made_up();
  const int threads = thread_count();
  for (const StandardFilter& filter :
       {StandardFilter{SimoncelliConfig{}}, StandardFilter{GaborConfig{2, 2, 1, 0, 45, "max", "nearest"}},
        StandardFilter{LawsConfig{{"L5", "E5", "E5"}, 1, "max", "mirror"}}}) {
    set_thread_count(1);
    const Image one = standard_filter(image, filter);
    set_thread_count(3);
    EXPECT_EQ(one.voxels, standard_filter(image, filter).voxels);
  }
  set_thread_count(threads);
}

TEST(StandardFilters, ConstantImageHasNoResponseButItsMean) {
  Image image;
  image.grid.size = {8, 6, 4};
  image.voxels.assign(192, 12);
  for (const double v : standard_filter(image, MeanConfig{5, "mirror"}).voxels) EXPECT_NEAR(v, 12, 1e-12);
  for (const double v : standard_filter(image, SeparableWaveletConfig{"db3", "LLH", 2, "mean", "nearest"}).voxels)
    EXPECT_NEAR(v, 0, 1e-9);
  for (const double v : standard_filter(image, LawsConfig{{"L5", "S5", "E5"}, 0, "none", "mirror"}).voxels)
    EXPECT_NEAR(v, 0, 1e-12);
}

TEST(StandardFilters, BoundariesReachFarBeyondATinyImage) {
  Image image;
  image.grid.size = {3, 1, 1};
  image.voxels = {1, 2, 6};
  const auto at_first = [&](const std::string& boundary) {
    return standard_filter(image, MeanConfig{9, boundary}).voxels[0];
  };
  // Along x from -4 to 4; along y and z the line repeats itself, or is zero in 8 of 9 places.
  EXPECT_NEAR(at_first("mirror"), (6 + 6 + 2 + 1 + 1 + 2 + 6 + 6 + 2) / 9.0, 1e-12);
  EXPECT_NEAR(at_first("nearest"), (5 + 2 + 6 * 3) / 9.0, 1e-12);
  EXPECT_NEAR(at_first("periodic"), (6 + 1 + 2 + 6 + 1 + 2 + 6 + 1 + 2) / 9.0, 1e-12);
  EXPECT_NEAR(at_first("zero"), 9 / 729.0, 1e-12);
}

TEST(StandardFilters, WrongSettingsAreNamed) {
  const Image image = made_up();
  EXPECT_THROW(standard_filter(image, MeanConfig{4, "zero"}), InputError);
  EXPECT_THROW(standard_filter(image, LawsConfig{{"L5", "E5"}, 0, "none", "zero"}), InputError);
  EXPECT_THROW(standard_filter(image, LawsConfig{{"L5", "E5", "X5"}, 0, "none", "zero"}), InputError);
  EXPECT_THROW(standard_filter(image, SeparableWaveletConfig{"db3", "LLX", 1, "none", "zero"}), InputError);
  EXPECT_THROW(standard_filter(image, SimoncelliConfig{1, {1, 1}}), InputError);
  try {
    standard_filter(image, MeanConfig{3, "miror"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'mirror'"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace radiopath::radiology
