#include "core/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace radiopath::log {
namespace {

struct Sinks {
  std::shared_ptr<spdlog::sinks::stderr_color_sink_mt> terminal = std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  std::shared_ptr<spdlog::logger> logger = std::make_shared<spdlog::logger>("radiopath", terminal);

  Sinks() {
    terminal->set_pattern("%^%v%$");
    terminal->set_level(spdlog::level::info);
    logger->set_level(spdlog::level::debug);
    logger->flush_on(spdlog::level::info);
  }
};

Sinks& sinks() {
  static Sinks instance;
  return instance;
}

}  // namespace

void info(std::string_view message) { sinks().logger->info(message); }
void warning(std::string_view message) { sinks().logger->warn("warning: {}", message); }
void error(std::string_view message) { sinks().logger->error("radiopath: {}", message); }
void detail(std::string_view message) { sinks().logger->debug(message); }

void also_to(const std::filesystem::path& file) {
  auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
  sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  sinks().logger->sinks().push_back(std::move(sink));
}

void silence() { sinks().terminal->set_level(spdlog::level::err); }

}  // namespace radiopath::log
