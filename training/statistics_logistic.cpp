#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/cohort.h"
#include "core/error.h"
#include "core/sample_size.h"
#include "fusion/glmnet.h"
#include "fusion/logistic_fit.h"
#include "fusion/nomogram.h"
#include "fusion/stepwise.h"
#include "training/statistics_cells.h"
#include "training/statistics_compare.h"
#include "training/statistics_input.h"
#include "training/statistics_tables.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;
using fusion::StepwiseConfig;

/// Axes and points of the model's drawing.
Json nomogram_of(const fusion::LogisticInference& model, const fusion::Design& design) {
  Eigen::VectorXd coefficients(Eigen::Index(model.terms.size()) - 1);
  Eigen::MatrixXd x(design.x.rows(), coefficients.size());
  std::vector<std::string> names;
  for (std::size_t t = 1; t < model.terms.size(); ++t) {
    names.push_back(model.terms[t].name), coefficients[Eigen::Index(t) - 1] = model.terms[t].coefficient;
    x.col(Eigen::Index(t) - 1) = design.x.col(std::ranges::find(design.names, names.back()) - design.names.begin());
  }
  const fusion::Nomogram drawing = fusion::make_nomogram(names, x, model.terms[0].coefficient, coefficients);
  Json axes = Json::array();
  for (const auto& axis : drawing.axes)
    axes.push_back({{"column", axis.column}, {"values", axis.values}, {"points", axis.points}});
  return {{"axes", axes}, {"risks", drawing.risks}, {"total_points", drawing.risk_points}};
}

double number_option(const TableOptions& options, const std::string& name, double otherwise, double most) {
  const std::string& text = options.at(name);
  if (text.empty()) return otherwise;
  const auto value = parse_double(text);
  if (!value || !(*value > 0 && *value <= most))
    throw InputError(fmt::format("--{} is '{}'; expected a number above 0, at most {}", name, text, most));
  return *value;
}

std::string one_of(const TableOptions& options, const std::string& name, const std::vector<std::string>& words) {
  const std::string& text = options.at(name);
  if (!text.empty() && std::ranges::find(words, text) == words.end())
    throw InputError(fmt::format("--{} is '{}'; expected {}", name, text, join_names(words)));
  return text;
}

/// The rows without gaps.
struct Study {
  fusion::Design design;
  std::vector<int> outcomes;
  int left_out;
  int events() const { return static_cast<int>(std::ranges::count(outcomes, 1)); }
};

Study read_study(const CsvFile& csv, const std::string& outcome, const std::vector<std::string>& names) {
  const std::vector<int> all_outcomes = outcome_column(csv, outcome);
  std::vector<std::vector<double>> columns;
  for (const std::string& name : names) columns.push_back(number_column(csv, name));
  Study study{{names, {}, {}}, {}, 0};
  std::vector<int> rows;
  for (std::size_t r = 0; r < all_outcomes.size(); ++r)
    if (std::ranges::none_of(columns, [&](const auto& c) { return std::isnan(c[r]); }))
      rows.push_back(int(r)), study.outcomes.push_back(all_outcomes[r]);
  if (rows.empty()) {
    std::vector<std::string> empty;
    for (std::size_t c = 0; c < names.size(); ++c)
      if (std::ranges::all_of(columns[c], [](double v) { return std::isnan(v); })) empty.push_back(names[c]);
    throw InputError(
        csv.path.string() + ": no row is complete" +
        (empty.empty() ? "; choose fewer columns (--columns)" : "; without any value: " + join_names(empty)));
  }
  study.left_out = static_cast<int>(all_outcomes.size() - rows.size());
  study.design.x.resize(Eigen::Index(rows.size()), Eigen::Index(names.size()));
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (std::size_t c = 0; c < names.size(); ++c)
      study.design.x(Eigen::Index(r), Eigen::Index(c)) = columns[c][static_cast<std::size_t>(rows[r])];
  return study;
}

