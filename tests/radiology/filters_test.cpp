#include "radiology/filters.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/parallel.h"
#include "core/table.h"
#include "radiology/first_order.h"
#include "radiology/image_types.h"
#include "radiology/intensity_filters.h"
#include "radiology/laplacian_of_gaussian.h"
#include "radiology/local_binary_pattern.h"
#include "radiology/local_binary_pattern_3d.h"
#include "radiology/roi.h"
#include "radiology/wavelet.h"

namespace radiopath::radiology {
namespace {

const std::string kData = RADIOPATH_TEST_DATA "/pyradiomics/";

Image image_of(const std::string& name, const std::string& type = "integer") {
  Volume volume = read_volume(kData + name + "_image.nrrd");
  if (type != "integer") {
    for (float& v : volume.voxels) v *= 0.37F;
  }
  Image image = to_image(volume);
  image.type = type == "integer" ? VoxelType::integer : type == "float32" ? VoxelType::float32 : VoxelType::float64;
  return image;
}

std::map<std::string, Image> by_name(std::vector<NamedImage> images) {
  std::map<std::string, Image> result;
  for (auto& [name, image] : images) result[name] = std::move(image);
  return result;
}

std::map<std::string, std::string> settings_in(const std::string& text) {
  std::map<std::string, std::string> settings;
  std::istringstream stream(text);
  for (std::string item; std::getline(stream, item, ';');)
    settings[item.substr(0, item.find('='))] = item.substr(item.find('=') + 1);
  return settings;
}

std::map<std::string, Image> filtered(const Image& image, const std::string& filter, const std::string& text) {
  auto settings = settings_in(text);
  const auto take = [&](const std::string& key, const std::string& other) {
    return settings.contains(key) ? settings[key] : other;
  };
  Extent extent = Extent::volume;
  if (settings.contains("force2D"))
    extent = std::array{Extent::slices_along_z, Extent::slices_along_y,
                        Extent::slices_along_x}[std::stoul(settings["force2Ddimension"])];
  if (filter == "wavelet") {
    const WaveletConfig config{take("wavelet", "coif1"), std::stoi(take("level", "1")),
                               std::stoi(take("start_level", "0"))};
    return by_name(wavelet_bands(image, config, extent));
  }
  std::map<std::string, Image> result;
  if (filter == "log") {
    for (const double sigma : {0.5, 2.0, 5.0}) {
      if (log_skipped(image.grid, sigma).empty()) result[log_name(sigma)] = laplacian_recursive_gaussian(image, sigma);
    }
  } else if (filter == "gradient") {
    result["gradient"] = gradient_magnitude(
        image, settings.contains("gradientUseSpacing") ? GradientUnit::per_voxel : GradientUnit::per_mm);
  } else if (filter == "lbp2d") {
    const LocalBinaryPattern2dConfig config{std::stod(take("lbp2DRadius", "1")), std::stoi(take("lbp2DSamples", "8")),
                                            take("lbp2DMethod", "uniform")};
    result["lbp-2D"] = local_binary_pattern_2d(image, config, extent);
  }
  return result;
}

TEST(Filters, ResponsesMatchPyRadiomics) {
  std::map<std::string, std::map<std::string, Image>> known;
  std::map<std::string, std::pair<int, int>> exact;  // filter -> equal to the last bit, of how many
  const CsvFile file = read_csv(kData + "filters/responses.csv");
  ASSERT_GT(file.rows.size(), 2500u);
  std::map<std::string, double> largest;
  for (const auto& row : file.rows) {
    const std::string key = row[0] + row[1] + row[2] + row[3];
    if (!known.contains(key)) {
      known.clear();
      known[key] = filtered(image_of(row[0], row[1]), row[2], row[3]);
      for (const auto& [name, image] : known[key]) {
        double& most = largest[key + name];
        for (const double v : image.voxels) {
          if (std::isfinite(v)) most = std::max(most, std::abs(v));
        }
      }
    }
    ASSERT_TRUE(known[key].contains(row[4])) << key << row[4];
    const Image& image = known[key][row[4]];
    const double found = image.voxels[image.grid.index(std::stoi(row[5]), std::stoi(row[6]), std::stoi(row[7]))];
    const double value = row[8] == "nan" ? std::nan("") : parse_double(row[8]).value();
    auto& [equal, all] = exact[row[1] + " " + row[2]];
    equal += found == value || (std::isnan(found) && std::isnan(value));
    ++all;
    // Of the image's largest magnitude. ITK's recursion in float32 is compiled with other instructions there.
    const double tolerance = row[2] == "wavelet" || row[2] == "lbp2d" ? 1e-12 : 1e-6;
    if (std::isnan(value)) {
      EXPECT_TRUE(std::isnan(found)) << key << row[4];
    } else {
      EXPECT_NEAR(found, value, tolerance * largest[key + row[4]])
          << key << " " << row[4] << " " << row[5] << " " << row[6] << " " << row[7];
    }
  }
  for (const auto& [name, count] : exact) {
    RecordProperty(name, std::to_string(count.first) + " of " + std::to_string(count.second));
    if (name.ends_with("wavelet") || name.ends_with("lbp2d")) {
      EXPECT_EQ(count.first, count.second) << name;
    }
  }
}

TEST(LocalBinaryPattern3d, ResponsesMatchPyRadiomics) {
  const CsvFile file = read_csv(kData + "filters/lbp3d.csv");
  EXPECT_EQ(file.rows.size(), 3u * 30 * (3 + 5 + 3));
  for (const std::string type : {"integer", "float32", "float64"}) {
    const Image image = image_of("breast1", type);
    std::map<std::string, std::map<std::string, Image>> known;  // of a voxel under a setting
    for (const auto& row : file.rows) {
      if (row[1] != type) continue;
      LocalBinaryPattern3dConfig config;
      auto settings = settings_in(row[2]);
      if (!row[2].empty())
        config = {std::stoi(settings.at("lbp3DLevels")), std::stod(settings.at("lbp3DIcosphereRadius")),
                  std::stoi(settings.at("lbp3DIcosphereSubdivision"))};
      const Box voxel = {{std::stoi(row[4]), std::stoi(row[5]), std::stoi(row[6])}, {1, 1, 1}};
      const std::string key = row[2] + " " + row[4] + " " + row[5] + " " + row[6];
      if (!known.contains(key)) known[key] = by_name(local_binary_pattern_3d(image, config, voxel));
      const double found = known[key].at(row[3]).voxels[0];
      const double value = row[7] == "nan" ? std::nan("") : parse_double(row[7]).value();
      // SciPy takes the kurtosis of float32 samples in float32, which leaves it four digits.
      const double tolerance = type == "float32" && row[3] == "lbp-3D-k" ? 1e-4 : 1e-10;
      if (std::isnan(value)) {
        EXPECT_TRUE(std::isnan(found)) << type << row[2] << row[3];
      } else {
        EXPECT_NEAR(found, value, tolerance * std::max(1.0, std::abs(value)))
            << type << " " << row[3] << " " << key;
      }
    }
  }
}

TEST(LocalBinaryPattern3d, BoxAndThreadsChangeNoBit) {
  Image image = image_of("breast1", "float64");
  image = cut(image, Box{{10, 30, 2}, {20, 24, 12}});
  const int threads = thread_count();
  set_thread_count(1);
  const auto whole = local_binary_pattern_3d(image, {}, {{0, 0, 0}, image.grid.size});
  set_thread_count(3);
  const Box box{{4, 5, 2}, {6, 7, 8}};
  const auto part = local_binary_pattern_3d(image, {}, box);
  set_thread_count(threads);
  ASSERT_EQ(part.size(), 3u);
  for (std::size_t i = 0; i < part.size(); ++i) {
    EXPECT_EQ(part[i].name, local_binary_pattern_3d_names({})[i]);
    EXPECT_EQ(part[i].image.voxels, cut(whole[i].image, box).voxels);
  }
}

TEST(Filters, EveryImageHasAGolden) {
  std::set<std::string> compared;
  const std::pair<const char*, const char*> files[] = {
      {"segment_features.csv", "image_type"}, {"filters/responses.csv", "image"}, {"filters/lbp3d.csv", "image"}};
  for (const auto& [file, column] : files) {
    const CsvFile csv = read_csv(kData + file);
    for (const auto& row : csv.rows) compared.insert(row[static_cast<std::size_t>(csv.column(column))]);
  }
  FeaturesConfig config;
  config.image_types = known_image_types();
  config.sigma_mm = {0.5, 2, 5};
  for (const auto& name : image_names(config)) EXPECT_TRUE(compared.contains(name)) << name;
}

TEST(Filters, FirstOrderOfDerivedImagesMatchesPyRadiomics) {
  const CsvFile file = read_csv(kData + "filters/first_order.csv");
  std::size_t compared = 0;
  for (const std::string name : {"brain1", "breast1"}) {
    const Image image = image_of(name);
    auto derived = by_name(wavelet_bands(image, {}));
    derived["square"] = square(image);
    derived["squareroot"] = square_root(image);
    derived["logarithm"] = logarithm(image);
    derived["exponential"] = exponential(image);
    EXPECT_EQ(derived.size(), 12u);
    const LabelMap labels = read_label_map(kData + name + "_label.nrrd");
    std::map<std::string, double> found;
    for (const auto& [type, filtered_image] : derived) {
      std::vector<double> inside;
      for (std::size_t i = 0; i < labels.voxels.size(); ++i) {
        if (labels.voxels[i] == 1) inside.push_back(filtered_image.voxels[i]);
      }
      const auto values = first_order(inside, discretize(inside, 25), image.grid.voxel_volume_mm3());
      for (std::size_t i = 0; i < values.size(); ++i) found[type + "_" + std::string(kFirstOrderNames[i])] = values[i];
    }
    for (const auto& row : file.rows) {
      if (row[0] != name) continue;
      const double value = parse_double(row[4]).value();
      EXPECT_NEAR(found.at(row[1] + "_" + row[3]), value, 1e-9 * std::abs(value)) << name << row[1] << row[3];
      ++compared;
    }
  }
  EXPECT_EQ(compared, 2u * 12 * 18);
}

TEST(Wavelet, BoxHasTheBitsOfTheWholeImage) {
  const Image image = image_of("breast1");
  for (const WaveletConfig& config : {WaveletConfig{}, WaveletConfig{"db4", 2, 1}, WaveletConfig{"bior2.8", 1, 0}}) {
    const auto whole = wavelet_bands(image, config);
    for (const Box& box : {Box{{21, 64, 8}, {9, 12, 3}}, Box{{0, 0, 0}, {7, 6, 5}}, Box{{38, 110, 15}, {7, 10, 6}}}) {
      const auto part = wavelet_bands(image, config, Extent::volume, box);
      ASSERT_EQ(part.size(), whole.size());
      for (std::size_t i = 0; i < part.size(); ++i) {
        EXPECT_EQ(part[i].name, whole[i].name);
        EXPECT_EQ(part[i].image.voxels, cut(whole[i].image, box).voxels) << part[i].name;
        EXPECT_EQ(part[i].image.grid, cut(image.grid, box));
      }
    }
  }
}

TEST(Wavelet, ThreadsChangeNoBit) {
  const Image image = image_of("breast1");
  const int threads = thread_count();
  set_thread_count(1);
  const auto one = wavelet_bands(image, {});
  set_thread_count(3);
  const auto three = wavelet_bands(image, {});
  set_thread_count(threads);
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].image.voxels, three[i].image.voxels);
}

