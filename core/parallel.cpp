#include "core/parallel.h"

#include <tbb/blocked_range.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "core/error.h"

namespace radiopath {
namespace {

std::atomic<bool> interrupt_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free);
std::unique_ptr<tbb::global_control> control;
int threads_wanted = 0;

}  // namespace

void set_thread_count(int threads) {
  threads_wanted = threads;
  control.reset();
  control = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                  static_cast<std::size_t>(thread_count()));
}

int thread_count() {
  if (threads_wanted > 0) return threads_wanted;
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

void request_interrupt() noexcept { interrupt_requested = true; }

void check_interrupt() {
  if (interrupt_requested) throw Interrupted();
}

void parallel_for(std::int64_t count, const std::function<void(std::int64_t)>& body) {
  std::mutex mutex;
  std::exception_ptr first;
  std::int64_t first_index = count;
  const auto guarded = [&](std::int64_t i) {
    try {
      check_interrupt();
      body(i);
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (i < first_index) {
        first_index = i;
        first = std::current_exception();
      }
    }
  };
  const auto run = [&] {
    if (thread_count() == 1) {
      for (std::int64_t i = 0; i < count; ++i) guarded(i);
    } else {
      // Grain 1: items are patients, folds or trees, large and uneven.
      tbb::parallel_for(tbb::blocked_range<std::int64_t>(0, count, 1),
                        [&](const auto& range) {
                          for (auto i = range.begin(); i != range.end(); ++i) guarded(i);
                        },
                        tbb::simple_partitioner());
    }
  };
  // Isolated, so that a worker waiting inside one item does not pick up another one that needs the same state.
  tbb::this_task_arena::isolate(run);
  if (first) std::rethrow_exception(first);
}

}  // namespace radiopath
