#include "core/config.h"

#define TOML_EXCEPTIONS 1
#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/error.h"
#include "core/table.h"

namespace radiopath {
namespace {

namespace fs = std::filesystem;

template <class... Fs>
struct Overloaded : Fs... {
  using Fs::operator()...;
};
template <class... Fs>
Overloaded(Fs...) -> Overloaded<Fs...>;

std::string toml_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') out += "\\n";
    else out += c;
  }
  return out + "\"";
}

std::string bare_or_quoted(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '_' || c == '-';
  });
  return bare ? key : toml_text(key);
}

/// Walks a parsed file and the settings side by side, collecting every problem.
class Reader {
 public:
  Reader(std::string source, fs::path folder) : source_(std::move(source)), folder_(std::move(folder)) {}

  void read(const toml::table& table, const std::vector<Setting>& settings, const std::string& section) {
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (section.empty() && name == "extends") continue;
      const auto found = std::find_if(settings.begin(), settings.end(), [&](const auto& s) { return s.info.name == name; });
      if (found == settings.end()) unknown(key.source(), name, settings, section);
      else assign(*found, node, section.empty() ? name : section + "." + name);
    }
  }

  void finish() const {
    std::string message;
    for (const auto& text : problems_) message += (message.empty() ? "" : "\n") + text;
    if (!message.empty()) throw InputError(message);
  }

 private:
  void problem(const toml::source_region& where, const std::string& what) {
    std::string place = source_;
    if (where.begin.line > 0 && source_ != "--set")
      place += ":" + std::to_string(where.begin.line) + ":" + std::to_string(where.begin.column);
    problems_.push_back(place + ": " + what);
  }

  void unknown(const toml::source_region& where, const std::string& name, const std::vector<Setting>& settings,
               const std::string& section) {
    std::vector<std::string> known;
    for (const auto& setting : settings) known.push_back(setting.info.name);
    std::string message = "unknown key '" + name + "'" + (section.empty() ? "" : " in [" + section + "]");
    if (const auto nearest = nearest_name(name, known)) message += "; did you mean '" + *nearest + "'?";
    else message += ".";
    problem(where, message + " Known: " + join_names(known, 40));
  }

  void assign(const Setting& setting, const toml::node& node, const std::string& name) {
    const auto expect = [&](bool good, const char* type) {
      if (!good) problem(node.source(), "'" + name + "': expected " + type);
      return good;
    };
    std::visit(
        Overloaded{
            [&](bool* to) { if (expect(node.is_boolean(), "true or false")) *to = *node.value<bool>(); },
            [&](int* to) {
              if (expect(node.is_integer(), "a whole number") && in_range(setting, node, name)) *to = *node.value<int>();
            },
            [&](std::int64_t* to) {
              if (expect(node.is_integer(), "a whole number") && in_range(setting, node, name))
                *to = *node.value<std::int64_t>();
            },
            [&](double* to) {
              if (expect(node.is_number(), "a number") && in_range(setting, node, name)) *to = *node.value<double>();
            },
            [&](std::string* to) {
              if (expect(node.is_string(), "a text in quotes") && is_choice(setting, node, name)) *to = *node.value<std::string>();
            },
            [&](fs::path* to) {
              if (!expect(node.is_string(), "a path in quotes")) return;
              const auto text = *node.value<std::string>();
              *to = text.empty() ? fs::path() : (folder_ / text).lexically_normal();
            },
            [&](std::vector<std::string>* to) { assign_list(setting, *to, node, name, "a list of texts"); },
            [&](std::vector<int>* to) { assign_list(setting, *to, node, name, "a list of whole numbers"); },
            [&](std::vector<double>* to) { assign_list(setting, *to, node, name, "a list of numbers"); },
            [&](NumbersOrWord* to) { assign_numbers_or_word(setting, *to, node, name); },
            [&](std::map<std::string, std::vector<std::string>>* to) {
              if (!expect(node.is_table(), "a table of lists")) return;
              for (const auto& [key, entry] : *node.as_table())
                assign_list(setting, (*to)[std::string(key.str())], entry, name + "." + std::string(key.str()), "a list of texts");
            },
            [&](const std::vector<Setting>& inner) { if (expect(node.is_table(), "a section")) read(*node.as_table(), inner, name); },
            [&](const SettingMap& map) {
              if (!expect(node.is_table(), "a section of sections")) return;
              for (const auto& [key, entry] : *node.as_table()) {
                const std::string inner = name + "." + std::string(key.str());
                if (!entry.is_table()) problem(entry.source(), "'" + inner + "': expected a section");
                else read(*entry.as_table(), map.at(std::string(key.str())), inner);
              }
            },
        },
        setting.target);
  }

  void assign_numbers_or_word(const Setting& setting, NumbersOrWord& to, const toml::node& node,
                              const std::string& name) {
    if (node.is_array()) {
      std::vector<int> numbers;
      assign_list(setting, numbers, node, name, "a list of whole numbers");
      if (!numbers.empty()) to = numbers;
      else if (node.as_array()->empty()) problem(node.source(), "'" + name + "': the list is empty");
    } else if (node.is_integer()) {
      if (in_range(setting, node, name)) to = std::vector<int>{*node.value<int>()};
    } else if (!node.is_string()) {
      problem(node.source(), "'" + name + "': expected a whole number, a list of them, or one of " + join_names(setting.info.choices));
    } else if (is_choice(setting, node, name)) {
      to = *node.value<std::string>();
    }
  }

  template <class Value>
  void assign_list(const Setting& setting, std::vector<Value>& to, const toml::node& node, const std::string& name,
                   const char* type) {
    std::vector<Value> values;
    bool good = node.is_array();
    if (good) {
      for (const auto& entry : *node.as_array()) {
        const auto value = entry.template value<Value>();
        const bool right_type = value && (!std::is_same_v<Value, int> || entry.is_integer());
        if (!right_type) good = false;
        else if (!in_range(setting, entry, name) || !is_choice(setting, entry, name)) return;
        else values.push_back(*value);
      }
    }
    if (!good) return problem(node.source(), "'" + name + "': expected " + type + ", [a, b]");
    to = std::move(values);
  }

  bool in_range(const Setting& setting, const toml::node& node, const std::string& name) {
    if (!node.is_number()) return true;
    const double value = *node.value<double>();
    const auto& [minimum, maximum] = std::tie(setting.info.minimum, setting.info.maximum);
    if (setting.info.may_be_nan && std::isnan(value)) return true;
    if (std::isfinite(value) && (!minimum || value >= *minimum) && (!maximum || value <= *maximum)) return true;
    std::string expected = minimum && maximum ? "from " + format_double(*minimum) + " to " + format_double(*maximum)
                           : minimum          ? "at least " + format_double(*minimum)
                                              : "a finite number";
    problem(node.source(), "'" + name + "': found " + (std::isnan(value) ? "nan" : format_double(value)) + ", expected " + expected);
    return false;
  }

  bool is_choice(const Setting& setting, const toml::node& node, const std::string& name) {
    const auto& choices = setting.info.choices;
    const auto text = node.value<std::string>();
    if (choices.empty() || !text || std::find(choices.begin(), choices.end(), *text) != choices.end()) return true;
    std::string message = "'" + name + "': found '" + *text + "'";
    if (const auto nearest = nearest_name(*text, choices)) message += "; did you mean '" + *nearest + "'?";
    problem(node.source(), message + " Known: " + join_names(choices));
    return false;
  }

  std::string source_;
  fs::path folder_;
  std::vector<std::string> problems_;
};

