#include "core/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <mutex>

namespace radiopath {

using Clock = std::chrono::steady_clock;

struct Progress::State {
  std::string label;
  std::int64_t total;
  std::int64_t done = 0;
  std::int64_t failed = 0;
  bool visible = isatty(STDERR_FILENO) != 0;
  Clock::time_point start = Clock::now();
  Clock::time_point drawn;
  std::mutex mutex;

  std::string line() const {
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    std::string text = fmt::format("{} {}/{}", label, done, total);
    if (done > 0 && seconds > 0) {
      const double rate = static_cast<double>(done) / seconds;
      const auto left = static_cast<std::int64_t>(static_cast<double>(total - done) / rate + 0.5);
      text += rate >= 1 ? fmt::format("  {:.1f}/s", rate) : fmt::format("  {:.1f} s each", 1 / rate);
      text += fmt::format("  ETA {}:{:02}", left / 60, left % 60);
    }
    if (failed > 0) text += fmt::format("  {} failed", failed);
    return text;
  }

  void draw(bool now) {
    if (!visible || (!now && Clock::now() - drawn < std::chrono::milliseconds(100))) return;
    drawn = Clock::now();
    fmt::print(stderr, "\r\033[K{}", line());
    std::fflush(stderr);
  }
};

Progress::Progress(std::string label, std::int64_t total) : state_(std::make_unique<State>()) {
  state_->label = std::move(label);
  state_->total = total;
  state_->draw(true);
}

Progress::~Progress() {
  if (!state_->visible) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
}

void Progress::advance(std::int64_t count) {
  const std::lock_guard lock(state_->mutex);
  state_->done += count;
  state_->draw(state_->done == state_->total);
}

void Progress::fail() {
  const std::lock_guard lock(state_->mutex);
  ++state_->failed;
}

}  // namespace radiopath
