#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace radiopath {

/// One line on standard error: label, done/total, rate, ETA, failures so far. Silent where standard error is no
/// terminal. Thread-safe; the line is cleared when the object goes.
class Progress {
 public:
  Progress(std::string label, std::int64_t total);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::int64_t count = 1);
  void fail();  ///< one more failure; the item still has to be advanced over

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace radiopath
