#include "radiology/image_types.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/table.h"
#include "radiology/intensity_filters.h"
#include "radiology/laplacian_of_gaussian.h"
#include "radiology/local_binary_pattern.h"
#include "radiology/local_binary_pattern_3d.h"

namespace radiopath::radiology {
namespace {

const std::vector<std::string> kTypes = {"original",  "wavelet",     "log",      "square", "squareroot",
                                         "logarithm", "exponential", "gradient", "lbp-2D", "lbp-3D"};

std::vector<std::string> wavelet_names_of(const FeaturesConfig& config) {
  std::vector<std::string> names;
  const std::size_t axes = config.force_2d ? 2 : 3;
  std::string prefix;
  for (int level = 1; level <= config.wavelet.level; ++level) {
    prefix = level == 1 ? "wavelet-" : fmt::format("wavelet{}-", level);
    for (unsigned band = 1; band < 1U << axes; ++band) {
      std::string letters;
      for (std::size_t a = 0; a < axes; ++a) letters += (band >> (axes - 1 - a) & 1U) != 0 ? 'H' : 'L';
      names.push_back(prefix + letters);
    }
  }
  names.push_back(prefix + std::string(axes, 'L'));
  return names;
}

std::string log_name_of(double sigma, const FeaturesConfig& config) {
  if (!(sigma > 0)) throw InputError(fmt::format("sigma_mm holds {:g}; expected widths above 0", sigma));
  return log_name(sigma, config.sigma_as_integers ? WholeSigma::kInteger : WholeSigma::kFloat);
}

std::vector<std::string> names_of(const std::string& type, const FeaturesConfig& config) {
  std::vector<std::string> names;
  if (type == "wavelet") return wavelet_names_of(config);
  if (type == "lbp-3D") return local_binary_pattern_3d_names(config.lbp_3d);
  if (type == "log") {
    if (config.sigma_mm.empty()) throw InputError("image_types: log needs sigma_mm, as sigma_mm = [2.0, 4.0]");
    for (const double sigma : config.sigma_mm) names.push_back(log_name_of(sigma, config));
    return names;
  }
  return {type};
}

bool cut_by_filter(const std::string& type) { return type == "wavelet" || type == "lbp-3D"; }

/// The images of a type over the whole image, or cut to the box already (cut_by_filter()).
std::vector<NamedImage> images_of(const std::string& type, const Image& image, const Box& box,
                                  const FeaturesConfig& config) {
  if (type == "wavelet") return wavelet_bands(image, config.wavelet, extent_of(config), box);
  if (type == "lbp-3D") return local_binary_pattern_3d(image, config.lbp_3d, box);
  if (type == "square") return {{type, square(image)}};
  if (type == "squareroot") return {{type, square_root(image)}};
  if (type == "logarithm") return {{type, logarithm(image)}};
  if (type == "exponential") return {{type, exponential(image)}};
  if (type == "gradient") {
    return {{type, gradient_magnitude(image, config.gradient_use_spacing ? GradientUnit::per_mm : GradientUnit::per_voxel)}};
  }
  const Extent extent = extent_of(config);
  return {{type, local_binary_pattern_2d(image, config.lbp_2d,
                                         extent == Extent::volume ? Extent::slices_along_z : extent)}};
}

}  // namespace

const std::vector<std::string>& known_image_types() { return kTypes; }

Extent extent_of(const FeaturesConfig& config) {
  if (!config.force_2d) return Extent::volume;
  constexpr Extent kSlices[] = {Extent::slices_along_z, Extent::slices_along_y, Extent::slices_along_x};
  return kSlices[config.force_2d_dimension];
}

std::vector<std::string> image_names(const FeaturesConfig& config) {
  std::vector<std::string> names;
  for (const auto& type : config.image_types) {
    if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
      const auto nearest = nearest_name(type, kTypes);
      throw InputError(fmt::format("image_types: unknown '{}'{}; known: {}", type,
                                   nearest ? "; did you mean '" + *nearest + "'?" : "", join_names(kTypes)));
    }
    for (auto& name : names_of(type, config)) names.push_back(std::move(name));
  }
  for (const auto& [name, kind, filter] : named_filters(config.filters, extent_of(config))) {
    if (std::find(names.begin(), names.end(), name) != names.end())
      throw InputError(fmt::format("filters.{}.{}: another image has this name; call it otherwise", kind, name));
    names.push_back(name);
  }
  if (names.empty()) throw InputError("image_types: none, and no filters; expected an image, as [\"original\"]");
  return names;
}

