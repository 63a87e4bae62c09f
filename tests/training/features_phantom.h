#pragma once

#include <cmath>
#include <fstream>
#include <string>

#include "core/files.h"
#include "core/table.h"
#include "radiology/image_processing.h"
#include "tests/support/program.h"
#include "tests/support/scratch.h"

// Small images and masks on disk, and the tables that `radiopath features` makes of them.
namespace radiopath {

/// 16 x 16 x 6 voxels with labels 1 and 3 in two corners.
class FeaturesFolder {
 public:
  radiology::Volume image;
  radiology::LabelMap mask;

  FeaturesFolder() {
    image.grid.size = mask.grid.size = {16, 16, 6};
    image.grid.spacing_mm = mask.grid.spacing_mm = {0.7, 0.7, 3};
    image.grid.origin = mask.grid.origin = {-12, 8, 100};
    for (int i = 0; i < 16 * 16 * 6; ++i) {
      image.voxels.push_back(static_cast<float>((i * 37 + i / 16 * 11) % 211));
      mask.voxels.push_back(0);
    }
    for (int z = 1; z < 5; ++z)
      for (int y = 2; y < 7; ++y)
        for (int x = 2; x < 7; ++x) {
          mask.voxels[mask.grid.index(x, y, z)] = 1;
          mask.voxels[mask.grid.index(x + 8, y + 8, z)] = 3;
        }
    radiology::write_volume(at("image.nrrd"), image);
    radiology::write_label_map(at("mask.nrrd"), mask);
  }

  std::filesystem::path at(const std::string& name) const { return scratch_ / name; }
  std::string write(const std::string& name, const std::string& text) const {
    write_text(at(name), text);
    return at(name).string();
  }
  /// The phantom changed, as files `name`.
  template <class Change>
  void write_changed(const std::string& name, Change&& change) const {
    auto changed_image = image;
    auto changed_mask = mask;
    change(changed_image, changed_mask);
    radiology::write_volume(at(name + "_image.nrrd"), changed_image);
    radiology::write_label_map(at(name + "_mask.nrrd"), changed_mask);
  }

  /// `radiopath features` in this folder, writing out.csv.
  Outcome features(const std::string& arguments) const {
    return radiopath("features -o " + at("out.csv").string() + " " + arguments);
  }
  std::string phantom() const { return at("image.nrrd").string() + " " + at("mask.nrrd").string() + " "; }
  CsvFile table() const { return read_csv(at("out.csv")); }

 private:
  Scratch scratch_;
};

inline std::string cell(const CsvFile& csv, std::size_t row, const std::string& column) {
  return csv.rows.at(row)[static_cast<std::size_t>(csv.column(column))];
}

}  // namespace radiopath
