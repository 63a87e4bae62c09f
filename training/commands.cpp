#include "training/commands.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <functional>
#include <memory>

#include "core/error.h"
#include "core/log.h"
#include "core/memory.h"
#include "core/parallel.h"
#include "core/version.h"
#include "training/check.h"
#include "training/commands_features.h"
#include "training/commands_statistics.h"
#include "training/help.h"
#include "training/report.h"
#include "training/run_output.h"
#include "training/synthesize.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;

int print_check(const ExperimentConfig& config) {
  const CheckResult result = check(config);
  fmt::print("{}", result.plan);
  for (const auto& problem : result.problems) log::error(problem);
  for (const auto& [patient, stage, reason] : result.unreadable) log::error(fmt::format("patient {}: {}", patient, reason));
  const std::size_t count = result.problems.size() + result.unreadable.size();
  if (count == 0) fmt::print("check       no problem found\n");
  return count == 0 ? kDone : kWrongInput;
}

using Verb = std::function<int()>;

void add_config_options(CLI::App& verb, ConfigOptions& o) {
  verb.add_option("config", o.config, "TOML file of the study")->required()->type_name("CONFIG");
  verb.add_option("--set", o.set, "override a setting, as in --set models.folds=10 (may be repeated)")
      ->type_name("NAME=VALUE")->take_all()->expected(1);
}

Verb add_run(CLI::App& app, const StudyVerbs& study) {
  auto o = std::make_shared<RunOptions>();
  auto* verb = app.add_subcommand("run", "run a study: extract, fit, compare, report");
  add_config_options(*verb, *o);
  verb->add_option("--output", o->output, "run folder to write; default runs/<date>-<name>-<hash>")->type_name("DIR");
  verb->add_flag("--resume", o->resume, "go on in --output, or in the newest run folder of the same settings");
  verb->add_flag("--dry-run", o->dry_run, "check everything, print the plan, write nothing");
  return [o, run = study.run] { return o->dry_run ? print_check(o->load()) : run(*o); };
}

Verb add_check(CLI::App& app) {
  auto o = std::make_shared<ConfigOptions>();
  add_config_options(
      *app.add_subcommand("check", "read config and every input's header, report all problems, compute nothing"), *o);
  return [o] { return print_check(o->load()); };
}

Verb add_extract(CLI::App& app, const StudyVerbs& study) {
  auto o = std::make_shared<ExtractOptions>();
  auto* verb = app.add_subcommand("extract", "one branch alone: a table of features per patient");
  verb->add_option("branch", o->branch, "which branch")->required()->check(
      CLI::IsMember({"clinic", "radiology", "pathology"}));
  add_config_options(*verb, *o);
  verb->add_option("--output", o->output, "folder to write; what is done there under the same settings is kept")
      ->type_name("DIR")->required();
  return [o, extract = study.extract] { return extract(*o); };
}

Verb add_evaluate(CLI::App& app) {
  auto run_folder = std::make_shared<fs::path>();
  auto* verb = app.add_subcommand("evaluate", "compute results.json and the report again from predictions.csv");
  verb->add_option("run", *run_folder, "run folder")->required()->type_name("RUN");
  return [run_folder] {
    const RunFolder folder(existing_run(*run_folder));
    const auto config = load_config<ExperimentConfig>(folder / "config.toml");
    const Results results = evaluate(config.evaluation, read_predictions(folder / "predictions.csv"),
                                     read_truth(config.evaluation.truth));
    write_results(folder / "results.json", results);
    write_report(folder.path());
    fmt::print("{}", comparison_table(results));
    return kDone;
  };
}

Verb add_report(CLI::App& app) {
  auto run_folder = std::make_shared<fs::path>();
  auto* verb = app.add_subcommand("report", "write report.html again from a run folder");
  verb->add_option("run", *run_folder, "run folder")->required()->type_name("RUN");
  return [run_folder] {
    write_report(existing_run(*run_folder));
    fmt::print("{}\n", (*run_folder / "report.html").string());
    return kDone;
  };
}

Verb add_export(CLI::App& app, const StudyVerbs& study) {
  auto o = std::make_shared<ExportOptions>();
  auto* verb = app.add_subcommand("export", "write the attention fusion of a run as TorchScript and prove it equal");
  verb->add_option("run", o->run, "run folder")->required()->type_name("RUN");
  verb->add_option("-o,--output", o->output, "file to write")->required()->type_name("FILE.pt");
  return [o, do_export = study.export_model] { return do_export(*o); };
}

