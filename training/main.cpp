// The program `radiopath`: every verb that needs no LibTorch; for the others it becomes radiopath-study, beside it.

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "core/error.h"
#include "training/commands.h"

namespace {

/// Gives this process, arguments and all, to radiopath-study.
[[noreturn]] void become_study(char** argv) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "radiopath-study";
  execv(program.c_str(), argv);
  throw radiopath::InputError(fmt::format("{}: cannot be started: {}; it belongs beside radiopath, of the same build",
                                          program.string(), std::strerror(errno)));
}

}  // namespace

int main(int argc, char** argv) {
  const auto study = [&](const auto&) -> int { become_study(argv); };
  return radiopath::training::run_command_line(argc, argv, {study, study, study});
}
