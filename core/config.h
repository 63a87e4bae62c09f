#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

namespace radiopath {

/// What a field says about itself beside its type and default.
struct FieldInfo {
  std::string name;
  std::string meaning;
  std::string unit;
  std::optional<double> minimum, maximum;
  std::vector<std::string> choices;
  bool may_be_nan = false;
};

/// A member of a config struct with its description. See `field` and the structs' `fields()`.
template <class Struct, class Type>
struct Field {
  FieldInfo info;
  Type Struct::*member;

  Field unit(std::string text) && { info.unit = std::move(text); return std::move(*this); }
  Field range(double low, double high) && { info.minimum = low; info.maximum = high; return std::move(*this); }
  Field at_least(double low) && { info.minimum = low; return std::move(*this); }
  Field or_nan() && { info.may_be_nan = true; return std::move(*this); }
  Field one_of(std::vector<std::string> names) && { info.choices = std::move(names); return std::move(*this); }
};

/// `static auto fields() { return std::tuple{field("k_min", &HabitatsConfig::k_min, "smallest number tried").range(2, 64)}; }`
template <class Struct, class Type>
Field<Struct, Type> field(std::string name, Type Struct::*member, std::string meaning) {
  return {{std::move(name), std::move(meaning), "", {}, {}, {}}, member};
}

/// Whole numbers, or one of the field's choices in their place: `1`, `[1, 3]`, `"all"`.
using NumbersOrWord = std::variant<std::vector<int>, std::string>;

struct Setting;

/// Named sub-sections of one type, as `[tables.mirna]`: made on demand when a file names them.
struct SettingMap {
  std::function<std::vector<std::string>()> keys;
  std::function<std::vector<Setting>(const std::string& key)> at;  ///< adds the key where it is new
  std::function<std::vector<Setting>()> example;                   ///< a sub-section with its defaults
};

/// One setting of a live config object: the reader, the writer, `--set` and the reference page walk these.
/// Paths are written relative to the config file and held absolute; an empty path means "not given".
struct Setting {
  using Target = std::variant<bool*, int*, std::int64_t*, double*, std::string*, std::filesystem::path*,
                              std::vector<std::string>*, std::vector<int>*, std::vector<double>*,
                              NumbersOrWord*, std::map<std::string, std::vector<std::string>>*, std::vector<Setting>,
                              SettingMap>;
  FieldInfo info;
  Target target;
};

template <class Struct>
std::vector<Setting> settings_of(Struct& object);

namespace detail {
template <class Type>
Setting::Target target_of(Type& member) {
  if constexpr (requires { Type::fields(); }) {
    return settings_of(member);
  } else if constexpr (requires { typename Type::mapped_type; Type::mapped_type::fields(); }) {
    Type* map = &member;
    return SettingMap{[map] {
                        std::vector<std::string> keys;
                        for (const auto& entry : *map) keys.push_back(entry.first);
                        return keys;
                      },
                      [map](const std::string& key) { return settings_of((*map)[key]); },
                      [blank = std::make_shared<typename Type::mapped_type>()] { return settings_of(*blank); }};
  } else {
    return &member;
  }
}
}  // namespace detail

/// The settings of `object`, in the order of its `fields()`. `object` must outlive them.
template <class Struct>
std::vector<Setting> settings_of(Struct& object) {
  std::vector<Setting> settings;
  std::apply([&](auto&&... f) { (settings.push_back({f.info, detail::target_of(object.*(f.member))}), ...); },
             Struct::fields());
  return settings;
}

/// Reads `file`, unless it is empty (and the file its top-level `extends` names, first) and then the `a.b=c` texts of `--set` into the
/// settings. Throws one InputError listing every unknown key, wrong type and value out of range, each with
/// file:line:column, the nearest name and the known names.
void read_config(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                 const std::vector<Setting>& settings);

/// All settings as TOML; with `comments`, each with meaning, unit and range above it, and named sub-sections of which
/// there are none as a comment.
enum class Comments { none, meanings };
std::string write_config(const std::vector<Setting>& settings, Comments comments = Comments::none);

template <class Struct>
Struct load_config(const std::filesystem::path& file, const std::vector<std::string>& overrides = {}) {
  Struct config;
  read_config(file, overrides, settings_of(config));
  return config;
}

/// The TOML text of one struct: the part of a cache key that settings make up.
template <class Struct>
std::string config_text(const Struct& config) {
  Struct copy = config;
  return write_config(settings_of(copy));
}

}  // namespace radiopath
