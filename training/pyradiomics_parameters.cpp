#include "training/pyradiomics_parameters.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "core/error.h"
#include "core/table.h"
#include "radiology/wavelet.h"

namespace radiopath::training {
namespace {

using radiology::RadiomicsConfig;

/// What is wrong with one value: the caller knows its name and line.
struct Refusal {
  std::string why;
};

double number_in(const YAML::Node& node) {
  std::string text = node.IsScalar() ? node.Scalar() : "";
  if (!text.empty() && text[0] == '.' && text.size() == 4) text.erase(0, 1);  // YAML's .nan
  const auto value = text.empty() ? std::nullopt : parse_double(text);
  if (!value) throw Refusal{"expected a number"};
  return *value;
}

double positive(const YAML::Node& node) {
  const double value = number_in(node);
  if (!(value > 0)) throw Refusal{fmt::format("is {}; expected a number above 0", value)};
  return value;
}

double not_negative(const YAML::Node& node) {
  const double value = number_in(node);
  if (!(value >= 0)) throw Refusal{fmt::format("is {}; expected a number from 0", value)};
  return value;
}

int whole(const YAML::Node& node, int least, int most = 1 << 30) {
  const double value = number_in(node);
  if (value != std::floor(value) || value < least || value > most)
    throw Refusal{fmt::format("is {}; expected a whole number from {}{}", value, least,
                              most < 1 << 30 ? fmt::format(" to {}", most) : "")};
  return static_cast<int>(value);
}

bool truth(const YAML::Node& node) {
  bool value = false;
  if (!node.IsScalar() || !YAML::convert<bool>::decode(node, value)) throw Refusal{"expected true or false"};
  return value;
}

template <class Read>
auto list(const YAML::Node& node, Read&& read) {
  std::vector<decltype(read(node))> values;
  if (node.IsScalar()) values.push_back(read(node));
  else if (!node.IsSequence()) throw Refusal{"expected a list, as [1, 2]"};
  else for (const auto& entry : node) values.push_back(read(entry));
  return values;
}

std::string word(const YAML::Node& node, const std::vector<std::string>& known) {
  const std::string text = node.IsScalar() ? node.Scalar() : "";
  if (std::find(known.begin(), known.end(), text) != known.end()) return text;
  const auto nearest = nearest_name(text, known);
  throw Refusal{fmt::format("is '{}'{}; known: {}", text, nearest ? "; did you mean '" + *nearest + "'?" : "",
                            join_names(known))};
}

/// SimpleITK's names, in the order of its numbers from 1, beside ours.
const std::vector<std::pair<std::string, std::string>> kInterpolators = {
    {"sitkNearestNeighbor", "nearest"},
    {"sitkLinear", "linear"},
    {"sitkBSpline", "bspline"},
    {"sitkGaussian", "gaussian"},
    {"sitkLabelGaussian", "label_gaussian"},
    {"sitkHammingWindowedSinc", "hamming_windowed_sinc"},
    {"sitkCosineWindowedSinc", "cosine_windowed_sinc"},
    {"sitkWelchWindowedSinc", "welch_windowed_sinc"},
    {"sitkLanczosWindowedSinc", "lanczos_windowed_sinc"},
    {"sitkBlackmanWindowedSinc", "blackman_windowed_sinc"}};

std::string interpolator(const YAML::Node& node) {
  std::vector<std::string> names;
  for (const auto& [theirs, ours] : kInterpolators) {
    names.push_back(theirs);
    if (node.IsScalar() && (node.Scalar() == theirs || node.Scalar() == std::to_string(names.size()))) return ours;
  }
  word(node, names);
  return "";
}

/// Whether 2 is written 2 rather than 2.0: PyRadiomics names its images after it.
bool whole_numbers_are_integers(const YAML::Node& node) {
  bool integer = false, real = false;
  list(node, [&](const YAML::Node& entry) {
    const bool written = entry.Scalar().find_first_of(".eE") == std::string::npos;
    integer |= written;
    real |= !written && number_in(entry) == std::floor(number_in(entry));
    return 0;
  });
  if (integer && real) throw Refusal{"whole numbers stand with and without a decimal point; write them alike"};
  return integer;
}

using Apply = std::function<void(RadiomicsConfig&, const YAML::Node&)>;

/// Settings of filters, which may stand under their image type too; by the image types they belong to.
const std::map<std::string, std::map<std::string, Apply>> kFilterSettings = {
    {"LoG",
     {{"sigma",
       [](auto& c, const auto& n) {
         c.features.sigma_mm = list(n, positive);
         c.features.sigma_as_integers = whole_numbers_are_integers(n);
       }}}},
    {"Wavelet",
     {{"wavelet", [](auto& c, const auto& n) { c.features.wavelet.wavelet = word(n, radiology::wavelet_names()); }},
      {"level", [](auto& c, const auto& n) { c.features.wavelet.level = whole(n, 1, 8); }},
      {"start_level", [](auto& c, const auto& n) { c.features.wavelet.start_level = whole(n, 0, 8); }}}},
    {"Gradient", {{"gradientUseSpacing", [](auto& c, const auto& n) { c.features.gradient_use_spacing = truth(n); }}}},
    {"LBP2D",
     {{"lbp2DRadius", [](auto& c, const auto& n) { c.features.lbp_2d.radius = positive(n); }},
      {"lbp2DSamples", [](auto& c, const auto& n) { c.features.lbp_2d.samples = whole(n, 1, 24); }},
      {"lbp2DMethod",
       [](auto& c, const auto& n) { c.features.lbp_2d.method = word(n, {"default", "ror", "uniform", "var"}); }}}},
    {"LBP3D",
     {{"lbp3DLevels", [](auto& c, const auto& n) { c.features.lbp_3d.levels = whole(n, 2, 12); }},
      {"lbp3DIcosphereRadius", [](auto& c, const auto& n) { c.features.lbp_3d.icosphere_radius = positive(n); }},
      {"lbp3DIcosphereSubdivision",
       [](auto& c, const auto& n) { c.features.lbp_3d.icosphere_subdivision = whole(n, 0, 3); }}}}};

const std::map<std::string, Apply> kSettings = {
    {"label", [](auto& c, const auto& n) { c.labels = std::vector<int>{whole(n, 1, 32767)}; }},
    {"label_channel", [](auto& c, const auto& n) { c.label_channel = whole(n, 0, 1000000); }},
    {"additionalInfo", [](auto& c, const auto& n) { c.diagnostics = truth(n); }},
    {"geometryTolerance",
     [](auto&, const auto& n) {
       if (positive(n) > 0.01)
         throw Refusal{"grids that differ by more than 1 % of a voxel are never taken for the same; correctMask: true "
                       "puts the mask on the image's grid"};
     }},
    {"correctMask", [](auto& c, const auto& n) { c.processing.resample_mask = truth(n); }},
    {"minimumROIDimensions", [](auto& c, const auto& n) { c.processing.minimum_roi_dimensions = whole(n, 1, 3); }},
    {"minimumROISize", [](auto& c, const auto& n) { c.processing.minimum_roi_size = whole(n, 1); }},
    {"normalize", [](auto& c, const auto& n) { c.processing.normalize = truth(n); }},
    {"normalizeScale", [](auto& c, const auto& n) { c.processing.normalize_scale = positive(n); }},
    {"removeOutliers", [](auto& c, const auto& n) { c.processing.remove_outliers = positive(n); }},
    {"resampledPixelSpacing",
     [](auto& c, const auto& n) {
       const auto spacing = list(n, number_in);
       if (spacing.size() != 3 || !(*std::min_element(spacing.begin(), spacing.end()) >= 0))
         throw Refusal{"expected three numbers from 0, as [1, 1, 1]"};
       c.processing.resampled_spacing_mm = spacing;
     }},
    {"interpolator", [](auto& c, const auto& n) { c.processing.interpolator = interpolator(n); }},
    {"padDistance", [](auto& c, const auto& n) { c.processing.pad_distance = whole(n, 0, 1000); }},
    {"preCrop", [](auto& c, const auto& n) { c.processing.pre_crop = truth(n); }},
    {"resegmentRange",
     [](auto& c, const auto& n) {
       c.processing.resegment_range = list(n, number_in);
       if (c.processing.resegment_range.empty() || c.processing.resegment_range.size() > 2)
         throw Refusal{"expected one or two numbers"};
       std::sort(c.processing.resegment_range.begin(), c.processing.resegment_range.end());  // as PyRadiomics does
     }},
    {"resegmentMode",
     [](auto& c, const auto& n) { c.processing.resegment_mode = word(n, {"absolute", "relative", "sigma"}); }},
    {"resegmentShape", [](auto& c, const auto& n) { c.processing.resegment_shape = truth(n); }},
    {"binWidth", [](auto& c, const auto& n) { c.features.bin_width = positive(n); }},
    {"binCount", [](auto& c, const auto& n) { c.features.bin_count = whole(n, 1, 65536); }},
    {"force2D", [](auto& c, const auto& n) { c.features.force_2d = truth(n); }},
    {"force2Ddimension", [](auto& c, const auto& n) { c.features.force_2d_dimension = whole(n, 0, 2); }},
    {"distances",
     [](auto& c, const auto& n) { c.features.distances = list(n, [](const auto& entry) { return whole(entry, 1); }); }},
    {"weightingNorm",
     [](auto& c, const auto& n) {
       c.features.weighting = word(n, {"no_weighting", "manhattan", "euclidean", "infinity"});
     }},
    {"symmetricalGLCM", [](auto& c, const auto& n) { c.features.symmetrical_glcm = truth(n); }},
    {"gldm_a", [](auto& c, const auto& n) { c.features.gldm_a = not_negative(n); }},
    {"voxelArrayShift", [](auto& c, const auto& n) { c.features.voxel_array_shift = number_in(n); }}};

/// Settings that every image type may have of its own.
const std::map<std::string, std::function<void(radiology::BinsConfig&, const YAML::Node&)>> kImageTypeSettings = {
    {"binWidth", [](auto& bins, const auto& n) { bins.bin_width = positive(n); }},
    {"binCount", [](auto& bins, const auto& n) { bins.bin_count = whole(n, 1, 65536); }}};

const std::map<std::string, Apply> kVoxelSettings = {
    {"kernelRadius", [](auto& c, const auto& n) { c.maps.kernel_radius = whole(n, 1, 100); }},
    {"maskedKernel", [](auto& c, const auto& n) { c.maps.masked_kernel = truth(n); }},
    {"initValue", [](auto& c, const auto& n) { c.maps.initial_value = number_in(n); }},
    {"voxelBatch", [](auto&, const auto& n) { whole(n, -1); }}};

const std::vector<std::pair<std::string, std::string>> kImageTypes = {
    {"Original", "original"},         {"Wavelet", "wavelet"},         {"LoG", "log"},
    {"Square", "square"},             {"SquareRoot", "squareroot"},   {"Logarithm", "logarithm"},
    {"Exponential", "exponential"},   {"Gradient", "gradient"},       {"LBP2D", "lbp-2D"},
    {"LBP3D", "lbp-3D"}};

/// Walks the file, collecting every refusal.
class Converter {
 public:
  explicit Converter(std::string file) : file_(std::move(file)) {}

