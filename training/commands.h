#pragma once

namespace radiopath::training {

/// The command line: verbs, options, help. @return the exit status: 0 done, 1 wrong input, 2 usage, 3 some patients
/// failed and the rest are complete, 130 interrupted
int run_command_line(int argc, char** argv);

}  // namespace radiopath::training
