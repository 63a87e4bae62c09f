#include "training/commands_statistics.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>

#include "core/files.h"
#include "training/paper_tables.h"
#include "training/statistics_cells.h"
#include "training/statistics_compare.h"
#include "training/statistics_tables.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;
using Verb = std::function<int()>;

/// What every one takes.
struct Common {
  std::filesystem::path file;
  std::string json;

  void add_to(CLI::App& verb) {
    verb.add_option("file", file, "CSV with a header, one row per patient")->required()->type_name("FILE.csv");
    verb.add_option("--json", json, "write everything as JSON to FILE, or to standard output for -")->type_name("FILE");
  }
  /// The table for people, or JSON for machines.
  int answer(const std::string& text, const std::string& as_json) const {
    if (json == "-") fmt::print("{}", as_json);
    else fmt::print("{}", text);
    if (!json.empty() && json != "-") write_text(json, as_json);
    return 0;
  }
};

struct ScoreOptions : Common {
  ScoredColumns columns;
  CompareConfig config;
  std::string models, recalibrate, recalibrate_on;

  void add_all_to(CLI::App& verb) {
    add_to(verb);
    verb.add_option("--outcome", columns.outcome, "column of 0 and 1; default: outcome, label, y, event or status");
    verb.add_option("--models", models,
                    "columns of scores, comma-separated (a name with a comma in quotes); default: all others");
    verb.add_option("--cohort", columns.cohort, "column that names the cohort; default: cohort, where there is one");
    verb.add_option("--threshold-cohort", columns.threshold_cohort,
                    "cohort that each model's threshold is taken from, to be kept everywhere");
    verb.add_option("--rule", columns.rule,
                    "how it is taken there: youden, sensitivity=0.9, specificity=0.9, or cost=5 of a missed "
                    "event; default: youden");
    verb.add_option("--threshold", columns.threshold,
                    "one threshold for all (default 0.5); positive: above it; columns threshold_MODEL go before every rule");
    verb.add_option("--bootstrap", config.bootstrap.resamples,
        "resamples, stratified by outcome, for intervals of AUC, IDI and NRI; 0 = none")
        ->capture_default_str()
        ->check(CLI::Range(0, 100000));
    verb.add_option("--seed", config.bootstrap.seed, "of the resamples")->capture_default_str();
    verb.add_option("--at", config.decision_thresholds, "decision thresholds; default 0.1,0.2,...,0.7")->delimiter(',')->check(CLI::Range(0.0, 0.99));
    verb.add_option("--cuts", config.cuts,
        "risks that part the classes of the categorical NRI; a risk at a cut is in the upper class")->delimiter(',');
  }
};

enum class Part { roc, pairs, calibration, decision };

Verb add_scores(CLI::App& app, const char* name, const char* meaning, std::vector<Part> parts) {
  auto o = std::make_shared<ScoreOptions>();
  auto* verb = app.add_subcommand(name, meaning);
  o->add_all_to(*verb);
  if (parts == std::vector{Part::calibration}) {
    verb->add_option("--recalibrate", o->recalibrate,
        "platt, isotonic or intercept: the other cohorts once more, after it");
    verb->add_option("--recalibrate-on", o->recalibrate_on, "cohort that it is fitted on")->type_name("COHORT");
  }
  return [o, parts] {
    if (!o->models.empty()) o->columns.models = listed(o->models);
    if (o->config.decision_thresholds.empty()) o->config.decision_thresholds = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
    const ScoredFile file = read_scored(o->file, o->columns);
    Json result = compare_scores(file, o->config);
    add_recalibration(result, file, o->recalibrate, o->recalibrate_on, o->config);
    std::string text;
    for (const Part part : parts)
      text += part == Part::roc ? roc_text(result) : part == Part::pairs ? pairs_text(result) : part == Part::calibration ? calibration_text(result) : decision_text(result);
    if (parts != std::vector{Part::roc}) text += ranges_text(result);
    return o->answer(text, result.dump(1) + "\n");
  };
}

Verb add_paper_table(CLI::App& app) {
  struct Options : Common {
    int total = 0, most = 400, decimals = 0;
  };
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand("paper-table", "which confusion matrices can a published table come from?");
  o->add_to(*verb);
  verb->add_option("--total", o->total, "patients of all cohorts together, as stated; default: the column stated_total_of_all_cohorts, where there is one")->check(CLI::Range(2, 5000));
  verb->add_option("--most", o->most, "patients of a cohort looked at where no total is stated")->capture_default_str()->check(CLI::Range(2, 2000));
  verb->add_option("--decimals", o->decimals,
      "that the table is printed with; default: as the longest cell of a column has")
      ->check(CLI::Range(1, 6));
  return [o] {
    const auto given = [](int value) { return value > 0 ? std::optional(value) : std::nullopt; };
    const PaperTables tables =
        analyse_paper_tables(read_paper_tables(o->file, given(o->total), given(o->decimals)), o->most);
    return o->answer(describe(tables), json_of(tables));
  };
}

