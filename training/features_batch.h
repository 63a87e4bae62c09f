#pragma once

#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "radiology/image_processing.h"
#include "training/features_cases.h"

namespace radiopath::training {

/// Labels of one image and mask that the engine measures at once, and the cases that ask for some of them.
struct LabelCall {
  struct Asked {
    std::size_t place;  ///< of the case
    NumbersOrWord labels;
  };
  NumbersOrWord labels;
  std::vector<Asked> cases;

  /// The config with these labels.
  radiology::RadiomicsConfig config(radiology::RadiomicsConfig config) const {
    config.labels = labels;
    return config;
  }
};

/// Those of the measured regions that a case asked for, in its order.
template <class Region>
std::vector<Region> asked_for(const std::vector<Region>& measured, const NumbersOrWord& labels) {
  const auto* numbers = std::get_if<std::vector<int>>(&labels);
  if (numbers == nullptr) return measured;
  std::vector<Region> chosen;
  for (const int number : *numbers)
    for (const auto& region : measured)
      if (region.label == number) chosen.push_back(region);
  return chosen;
}

inline const std::string kInterrupted = "interrupted";

/// How a batch ended.
struct BatchEnd {
  std::vector<std::string> failures;  ///< a reason by case; "": done, kInterrupted: not reached
  bool interrupted = false;
};

/// Every image and mask is loaded once; cases that share both share `work`, and those with whole-numbered labels one
/// call of it. What goes wrong with a case is its failure, the others go on: damaged files, too little memory. After
/// Ctrl-C what is done is kept. Calls for different images run at the same time.
using BatchWork =
    std::function<void(const LabelCall& call, const radiology::ImageFile& image, radiology::LabelFile mask)>;
BatchEnd run_batch(const std::string& name, const std::vector<FeatureCase>& cases,
                   const radiology::RadiomicsConfig& config, const BatchWork& work);

}  // namespace radiopath::training