void read_file(const fs::path& file, const std::vector<Setting>& settings, int depth) {
  if (!fs::is_regular_file(file)) throw InputError(file.string() + ": no such config file");
  if (depth > 8) throw InputError(file.string() + ": 'extends' goes round in a circle");
  toml::table table;
  try {
    table = toml::parse_file(file.string());
  } catch (const toml::parse_error& error) {
    const auto& at = error.source().begin;
    throw InputError(file.string() + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": not TOML: " +
                     std::string(error.description()));
  }
  const fs::path folder = fs::absolute(file).parent_path();
  if (const auto base = table["extends"].value<std::string>()) read_file(folder / *base, settings, depth + 1);
  Reader reader(file.string(), folder);
  reader.read(table, settings, "");
  reader.finish();
}

void read_override(const std::string& text, const std::vector<Setting>& settings) {
  const auto equals = text.find('=');
  if (equals == std::string::npos || equals == 0) throw InputError("--set " + text + ": expected name=value, as in --set seed=2");
  const std::string name = text.substr(0, equals), value = text.substr(equals + 1);
  toml::table table;
  try {
    table = toml::parse(name + " = " + value);
  } catch (const toml::parse_error&) {  // --set name=chp: a text without quotes
    try {
      table = toml::parse(name + " = " + toml_text(value));
    } catch (const toml::parse_error& error) {
      throw InputError("--set " + text + ": " + std::string(error.description()));
    }
  }
  Reader reader("--set", fs::current_path());
  reader.read(table, settings, "");
  reader.finish();
}

template <class Values, class Format>
std::string list_of(const Values& values, Format&& format) {
  std::string text = "[";
  for (std::size_t i = 0; i < values.size(); ++i) text += (i ? ", " : "") + format(values[i]);
  return text + "]";
}

