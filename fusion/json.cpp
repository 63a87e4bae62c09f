#include "fusion/json.h"

#include "core/error.h"
#include "fusion/json_parts.h"

namespace radiopath::fusion {
namespace {

using fusion::read;
using fusion::write;

// One `write` and one `read` per type, member by member.

Json write(const ClinicCoding& coding) {
  Json columns = Json::array();
  for (const CodedColumn& column : coding.columns) {
    static const char* const kinds[] = {"numeric", "ordinal", "one_hot"};
    columns.push_back({{"name", column.name},
                       {"kind", kinds[static_cast<int>(column.kind)]},
                       {"levels", column.levels},
                       {"reference", column.reference}});
  }
  return {{"columns", columns}};
}

void read(const Json& json, ClinicCoding& coding) {
  for (const Json& column : json.at("columns")) {
    const auto kind = column.at("kind").get<std::string>();
    coding.columns.push_back({column.at("name"),
                              kind == "numeric"   ? CodedColumn::Kind::numeric
                              : kind == "ordinal" ? CodedColumn::Kind::ordinal
                                                  : CodedColumn::Kind::one_hot,
                              column.at("levels"), column.at("reference")});
  }
}

Json write(const Encoding& encoding) {
  return {{"columns", encoding.columns},
          {"fills", write(encoding.fills)},
          {"lambdas", write(encoding.lambdas)},
          {"centres", write(encoding.centres)},
          {"scales", write(encoding.scales)},
          {"indicated", encoding.indicated},
          {"dropped_missing", encoding.dropped_missing},
          {"dropped_constant", encoding.dropped_constant}};
}

void read(const Json& json, Encoding& encoding) {
  encoding.columns = json.at("columns");
  read(json.at("fills"), encoding.fills);
  read(json.at("lambdas"), encoding.lambdas);
  read(json.at("centres"), encoding.centres);
  read(json.at("scales"), encoding.scales);
  encoding.indicated = json.at("indicated");
  encoding.dropped_missing = json.at("dropped_missing");
  encoding.dropped_constant = json.at("dropped_constant");
}

Json write(const Selection& selection) {
  Json steps = Json::array();
  for (const SelectionStep& step : selection.steps) {
    steps.push_back({{"name", step.name}, {"definition", step.definition}, {"before", step.before}, {"kept", step.kept},
                     {"remark", step.remark}});
  }
  return {{"columns", selection.columns}, {"steps", steps}};
}

void read(const Json& json, Selection& selection) {
  selection.columns = json.at("columns");
  for (const Json& step : json.at("steps")) {
    selection.steps.push_back(
        {step.at("name"), step.at("definition"), step.at("before"), step.at("kept"), step.at("remark")});
  }
}

Json write(const std::vector<ClinicalTerm>& terms) {
  Json json = Json::array();
  for (const ClinicalTerm& term : terms) {
    json.push_back({{"column", term.column},
                    {"coefficient", term.coefficient},
                    {"standard_error", term.standard_error},
                    {"odds_ratio", term.odds_ratio},
                    {"odds_lower", term.odds_lower},
                    {"odds_upper", term.odds_upper},
                    {"p", term.p},
                    {"separated", term.separated}});
  }
  return json;
}

void read(const Json& json, std::vector<ClinicalTerm>& terms) {
  for (const Json& term : json) {
    terms.push_back({term.at("column"), number(term.at("coefficient")), number(term.at("standard_error")),
                     number(term.at("odds_ratio")), number(term.at("odds_lower")), number(term.at("odds_upper")),
                     number(term.at("p")), term.at("separated")});
  }
}

Json write(const ClinicalModel& model) {
  return {{"kind", "clinical"},
          {"columns", model.columns},
          {"medians", write(model.medians)},
          {"intercept", model.intercept},
          {"coefficients", write(model.coefficients)},
          {"univariable", write(model.univariable)},
          {"multivariable", write(model.multivariable)},
          {"dropped", model.dropped},
          {"remark", model.remark}};
}

void read(const Json& json, ClinicalModel& model) {
  model.columns = json.at("columns");
  read(json.at("medians"), model.medians);
  model.intercept = number(json.at("intercept"));
  read(json.at("coefficients"), model.coefficients);
  read(json.at("univariable"), model.univariable);
  read(json.at("multivariable"), model.multivariable);
  model.dropped = json.at("dropped");
  model.remark = json.at("remark");
}

Json write(const FittedChain& chain) {
  return {{"kind", "chain"},
          {"encoding", write(chain.encoding)},
          {"selection", write(chain.selection)},
          {"learner_name", chain.learner_name},
          {"settings", chain.settings},
          {"learner", write(chain.learner)}};
}

void read(const Json& json, FittedChain& chain) {
  read(json.at("encoding"), chain.encoding);
  read(json.at("selection"), chain.selection);
  chain.learner_name = json.at("learner_name");
  chain.settings = json.at("settings");
  read(json.at("learner"), chain.learner);
}

Json write(const ScoredCandidate& scored) {
  return {{"modality", scored.modality}, {"learner", scored.learner},   {"auc", scored.auc},
          {"patients", scored.patients}, {"events", scored.events},     {"folds", scored.folds},
          {"chosen", scored.chosen},     {"stage", scored.stage},       {"settings", scored.settings},
          {"score", scored.score}};
}

void read(const Json& json, ScoredCandidate& scored) {
  scored = {.modality = json.at("modality"), .learner = json.at("learner"), .auc = number(json.at("auc")),
            .patients = json.at("patients"), .events = json.at("events"),   .folds = json.at("folds"),
            .chosen = json.at("chosen"),     .stage = json.at("stage"),     .settings = json.at("settings"),
            .score = number(json.at("score"))};
}

/// Derived from the folds' selections when it is written, for people who read the file.
Json write(const std::vector<SelectionFrequency>& frequencies) {
  Json json = Json::object();
  for (const auto& [column, share] : frequencies) json[column] = share;
  return json;
}

}  // namespace

/// The one other way to an OutOfFold: reading back one that was written.
struct OutOfFoldText {
  static Json write(const OutOfFold& scores) {
    return {{"modality", scores.modality_}, {"ids", scores.ids_}, {"probabilities", scores.probabilities_}};
  }
  static void read(const Json& json, OutOfFold& scores) {
    scores.modality_ = json.at("modality");
    scores.ids_ = json.at("ids");
    scores.probabilities_ = numbers(json.at("probabilities"));
  }
};

namespace {

Json write(const UnimodalModel& model) {
  Json ledger = Json::array();
  for (const ScoredCandidate& scored : model.ledger) ledger.push_back(write(scored));
  Json selections = Json::array();
  for (const Selection& selection : model.fold_selections) selections.push_back(write(selection));
  return {{"modality", model.modality},
          {"train_hash", model.train_hash},
          {"model", std::visit([](const auto& fitted) { return write(fitted); }, model.model)},
          {"ledger", ledger},
          {"out_of_fold", OutOfFoldText::write(model.out_of_fold)},
          {"selection_frequency", write(selection_frequency(model.fold_selections))},
          {"fold_selections", selections}};
}

void read(const Json& json, UnimodalModel& model) {
  model.modality = json.at("modality");
  model.train_hash = json.at("train_hash");
  if (json.at("model").at("kind") == "clinical") {
    read(json.at("model"), model.model.emplace<ClinicalModel>());
  } else {
    read(json.at("model"), model.model.emplace<FittedChain>());
  }
  for (const Json& scored : json.at("ledger")) read(scored, model.ledger.emplace_back());
  OutOfFoldText::read(json.at("out_of_fold"), model.out_of_fold);
  for (const Json& selection : json.at("fold_selections")) read(selection, model.fold_selections.emplace_back());
}

Json write(const StackedModel& model) {
  return {{"name", model.name},
          {"components", model.components},
          {"method", model.method},
          {"inputs", model.inputs},
          {"model", write(model.model)},
          {"patients", model.patients},
          {"events", model.events}};
}

void read(const Json& json, StackedModel& model) {
  model.name = json.at("name");
  model.components = json.at("components");
  model.method = json.at("method");
  model.inputs = json.at("inputs");
  read(json.at("model"), model.model);
  model.patients = json.at("patients");
  model.events = json.at("events");
}

}  // namespace

template <class Fitted>
Fitted from_json(const std::string& text) {
  try {
    Fitted fitted;
    read(Json::parse(text), fitted);
    return fitted;
  } catch (const nlohmann::json::exception& error) {
    throw InputError(std::string("not a model written by this program: ") + error.what());
  }
}

// clang-format off
std::string to_json(const ClinicCoding& coding) { return write(coding).dump(1) + "\n"; }
std::string to_json(const Encoding& encoding) { return write(encoding).dump(1) + "\n"; }
std::string to_json(const Selection& selection) { return write(selection).dump(1) + "\n"; }
std::string to_json(const Learner& learner) { return write(learner).dump(1) + "\n"; }
std::string to_json(const ClinicalModel& model) { return write(model).dump(1) + "\n"; }
std::string to_json(const UnimodalModel& model) { return write(model).dump(1) + "\n"; }
std::string to_json(const StackedModel& model) { return write(model).dump(1) + "\n"; }
// clang-format on
template ClinicCoding from_json(const std::string&);
template Encoding from_json(const std::string&);
template Selection from_json(const std::string&);
template Learner from_json(const std::string&);
template ClinicalModel from_json(const std::string&);
template UnimodalModel from_json(const std::string&);
template StackedModel from_json(const std::string&);

}  // namespace radiopath::fusion