TEST(Wavelet, FiltersOfEveryFamilyArePerfect) {
  const auto names = wavelet_names();
  EXPECT_GE(names.size(), 75u);
  for (const std::string& name : names) {
    const WaveletFilters filters = wavelet_filters(name);
    EXPECT_EQ(filters.low.size() % 2, 0u) << name;
    double low = 0, high = 0;
    for (const double v : filters.low) low += v;
    for (const double v : filters.high) high += v;
    const double tolerance = name == "dmey" ? 2e-3 : 1e-8;  // dmey is a truncated filter
    EXPECT_NEAR(low, std::sqrt(2.0), tolerance) << name;
    EXPECT_NEAR(high, 0, tolerance) << name;
  }
}

TEST(Wavelet, ConstantImageHasNoDetails) {
  Grid grid;
  grid.size = {3, 1, 5};
  for (const auto& [name, image] : wavelet_bands({grid, std::vector<double>(15, 8)}, {})) {
    for (const double v : image.voxels) EXPECT_NEAR(v, name == "wavelet-LLL" ? 8 * std::pow(2, 1.5) : 0, 1e-9) << name;
  }
}

TEST(Wavelet, UnknownNameNamesTheNearest) {
  try {
    wavelet_filters("coiff1");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'coif1'"), std::string::npos) << error.what();
  }
}

