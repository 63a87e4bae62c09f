// The program `radiopath-study`: all of `radiopath`, with LibTorch.

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "core/log.h"
#include "training/check.h"
#include "training/commands.h"
#include "training/experiment.h"
#include "training/export_run.h"
#include "training/run_output.h"

namespace radiopath::training {
namespace {

namespace fs = std::filesystem;

int finish(const RunFolder& folder) {
  if (folder.failures.empty()) return kDone;
  const auto entries = folder.failures.entries();
  log::warning(fmt::format("{} failure{} (the other patients are complete): {}", entries.size(),
                           entries.size() == 1 ? "" : "s", (folder / "failures.csv").string()));
  for (std::size_t i = 0; i < entries.size() && i < 5; ++i)
    log::warning(fmt::format("  {} ({}): {}", entries[i].patient_id, entries[i].stage, entries[i].reason));
  return kSomeFailed;
}

int run_study(const RunOptions& o) {
  const ExperimentConfig config = o.load();
  const CheckResult checked = check(config);
  if (!checked.problems.empty()) throw InputError(fmt::format("{}", fmt::join(checked.problems, "\n")));
  fs::path path = o.output;
  if (path.empty()) path = o.resume ? latest_run_folder(config) : new_run_folder(config);
  else if (!o.resume && fs::exists(path) && !fs::is_empty(path))
    throw InputError(path.string() + ": exists already; add --resume to go on in it, or name another folder");
  RunFolder folder(path);
  log::also_to(folder / "log.txt");
  begin_run(folder, config);
  log::info(fmt::format("{}\nrun folder  {}", checked.plan, folder.path().string()));
  const Results results = run(config, folder);
  end_run(folder);
  fmt::print("{}\nreport  {}\n", comparison_table(results),
             fs::absolute(folder / "report.html").lexically_normal().string());
  return finish(folder);
}

int extract(const ExtractOptions& o) {
  const ExperimentConfig config = o.load();
  const Cohort cohort = read_cohort(config.cohort);
  RunFolder folder(o.output);
  log::also_to(folder / "log.txt");
  const Branch branch = o.branch == "clinic"      ? Branch::clinic
                        : o.branch == "radiology" ? Branch::radiology
                                                  : Branch::pathology;
  for (const Split& split : splits_of(config.protocol, cohort)) {
    const Modality modality = extract_branch(config, branch, split, folder);
    fmt::print("{} patients, {} columns: {}\n", modality.table.rows(), modality.table.cols(),
               (folder / "tables" / (modality.name + ".csv")).string());
  }
  if (!folder.failures.empty()) folder.failures.write(folder / "failures.csv");
  return finish(folder);
}

int export_model(const ExportOptions& o) {
  const ExportCheck check = export_run(existing_run(o.run), o.output);
  fmt::print("{}: {} patients, largest difference to the native predictions {:.2g}\n", o.output.string(),
             check.patients, check.largest_difference);
  return kDone;
}

}  // namespace
}  // namespace radiopath::training

int main(int argc, char** argv) {
  // Parallelism is over patients, folds and seeds: matrix libraries change bits with their own thread count.
  at::set_num_threads(1);
  at::set_num_interop_threads(1);
  using namespace radiopath::training;
  return run_command_line(argc, argv, {run_study, extract, export_model});
}
