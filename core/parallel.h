#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace radiopath {

/// Number of worker threads used by parallel_for from now on; 0 means one per core.
void set_thread_count(int threads);
int thread_count();

/// Runs body(0) … body(count - 1) on the workers. Results must go by index, so that any thread count gives the same
/// bytes. When several throw, the exception of the lowest index passes. Throws Interrupted after Ctrl-C.
void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body);

/// {f(0), …, f(count - 1)}, computed by parallel_for.
template <class Function>
auto parallel_map(std::int64_t count, Function&& f) {
  using Value = decltype(f(std::int64_t{0}));
  std::vector<std::optional<Value>> slots(static_cast<std::size_t>(count));
  parallel_for(count, [&](std::int64_t i) { slots[static_cast<std::size_t>(i)].emplace(f(i)); });
  std::vector<Value> values;
  values.reserve(slots.size());
  for (auto& slot : slots) values.push_back(std::move(*slot));
  return values;
}

/// Asks long work to stop; safe to call from a signal handler.
void request_interrupt() noexcept;
/// Throws Interrupted when a stop was asked for. Call it in long loops.
void check_interrupt();

}  // namespace radiopath
