#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

/// A file that peers/inputs.py has written or linked.
inline std::filesystem::path input_file(const char* name) {
  const char* folder = std::getenv("RADIOPATH_BENCHMARK_INPUT");
  if (!folder) throw std::runtime_error("RADIOPATH_BENCHMARK_INPUT is not set: run `make benchmark`");
  return std::filesystem::path(folder) / name;
}

/// An array, row by row.
template <class Number = double>
std::vector<Number> input_array(const char* name) {
  const auto file = input_file(name);
  std::vector<Number> values(std::filesystem::file_size(file) / sizeof(Number));
  std::ifstream(file, std::ios::binary)
      .read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(Number)));
  return values;
}