namespace {

/// Whether force_2d would change any image: the way that an ibsi config uses it.
bool filters_in_slices(const FeaturesConfig& config) {
  const auto has = [&](const char* type) {
    return std::find(config.image_types.begin(), config.image_types.end(), type) != config.image_types.end();
  };
  return has("wavelet") || has("lbp-2D") || !named_filters(config.filters, extent_of(config)).empty();
}

void require_bins(const FeaturesConfig& config) {
  std::vector<std::string> known = config.image_types;
  for (const auto& filter : named_filters(config.filters, extent_of(config))) known.push_back(filter.name);
  for (const auto& [type, bins] : config.bins) {
    if (std::find(known.begin(), known.end(), type) == known.end())
      throw InputError(fmt::format("bins.{}: none of the image types and filters: {}", type, join_names(known)));
    if (bins.bin_width == 0 && bins.bin_count == 0)
      throw InputError(fmt::format("bins.{}: sets neither bin_width nor bin_count", type));
  }
}

void require_effect(const FeaturesConfig& config) {
  const FeaturesConfig defaults;
  const auto refuse = [&](bool set, const char* name, const char* instead) {
    if (set) throw InputError(fmt::format("{}: has no effect under profile {}; {}", name, config.profile, instead));
  };
  if (profile_of(config) == Profile::kIbsi) {
    refuse(config.force_2d && !filters_in_slices(config), "force_2d",
           "aggregation = \"2.5D:avg\" keeps neighbours within slices");
    refuse(config.weighting != defaults.weighting, "weighting", "aggregation = \"3D:mrg\" merges directions");
    refuse(config.voxel_array_shift != 0, "voxel_array_shift", "it is of firstorder under pyradiomics");
  } else {
    refuse(config.aggregation != defaults.aggregation, "aggregation",
           "set profile = \"ibsi\", or force_2d (2.5D) and weighting = \"no_weighting\" (mrg)");
    refuse(config.ivh_bin_width != 0, "ivh_bin_width", "the intensity-volume histogram is of ibsi");
    refuse(config.ivh_bin_count != 0, "ivh_bin_count", "the intensity-volume histogram is of ibsi");
  }
}

}  // namespace

void require_settings(const FeaturesConfig& config) {
  image_names(config);
  family_columns(config);
  texture_options_of(config);
  if (!(config.bin_width > 0))
    throw InputError(fmt::format("bin_width is {}; expected a positive number", config.bin_width));
  require_bins(config);
  require_effect(config);
}

SharedImage original_in(const SharedImage& image, const Box& box) {
  return is_whole(box, image->grid) ? image : std::make_shared<const Image>(cut(*image, box));
}

std::vector<DerivedImage> derived_images(const SharedImage& whole, const Box& box, const FeaturesConfig& config) {
  const Image& image = *whole;
  std::vector<DerivedImage> derived;
  const auto add = [&](const std::string& type, const std::string& name, Image made) {
    derived.push_back({name, std::make_shared<const Image>(std::move(made)), "", type});
  };
  for (const auto& type : config.image_types) {
    if (type == "original") {
      derived.push_back({type, original_in(whole, box), "", type});
    } else if (type == "log") {
      for (const double sigma : config.sigma_mm) {
        const std::string reason = log_skipped(image.grid, sigma);
        const std::string name = log_name_of(sigma, config);
        if (reason.empty()) add(type, name, cut(laplacian_recursive_gaussian(image, sigma), box));
        else derived.push_back({name, nullptr, reason, type});
      }
    } else {
      auto images = images_of(type, image, box, config);
      for (const auto& name : names_of(type, config)) {  // the order of the columns
        const auto found = std::find_if(images.begin(), images.end(), [&](const auto& i) { return i.name == name; });
        if (found == images.end()) throw std::logic_error("no image " + name);
        add(type, name, cut_by_filter(type) ? std::move(found->image) : cut(found->image, box));
      }
    }
  }
  const Extent extent = extent_of(config);
  for (const auto& [name, kind, filter] : named_filters(config.filters, extent))
    add(name, name, standard_filter_in(image, box, filter, extent));
  return derived;
}

MeasuredImages measured_images(const SharedImage& image, const Box& box, const FeaturesConfig& config) {
  MeasuredImages images{derived_images(image, box, config), nullptr};
  for (const DerivedImage& derived : images.derived)
    if (derived.name == "original") images.original = derived.image;
  const auto families = families_of(config);
  if (!images.original && std::find(families.begin(), families.end(), Family::kMorphology) != families.end())
    images.original = original_in(image, box);
  return images;
}

}  // namespace radiopath::radiology