  RadiomicsConfig convert(const YAML::Node& root) {
    const std::map<std::string, std::function<void(const YAML::Node&)>> sections = {
        {"imageType", [&](const auto& node) { image_types(node); }},
        {"featureClass", [&](const auto& node) { feature_classes(node); }},
        {"setting", [&](const auto& node) { settings(node); }},
        {"voxelSetting", [&](const auto& node) { each(node, kVoxelSettings, "voxelSetting"); }}};
    walk(root, "", [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
      const auto found = sections.find(name);
      if (found == sections.end()) return unknown(key, "section", name, sections);
      if (value.IsMap()) found->second(value);
      else if (!value.IsNull()) refuse(value, name + ": expected keys and values");
    });
    finish();
    if (!problems_.empty()) throw InputError(fmt::format("{}", fmt::join(problems_, "\n")));
    return config_;
  }

 private:
  template <class Visit>
  void walk(const YAML::Node& node, const std::string& section, Visit&& visit) {
    if (!node.IsMap()) {
      if (!node.IsNull()) refuse(node, (section.empty() ? "" : section + ": ") + "expected keys and values");
      return;
    }
    std::map<std::string, int> lines;  // YAML's readers differ in which of two equal keys they take
    for (const auto& entry : node) {
      const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
      const auto [first, is_new] = lines.try_emplace(name, entry.first.Mark().line + 1);
      if (is_new) visit(name, entry.first, entry.second);
      else refuse(entry.first, fmt::format("{}{} stands twice, first in line {}", section.empty() ? "" : section + ".",
                                           name, first->second));
    }
  }