struct TableOption {
  std::string name, meaning;
  bool flag = false;
};

Verb add_table(CLI::App& app, const char* name, const char* meaning, const std::vector<TableOption>& options,
               Answer (*make)(const std::filesystem::path&, const TableOptions&)) {
  struct Options : Common {
    TableOptions values;
  };
  auto o = std::make_shared<Options>();
  auto* verb = app.add_subcommand(name, meaning);
  o->add_to(*verb);
  for (const auto& [option, text, flag] : options) {
    if (flag)
      verb->add_flag("--" + option, o->values[option], text);
    else
      verb->add_option("--" + option, o->values[option], text);
  }
  return [o, make] {
    const Answer answer = make(o->file, o->values);
    return o->answer(answer.text, answer.json.dump(1) + "\n");
  };
}

/// Words in lines that fit beside the options' names in 80 columns.
std::string folded(const std::string& words) {
  constexpr std::size_t kWide = 50;
  std::istringstream stream(words);
  std::string text;
  std::size_t column = 0;
  for (std::string word; stream >> word; column += word.size()) {
    const bool wraps = column > 0 && column + 1 + word.size() > kWide;
    if (column > 0) text += wraps ? "\n" : " ", column = wraps ? 0 : column + 1;
    text += word;
  }
  return text;
}

}  // namespace

Verb add_statistics(CLI::App& app) {
  auto* statistics = app.add_subcommand("statistics", "the report's figures from any CSV of outcomes and scores");
  statistics->require_subcommand(1);
  auto verbs = std::make_shared<std::map<std::string, Verb>>();
  auto& v = *verbs;
  v["roc"] = add_scores(*statistics, "roc", "AUC with DeLong intervals, figures at the threshold", {Part::roc});
  v["compare"] = add_scores(*statistics, "compare", "everything: AUC, DeLong, IDI, NRI, calibration, decisions",
                            {Part::roc, Part::pairs, Part::calibration, Part::decision});
  v["calibration"] = add_scores(*statistics, "calibration",
      "slope, intercept, Brier, ICI, Hosmer-Lemeshow; recalibration",
                                {Part::calibration});
  v["decision"] = add_scores(*statistics, "decision", "net benefit at decision thresholds", {Part::decision});
  v["logistic"] = add_table(*statistics, "logistic", "odds ratios of a logistic regression, for inference",
                            {{"outcome", "column of 0 and 1; default: outcome, label, y, event or status"},
                             {"columns",
                                 "comma-separated, text is dummy-coded; default: all other columns of numbers"},
                             {"stepwise", "backward or forward; default: all columns stay"},
                             {"by", "of the steps: aic or p (likelihood ratio); default: aic"},
                             {"enter", "P below which a column enters; default: 0.05"},
                             {"stay", "P from which on it leaves; default: 0.1"},
                             {"nomogram", "print points and risks too", true},
                             {"firth", "Firth's penalty also where nothing separates", true},
                             {"r2", "Cox-Snell R2 expected, for the sample size; default: this model's, adjusted"}},
                            logistic_table);
  v["table1"] = add_table(*statistics, "table1", "baseline table with the right test per variable",
                          {{"group", "column that groups the patients; default: the outcome"}, {"columns", "comma-separated; default: all others"}}, baseline_table);
  v["icc"] = add_table(*statistics, "icc", "all six intraclass correlations; a row a subject, a column a rater",
                       {{"columns", "comma-separated; default: all but patient_id and id"}}, icc_table);
  v["survival"] = add_table(*statistics, "survival", "Kaplan-Meier, log-rank, Cox, Harrell's C",
                            {{"time", "column of times; default: time"}, {"event", "column of 0 (censored) and 1; default: event, status or outcome"},
                             {"group", "column that groups the patients for the log-rank test"}, {"columns", "covariates for Cox and C; default: all other columns of numbers"}}, survival_table);
  v["paper-table"] = add_paper_table(*statistics);
  for (CLI::App* verb : statistics->get_subcommands({}))
    for (CLI::Option* option : verb->get_options()) option->description(folded(option->get_description()));
  return [statistics, verbs] { return verbs->at(statistics->get_subcommands().front()->get_name())(); };
}

}  // namespace radiopath::training
