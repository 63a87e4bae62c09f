// The order of folders, read from the #include lines: core <- radiology, pathology, fusion <- training.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

const std::map<std::string, std::set<std::string>> kBelow = {
    {"core", {}},
    {"radiology", {"core"}},
    {"pathology", {"core"}},
    {"fusion", {"core"}},
    {"training", {"core", "radiology", "pathology", "fusion"}},
};

// Third-party headers and the folders that may include them; every other header is free.
struct Reserved {
  std::string library;
  std::regex header;
  std::set<std::string> folders;
};
const std::vector<Reserved> kReserved = {
    {"ITK", std::regex("itk.*"), {"radiology"}},
    {"OpenSlide", std::regex("openslide.*"), {"pathology"}},
    {"OpenCV", std::regex("opencv.*"), {"pathology"}},
    {"LibTorch", std::regex("(torch|ATen|c10)/.*"), {"pathology", "fusion", "training"}},
};

// These cost each source file that sees them many seconds, and those who include us would need them installed. Headers
// that a CMakeLists.txt does not list under HEADERS are for source files only and may include them.
const std::regex kHeavy(R"(itk.*|opencv.*|torch/(torch|all|script|extension)\.h)");

struct Include {
  std::string folder, file, header;
  bool from_header;
};

std::vector<Include> all_includes() {
  const std::regex line_pattern(R"re(^\s*#\s*include\s*["<]([^">]+)[">])re");
  std::vector<Include> found;
  for (const auto& [folder, below] : kBelow) {
    const fs::path root = fs::path(RADIOPATH_SOURCE_DIR) / folder;
    if (!fs::exists(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".h" && extension != ".cpp") continue;
      std::ifstream stream(entry.path());
      const std::string file = folder + "/" + fs::relative(entry.path(), root).string();
      std::smatch match;
      for (std::string line; std::getline(stream, line);) {
        if (std::regex_search(line, match, line_pattern)) found.push_back({folder, file, match[1], extension == ".h"});
      }
    }
  }
  return found;
}

TEST(Layering, ReadsTheSources) { EXPECT_GT(all_includes().size(), 10u); }

TEST(Layering, NoFolderIncludesOneBesideOrAboveIt) {
  for (const auto& include : all_includes()) {
    const std::string other = include.header.substr(0, include.header.find('/'));
    if (other == include.folder || other == include.header || !kBelow.contains(other)) continue;
    EXPECT_TRUE(kBelow.at(include.folder).contains(other)) << include.file << " includes " << include.header;
  }
}

TEST(Layering, LibrariesStayInTheirFolders) {
  for (const auto& include : all_includes()) {
    for (const auto& reserved : kReserved) {
      if (!std::regex_match(include.header, reserved.header)) continue;
      EXPECT_TRUE(reserved.folders.contains(include.folder))
          << include.file << " includes " << include.header << " of " << reserved.library;
    }
  }
}

TEST(Layering, HeadersAreLight) {
  const std::string listed = RADIOPATH_HEADERS;
  for (const auto& include : all_includes()) {
    if (!include.from_header || listed.find("/" + include.file + " ") == std::string::npos) continue;
    EXPECT_FALSE(std::regex_match(include.header, kHeavy)) << include.file << " includes " << include.header;
  }
}

TEST(Layering, HeadersHaveAGuard) {
  for (const auto& [folder, below] : kBelow) {
    const fs::path root = fs::path(RADIOPATH_SOURCE_DIR) / folder;
    if (!fs::exists(root)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root)) {
      if (entry.path().extension() != ".h") continue;
      std::ifstream stream(entry.path());
      const std::string text{std::istreambuf_iterator<char>(stream), {}};
      EXPECT_NE(text.find("#pragma once"), std::string::npos) << entry.path();
    }
  }
}

// ITK's own New() may race on its globals in the first use of a process; make_itk() of itk_image.h does not.
TEST(Layering, ItkObjectsAreMadeByMakeItk) {
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(RADIOPATH_SOURCE_DIR) / "radiology")) {
    if (entry.path().stem() == "itk_image") continue;
    std::ifstream stream(entry.path());
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    EXPECT_EQ(text.find("::New()"), std::string::npos) << entry.path();
  }
}

}  // namespace