  void refuse(const YAML::Node& where, const std::string& what) {
    problems_.push_back(fmt::format("{}:{}: {}", file_, where.Mark().line + 1, what));
  }

  template <class Map>
  void unknown(const YAML::Node& where, const std::string& kind, const std::string& name, const Map& known) {
    std::vector<std::string> names;
    for (const auto& [key, value] : known) names.push_back(key);
    const auto nearest = nearest_name(name, names);
    refuse(where, fmt::format("unknown {} '{}'{} Known: {}", kind, name,
                              nearest ? "; did you mean '" + *nearest + "'?" : ".", join_names(names, 40)));
  }

  void apply(const Apply& setting, const std::string& name, const YAML::Node& key, const YAML::Node& value) {
    if (value.IsNull()) return;  // PyRadiomics' None: as if it were not there
    try {
      setting(config_, value);
    } catch (const Refusal& refusal) {
      refuse(key, name + ": " + refusal.why);
    }
  }

  void each(const YAML::Node& node, const std::map<std::string, Apply>& known, const std::string& section) {
    walk(node, section, [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
      const auto found = known.find(name);
      if (found == known.end()) unknown(key, section, name, known);
      else apply(found->second, section + "." + name, key, value);
    });
  }

  void settings(const YAML::Node& node) {
    std::map<std::string, Apply> known = kSettings;
    for (const auto& [type, filter] : kFilterSettings) known.insert(filter.begin(), filter.end());
    each(node, known, "setting");
    const YAML::Node interpolator = node["interpolator"];
    if (interpolator && interpolator.IsNull()) resamples_ = false;
  }