/// What a lasso makes of all candidates, to be read beside the stepwise choice.
void add_penalised(Answer& answer, const Study& study) {
  const int rarer = std::min(study.events(), static_cast<int>(study.outcomes.size()) - study.events());
  if (rarer < 3) return;
  const Eigen::VectorXd y =
      Eigen::Map<const Eigen::VectorXi>(study.outcomes.data(), study.design.x.rows()).cast<double>();
  const int folds = std::min(10, rarer);
  const auto fit = fusion::fit_glmnet_cv(
      study.design.x, y, fusion::lasso_folds(study.design.x, y, stratified_folds(study.outcomes, folds, 1, "lasso")),
      {.family = fusion::Family::binomial});
  answer.text += fmt::format("Beside it, all columns under a lasso (least deviance of {} folds):\n", folds);
  answer.json["lasso"] = Json::array();
  for (std::size_t c = 0; c < study.design.names.size(); ++c) {
    const double coefficient = fit.path.coefficients(Eigen::Index(c), fit.smallest);
    answer.json["lasso"].push_back({{"term", study.design.names[c]},
                                    {"coefficient", finite(coefficient)},
                                    {"odds_ratio", finite(std::exp(coefficient))}});
    if (coefficient != 0)
      answer.text +=
          fmt::format("  {:<14} {:>9}\n", clipped(study.design.names[c], 14), text_of(std::exp(coefficient)));
  }
}

StepwiseConfig stepwise_config(const TableOptions& options) {
  StepwiseConfig config;
  if (options.at("stepwise") == "forward") config.direction = StepwiseConfig::Direction::forward;
  if (one_of(options, "by", {"aic", "p"}) == "p") config.by = StepwiseConfig::By::p;
  config.enter = number_option(options, "enter", config.enter, 1),
  config.stay = number_option(options, "stay", config.stay, 1);
  return config;
}

fusion::Design choose(Answer& answer, const Study& study, const TableOptions& options) {
  const fusion::StepwiseChoice choice = fusion::stepwise(study.design, study.outcomes, stepwise_config(options));
  answer.json["steps"] = Json::array();
  answer.text += fmt::format("Stepwise {} by {}, from {} columns:", options.at("stepwise"),
                             options.at("by") == "p" ? "P" : "AIC", study.design.names.size());
  for (const auto& [column, entered, p] : choice.steps) {
    answer.json["steps"].push_back({{"column", column}, {"entered", entered}, {"p", finite(p)}});
    answer.text += fmt::format("\n  {} {:<14} P {}", entered ? "+" : "-", clipped(column, 14), p_text(p));
  }
  answer.text += choice.steps.empty() ? " no step\n\n" : "\n\n";
  return choice.design;
}

/// Events per candidate parameter and how many patients Riley's criteria ask for.
void add_sample_size(Answer& answer, const Study& study, double expected_r2) {
  const int n = static_cast<int>(study.outcomes.size()), events = study.events(),
            parameters = static_cast<int>(study.design.names.size());
  const double epp = events_per_parameter(n, events, parameters);
  answer.text += fmt::format("{:.1f} events per candidate parameter{}\n", epp,
                             epp < 10 ? " (below 10: estimates are unstable)" : "");
  answer.json["events_per_parameter"] = finite(epp);
  double r2 = expected_r2;
  if (std::isnan(r2)) {
    const double rise = fusion::fit_logistic(study.design.x, study.outcomes, INFINITY).log_likelihood -
                        fusion::null_log_likelihood(study.outcomes);
    r2 = adjusted_cox_snell_r2(2 * rise, n, parameters);
  }
  const double share = double(events) / n;
  if (!(r2 > 0.001 && r2 < largest_cox_snell_r2(share))) {
    answer.text += "Sample size: no R2 of this model to reckon with; state an expected one (--r2)\n";
    return;
  }
  const SampleSizeNeeds needs = sample_size_needs(share, parameters, r2);
  answer.json["sample_size"] = {
      {"cox_snell_r2", r2},
      {"shrinkage", needs.shrinkage},
      {"optimism", needs.optimism},
      {"prevalence", needs.prevalence},
      {"prediction_error", needs.prediction_error > 0 ? Json(needs.prediction_error) : Json(nullptr)},
      {"patients", needs.patients}};
  answer.text += fmt::format(
      "Patients that Riley's criteria ask for (R2 {:.3f}, {}):\n  {} (shrinkage {}, optimism {}, risk {}, prediction "
      "error {})\n",
      r2, std::isnan(expected_r2) ? "this model's, adjusted" : "as stated", needs.patients, needs.shrinkage,
      needs.optimism, needs.prevalence, needs.prediction_error > 0 ? std::to_string(needs.prediction_error) : "–");
}

