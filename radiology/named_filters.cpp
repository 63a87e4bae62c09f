#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/error.h"
#include "radiology/standard_filters.h"

namespace radiopath::radiology {
namespace {

/// The filter's own checks, on one voxel, larger than any kernel.
void require_possible(const StandardFilter& filter, Extent extent) {
  Image probe{{}, {0}, VoxelType::float64};
  probe.grid.size = {1, 1, 1};
  probe.grid.spacing_mm = {1e3, 1e3, 1e3};
  standard_filter(probe, filter, extent);
}

void require_name(const std::string& name) {
  const bool plain = !name.empty() && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.';
  });
  if (!plain) throw InputError("expected a name of letters, digits, '-' and '.', for columns NAME_class_Feature");
}

}  // namespace

std::vector<NamedFilter> named_filters(const StandardFiltersConfig& config, Extent extent) {
  std::vector<NamedFilter> filters;
  const auto add = [&](const std::string& kind, const auto& of_kind) {
    for (const auto& [name, settings] : of_kind) {
      const StandardFilter filter = settings;
      with_context(fmt::format("filters.{}.{}", kind, name), [&] {
        require_name(name);
        require_possible(filter, extent);
      });
      filters.push_back({name, kind, filter});
    }
  };
  std::apply([&](const auto&... kind) { (add(kind.info.name, config.*(kind.member)), ...); },
             StandardFiltersConfig::fields());
  return filters;
}

}  // namespace radiopath::radiology
