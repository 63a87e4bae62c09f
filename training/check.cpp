#include "training/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/error.h"
#include "core/inclusion.h"
#include "pathology/extraction.h"
#include "radiology/extraction.h"
#include "training/model_names.h"

namespace radiopath::training {
namespace {

class Checker {
 public:
  explicit Checker(const ExperimentConfig& config) : config_(config) {}

  CheckResult run() {
    std::optional<Cohort> cohort;
    attempt([&] { cohort.emplace(read_cohort(config_.cohort)); });
    attempt([&] { ensemble_names(modality_names(config_), config_.models.ensembles); });
    if (modality_names(config_).empty())
      problem("no modality is switched on: set [clinic] columns, [radiology] sequences, [pathology] slides or a table");
    learners();
    if (!cohort) return result_;
    columns(*cohort);
    tables();
    if (result_.problems.empty()) outcomes(*cohort);
    if (result_.problems.empty()) files(*cohort);
    plan(*cohort);
    return result_;
  }

 private:
  void problem(const std::string& text) { result_.problems.push_back(text); }

  template <class Body>
  void attempt(Body&& body) {
    try {
      body();
    } catch (const InputError& error) {
      problem(error.what());
    }
  }

  void column(const Cohort& cohort, const std::string& section, const std::string& name) {
    const auto& known = cohort.columns();
    if (name.empty() || std::find(known.begin(), known.end(), name) != known.end()) return;
    std::string text = config_.cohort.manifest.string() + ":1: no column '" + name + "', which " + section + " names";
    if (const auto nearest = nearest_name(name, known)) text += "; did you mean '" + *nearest + "'?";
    problem(text);
  }

  void rule(const Cohort& cohort, const std::string& section, const std::string& text) {
    attempt([&] {
      for (const auto& name : InclusionRule(text).columns()) column(cohort, section + " include", name);
    });
  }

  void columns(const Cohort& cohort) {
    if (config_.clinic.table.empty())
      for (const auto& name : config_.clinic.columns) column(cohort, "[clinic] columns", name);
    if (!config_.radiology.sequences.empty()) {
      for (const auto& name : config_.radiology.sequences) column(cohort, "[radiology] sequences", name);
      column(cohort, "[radiology] mask", config_.radiology.mask);
    }
    column(cohort, "[pathology] slides", config_.pathology.slides);
    rule(cohort, "[clinic]", config_.clinic.include);
    rule(cohort, "[radiology]", config_.radiology.include);
    rule(cohort, "[pathology]", config_.pathology.include);
    for (const auto& [name, table] : config_.tables) rule(cohort, "[tables." + name + "]", table.include);
  }

  /// Libraries that are absent, and grids that name no setting.
  void learners() {
    const auto& models = config_.models;
    attempt([&] { fusion::require_known_settings(models.tuning, models); });
    if (const auto objection = fusion::selection_objection(models.selection)) problem(*objection);
    for (const auto& name : models.learners) {
      if (const auto objection = fusion::learner_objection(name, models)) problem("[models] learners: '" + name + "': " + *objection);
      attempt([&] { fusion::candidates_of(models.tuning, name, models, 0); });
    }
  }

  void tables() {
    if (!config_.clinic.table.empty() && !config_.clinic.columns.empty()) {
      attempt([&] {
        const CsvFile csv = read_csv(config_.clinic.table);
        csv.column(config_.cohort.id);
        for (const auto& name : config_.clinic.columns) csv.column(name);
      });
    }
    for (const auto& [name, source] : config_.tables) {
      if (source.table.empty()) problem("[tables." + name + "] table is not set; expected a CSV with one row per patient");
      else attempt([&] {
        const Table table = read_table(source.table, config_.cohort.id);
        const Table chosen = source.columns.empty()
                                 ? table
                                 : with_context(source.table.string(), [&] { return table.select_columns(source.columns); });
        with_values_[name] = fusion::ids_with_values(chosen, chosen.ids);
      });
    }
  }

  template <class View>
  static View entering(const View& view, const std::string& rule) {
    const InclusionRule include(rule);
    std::vector<std::string> ids;
    for (int i = 0; i < view.size(); ++i) {
      if (include.includes(view[i])) ids.push_back(view[i].id);
    }
    return view.among(ids);
  }

  /// A model needs some training patients of each outcome who have its modality.
  void outcomes(const Cohort& cohort) {
    const auto judge = [&](const std::string& name, const TrainingView& train) {
      attempt([&] { with_context(name, [&] { fusion::require_both_outcomes(train.outcomes(), name); }); });
    };
    attempt([&] {
      for (const Split& split : splits_of(config_.protocol, cohort)) {
        for (const auto& name : modality_names(config_)) {
          const auto table = with_values_.find(name);
          if (table != with_values_.end())
            judge(name, entering(split.train, config_.tables.at(name).include).among(table->second));
          else if (name == config_.clinic.name)
            judge(name, entering(split.train, config_.clinic.include));
        }
      }
    });
  }

  void files(const Cohort& cohort) {
    const auto add = [&](const std::vector<Failures::Entry>& entries) {
      result_.unreadable.insert(result_.unreadable.end(), entries.begin(), entries.end());
    };
    attempt([&] {
      for (const Split& split : splits_of(config_.protocol, cohort)) {
        if (!config_.radiology.sequences.empty()) {
          add(radiology::check_inputs(config_.radiology, entering(split.train, config_.radiology.include)));
          add(radiology::check_inputs(config_.radiology, entering(split.held_out, config_.radiology.include)));
        }
        if (!config_.pathology.slides.empty()) {
          add(pathology::check_inputs(config_.pathology, entering(split.train, config_.pathology.include)));
          add(pathology::check_inputs(config_.pathology, entering(split.held_out, config_.pathology.include)));
        }
      }
    });
    std::sort(result_.unreadable.begin(), result_.unreadable.end());
  }

  void plan(const Cohort& cohort) {
    int count[3] = {0, 0, 0};
    for (const Patient& patient : cohort.patients()) ++count[static_cast<int>(patient.role)];
    auto& text = result_.plan;
    text += fmt::format("study       {} (seed {}, protocol {})\n", config_.name, config_.seed, config_.protocol);
    text += fmt::format("patients    {}: {} train, {} validation, {} test\n", cohort.size(), count[0], count[1], count[2]);
    const auto names = modality_names(config_);
    text += fmt::format("modalities  {}\n", join_names(names));
    std::vector<std::string> models = names;
    attempt([&] {
      for (const auto& ensemble : ensemble_names(names, config_.models.ensembles)) models.push_back(ensemble);
    });
    if (names.size() > 1) models.push_back(attention_name(names));
    text += fmt::format("models      {}\n", join_names(models));
    text += fmt::format("fits        {} folds for out-of-fold figures, each with its own selection and stacking\n",
                        config_.models.folds);
  }

  const ExperimentConfig& config_;
  std::map<std::string, std::vector<std::string>> with_values_;  // of each table, the patients
  CheckResult result_;
};

}  // namespace

CheckResult check(const ExperimentConfig& config) { return Checker(config).run(); }

}  // namespace radiopath::training