  void image_types(const YAML::Node& node) {
    config_.features.image_types.clear();
    walk(node, "imageType", [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
      const std::map<std::string, std::string> known(kImageTypes.begin(), kImageTypes.end());
      const auto found = known.find(name);
      if (found == known.end()) return unknown(key, "imageType", name, known);
      auto& types = config_.features.image_types;
      if (std::find(types.begin(), types.end(), found->second) == types.end()) types.push_back(found->second);
      walk(value, "imageType." + name, [&](const std::string& setting, const YAML::Node& at, const YAML::Node& to) {
        image_type_setting(name, found->second, setting, at, to);
      });
    });
    if (config_.features.image_types.empty()) config_.features.image_types = {"original"};
  }

  /// What stands under an image type, `ours` by our name.
  void image_type_setting(const std::string& type, const std::string& ours, const std::string& setting,
                          const YAML::Node& at, const YAML::Node& to) {
    const auto filter = kFilterSettings.find(type);
    const auto of_filter = filter == kFilterSettings.end() ? std::map<std::string, Apply>() : filter->second;
    const std::string path = "imageType." + type + "." + setting;
    if (const auto own = of_filter.find(setting); own != of_filter.end()) {
      later_.push_back([this, own = own->second, path, at, to] { apply(own, path, at, to); });
    } else if (const auto bins = kImageTypeSettings.find(setting); bins != kImageTypeSettings.end()) {
      if (to.IsNull()) refuse(at, path + ": expected a number");  // PyRadiomics would undo what 'setting' says
      else apply([&](auto& c, const auto& n) { bins->second(c.features.bins[ours], n); }, path, at, to);
    } else if (kSettings.contains(setting)) {
      refuse(at, path + ": this setting for one image type alone cannot be honoured; put it under 'setting', or "
                        "extract this image type in a run of its own");
    } else {
      std::map<std::string, Apply> known = of_filter;
      for (const auto& [name, unused] : kImageTypeSettings) known.try_emplace(name);
      unknown(at, "imageType." + type, setting, known);
    }
  }

