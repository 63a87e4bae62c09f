#include "training/features.h"

#include <algorithm>
#include <functional>
#include <set>

#include "core/error.h"
#include "core/inclusion.h"
#include "core/log.h"
#include "fusion/clinic_coding.h"
#include "pathology/aggregation.h"
#include "pathology/extraction.h"
#include "radiology/extraction.h"
#include "radiology/habitats.h"
#include "training/encoder_training.h"
#include "training/experiment.h"
#include "training/model_names.h"

namespace radiopath::training {
namespace {

using Keep = std::function<bool(const Patient&)>;

/// The patients of a split that enter a modality: its inclusion rule, then its inputs. Every loss is counted by reason.
class Entry {
 public:
  Entry(std::string modality, const Split& split) : split_(split) {
    flow_.modality = std::move(modality);
    flow_.total = split.train.size() + split.held_out.size();
  }

  Entry& require(const std::string& reason, const Keep& keep) {
    PatientFlow::Loss loss{reason};
    const auto kept = [&](const PatientView& view) {
      std::vector<std::string> ids;
      for (int i = 0; i < view.size(); ++i) {
        if (keep(view[i])) ids.push_back(view[i].id);
        else ++count(loss, view[i].role);
      }
      return ids;
    };
    split_ = {split_.name, split_.train.among(kept(split_.train)), split_.held_out.among(kept(split_.held_out))};
    if (loss.train + loss.validation + loss.test > 0) flow_.losses.push_back(loss);
    return *this;
  }

  Entry& include(const std::string& text) {
    if (text.empty()) return *this;
    const InclusionRule rule(text);
    return require("not " + text, [&](const Patient& patient) { return rule.includes(patient); });
  }

  const Split& split() const {
    if (split_.train.size() == 0) throw InputError(flow_.modality + ": no training patient has it; see [cohort] and the branch's columns");
    return split_;
  }

  /// Whoever entered and has no value in `table` failed on the way.
  PatientFlow finish(const Table& table) {
    std::set<std::string_view> there;
    for (int row = 0; row < table.rows(); ++row) {
      if (table.has_any(row)) there.insert(table.ids[static_cast<std::size_t>(row)]);
    }
    require("failed, see failures.csv", [&](const Patient& patient) { return there.contains(patient.id); });
    const auto remaining = [&](const PatientView& view) {
      for (int i = 0; i < view.size(); ++i) ++count(flow_, view[i].role);
    };
    remaining(split_.train);
    remaining(split_.held_out);
    return flow_;
  }

 private:
  template <class Counts>
  static int& count(Counts& counts, Role role) {
    return role == Role::train ? counts.train : role == Role::validation ? counts.validation : counts.test;
  }

