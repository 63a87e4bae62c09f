#include "core/config.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/error.h"
#include "core/files.h"
#include "tests/support/scratch.h"

namespace radiopath {
namespace {

struct Inner {
  double width_mm = 3.0, outside = 0;
  std::vector<std::string> names = {"a"};
  static auto fields() {
    return std::tuple{field("width_mm", &Inner::width_mm, "ring width").unit("mm").range(0.5, 20),
                      field("outside", &Inner::outside, "a value").or_nan(),
                      field("names", &Inner::names, "some names")};
  }
};

struct Outer {
  int k_max = 10;
  std::string mode = "fast";
  std::filesystem::path file;
  Inner inner;
  std::map<std::string, Inner> tables;
  std::map<std::string, std::vector<std::string>> ordinal;
  NumbersOrWord labels = std::vector<int>{1};
  static auto fields() {
    return std::tuple{field("k_max", &Outer::k_max, "largest number").range(2, 64),
                      field("mode", &Outer::mode, "how").one_of({"fast", "exact"}),
                      field("file", &Outer::file, "a file"),
                      field("inner", &Outer::inner, "a section"),
                      field("tables", &Outer::tables, "sections by name"),
                      field("ordinal", &Outer::ordinal, "levels by column"),
                      field("labels", &Outer::labels, "which").range(1, 9).one_of({"all", "merge"})};
  }
};

class ConfigFile : public testing::Test {
 protected:
  Scratch folder;
  std::filesystem::path write(const std::string& text, const std::string& name = "c.toml") {
    write_text(folder / name, text);
    return folder / name;
  }
  std::string error_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
    try {
      load_config<Outer>(write(text), overrides);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }
};

TEST_F(ConfigFile, StatesOnlyDifferences) {
  const auto config = load_config<Outer>(write(
      "k_max = 4\nfile = \"x/y.csv\"\n[inner]\nwidth_mm = 2\n[tables.mirna]\nnames = [\"b\", \"c\"]\n[ordinal]\nstage = [\"I\", \"II\"]\n"));
  EXPECT_EQ(config.k_max, 4);
  EXPECT_EQ(config.mode, "fast");
  EXPECT_EQ(config.file, folder / "x/y.csv");
  EXPECT_EQ(config.inner.width_mm, 2.0);
  EXPECT_EQ(config.tables.at("mirna").names, (std::vector<std::string>{"b", "c"}));
  EXPECT_EQ(config.ordinal.at("stage"), (std::vector<std::string>{"I", "II"}));
}

TEST_F(ConfigFile, WrittenConfigReadsBackEqual) {
  Outer config;
  config.inner.width_mm = 0.1 + 0.7;
  config.tables["a b"].names = {"quote\"", "back\\slash"};
  config.ordinal["stage"] = {"I", "II"};
  const std::string text = config_text(config);
  EXPECT_NE(text.find("width_mm = 0.7999999999999999"), std::string::npos) << text;
  EXPECT_EQ(config_text(load_config<Outer>(write(text))), text);
}

TEST_F(ConfigFile, CommentsDoNotChangeTheMeaning) {
  Outer config;
  const std::string text = write_config(settings_of(config), Comments::meanings);
  EXPECT_NE(text.find("# ring width [mm]; 0.5 to 20"), std::string::npos) << text;
  EXPECT_NE(text.find("\n# [tables.NAME]\n## ring width [mm]; 0.5 to 20\n# width_mm = 3.0\n"), std::string::npos)
      << text;
  EXPECT_EQ(config_text(load_config<Outer>(write(text))), config_text(config));
}

TEST_F(ConfigFile, UnknownKeyNamesPlaceAndNearest) {
  EXPECT_EQ(error_of("k_max = 4\nk_mx = 3\n"), (folder / "c.toml").string() +
            ":2:1: unknown key 'k_mx'; did you mean 'k_max'? Known: k_max, mode, file, inner, tables, ordinal, labels");
}

TEST_F(ConfigFile, ReportsAllProblemsAtOnce) {
  const std::string error = error_of("k_max = 1\nmode = \"fats\"\n[inner]\nwidth_mm = \"3\"\n");
  EXPECT_NE(error.find(":1:9: 'k_max': found 1, expected from 2 to 64"), std::string::npos) << error;
  EXPECT_NE(error.find("'mode': found 'fats'; did you mean 'fast'? Known: fast, exact"), std::string::npos) << error;
  EXPECT_NE(error.find(":4:12: 'inner.width_mm': expected a number"), std::string::npos) << error;
}

TEST_F(ConfigFile, NumbersOrAWordReadBack) {
  for (const std::string text : {"2", "[1, 3]", "\"all\""}) {
    auto config = load_config<Outer>(write("labels = " + text + "\n"));
    EXPECT_NE(write_config(settings_of(config)).find("\nlabels = " + text + "\n"), std::string::npos) << text;
  }
  EXPECT_EQ(std::get<std::string>(load_config<Outer>(write(""), {"labels=merge"}).labels), "merge");
  EXPECT_NE(error_of("labels = 'mrege'").find("did you mean 'merge'?"), std::string::npos);
  EXPECT_NE(error_of("labels = [1, 10]").find("found 10, expected from 1 to 9"), std::string::npos);
  EXPECT_NE(error_of("labels = 1.5").find("expected a whole number, a list of them, or one of all, merge"), std::string::npos);
  EXPECT_NE(error_of("labels = []").find("the list is empty"), std::string::npos);
}

TEST_F(ConfigFile, NanIsAValueOnlyWhereItMayBe) {
  auto config = load_config<Outer>(write("inner.outside = nan\n"));
  EXPECT_TRUE(std::isnan(config.inner.outside));
  EXPECT_NE(write_config(settings_of(config)).find("\noutside = nan\n"), std::string::npos);
  EXPECT_NE(error_of("inner.width_mm = nan").find("found nan, expected from 0.5 to 20"), std::string::npos) << error_of("inner.width_mm = nan");
}

TEST_F(ConfigFile, RefusesWhatIsNotToml) { EXPECT_NE(error_of("k_max = \n").find("c.toml:1:"), std::string::npos); }

TEST_F(ConfigFile, OverridesWinAndAreChecked) {
  const auto file = write("k_max = 4\n");
  const auto config = load_config<Outer>(file, {"k_max=5", "mode=exact", "inner.width_mm = 7"});
  EXPECT_EQ(config.k_max, 5);
  EXPECT_EQ(config.mode, "exact");
  EXPECT_EQ(config.inner.width_mm, 7.0);
  EXPECT_NE(error_of("k_max = 4\n", {"inner.widht_mm=7"}).find("did you mean 'width_mm'"), std::string::npos);
}

TEST_F(ConfigFile, ExtendsReadsTheBaseFirst) {
  write("k_max = 3\nmode = \"exact\"\n", "base.toml");
  const auto config = load_config<Outer>(write("extends = \"base.toml\"\nk_max = 8\n"));
  EXPECT_EQ(config.k_max, 8);
  EXPECT_EQ(config.mode, "exact");
}

}  // namespace
}  // namespace radiopath
