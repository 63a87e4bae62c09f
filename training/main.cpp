#include <ATen/Parallel.h>

#include <csignal>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "training/commands.h"

namespace {

/// The first Ctrl-C unwinds at the next safe point, the second ends the process at once.
void on_signal(int signal) {
  radiopath::request_interrupt();
  std::signal(signal, SIG_DFL);
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  radiopath::keep_freed_memory();
  // Parallelism is over patients, folds and seeds: matrix libraries change bits with their own thread count.
  at::set_num_threads(1);
  at::set_num_interop_threads(1);
  try {
    return radiopath::training::run_command_line(argc, argv);
  } catch (const radiopath::InputError& error) {
    radiopath::log::error(error.what());
    return 1;
  } catch (const std::exception& error) {
    radiopath::log::error(std::string("internal error, please report it: ") + error.what());
    return 1;
  }
}
