#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace radiopath {

/// Something about the world is wrong: a file, a setting, a value. Caught once, in main: one line, exit 1.
/// The message says where, what was found, what was expected, and the likely cause.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The user pressed Ctrl-C (or the scheduler sent SIGTERM): unwind, leave nothing half-written, exit 130.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("interrupted") {}
};

/// Runs `body`; an InputError that passes gets "`context`: " put in front, by whoever knows the patient or the file.
template <class Body>
auto with_context(const std::string& context, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (const InputError& error) {
    throw InputError(context + ": " + error.what());
  }
}

}  // namespace radiopath
