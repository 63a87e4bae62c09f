#include <gtest/gtest.h>

#include "core/error.h"
#include "radiology/engine.h"

// Settings of an image type alone.

namespace radiopath::radiology {
namespace {

const std::string kFolder = RADIOPATH_TEST_DATA "/pyradiomics/";

RadiomicsConfig with_wavelets(const std::string& profile) {
  RadiomicsConfig config;
  config.features.profile = profile;
  config.features.families = {"glcm", "ngtdm"};
  config.features.image_types = {"original", "wavelet"};
  config.features.filters.mean["smooth"].support = 3;
  return config;
}

std::map<std::string, double> extract(const RadiomicsConfig& config) {
  const auto rows = extract_regions(load_image(kFolder + "breast1_image.nrrd"),
                                    read_label_map(kFolder + "breast1_label.nrrd"), config);
  const auto columns = engine_columns(config.features);
  std::map<std::string, double> values;
  for (std::size_t c = 0; c < columns.size(); ++c) values[columns[c].name] = rows.at(0).values.at(c).value;
  return values;
}

/// Columns of an image type are those of a config whose images all have its grey levels.
TEST(BinsOfAnImageType, AreThoseOfAConfigOfThatTypeAlone) {
  for (const std::string profile : {"pyradiomics", "ibsi"}) {
    RadiomicsConfig config = with_wavelets(profile);
    config.features.bin_count = 9;
    config.features.bins["wavelet"].bin_width = 4;
    config.features.bins["smooth"].bin_count = 12;
    const auto found = extract(config);
    std::map<std::string, std::map<std::string, double>> alone;
    config.features.bins.clear();
    alone["original"] = extract(config);
    config.features.bin_count = 12;
    alone["smooth"] = extract(config);
    config.features.bin_count = 0;
    config.features.bin_width = 4;
    alone["wavelet"] = extract(config);
    std::size_t compared = 0;
    for (const auto& [type, values] : alone) {
      for (const auto& [name, value] : values) {
        if (!name.starts_with(type)) continue;
        EXPECT_EQ(found.at(name), value) << profile << " " << name;
        ++compared;
      }
    }
    EXPECT_EQ(compared, found.size());
    EXPECT_NE(found.at("smooth_glcm_Contrast"), alone["original"].at("smooth_glcm_Contrast"));
  }
}

TEST(BinsOfAnImageType, AreThoseOfItsMaps) {
  RadiomicsConfig config = with_wavelets("pyradiomics");
  config.features.families = {"ngtdm"};
  config.features.only = {{"ngtdm", {"Contrast"}}};
  config.features.image_types = {"original"};
  const auto map_of = [&](const std::string& image) {
    std::map<std::string, std::vector<double>> maps;
    extract_maps(load_image(kFolder + "breast1_image.nrrd"), read_label_map(kFolder + "breast1_label.nrrd"), config,
                 [&](int, const std::string& column, const Image& map) { maps[column] = map.voxels; });
    return maps.at(image + "_ngtdm_Contrast");
  };
  const auto original = map_of("original"), coarse = map_of("smooth");
  config.features.bins["smooth"].bin_width = 5;
  EXPECT_EQ(map_of("original"), original);
  const auto fine = map_of("smooth");
  config.features.bins.clear();
  config.features.bin_width = 5;
  EXPECT_EQ(map_of("smooth"), fine);
  EXPECT_NE(fine, coarse);
}

TEST(BinsOfAnImageType, NameOneThatIsMeasured) {
  const auto refusal = [](const std::string& type, double width) {
    RadiomicsConfig config = with_wavelets("pyradiomics");
    config.features.bins[type].bin_width = width;
    try {
      require_settings(config);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal("square", 5), "bins.square: none of the image types and filters: original, wavelet, smooth");
  EXPECT_EQ(refusal("smooth", 0), "bins.smooth: sets neither bin_width nor bin_count");
  EXPECT_EQ(refusal("smooth", 5), "");
}

}  // namespace
}  // namespace radiopath::radiology
