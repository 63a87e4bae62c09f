#include "radiology/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.h"
#include "core/table.h"

namespace radiopath::radiology {
namespace {

/// Numbers the 26-connected pieces of the nonzero voxels from 1, in the order of their first voxels.
void number_components(LabelMap& map) {
  const auto& size = map.grid.size;
  for (auto& v : map.voxels) v = static_cast<std::int16_t>(v != 0 ? -1 : 0);
  int count = 0;
  std::vector<std::array<int, 3>> open;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      for (int x = 0; x < size[0]; ++x) {
        if (map.voxels[map.grid.index(x, y, z)] != -1) continue;
        if (++count > 32767) throw InputError("the mask has more than 32767 connected pieces");
        map.voxels[map.grid.index(x, y, z)] = static_cast<std::int16_t>(count);
        open.push_back({x, y, z});
        while (!open.empty()) {
          const auto at = open.back();
          open.pop_back();
          for (int k = std::max(0, at[2] - 1); k <= std::min(size[2] - 1, at[2] + 1); ++k) {
            for (int j = std::max(0, at[1] - 1); j <= std::min(size[1] - 1, at[1] + 1); ++j) {
              for (int i = std::max(0, at[0] - 1); i <= std::min(size[0] - 1, at[0] + 1); ++i) {
                auto& voxel = map.voxels[map.grid.index(i, j, k)];
                if (voxel != -1) continue;
                voxel = static_cast<std::int16_t>(count);
                open.push_back({i, j, k});
              }
            }
          }
        }
      }
    }
  }
}

/// A run of voxels along x joins what is known of its label.
void add_run(LabelFacts& facts, const std::array<int, 3>& first, int length) {
  const std::array<int, 3> end = {first[0] + length, first[1] + 1, first[2] + 1};
  for (std::size_t a = 0; a < 3; ++a) {
    const int low = facts.voxels == 0 ? first[a] : std::min(facts.box.low[a], first[a]);
    const int high = facts.voxels == 0 ? end[a] : std::max(facts.box.low[a] + facts.box.size[a], end[a]);
    facts.box.low[a] = low;
    facts.box.size[a] = high - low;
  }
  facts.voxels += length;
}

}  // namespace

NumbersOrWord parse_labels(const std::string& text) {
  if (std::find(kLabelWords.begin(), kLabelWords.end(), text) != kLabelWords.end()) return text;
  std::vector<int> numbers;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    const auto number = parse_double(text.substr(start, comma - start));
    if (!number || *number != std::floor(*number) || *number < 1 || *number > 32767)
      throw InputError(fmt::format("labels: '{}'; expected whole numbers from 1 as 1 or 1,3, or one of {}", text,
                                   join_names(kLabelWords)));
    numbers.push_back(static_cast<int>(*number));
    start = comma + 1;
  }
  return numbers;
}

std::vector<LabelFacts> facts_of(const LabelMap& map) {
  std::map<int, LabelFacts> facts;
  const auto& size = map.grid.size;
  for (int z = 0; z < size[2]; ++z) {
    for (int y = 0; y < size[1]; ++y) {
      const std::int16_t* const row = map.voxels.data() + map.grid.index(0, y, z);
      std::int16_t any = 0;
      for (int x = 0; x < size[0]; ++x) any |= row[x];
      if (any == 0) continue;
      for (int x = 0; x < size[0]; ++x) {
        if (row[x] == 0) continue;
        const int first = x;
        while (x + 1 < size[0] && row[x + 1] == row[first]) ++x;
        add_run(facts[row[first]], {first, y, z}, x - first + 1);
      }
    }
  }
  std::vector<LabelFacts> found;
  for (auto& [label, fact] : facts) {
    fact.label = label;
    found.push_back(fact);
  }
  return found;
}

std::vector<int> choose_labels(LabelMap& map, const NumbersOrWord& labels) {
  if (const auto* numbers = std::get_if<std::vector<int>>(&labels)) return *numbers;
  const auto& word = std::get<std::string>(labels);
  if (word == "merge")
    for (auto& v : map.voxels) v = static_cast<std::int16_t>(v != 0);
  if (word == "each-component") number_components(map);
  std::vector<int> chosen;
  for (const auto& facts : facts_of(map)) chosen.push_back(facts.label);
  if (chosen.empty()) throw InputError("the mask is empty: no voxel is nonzero");
  return chosen;
}

}  // namespace radiopath::radiology