std::string toml_double(double value) {
  if (std::isnan(value)) return "nan";
  const std::string text = format_double(value);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

/// TOML of a plain setting; "" for sections.
std::string value_text(const Setting::Target& target) {
  const auto number = [](auto v) { return std::to_string(v); };
  return std::visit(Overloaded{
                        [](bool* v) { return std::string(*v ? "true" : "false"); },
                        [](int* v) { return std::to_string(*v); },
                        [](std::int64_t* v) { return std::to_string(*v); },
                        [](double* v) { return toml_double(*v); },
                        [](std::string* v) { return toml_text(*v); },
                        [](fs::path* v) { return toml_text(v->string()); },
                        [](std::vector<std::string>* v) { return list_of(*v, toml_text); },
                        [&](std::vector<int>* v) { return list_of(*v, number); },
                        [](std::vector<double>* v) { return list_of(*v, toml_double); },
                        [&](NumbersOrWord* v) {
                          if (const auto* word = std::get_if<std::string>(v)) return toml_text(*word);
                          const auto& numbers = std::get<std::vector<int>>(*v);
                          return numbers.size() == 1 ? number(numbers[0]) : list_of(numbers, number);
                        },
                        [](std::map<std::string, std::vector<std::string>>* v) {
                          std::string text = "{";
                          for (const auto& [key, list] : *v)
                            text += (text.size() > 1 ? ", " : " ") + bare_or_quoted(key) + " = " + list_of(list, toml_text);
                          return text + (text.size() > 1 ? " }" : "}");
                        },
                        [](const std::vector<Setting>&) { return std::string(); },
                        [](const SettingMap&) { return std::string(); },
                    },
                    target);
}

/// In lines that fit 80 columns, also when a comment sign is put before them.
std::string wrapped_comment(std::string text) {
  constexpr std::size_t kWidth = 78;
  std::string lines;
  while (text.size() > kWidth) {
    const std::size_t space = text.rfind(' ', kWidth);
    if (space == std::string::npos || space < 2) break;
    lines += text.substr(0, space) + "\n";
    text = "# " + text.substr(space + 1);
  }
  return lines + text + "\n";
}

std::string comment_of(const FieldInfo& info) {
  std::string text = "# " + info.meaning;
  if (!info.unit.empty()) text += " [" + info.unit + "]";
  if (info.minimum && info.maximum) text += "; " + format_double(*info.minimum) + " to " + format_double(*info.maximum);
  else if (info.minimum) text += "; at least " + format_double(*info.minimum);
  if (!info.choices.empty()) text += "; one of: " + join_names(info.choices, 40);
  return wrapped_comment(text);
}

std::string commented(const std::string& text) {
  std::string out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    out += (line.starts_with('#') ? "#" : line.empty() ? "" : "# ") + line + "\n";
  return out;
}

void write_section(const std::vector<Setting>& settings, const std::string& section, Comments comments, std::string& out) {
  for (const auto& setting : settings) {
    const std::string value = value_text(setting.target);
    if (value.empty()) continue;
    if (comments == Comments::meanings) out += comment_of(setting.info);
    out += bare_or_quoted(setting.info.name) + " = " + value + "\n";
  }
  const auto open = [&](const Setting& setting, const std::string& name, const std::vector<Setting>& inner,
                        std::string& to) {
    to += "\n";
    if (comments == Comments::meanings) to += wrapped_comment("# " + setting.info.meaning);
    to += "[" + name + "]\n";
    write_section(inner, name, comments, to);
  };
  for (const auto& setting : settings) {
    const std::string name = (section.empty() ? "" : section + ".") + bare_or_quoted(setting.info.name);
    if (const auto* inner = std::get_if<std::vector<Setting>>(&setting.target)) open(setting, name, *inner, out);
    if (const auto* map = std::get_if<SettingMap>(&setting.target)) {
      const auto keys = map->keys();
      for (const auto& key : keys) open(setting, name + "." + bare_or_quoted(key), map->at(key), out);
      if (keys.empty() && comments == Comments::meanings) {
        std::string example;
        open(setting, name + ".NAME", map->example(), example);
        out += commented(example);
      }
    }
  }
}

}  // namespace

void read_config(const fs::path& file, const std::vector<std::string>& overrides, const std::vector<Setting>& settings) {
  if (!file.empty()) read_file(file, settings, 0);
  for (const auto& text : overrides) read_override(text, settings);
}

std::string write_config(const std::vector<Setting>& settings, Comments comments) {
  std::string out;
  write_section(settings, "", comments, out);
  return out;
}

}  // namespace radiopath
