// The program as a user meets it: help, exit status, messages.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/files.h"
#include "tests/support/program.h"
#include "tests/support/scratch.h"

namespace radiopath {
namespace {

std::filesystem::path write_config(const std::string& text) {
  static const Scratch scratch;
  const auto file = scratch / "study.toml";
  write_text(file, text);
  return file;
}

TEST(Cli, HelpNamesEveryVerbWithinEightyColumns) {
  const auto [status, text] = radiopath("--help");
  EXPECT_EQ(status, 0);
  for (const char* verb : {"run", "check", "extract", "evaluate", "report", "export", "synthesize", "config"})
    EXPECT_NE(text.find(std::string("\n  ") + verb), std::string::npos) << verb << text;
  EXPECT_NE(text.find("not for clinical use"), std::string::npos);
}

TEST(Cli, UsageErrorsAreTwo) {
  EXPECT_EQ(radiopath("").status, 2);
  EXPECT_EQ(radiopath("rnu x.toml").status, 2);
  EXPECT_EQ(radiopath("run").status, 2);
  EXPECT_EQ(radiopath("synthesize --patients many --output x").status, 2);
}

TEST(Cli, InputErrorsAreOneWithOneLine) {
  const auto [status, text] = radiopath("run no_such.toml");
  EXPECT_EQ(status, 1);
  EXPECT_EQ(text, "radiopath: no_such.toml: no such config file\n");
}

TEST(Cli, TheStudysModelsAreAConfigurationToExtend) {
  const auto file = write_config("extends = '" RADIOPATH_SOURCE_DIR "/configs/study.toml'\n[models.svm]\nkernel = 'linear'\n");
  const auto [status, text] = radiopath("config --resolved " + file.string());
  EXPECT_EQ(status, 0) << text;
  EXPECT_NE(text.find("\"lightgbm\"]"), std::string::npos) << text;
  EXPECT_NE(text.find("kernel = \"linear\""), std::string::npos);
}

TEST(Cli, CheckNamesWhatAGridCannotSet) {
  const auto file = write_config("[models]\nlearners = ['svm']\n[models.tuning]\nsearch = 'grid'\ngrid = { 'svm.kernle' = ['rbf'] }\n");
  const auto [status, text] = radiopath("check " + file.string());
  EXPECT_EQ(status, 1);
  EXPECT_NE(text.find("[models.tuning] grid: 'svm.kernle': no setting 'kernle'; did you mean 'kernel'?"), std::string::npos) << text;
}

TEST(Cli, AWrongKeyNamesPlaceAndNearest) {
  const auto file = write_config("seed = 1\n[radiology.habitats]\nk_mx = 3\n");
  const auto [status, text] = radiopath("check " + file.string());
  EXPECT_EQ(status, 1);
  EXPECT_NE(text.find("study.toml:3:1: unknown key 'k_mx' in [radiology.habitats]; did you mean 'k_max'? Known: "), std::string::npos) << text;
}

TEST(Cli, EverySettingIsPrintedAndReadsBack) {
  const auto [status, text] = radiopath("config --defaults");
  EXPECT_EQ(status, 0);
  const auto [again, resolved] = radiopath("config --resolved " + write_config(text).string());
  EXPECT_EQ(again, 0);
  // The run folder's parent is the one path with a default; it becomes absolute when read.
  const auto without_output = [](std::string t) {
    const auto at = t.find("\noutput = ");
    return t.erase(at, t.find('\n', at + 1) - at);
  };
  EXPECT_EQ(without_output(resolved), without_output(text));
  EXPECT_NE(radiopath("config --reference").text.find("\n# largest number"), std::string::npos);
}

TEST(Cli, DryRunWritesNothing) {
  const auto file = write_config("output = \"nowhere\"\n[cohort]\nmanifest = \"absent.csv\"\n");
  EXPECT_EQ(radiopath("run --dry-run " + file.string()).status, 1);
  EXPECT_FALSE(std::filesystem::exists(file.parent_path() / "nowhere"));
}

TEST(Cli, VersionNamesTheCommit) { EXPECT_NE(radiopath("--version").text.find("radiopath 0."), std::string::npos); }

}  // namespace
}  // namespace radiopath