Verb add_synthesize(CLI::App& app) {
  auto config = std::make_shared<SynthesisConfig>();
  auto* verb = app.add_subcommand("synthesize", "make a cohort with a planted, known signal");
  for (const Setting& setting : settings_of(*config)) {
    std::string name = "--" + setting.info.name, meaning = setting.info.meaning;
    std::replace(name.begin(), name.end(), '_', '-');
    if (!setting.info.unit.empty()) meaning += " [" + setting.info.unit + "]";
    std::visit(
        [&](auto target) {
          if constexpr (std::is_pointer_v<decltype(target)>) {
            using Value = std::remove_pointer_t<decltype(target)>;
            if constexpr (std::is_arithmetic_v<Value> || std::is_same_v<Value, std::string> || std::is_same_v<Value, fs::path>) {
              auto* option = verb->add_option(name, *target, meaning)->capture_default_str();
              if (!setting.info.choices.empty()) option->check(CLI::IsMember(setting.info.choices));
              if (setting.info.minimum && setting.info.maximum)
                option->check(CLI::Range(*setting.info.minimum, *setting.info.maximum));
              if (setting.info.name == "output") option->required();
            }
          }
        },
        setting.target);
  }
  return [config] {
    const Synthesis made = synthesize(*config);
    fmt::print("{}: {} patients, {} events, best reachable AUC {:.3f}{}\n", made.manifest.string(), made.patients, made.events,
               made.reachable_auc, made.was_there ? " (was there already)" : "");
    return kDone;
  };
}

Verb add_config(CLI::App& app) {
  struct Options {
    bool defaults = false, reference = false;
    fs::path resolved;
    std::vector<std::string> set;
  };
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand("config",
                                  "print settings: defaults, their meaning and range, or a resolved file; for those of "
                                  "features see radiopath features --reference");
  auto* what = verb->add_option_group("what");
  what->add_flag("--defaults", o->defaults, "every setting with its default");
  what->add_flag("--reference", o->reference, "every setting with meaning, unit and range");
  what->add_option("--resolved", o->resolved, "a config with everything it leaves at the default")->type_name("CONFIG");
  what->require_option(1);
  verb->add_option("--set", o->set, "override a setting")->type_name("NAME=VALUE")->take_all()->expected(1);
  return [o] {
    ExperimentConfig config;
    if (!o->resolved.empty()) config = load_config<ExperimentConfig>(o->resolved, o->set);
    fmt::print("{}", write_config(settings_of(config), o->reference ? Comments::meanings : Comments::none));
    return kDone;
  };
}

/// After Ctrl-C: what the same command will find done.
int report_interruption(const CLI::App& verb) {
  const std::string name = verb.get_name();
  if (verb.get_option_no_throw("--resume") != nullptr)
    log::error("interrupted; the same command with --resume goes on from here");
  else if (name == "extract")
    log::error("interrupted; the same command goes on from here");
  else
    log::error("interrupted; " + name + " was not finished");
  return kInterrupted;
}

/// The first Ctrl-C unwinds at the next safe point, the second ends the process at once.
void on_signal(int signal) {
  request_interrupt();
  std::signal(signal, SIG_DFL);
}

int parse_and_run(int argc, char** argv, const StudyVerbs& study) {
  CLI::App app{"radiopath: radiopathomics without leakage.\nResearch software, not for clinical use."};
  app.formatter(std::make_shared<Help>());
  app.set_version_flag("--version", fmt::format("radiopath {} ({})", version(), git_commit()));
  app.require_subcommand(1);
  app.fallthrough();
  app.failure_message(CLI::FailureMessage::simple);
  int threads = 0;
  app.add_option("--threads", threads, "worker threads; 0 = one per core (results do not depend on it)")
      ->check(CLI::NonNegativeNumber);
  bool quiet = false;
  app.add_flag("--quiet", quiet, "nothing on standard error but errors");
  std::map<std::string, Verb> verbs;
  verbs["run"] = add_run(app, study);
  verbs["check"] = add_check(app);
  verbs["extract"] = add_extract(app, study);
  verbs["features"] = add_features(app);
  verbs["evaluate"] = add_evaluate(app);
  verbs["report"] = add_report(app);
  verbs["export"] = add_export(app, study);
  verbs["statistics"] = add_statistics(app);
  verbs["synthesize"] = add_synthesize(app);
  verbs["config"] = add_config(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  }
  if (quiet) log::silence();
  set_thread_count(threads);
  const CLI::App& verb = *app.get_subcommands().front();
  try {
    return verbs.at(verb.get_name())();
  } catch (const Interrupted&) {
    return report_interruption(verb);
  }
}

}  // namespace

int run_command_line(int argc, char** argv, const StudyVerbs& study) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  keep_freed_memory();
  try {
    return parse_and_run(argc, argv, study);
  } catch (const InputError& error) {
    log::error(error.what());
  } catch (const std::exception& error) {
    log::error(std::string("internal error, please report it: ") + error.what());
  }
  return kWrongInput;
}

}  // namespace radiopath::training
