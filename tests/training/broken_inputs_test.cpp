#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "core/files.h"

namespace radiopath {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int status;
  std::string errors;
};

/// `radiopath check FILE` in the file's folder: exit status and what it wrote to standard error.
Outcome check(const fs::path& file) {
  const std::string command = "cd '" + file.parent_path().string() + "' && '" RADIOPATH_BINARY_PATH "' check '" +
                              file.filename().string() + "' 2>&1 >/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {-1, "popen failed"};
  std::string errors;
  std::array<char, 4096> buffer;
  while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe)) errors.append(buffer.data(), count);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, errors};
}

std::string with_relative_paths(std::string text, const fs::path& folder) {
  const auto replace = [&](const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
  };
  replace(folder.string() + "/", "");
  replace(folder.parent_path().string() + "/", "../");
  return text;
}

const fs::path kFolder = fs::path(RADIOPATH_TEST_DATA) / "broken";

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (fs::exists(entry.path() / "case.toml")) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class BrokenInputs : public testing::TestWithParam<std::string> {};

TEST_P(BrokenInputs, GetsItsMessage) {
  const fs::path folder = kFolder / GetParam();
  const Outcome outcome = check(folder / "case.toml");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(with_relative_paths(outcome.errors, folder), read_text(folder / "expected.txt"));
}

INSTANTIATE_TEST_SUITE_P(Check, BrokenInputs, testing::ValuesIn(cases()), [](const auto& info) { return info.param; });

TEST(SoundInputs, PassTheCheck) {
  const Outcome outcome = check(kFolder / "good" / "good.toml");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.errors, "");
}

}  // namespace
}  // namespace radiopath
