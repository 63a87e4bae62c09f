#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/cohort.h"
#include "core/descriptive.h"
#include "core/error.h"
#include "core/sample_size.h"
#include "fusion/glmnet.h"
#include "fusion/logistic_fit.h"
#include "fusion/nomogram.h"
#include "fusion/stepwise.h"
#include "training/statistics_cells.h"
#include "training/statistics_compare.h"
#include "training/statistics_input.h"
#include "training/statistics_study.h"
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
          fmt::format("  {:<14} {:>9}\n", clipped(study.design.names[c], 14), ratio_text(std::exp(coefficient)));
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
    const fusion::LogisticFit fit = fusion::fit_logistic(study.design.x, study.outcomes, INFINITY);
    const double rise = fit.log_likelihood - fusion::null_log_likelihood(study.outcomes);
    // Separated columns reach any R2 below its largest: none to plan with.
    r2 = fit.converged ? adjusted_cox_snell_r2(2 * rise, n, parameters) : NAN;
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
  answer.text += fmt::format("Patients that Riley's criteria ask for (R2 {:.3f}, {}):\n", r2,
                             std::isnan(expected_r2) ? "this model's, adjusted" : "as stated");
  answer.text += wrapped(fmt::format("{} (shrinkage {}, optimism {}, risk {}, prediction error {})", needs.patients,
                                     needs.shrinkage, needs.optimism, needs.prevalence,
                                     needs.prediction_error > 0 ? std::to_string(needs.prediction_error) : "–"),
                         "  ");
}

std::string vif_text(double vif) { return vif > 99999 ? ">1e5" : text_of(vif, vif < 99.995 ? 2 : 0); }

/// Standard deviation of a term's column; NaN for the intercept and for levels of text, where it means nothing.
double deviation_of(const std::string& term, const Study& study) {
  const auto& names = study.design.names;
  const auto c = std::ranges::find(names, term) - names.begin();
  if (c == std::ssize(names) || study.design.term_of[static_cast<std::size_t>(c)] != term) return NAN;
  const Eigen::VectorXd column = study.design.x.col(c);
  return std::sqrt(moments({column.data(), static_cast<std::size_t>(column.size())}).variance);
}

/// Odds ratio per standard deviation with Wald's limits, from the coefficient: per unit it may be beyond all numbers.
struct PerDeviation {
  double odds_ratio;
  Interval wald;
};
PerDeviation per_deviation(const fusion::LogisticTerm& t, double deviation) {
  const Interval limits = normal_interval(t.coefficient * deviation, t.standard_error * deviation);
  return {std::exp(t.coefficient * deviation), {std::exp(limits.lower), std::exp(limits.upper)}};
}

Json json_of(const fusion::LogisticTerm& t, double deviation) {
  const PerDeviation per = per_deviation(t, deviation);
  return {{"term", t.name},
          {"coefficient", finite(t.coefficient)},
          {"standard_error", finite(t.standard_error)},
          {"odds_ratio", finite(t.odds_ratio)},
          {"wald_lower", finite(t.wald.lower)},
          {"wald_upper", finite(t.wald.upper)},
          {"p", finite(t.p)},
          {"profile_lower", finite(t.profile.lower)},
          {"profile_upper", finite(t.profile.upper)},
          {"likelihood_ratio_p", finite(t.likelihood_ratio_p)},
          {"vif", finite(t.vif)},
          {"sd", finite(deviation)},
          {"odds_ratio_per_sd", finite(per.odds_ratio)},
          {"per_sd_lower", finite(per.wald.lower)},
          {"per_sd_upper", finite(per.wald.upper)}};
}

void add_terms(Answer& answer, const fusion::LogisticInference& model, const Study& study) {
  answer.text += fmt::format("{:<14} {:>9}  {:<19} {:>7}  {:<19} {:>5}\n", model.firth ? "Firth" : "term", "OR",
                             "95% CI (Wald)", "P", "95% CI (profile)", "VIF");
  for (const auto& t : model.terms) {
    answer.text += fmt::format("{:<14} {:>9}  {:<19} {:>7}  {:<19} {:>5}\n", clipped(t.name, 14),
                               ratio_text(t.odds_ratio), ratio_text(t.wald), p_text(t.p), ratio_text(t.profile),
                               vif_text(t.vif));
    answer.json["terms"].push_back(json_of(t, deviation_of(t.name, study)));
  }
  // Beside Firth's estimates the deviance of a maximum likelihood that may not exist would mislead.
  const double deviance = model.firth ? NAN : model.deviance;
  answer.text +=
      fmt::format("AIC {}  deviance {} (null {})  likelihood ratio P {}\n", text_of(model.aic, 2),
                  text_of(deviance, 2), text_of(model.null_deviance, 2), p_text(model.likelihood_ratio_p));
  if (model.firth)
    answer.text += "Firth's P: penalised likelihood ratio; read the profile intervals, not Wald's.\n";
  for (std::size_t at = 0; at < model.remark.size();) {
    const std::size_t end = std::min(model.remark.find('\n', at), model.remark.size());
    answer.text += wrapped(std::string_view(model.remark).substr(at, end - at)), at = end + 1;
  }
  answer.json["aic"] = finite(model.aic), answer.json["deviance"] = finite(deviance),
  answer.json["null_deviance"] = finite(model.null_deviance);
  answer.json["likelihood_ratio_p"] = finite(model.likelihood_ratio_p), answer.json["firth"] = model.firth,
  answer.json["remark"] = model.remark;
}