  Split split_;
  PatientFlow flow_;
};

Table join_rows(const Table& above, const Table& below) {
  std::vector<std::string> ids = above.ids;
  ids.insert(ids.end(), below.ids.begin(), below.ids.end());
  Table joined(std::move(ids), above.columns);
  joined.values << above.values, below.values;
  return joined;
}

/// Applies a fitted value to both sides of a split.
Table for_everybody(const Split& split, const std::function<Table(const PatientView&)>& extract) {
  return join_rows(extract(split.train), extract(split.held_out));
}

struct Extracted {
  Table table;
  PatientFlow flow;
};

/// A modality that comes as numbers already.
Extracted ready_table(const ExperimentConfig& config, const std::string& name, const Split& split) {
  const TableConfig& source = config.tables.at(name);
  const std::filesystem::path& file = source.table;
  Table table = read_table(file, config.cohort.id);
  if (!source.columns.empty()) table = with_context(file.string(), [&] { return table.select_columns(source.columns); });
  Entry entry(name, split);
  entry.include(source.include).require("not in " + file.filename().string(), [&](const Patient& patient) {
    const auto row = table.find(patient.id);
    return row && table.has_any(*row);
  });
  Table rows = for_everybody(entry.split(), [&](const PatientView& view) { return table.select_rows(view.ids()); });
  return {rows, entry.finish(rows)};
}

TextTable clinical_text(const ExperimentConfig& config, const Cohort& cohort) {
  TextTable text;
  text.columns = config.clinic.columns;
  if (config.clinic.table.empty()) {
    for (const Patient& patient : cohort.patients()) {
      text.ids.push_back(patient.id);
      auto& cells = text.cells.emplace_back();
      for (const auto& column : text.columns) cells.push_back(patient.cell(column));
    }
    return text;
  }
  const CsvFile csv = read_csv(config.clinic.table);
  const int id = csv.column(config.cohort.id);
  for (const auto& row : csv.rows) {
    text.ids.push_back(row[static_cast<std::size_t>(id)]);
    auto& cells = text.cells.emplace_back();
    for (const auto& column : text.columns) cells.push_back(row[static_cast<std::size_t>(csv.column(column))]);
  }
  return text;
}

Extracted clinic(const ExperimentConfig& config, const Split& split) {
  const TextTable text = clinical_text(config, split.train.cohort());
  Entry entry(config.clinic.name, split);
  entry.include(config.clinic.include).require("no clinical values", [&](const Patient& patient) {
    const auto row = text.find(patient.id);
    if (!row) return false;
    const auto& cells = text.cells[static_cast<std::size_t>(*row)];
    return std::any_of(cells.begin(), cells.end(), [](const std::string& cell) { return !cell.empty(); });
  });
  const auto coding = fusion::fit_coding(config.clinic, text, entry.split().train);
  for (const auto& [level, patients] : fusion::unknown_levels(coding, text))
    log::warning("clinic: level '" + level + "' was never seen in training; missing for " + std::to_string(patients) + " patients");
  const Table coded = fusion::apply(coding, text);
  Table rows = for_everybody(entry.split(), [&](const PatientView& view) { return coded.select_rows(view.ids()); });
  return {rows, entry.finish(rows)};
}

Extracted habitats(const ExperimentConfig& config, const Split& split, RunFolder& folder) {
  const auto& radiology = config.radiology;
  Entry entry(radiology.name, split);
  entry.include(radiology.include).require("no MRI", [&](const Patient& patient) {
    return !patient.cell(radiology.mask).empty() &&
           std::all_of(radiology.sequences.begin(), radiology.sequences.end(),
                       [&](const std::string& sequence) { return !patient.cell(sequence).empty(); });
  });
  const Split& in = entry.split();
  const auto model = radiology::fit_habitats(radiology, in.train, static_cast<std::uint64_t>(config.seed), folder);
  Table table = for_everybody(in, [&](const PatientView& view) { return radiology::extract_features(radiology, model, view, folder); });
  return {table, entry.finish(table)};
}

Extracted slides(const ExperimentConfig& config, const Split& split, RunFolder& folder) {
  const auto& pathology = config.pathology;
  Entry entry(pathology.name, split);
  entry.include(pathology.include).require("no slide", [&](const Patient& patient) {
    return !patient.cell(pathology.slides).empty();
  });
  const Split& in = entry.split();
  pathology::prepare_tiles(pathology, in.train, folder);
  pathology::prepare_tiles(pathology, in.held_out, folder);
  const auto likelihoods =
      cross_fitted_likelihoods(pathology, static_cast<std::uint64_t>(config.seed), in.train, in.held_out, folder);
  const auto codebook = pathology::fit_codebook(pathology.aggregation, likelihoods, in.train);
  Table table = for_everybody(in, [&](const PatientView& view) {
    return pathology::aggregate(codebook, likelihoods, view);
  });
  return {table, entry.finish(table)};
}

/// The table as a file that a person can open; patients without any value are left out of the modality.
Modality keep_table(const std::string& name, const Table& all, RunFolder& folder) {
  std::vector<std::string> ids;
  for (int row = 0; row < all.rows(); ++row) {
    if (all.has_any(row)) ids.push_back(all.ids[static_cast<std::size_t>(row)]);
  }
  Modality modality{name, all.select_rows(ids)};
  write_table(folder / "tables" / (name + ".csv"), modality.table);
  return modality;
}

}  // namespace

Features extract_features(const ExperimentConfig& config, const Split& split, RunFolder& folder) {
  Features features;
  const auto add = [&](const std::string& name, const Extracted& extracted) {
    features.modalities.push_back(keep_table(name, extracted.table, folder));
    features.flow.push_back(extracted.flow);
  };
  for (const auto& name : modality_names(config)) {
    if (config.tables.contains(name)) add(name, ready_table(config, name, split));  // may be called Pathology, say
    else if (name == config.clinic.name) add(name, clinic(config, split));
    else if (name == config.radiology.name) add(name, habitats(config, split, folder));
    else add(name, slides(config, split, folder));
  }
  if (features.modalities.empty()) {
    throw InputError("no modality is switched on: set [clinic] columns, [radiology] sequences, [pathology] slides or a table");
  }
  return features;
}

Modality extract_branch(const ExperimentConfig& config, Branch branch, const Split& split, RunFolder& folder) {
  switch (branch) {
    case Branch::clinic: return keep_table(config.clinic.name, clinic(config, split).table, folder);
    case Branch::radiology: return keep_table(config.radiology.name, habitats(config, split, folder).table, folder);
    case Branch::pathology: return keep_table(config.pathology.name, slides(config, split, folder).table, folder);
  }
  throw std::logic_error("unknown Branch");
}

}  // namespace radiopath::training
