// The program as a user meets it: help, exit status, messages.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <vector>

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

TEST(Cli, HelpNamesEveryVerb) {
  const auto [status, text] = radiopath("--help");
  EXPECT_EQ(status, 0);
  for (const char* verb : {"run", "check", "extract", "evaluate", "report", "export", "synthesize", "config"})
    EXPECT_NE(text.find(std::string("\n  ") + verb), std::string::npos) << verb << text;
  EXPECT_NE(text.find("not for clinical use"), std::string::npos);
}

/// The longest line that is printed.
std::string longest_line(const std::string& text) {
  std::istringstream lines(text);
  std::string longest;
  for (std::string line; std::getline(lines, line);)
    if (line.size() > longest.size()) longest = line;
  return longest;
}

TEST(Cli, EveryHelpFitsEightyColumns) {
  std::vector<std::string> commands = {""};
  for (const char* verb : {"run", "check", "extract", "features", "evaluate", "report", "export", "statistics",
                           "synthesize", "config"})
    commands.emplace_back(verb);
  for (const char* part : {"roc", "compare", "calibration", "decision", "logistic", "table1", "icc", "survival",
                           "paper-table"})
    commands.push_back(std::string("statistics ") + part);
  for (const auto& command : commands) {
    const auto [status, text] = radiopath(command + " --help");
    EXPECT_EQ(status, 0) << command;
    EXPECT_LE(longest_line(text).size(), 80u) << command << "\n" << longest_line(text);
  }
}

/// Words are wrapped, values are not: a long list stays one line that can be copied.
TEST(Cli, MeaningsFitEightyColumns) {
  for (const char* command : {"config --reference", "features --reference"}) {
    const auto [status, text] = radiopath(command);
    EXPECT_EQ(status, 0);
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with("# ") && line.find(" = ") == std::string::npos) {
        EXPECT_LE(line.size(), 80u) << line;
      }
  }
  const std::string features = radiopath("features --reference").text;
  for (const char* setting : {"\nlabel_channel = 0\n", "\n[processing]\n", "\nresampled_spacing_mm = []\n",
                              "\nminimum_roi_size = 0\n", "\n[maps]\n", "\nkernel_radius = 1\n"})
    EXPECT_NE(features.find(setting), std::string::npos) << setting;
  EXPECT_NE(radiopath("config --help").text.find("features --reference"), std::string::npos);
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

TEST(Cli, CheckReadsTheTableOfRepeatedMeasurements) {
  const auto file = write_config("[models.selection]\nsteps = ['icc', 'lasso']\n");
  const auto [status, text] = radiopath("check " + file.string());
  EXPECT_EQ(status, 1);
  EXPECT_NE(text.find("[models.selection] steps hold icc, but icc_table is not set; expected a CSV"), std::string::npos)
      << text;
}

TEST(Cli, StatisticsTakeTheirOptions) {
  const auto file = write_config(
                        "outcome,cohort,a,b\n1,x,0.9,0.6\n0,x,0.2,0.7\n1,x,0.7,0.4\n0,x,0.1,0.3\n1,y,0.8,0.9\n0,y,0.3,"
                        "0.2\n1,y,0.6,0.1\n0,y,0.4,0.5\n")
                        .string();
  const auto compared = radiopath("statistics compare " + file +
                                  " --threshold-cohort x --rule sensitivity=1 --cuts 0.3,0.6 --at 0.2,0.5");
  EXPECT_EQ(compared.status, 0) << compared.text;
  for (const char* part : {"thresholds: sensitivity=1 on x", "McNemar", "differences"})
    EXPECT_NE(compared.text.find(part), std::string::npos) << compared.text;
  const auto fitted = radiopath("statistics logistic " + file +
                                " --columns a,b --stepwise forward --by p --enter 0.2 --stay 0.3 --firth --r2 0.2");
  EXPECT_EQ(fitted.status, 0) << fitted.text;
  for (const char* part : {"Stepwise forward by P", "Firth", "lasso", "R2 0.200, as stated"})
    EXPECT_NE(fitted.text.find(part), std::string::npos) << fitted.text;
  EXPECT_NE(radiopath("statistics compare " + file + " --cuts 0.6,0.3").text.find("--cuts must ascend"),
            std::string::npos);
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
  const std::string reference = radiopath("config --reference").text;
  EXPECT_NE(reference.find("\n# largest number"), std::string::npos);
  EXPECT_NE(reference.find("\n# [radiology.features.filters.laws.NAME]\n"), std::string::npos) << "what may be named";
}

TEST(Cli, DryRunWritesNothing) {
  const auto file = write_config("output = \"nowhere\"\n[cohort]\nmanifest = \"absent.csv\"\n");
  EXPECT_EQ(radiopath("run --dry-run " + file.string()).status, 1);
  EXPECT_FALSE(std::filesystem::exists(file.parent_path() / "nowhere"));
}

TEST(Cli, VersionNamesTheCommit) { EXPECT_NE(radiopath("--version").text.find("radiopath 0."), std::string::npos); }

}  // namespace
}  // namespace radiopath
