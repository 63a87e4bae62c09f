#include "training/features_batch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <new>
#include <tuple>

#include "core/error.h"
#include "core/parallel.h"
#include "core/progress.h"

namespace radiopath::training {
namespace {

using namespace radiology;

/// Runs `body`; the reason in one line when it fails, else "". `memory` says what it needs memory for.
template <class Body>
std::string failure_of(const std::string& memory, Body&& body) {
  try {
    body();
    return "";
  } catch (const Interrupted&) {
    throw;
  } catch (const InputError& error) {
    return error.what();
  } catch (const std::bad_alloc&) {
    return memory;
  } catch (const std::exception& error) {
    std::string text = error.what();
    if (text.find("allocate memory") != std::string::npos) return memory;  // ITK's own
    std::replace(text.begin(), text.end(), '\n', ' ');
    return "internal error, please report it: " + text;
  }
}

/// Places of the cases by image, mask and channel, in the order of their first cases.
std::vector<std::vector<std::size_t>> groups_of(const std::vector<FeatureCase>& cases) {
  std::map<std::tuple<std::string, std::string, int>, std::size_t> known;
  std::vector<std::vector<std::size_t>> groups;
  for (std::size_t c = 0; c < cases.size(); ++c) {
    if (!cases[c].fault.empty()) continue;
    const auto [found, is_new] =
        known.try_emplace({cases[c].image.string(), cases[c].mask.string(), cases[c].channel}, groups.size());
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(c);
  }
  return groups;
}

void add_case(std::vector<LabelCall>& calls, std::size_t place, const NumbersOrWord& labels) {
  const auto* numbers = std::get_if<std::vector<int>>(&labels);
  auto call = std::find_if(calls.begin(), calls.end(), [&](const LabelCall& c) {
    return numbers != nullptr ? std::holds_alternative<std::vector<int>>(c.labels) : c.labels == labels;
  });
  if (call == calls.end()) call = calls.insert(calls.end(), {labels, {}});
  if (numbers != nullptr) {
    auto& all = std::get<std::vector<int>>(call->labels);
    for (const int number : *numbers)
      if (std::find(all.begin(), all.end(), number) == all.end()) all.push_back(number);
  }
  call->cases.push_back({place, labels});
}

/// Voxels of the largest piece that is resampled, by axis; nothing where none is.
std::array<double, 3> resampled_size(const Grid& image, const LabelMap& map, const RadiomicsConfig& config) {
  const auto& spacing = config.processing.resampled_spacing_mm;
  if (spacing.size() != 3) return {};
  const bool whole = profile_of(config.features) == Profile::kIbsi;
  const auto* numbers = std::get_if<std::vector<int>>(&config.labels);
  std::array<double, 3> largest = {}, pad = {};
  for (const LabelFacts& facts : facts_of(map)) {
    if (numbers != nullptr && std::find(numbers->begin(), numbers->end(), facts.label) == numbers->end()) continue;
    for (std::size_t a = 0; a < 3; ++a) {
      const double step = spacing[a] > 0 ? spacing[a] : image.spacing_mm[a];
      const double length = whole ? image.size[a] * image.spacing_mm[a] : facts.box.size[a] * map.grid.spacing_mm[a];
      pad[a] = whole ? 0 : 2 * config.processing.pad_distance;
      largest[a] = std::max(largest[a], std::ceil(length / step) + pad[a]);
    }
  }
  return largest;
}

/// What memory is needed for. Throws InputError when the machine has not as much.
std::string memory_needed(const Grid& image, const LabelMap& map, const RadiomicsConfig& config) {
  const auto size = resampled_size(image, map, config);
  const double voxels = size[0] * size[1] * size[2];
  if (voxels == 0)
    return fmt::format("memory ran out with an image of {} voxels; are too many cases done at once (--threads)?",
                       fmt::join(image.size, " x "));
  const double bytes = voxels * 2 * sizeof(double);  // the piece and what it is interpolated from
  const std::string text = fmt::format(
      "resampled to ({}) mm the region and its surroundings are {} voxels, which take {} of memory or more; is the "
      "spacing too fine?",
      fmt::join(config.processing.resampled_spacing_mm, ", "), fmt::join(size, " x "), bytes_text(bytes));
  if (bytes > static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE)))
    throw InputError(text);
  return text;
}

/// Cases that share image, mask and channel.
void run_group(const std::vector<FeatureCase>& cases, const std::vector<std::size_t>& group,
               const RadiomicsConfig& config, const BatchWork& work, std::vector<std::string>& failures) {
  const FeatureCase& first = cases[group.front()];
  ImageFile image;
  LabelFile mask;
  const std::string unread = failure_of("memory ran out when image and mask were read", [&] {
    image = read_image_file(first.image);
    mask = read_label_file(first.mask, first.channel);
    if (image.nifti) fill_beyond_labels(image.image, mask.labels);
  });
  std::vector<LabelCall> calls;
  for (const std::size_t place : group) {
    failures[place] = !unread.empty() ? unread : failure_of("", [&] {
      add_case(calls, place, labels_of(cases[place], config));
    });
    if (failures[place].empty()) failures[place] = kInterrupted;  // until it is done
  }
  if (!unread.empty()) return;
  for (std::size_t k = 0; k < calls.size(); ++k) {
    const LabelCall& call = calls[k];
    LabelFile own = k + 1 < calls.size() ? mask : std::move(mask);
    std::string memory;
    std::string failure = failure_of("", [&] {
      memory = memory_needed(image.image.grid, own.labels, call.config(config));
    });
    if (failure.empty()) failure = failure_of(memory, [&] { work(call, image, std::move(own)); });
    if (!failure.empty()) failure = fmt::format("{}, {}: {}", first.image.string(), first.mask.string(), failure);
    for (const auto& asked : call.cases) failures[asked.place] = failure;
  }
}

}  // namespace

BatchEnd run_batch(const std::string& name, const std::vector<FeatureCase>& cases, const RadiomicsConfig& config,
                   const BatchWork& work) {
  BatchEnd end;
  for (const auto& one : cases) end.failures.push_back(one.fault.empty() ? kInterrupted : one.fault);
  const auto groups = groups_of(cases);
  Progress progress(name, static_cast<std::int64_t>(cases.size()));
  try {
    parallel_for(static_cast<std::int64_t>(groups.size()), [&](std::int64_t g) {
      const auto& group = groups[static_cast<std::size_t>(g)];
      run_group(cases, group, config, work, end.failures);
      for (const std::size_t place : group)
        if (!end.failures[place].empty()) progress.fail();
      progress.advance(static_cast<std::int64_t>(group.size()));
    });
  } catch (const Interrupted&) {
    end.interrupted = true;
  }
  return end;
}

}  // namespace radiopath::training
