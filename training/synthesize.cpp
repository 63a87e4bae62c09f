#include "training/synthesize.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/error.h"
#include "core/files.h"
#include "core/hash.h"
#include "core/parallel.h"
#include "core/progress.h"
#include "core/statistics.h"
#include "core/table.h"
#include "training/synthetic_cohort.h"

namespace radiopath::training {
namespace fs = std::filesystem;
namespace {

constexpr int kGeneration = 3;  // raise it when the same settings come to mean other bytes
constexpr double kUmPerPx = 0.5;

/// The choices of sources that the study compares, by its names.
struct Choice {
  const char* name;
  unsigned sources;
};
constexpr std::array<Choice, 7> kChoices = {{{"c", kClinic},
                                             {"h", kHabitat},
                                             {"p", kPathology},
                                             {"ch", kClinic | kHabitat},
                                             {"cp", kClinic | kPathology},
                                             {"hp", kHabitat | kPathology},
                                             {"chp", kAllSources}}};

SyntheticDesign design_of(const SynthesisConfig& config) {
  return {config.patients,   static_cast<std::uint64_t>(config.seed),
          config.preset,     config.signal,
          config.prevalence, config.noise,
          config.site_effect};
}

std::string key_of(SynthesisConfig config) {
  config.output.clear();  // where a cohort lies does not change it
  return Hasher().add(std::int64_t{kGeneration}).add(config_text(config)).hex();
}

fs::path slide_name(const SyntheticPatient& patient, int slide) {
  return fs::path("wsi") /
         (patient.id + (patient.slides > 1 ? std::string("_") + static_cast<char>('a' + slide) : "") + ".tiff");
}

std::vector<std::string> manifest_row(const SyntheticPatient& patient, bool images) {
  std::vector<std::string> row = {patient.id,
                                  patient.site,
                                  patient.cohort,
                                  std::to_string(patient.resistant),
                                  std::to_string(patient.age),
                                  kFigoStages[static_cast<std::size_t>(patient.figo)],
                                  std::to_string(patient.parpi),
                                  std::to_string(patient.nact),
                                  patient.ca125 ? std::to_string(*patient.ca125) : "",
                                  patient.ascites ? "yes" : "no"};
  for (const char* file : {"t2.nii.gz", "ce.nii.gz", "dwi.nii.gz", "adc.nii.gz", "lesion.nrrd"}) {
    row.push_back(images && patient.has_mri ? (fs::path("mri") / patient.id / file).generic_string() : "");
  }
  std::string slides;
  for (int s = 0; images && s < patient.slides; ++s) {
    if (s > 0) slides += ';';
    slides += slide_name(patient, s).generic_string();
  }
  row.push_back(slides);
  return row;
}

std::string manifest_text(const SyntheticCohort& cohort, bool images) {
  std::string text =
      "patient_id,site,cohort,platinum_resistant,age,figo_stage,parpi,nact,ca125,ascites,t2,ce,dwi,adc,lesion,slides\n";
  for (const SyntheticPatient& patient : cohort.patients) {
    for (const std::string& cell : manifest_row(patient, images)) text.append(csv_cell(cell)).append(1, ',');
    text.back() = '\n';
  }
  return text;
}

Table truth_table(const SyntheticCohort& cohort) {
  std::vector<std::string> columns = {"true_risk", "linear_predictor", "contribution_clinic", "contribution_habitat",
                                      "contribution_pathology"};
  for (const Choice& choice : kChoices) columns.push_back(std::string("risk_") + choice.name);
  for (const char* habitat : {"1", "2", "3", "4"}) columns.push_back(std::string("habitat_") + habitat + "_share");
  columns.emplace_back("texture_b_share");
  for (const char* stain : {"haematoxylin_", "eosin_"}) {
    for (const char* channel : {"r", "g", "b"}) columns.push_back(std::string(stain) + channel);
  }
  std::vector<std::string> ids;
  for (const SyntheticPatient& patient : cohort.patients) ids.push_back(patient.id);
  Table table(ids, columns);
  for (int row = 0; row < table.rows(); ++row) {
    const SyntheticPatient& patient = cohort.patients[static_cast<std::size_t>(row)];
    std::vector<double> values = {cohort.risk(patient), cohort.intercept + patient.contribution(kAllSources),
                                  patient.clinic, patient.habitat, patient.pathology};
    for (const Choice& choice : kChoices) values.push_back(cohort.risk(patient, choice.sources));
    const double nan = std::numeric_limits<double>::quiet_NaN();  // nothing to compare with where there is no image
    for (const double share : patient.habitat_shares) values.push_back(patient.has_mri ? share : nan);
    values.push_back(patient.slides > 0 ? patient.texture_b_share : nan);
    for (const auto& stain : {patient.stains.haematoxylin, patient.stains.eosin}) {
      for (const double part : stain) values.push_back(patient.slides > 0 ? part : nan);
    }
    for (int column = 0; column < table.cols(); ++column)
      table.values(row, column) = values[static_cast<std::size_t>(column)];
  }
  return table;
}

/// Observed and expected AUC of the best possible risks among some patients.
nlohmann::ordered_json reachable(const SyntheticCohort& cohort, const std::string& name) {
  std::vector<const SyntheticPatient*> patients;
  std::vector<double> risks;
  std::vector<int> outcomes;
  for (const SyntheticPatient& patient : cohort.patients) {
    if (name != "all" && patient.cohort != name) continue;
    patients.push_back(&patient);
    risks.push_back(cohort.risk(patient));
    outcomes.push_back(patient.resistant);
  }
  nlohmann::ordered_json json = {{"patients", patients.size()},
                                 {"events", std::count(outcomes.begin(), outcomes.end(), 1)}};
  const auto add = [&](const std::string& choice, const auto& sources_of) {
    std::vector<double> scores;
    for (const SyntheticPatient* patient : patients) scores.push_back(cohort.risk(*patient, sources_of(*patient)));
    json["auc"][choice] = {{"observed", auc(scores, outcomes)}, {"expected", expected_auc(scores, risks)}};
  };
  for (const Choice& choice : kChoices) add(choice.name, [&](const SyntheticPatient&) { return choice.sources; });
  add("available", [](const SyntheticPatient& patient) { return patient.available(); });
  return json;
}

nlohmann::ordered_json truth_json(const SynthesisConfig& config, const SyntheticCohort& cohort) {
  nlohmann::ordered_json json = {
      {"about",
       "Reachable AUCs: of the best possible risk for each choice of sources (c clinic, h habitat, p pathology), "
       "as if nobody lacked one; 'available' uses what each patient has. Observed: against the outcomes drawn; "
       "expected: over all outcomes that the true risks could have drawn."},
      {"patients", config.patients},
      {"seed", config.seed},
      {"preset", config.preset},
      {"signal", config.signal},
      {"intercept", cohort.intercept}};
  for (const char* name : {"all", "train", "validation", "test"}) json["reachable"][name] = reachable(cohort, name);
  return json;
}

/// A file that is there was finished: files are renamed into place, and those of other settings were removed.
void write_images(const SynthesisConfig& config, const SyntheticPatient& patient, std::uint64_t index) {
  const auto seed = static_cast<std::uint64_t>(config.seed);
  const fs::path mri = config.output / "mri" / patient.id;
  if (patient.has_mri && !fs::exists(mri / "habitats_truth.nrrd")) {
    radiology::MriPhantom phantom;
    phantom.size = {config.volume_size, config.volume_size, config.volume_size / 3};
    phantom.habitat_shares = patient.habitat_shares;
    phantom.noise = config.noise;
    phantom.scanner = patient.scanner;
    Random random(seed, "mri", {index});
    radiology::write_mri(mri, radiology::paint_mri(phantom, random));
  }
  for (int s = 0; s < patient.slides; ++s) {
    const fs::path file = config.output / slide_name(patient, s);
    if (fs::exists(file)) continue;
    pathology::SlidePhantom phantom;
    phantom.size_px = config.slide_size;
    phantom.um_per_px = kUmPerPx;
    phantom.levels = config.slide_levels;
    phantom.texture_b_share = patient.texture_b_share;
    phantom.noise = config.noise;
    phantom.stains = patient.stains;
    Random random(seed, "slide", {index, static_cast<std::uint64_t>(s)});
    pathology::write_slide_phantom(file, phantom, random);
  }
}

/// Makes the folder ready for a cohort under `key`, keeping images that belong to it.
/// @return whether the whole cohort is already there
bool prepare_folder(const fs::path& folder, const std::string& key) {
  const fs::path key_file = folder / "synthesis.key", manifest = folder / "cohort.csv";
  const bool ours = fs::exists(key_file);
  if (!ours && fs::exists(manifest)) {
    throw InputError(manifest.string() +
                     ": a cohort that was not synthesised is in the way; choose another output folder");
  }
  if (ours && read_text(key_file) == key) return fs::exists(manifest);
  if (ours) {
    for (const char* made : {"cohort.csv", "truth.csv", "truth.json", "mri", "wsi"}) fs::remove_all(folder / made);
  }
  write_text(key_file, key);
  return false;
}

Synthesis summary(const SynthesisConfig& config, const SyntheticCohort& cohort) {
  Synthesis result{config.output / "cohort.csv", config.patients, 0, 0, false};
  std::vector<double> risks;
  std::vector<int> outcomes;
  for (const SyntheticPatient& patient : cohort.patients) {
    risks.push_back(cohort.risk(patient));
    outcomes.push_back(patient.resistant);
    result.events += patient.resistant;
  }
  result.reachable_auc = auc(risks, outcomes);
  return result;
}

}  // namespace

Synthesis synthesize(const SynthesisConfig& config) {
  const SyntheticCohort cohort = draw_cohort(design_of(config));
  Synthesis result = summary(config, cohort);
  result.was_there = prepare_folder(config.output, key_of(config));
  if (result.was_there) return result;
  if (config.images) {
    Progress progress("synthesize", config.patients);
    parallel_for(config.patients, [&](std::int64_t i) {
      const SyntheticPatient& patient = cohort.patients[static_cast<std::size_t>(i)];
      with_context("patient " + patient.id, [&] { write_images(config, patient, static_cast<std::uint64_t>(i)); });
      progress.advance();
    });
  }
  write_table(config.output / "truth.csv", truth_table(cohort));
  write_text(config.output / "truth.json", truth_json(config, cohort).dump(2) + "\n");
  write_text(config.output / "cohort.csv", manifest_text(cohort, config.images));  // last: it says that all is there
  return result;
}

}  // namespace radiopath::training
