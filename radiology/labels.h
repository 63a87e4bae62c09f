#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config.h"
#include "radiology/preprocessing.h"
#include "radiology/volume.h"

namespace radiopath::radiology {

/// Words for labels: all of a map, a row each; every nonzero voxel as label 1; the 26-connected pieces of the nonzero
/// voxels, numbered in the order of their first voxels.
inline const std::vector<std::string> kLabelWords = {"all", "merge", "each-component"};

/// What a cell or an option says: "1", "1,3" or a word. Throws InputError for anything else.
NumbersOrWord parse_labels(const std::string& text);

/// What a map holds of a label.
struct LabelFacts {
  int label = 1;
  std::int64_t voxels = 0;
  Box box;
};
std::vector<LabelFacts> facts_of(const LabelMap& map);  ///< of every label but 0, ascending

/// The labels that are meant, from 1 on; `merge` and `each-component` change the map. Throws InputError when a word is
/// given and the map is empty.
std::vector<int> choose_labels(LabelMap& map, const NumbersOrWord& labels);

}  // namespace radiopath::radiology
