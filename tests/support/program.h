#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace radiopath {

/// What the program did: exit status, standard output and error.
struct Outcome {
  int status;
  std::string text;
};

/// Runs `radiopath` with these arguments.
inline Outcome radiopath(const std::string& arguments) {
  FILE* pipe = popen((std::string(RADIOPATH_BINARY_PATH) + " " + arguments + " 2>&1").c_str(), "r");
  Outcome outcome{-1, ""};
  std::array<char, 4096> buffer;
  for (std::size_t n; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) outcome.text.append(buffer.data(), n);
  outcome.status = WEXITSTATUS(pclose(pipe));
  return outcome;
}

}  // namespace radiopath
