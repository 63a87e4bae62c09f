// What the program loads: no GPL library, one OpenMP runtime, nothing missing.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <regex>
#include <set>
#include <string>

#include "tests/support/scratch.h"

namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> buffer;
  while (pipe && std::fgets(buffer.data(), buffer.size(), pipe.get())) text += buffer.data();
  return text;
}

const std::string kProgram = RADIOPATH_BINARY_PATH, kStudyProgram = kProgram + "-study";

std::string dependencies_of(const std::string& program) { return output_of("ldd '" + program + "' 2>&1"); }

TEST(Program, FindsItsLibraries) {
  for (const auto& program : {kProgram, kStudyProgram}) {
    const std::string found = dependencies_of(program);
    EXPECT_NE(found.find("libtbb"), std::string::npos) << found;
    EXPECT_EQ(found.find("not found"), std::string::npos) << found;
  }
}

// Its 0.3 s and 150 MB are for the verbs alone that use a network.
TEST(Program, LoadsLibTorchForStudiesOnly) {
  const std::regex torch("lib(torch|c10)");
  EXPECT_FALSE(std::regex_search(dependencies_of(kProgram), torch));
  EXPECT_TRUE(std::regex_search(dependencies_of(kStudyProgram), torch));
}

TEST(Program, SaysWhatIsMissingBesideIt) {
  const radiopath::Scratch scratch;
  std::filesystem::copy_file(kProgram, scratch / "radiopath");
  const std::string command = (scratch / "radiopath").string() + " export run -o a.pt 2>&1; echo $?";
  const std::string said = output_of(command);
  EXPECT_NE(said.find("radiopath-study: cannot be started: No such file"), std::string::npos) << said;
  EXPECT_TRUE(said.ends_with("\n1\n")) << said;
}

TEST(Program, LinksNoGplLibrary) {
  const std::regex gpl(R"(lib(fftw|gdal|poppler|opencv_imgcodecs|gsl|readline)[^\s]*)");
  for (const auto& program : {kProgram, kStudyProgram}) {
    const std::string found = dependencies_of(program);
    std::smatch match;
    EXPECT_FALSE(std::regex_search(found, match, gpl)) << match.str();
  }
}

// libtiff of Debian needs JBIG-KIT (GPL), which is therefore loaded, but nothing of ours links it.
TEST(Program, NamesNoGplLibraryItself) {
  for (const auto& program : {kProgram, kStudyProgram}) {
    const std::string needed = output_of("objdump -p '" + program + "' | grep NEEDED");
    EXPECT_NE(needed.find("libtiff"), std::string::npos) << needed;
    EXPECT_EQ(needed.find("libjbig"), std::string::npos) << needed;
  }
}

TEST(Program, HasOneOpenMpRuntime) {
  torch::ones({512, 512}).matmul(torch::ones({512, 512}));  // makes the runtime start its threads
  const std::regex runtime(R"(/\S*/lib(gomp|omp|iomp5)[^/\s]*\.so[^/\s]*)");
  std::set<std::string> loaded;
  std::ifstream maps("/proc/self/maps");
  std::smatch match;
  for (std::string line; std::getline(maps, line);) {
    if (std::regex_search(line, match, runtime)) loaded.insert(std::filesystem::canonical(match.str()).string());
  }
  EXPECT_LE(loaded.size(), 1u) << ::testing::PrintToString(loaded);
}

}  // namespace
