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

namespace {

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string text;
  std::array<char, 4096> buffer;
  while (pipe && std::fgets(buffer.data(), buffer.size(), pipe.get())) text += buffer.data();
  return text;
}

const std::string& program_dependencies() {
  static const std::string text = output_of("ldd '" RADIOPATH_BINARY_PATH "' 2>&1");
  return text;
}

TEST(Program, FindsItsLibraries) {
  EXPECT_NE(program_dependencies().find("libtorch_cpu.so"), std::string::npos) << program_dependencies();
  EXPECT_EQ(program_dependencies().find("not found"), std::string::npos) << program_dependencies();
}

TEST(Program, LinksNoGplLibrary) {
  const std::regex gpl(R"(lib(fftw|gdal|poppler|opencv_imgcodecs|gsl|readline)[^\s]*)");
  std::smatch match;
  EXPECT_FALSE(std::regex_search(program_dependencies(), match, gpl)) << match.str();
}

// libtiff of Debian needs JBIG-KIT (GPL), which is therefore loaded, but nothing of ours links it.
TEST(Program, NamesNoGplLibraryItself) {
  const std::string needed = output_of("objdump -p '" RADIOPATH_BINARY_PATH "' | grep NEEDED");
  EXPECT_NE(needed.find("libtorch_cpu"), std::string::npos) << needed;
  EXPECT_EQ(needed.find("libjbig"), std::string::npos) << needed;
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