/// Each column alone (the levels of a text together), beside the model's odds ratios per standard deviation.
void add_univariable(Answer& answer, const Study& study, const fusion::LogisticInference& model) {
  answer.text += fmt::format("\n{:<14} {:>8}  {:<18} {:>6} {:>9}  {}\n", "univariable", "OR", "95% CI (Wald)", "P",
                             "OR per SD", "(multivariable)");
  answer.json["univariable"] = Json::array();
  bool firth = false;
  for (std::size_t first = 0, last = 0; first < study.design.names.size(); first = last) {
    std::vector<int> columns;
    for (; last < study.design.names.size() && study.design.term_of[last] == study.design.term_of[first]; ++last)
      columns.push_back(int(last));
    const fusion::Design own = fusion::subset(study.design, columns);
    const fusion::LogisticInference alone = fusion::infer_logistic(own, study.outcomes);
    firth = firth || alone.firth;
    for (const std::string& name : own.names) {
      const auto named = [&](const fusion::LogisticTerm& t) { return t.name == name; };
      const auto term = std::ranges::find_if(alone.terms, named), joint = std::ranges::find_if(model.terms, named);
      const double sd = deviation_of(name, study);
      const bool fitted = term != alone.terms.end(), in_model = joint != model.terms.end();
      const Interval nothing{NAN, NAN};
      const PerDeviation per = in_model ? per_deviation(*joint, sd) : PerDeviation{NAN, nothing};
      answer.text += fmt::format(
          "{:<14} {:>8}  {:<18} {:>6} {:>9}  {}\n", clipped(name, 14), ratio_text(fitted ? term->odds_ratio : NAN),
          ratio_text(!fitted ? nothing : alone.firth ? term->profile : term->wald), p_text(fitted ? term->p : NAN),
          ratio_text(per.odds_ratio), ratio_text(per.wald));
      if (!fitted) continue;
      answer.json["univariable"].push_back(json_of(*term, sd));
      answer.json["univariable"].back()["firth"] = alone.firth;
    }
  }
  if (firth) answer.text += "Where a column separates alone: Firth's, with the profile interval.\n";
}

/// Points of each value and risks of the totals, for a drawing on paper.
void print_nomogram(Answer& answer) {
  const auto line = [&](const std::string& name, const Json& values, const Json& points) {
    std::string words;
    for (std::size_t i = 0; i < values.size(); ++i)
      words += fmt::format("{}{:.4g}:{:.1f}", i > 0 ? " " : "", values[i].get<double>(),
                           std::round(10 * points[i].get<double>()) / 10 + 0.0);  // no -0.0
    answer.text += wrapped(words, fmt::format("  {:<14} ", clipped(name, 14)));
  };
  if (!answer.json.contains("nomogram")) return;
  const Json& drawing = answer.json["nomogram"];
  answer.text += "\nNomogram, value:points\n";
  for (const Json& axis : drawing["axes"]) line(axis["column"], axis["values"], axis["points"]);
  answer.text += "  risk:total points\n";
  line("", drawing["risks"], drawing["total_points"]);
}

}  // namespace

Answer logistic_table(const std::filesystem::path& file, const TableOptions& options) {
  const CsvFile csv = read_csv(file);
  const std::string outcome = outcome_name(csv, options.at("outcome"));
  const ChosenColumns columns = columns_of(csv, options.at("columns"), {outcome}, true);
  columns.need_some(csv);
  const Study study = read_study(csv, outcome, columns.names);
  const bool step = !one_of(options, "stepwise", {"backward", "forward"}).empty();
  for (const char* name : {"by", "enter", "stay"})
    if (!step && !options.at(name).empty()) throw InputError(fmt::format("--{} needs --stepwise", name));
  if (step && !study.references.empty())
    throw InputError("--stepwise takes columns of numbers: code the columns of text, or leave them out (--columns)");
  Answer answer{"",
                {{"schema", 1}, {"outcome", outcome}, {"patients", study.outcomes.size()}, {"events", study.events()}}};
  answer.json["left_out"] = columns.left_out;
  answer.text = fmt::format("{} patients, {} events ({} rows with gaps left out)\n", study.outcomes.size(),
                            study.events(), study.left_out) +
                columns.remark() + study.references;
  const auto estimate = options.at("firth").empty() ? fusion::Estimate::maximum_likelihood : fusion::Estimate::firth;
  with_context(file.string(), [&] {
    check_size(study);
    const fusion::Design design = step ? choose(answer, study, options) : study.design;
    const fusion::LogisticInference model = fusion::infer_logistic(design, study.outcomes, estimate);
    add_terms(answer, model, study);
    if (step) answer.text += "P values after a stepwise choice are descriptive.\n";
    add_univariable(answer, study, model);
    if (model.terms.size() > 1) answer.json["nomogram"] = nomogram_of(model, design);
    if (!options.at("nomogram").empty()) print_nomogram(answer);
    if (step) add_penalised(answer, study);
    answer.text += "\n";
    add_sample_size(answer, study, options.at("r2").empty() ? NAN : number_option(options, "r2", NAN, 0.75));
  });
  return answer;
}

}  // namespace radiopath::training