  void feature_classes(const YAML::Node& node) {
    using namespace radiology;
    std::map<std::string, std::vector<std::string>> known;
    for (const Family family : {Family::kFirstOrder, Family::kShape, Family::kShape2D, Family::kGlcm, Family::kGlrlm,
                                Family::kGlszm, Family::kGldm, Family::kNgtdm}) {
      for (const auto& column : columns_of(family, Profile::kPyRadiomics))
        known[std::string(name_of(family))].emplace_back(column.name);
    }
    auto& features = config_.features;
    classes_named_ = true;
    features.families.clear();
    walk(node, "featureClass", [&](const std::string& name, const YAML::Node& key, const YAML::Node& value) {
      if (!known.contains(name)) return unknown(key, "featureClass", name, known);
      features.only.erase(name);
      if (std::find(features.families.begin(), features.families.end(), name) == features.families.end())
        features.families.push_back(name);
      if (name == "shape2D") shape_2d_line_ = key;
      try {
        if (value.IsNull()) return;
        const auto chosen = list(value, [&](const auto& entry) { return word(entry, known.at(name)); });
        if (!chosen.empty()) features.only[name] = chosen;
      } catch (const Refusal& refusal) {
        refuse(key, "featureClass." + name + ": a feature " + refusal.why);
      }
    });
    if (features.families.empty()) {
      features.families = default_families(Profile::kPyRadiomics);
      classes_named_ = false;
    }
  }

  /// What depends on several sections.
  void finish() {
    for (const auto& step : later_) step();  // an image type's own settings win over those of 'setting'
    auto& features = config_.features;
    if (features.bin_count > 0)  // PyRadiomics looks at no binWidth where there is a binCount
      std::erase_if(features.bins, [](const auto& own) { return own.second.bin_count == 0; });
    if (!classes_named_ && features.force_2d) features.families.emplace_back("shape2D");  // all that PyRadiomics has
    if (!resamples_) config_.processing.resampled_spacing_mm.clear();
    if (shape_2d_line_.IsDefined() && !shape_2d_line_.IsNull() && !features.force_2d) {
      refuse(shape_2d_line_, "featureClass shape2D: PyRadiomics leaves it out unless setting force2D is true; set it, "
                             "or take the class away");
    }
    const auto log = std::find(features.image_types.begin(), features.image_types.end(), "log");
    if (log != features.image_types.end() && features.sigma_mm.empty()) {
      features.image_types.erase(log);  // as there
      features.bins.erase("log");
    }
    if (features.image_types.empty())
      problems_.push_back(file_ + ": imageType LoG needs sigma, as LoG: {sigma: [2, 4]}");
  }

  std::string file_;
  RadiomicsConfig config_;
  bool resamples_ = true, classes_named_ = false;
  YAML::Node shape_2d_line_;
  std::vector<std::function<void()>> later_;
  std::vector<std::string> problems_;
};

}  // namespace

RadiomicsConfig read_pyradiomics_parameters(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) throw InputError(file.string() + ": no such parameter file");
  YAML::Node root;
  try {
    root = YAML::LoadFile(file.string());
  } catch (const YAML::Exception& error) {
    throw InputError(fmt::format("{}:{}: not YAML: {}{}", file.string(), error.mark.line + 1, error.msg,
                                 "; is it indented with tabs?"));
  }
  return Converter(file.string()).convert(root);
}

}  // namespace radiopath::training