void add_terms(Answer& answer, const fusion::LogisticInference& model) {
  answer.text += fmt::format("{:<14} {:>9}  {:<19} {:>7}  {:<19} {:>5}\n", model.firth ? "Firth" : "term", "OR",
                             "95% CI (Wald)", "P", "95% CI (profile)", "VIF");
  for (const auto& t : model.terms) {
    answer.text += fmt::format("{:<14} {:>9}  {:<19} {:>7}  {:<19} {:>5}\n", clipped(t.name, 14), text_of(t.odds_ratio),
                               text_of(t.wald.lower) + " to " + text_of(t.wald.upper), p_text(t.p),
                               text_of(t.profile.lower) + " to " + text_of(t.profile.upper), text_of(t.vif, 2));
    answer.json["terms"].push_back({{"term", t.name},
                                    {"coefficient", finite(t.coefficient)},
                                    {"standard_error", finite(t.standard_error)},
                                    {"odds_ratio", finite(t.odds_ratio)},
                                    {"wald_lower", finite(t.wald.lower)},
                                    {"wald_upper", finite(t.wald.upper)},
                                    {"p", finite(t.p)},
                                    {"profile_lower", finite(t.profile.lower)},
                                    {"profile_upper", finite(t.profile.upper)},
                                    {"likelihood_ratio_p", finite(t.likelihood_ratio_p)},
                                    {"vif", finite(t.vif)}});
  }
  answer.text +=
      fmt::format("AIC {}  deviance {} (null {})  likelihood ratio P {}\n", text_of(model.aic, 2),
                  text_of(model.deviance, 2), text_of(model.null_deviance, 2), p_text(model.likelihood_ratio_p));
  if (model.firth) answer.text += "Firth's P: penalised likelihood ratio; read the profile intervals, not Wald's.\n";
  if (!model.remark.empty()) answer.text += model.remark + "\n";
  answer.json["aic"] = finite(model.aic), answer.json["deviance"] = finite(model.deviance),
  answer.json["null_deviance"] = finite(model.null_deviance);
  answer.json["likelihood_ratio_p"] = finite(model.likelihood_ratio_p), answer.json["firth"] = model.firth,
  answer.json["remark"] = model.remark;
}

}  // namespace

Answer logistic_table(const std::filesystem::path& file, const TableOptions& options) {
  const CsvFile csv = read_csv(file);
  const std::string outcome = outcome_name(csv, options.at("outcome"));
  const Study study = read_study(csv, outcome, columns_of(csv, options.at("columns"), {outcome}, true));
  const bool step = !one_of(options, "stepwise", {"backward", "forward"}).empty();
  Answer answer{"",
                {{"schema", 1}, {"outcome", outcome}, {"patients", study.outcomes.size()}, {"events", study.events()}}};
  answer.text = fmt::format("{} patients, {} events ({} rows with gaps left out)\n", study.outcomes.size(),
                            study.events(), study.left_out);
  const auto estimate = options.at("firth").empty() ? fusion::Estimate::maximum_likelihood : fusion::Estimate::firth;
  with_context(file.string(), [&] {
    const fusion::Design design = step ? choose(answer, study, options) : study.design;
    const fusion::LogisticInference model = fusion::infer_logistic(design, study.outcomes, estimate);
    add_terms(answer, model);
    if (model.terms.size() > 1) answer.json["nomogram"] = nomogram_of(model, design);
    if (step) {
      answer.text += "P values after a stepwise choice are descriptive.\n";
      add_penalised(answer, study);
    }
    add_sample_size(answer, study, options.at("r2").empty() ? NAN : number_option(options, "r2", NAN, 0.75));
  });
  return answer;
}

}  // namespace radiopath::training