TEST(Filters, NanSpreadsOnlyAsFarAsTheSupport) {
  Image image = image_of("breast1");
  image.voxels[image.grid.index(20, 60, 10)] = std::nan("");
  const auto bands = wavelet_bands(image, {});
  EXPECT_TRUE(std::isnan(bands[0].image.voxels[image.grid.index(20, 60, 10)]));
  EXPECT_FALSE(std::isnan(bands[0].image.voxels[image.grid.index(30, 60, 10)]));
  EXPECT_TRUE(std::isnan(square(image).voxels[0]));
}

TEST(LaplacianOfGaussian, IsSkippedWithAReason) {
  Grid grid;
  grid.size = {40, 40, 3};
  EXPECT_NE(log_skipped(grid, 1).find("3 voxels along z, at least 4"), std::string::npos) << log_skipped(grid, 1);
  grid.size = {40, 40, 5};
  EXPECT_EQ(log_skipped(grid, 4), "");
  EXPECT_NE(log_skipped(grid, 4.5), "");
  EXPECT_THROW(log_skipped(grid, 0), InputError);
  EXPECT_THROW(laplacian_recursive_gaussian({grid, std::vector<double>(8000)}, 4.5), InputError);
  EXPECT_EQ(log_name(2), "log-sigma-2-0-mm-3D");
  EXPECT_EQ(log_name(0.75), "log-sigma-0-75-mm-3D");
}

}  // namespace
}  // namespace radiopath::radiology
