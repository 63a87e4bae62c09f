#include <nlohmann/json.hpp>

#include "core/files.h"
#include "training/features.h"
#include "training/models.h"
#include "training/run_output.h"

namespace radiopath::training {
namespace {

using Json = nlohmann::ordered_json;

Json counts(const PatientFlow::Loss& loss) {
  return {{"reason", loss.reason},
          {"count", loss.train + loss.validation + loss.test},
          {"train", loss.train},
          {"validation", loss.validation},
          {"test", loss.test}};
}

}  // namespace

void write_models(const RunFolder& folder, const Features& features, const Models& models) {
  Json steps = Json::array();
  for (const PatientFlow& flow : features.flow) {
    Json lost = Json::array();
    for (const auto& loss : flow.losses) lost.push_back(counts(loss));
    steps.push_back({{"name", flow.modality}, {"total", flow.total}, {"lost", lost}, {"train", flow.train},
                     {"validation", flow.validation}, {"test", flow.test}});
  }
  write_text(folder / "flow.json", Json{{"steps", steps}}.dump(2) + "\n");
  save_models(folder.path() / "models", models);
  std::string ledger;
  for (const auto& line : models.ledger()) ledger += line + "\n";
  write_text(folder / "ledger.jsonl", ledger);
}

}  // namespace radiopath::training
