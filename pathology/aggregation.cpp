#include "pathology/aggregation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "core/error.h"
#include "core/log.h"

namespace radiopath::pathology {
namespace {

const std::vector<std::string> kCompanions = {
    "likelihood_mean", "likelihood_sd",  "likelihood_min", "likelihood_q10", "likelihood_q25",
    "likelihood_q50",  "likelihood_q75", "likelihood_q90", "likelihood_max", "likelihood_share_positive"};

/// Rounded half to even in units of the last decimal, as numpy and pandas do.
int rounded(double likelihood, int decimals) {
  return static_cast<int>(std::nearbyint(likelihood * std::pow(10.0, decimals)));
}

int word_of(double likelihood, const AggregationConfig& config) {
  const int value = rounded(likelihood, config.bow_decimals);
  return config.bow == "epla" ? value % static_cast<int>(std::lround(std::pow(10.0, config.bow_decimals))) : value;
}

/// Bin of a likelihood: floor(likelihood · bins), made exact at the edges k / bins as numpy.histogram does.
int bin_of(double likelihood, int bins) {
  int bin = std::min(bins - 1, static_cast<int>(likelihood * bins));
  if (likelihood < static_cast<double>(bin) / bins) --bin;
  if (bin + 1 < bins && likelihood >= static_cast<double>(bin + 1) / bins) ++bin;
  return bin;
}

int index_of(const std::vector<int>& sorted, int value) {
  const auto found = std::lower_bound(sorted.begin(), sorted.end(), value);
  return found != sorted.end() && *found == value ? static_cast<int>(found - sorted.begin()) : -1;
}

double quantile(const std::vector<double>& sorted, double q) {
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(position);
  const double high = sorted[std::min(low + 1, sorted.size() - 1)];
  return sorted[low] + (high - sorted[low]) * (position - static_cast<double>(low));
}

std::vector<double> histogram(const Codebook& codebook, const std::vector<double>& values) {
  const AggregationConfig& config = codebook.config;
  const bool distinct = config.plh == "distinct";
  std::vector<double> counts(distinct ? codebook.plh_values.size() : static_cast<std::size_t>(config.plh_bins), 0.0);
  for (double value : values) {
    const int bin =
        distinct ? index_of(codebook.plh_values, rounded(value, config.bow_decimals)) : bin_of(value, config.plh_bins);
    if (bin >= 0) counts[static_cast<std::size_t>(bin)] += 1;
  }
  if (config.plh != "epla")
    for (double& count : counts) count /= static_cast<double>(values.size());
  return counts;
}

std::vector<double> bag_of_words(const Codebook& codebook, const std::vector<double>& values) {
  std::vector<double> weights(codebook.words.size(), 0.0);
  for (double value : values) {
    const int word = index_of(codebook.words, word_of(value, codebook.config));
    if (word >= 0) weights[static_cast<std::size_t>(word)] += codebook.idf[static_cast<std::size_t>(word)];
  }
  const double norm = std::sqrt(std::inner_product(weights.begin(), weights.end(), weights.begin(), 0.0));
  if (norm > 0)
    for (double& weight : weights) weight /= norm;
  return weights;
}

std::vector<double> companions(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const double count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (double value : values) squares += (value - mean) * (value - mean);
  const auto positive = std::count_if(values.begin(), values.end(), [](double value) { return value > 0.5; });
  return {mean,
          std::sqrt(squares / count),
          values.front(),
          quantile(values, 0.10),
          quantile(values, 0.25),
          quantile(values, 0.50),
          quantile(values, 0.75),
          quantile(values, 0.90),
          values.back(),
          static_cast<double>(positive) / count};
}

constexpr std::size_t kFewTiles = 30;  // below, a histogram is mostly the luck of the draw

const std::vector<double>* find(const PatchLikelihoods& likelihoods, const std::string& id) {
  const auto found = likelihoods.find(id);
  return found == likelihoods.end() || found->second.empty() ? nullptr : &found->second;
}

void note_few_tiles(const PatchLikelihoods& likelihoods, const PatientView& view) {
  int few = 0, all = 0;
  for (const std::string& id : view.ids())
    if (const auto* values = find(likelihoods, id)) {
      ++all;
      few += values->size() < kFewTiles;
    }
  if (few > 0)
    log::detail(
        fmt::format("pathology: {} of {} training patients have fewer than {} tiles; their histograms are noisy", few,
                    all, kFewTiles));
}

}  // namespace

std::vector<std::string> Codebook::columns() const {
  std::vector<std::string> names;
  if (config.plh == "distinct") {
    for (int value : plh_values) names.push_back(fmt::format("plh_{:0{}}", value, config.bow_decimals));
  } else {
    const int digits = std::max(2, static_cast<int>(std::to_string(config.plh_bins - 1).size()));
    for (int bin = 0; bin < config.plh_bins; ++bin) names.push_back(fmt::format("plh_{:0{}}", bin, digits));
  }
  for (int word : words) names.push_back(fmt::format("bow_{:0{}}", word, config.bow_decimals));
  if (config.companions) names.insert(names.end(), kCompanions.begin(), kCompanions.end());
  return names;
}

Codebook fit_codebook(const AggregationConfig& config, const PatchLikelihoods& likelihoods, const TrainingView& train) {
  Codebook codebook{config, {}, {}, {}, 0, train.hash()};
  std::map<int, int> patients_with;
  std::set<int> plh_values;
  for (const std::string& id : train.ids()) {
    const auto* values = find(likelihoods, id);
    if (!values) continue;
    ++codebook.patients;
    std::set<int> words;
    for (double value : *values) {
      words.insert(word_of(value, config));
      plh_values.insert(rounded(value, config.bow_decimals));
    }
    for (int word : words) ++patients_with[word];
  }
  if (codebook.patients == 0) throw InputError("no training patient has tiles with likelihoods");
  note_few_tiles(likelihoods, train);
  if (config.plh == "distinct") codebook.plh_values.assign(plh_values.begin(), plh_values.end());
  for (const auto& [word, count] : patients_with) {
    if (count < config.bow_min_patients) continue;
    codebook.words.push_back(word);
    codebook.idf.push_back(std::log((1.0 + codebook.patients) / (1.0 + count)) + 1);
  }
  return codebook;
}

Table aggregate(const Codebook& codebook, const PatchLikelihoods& likelihoods, const PatientView& view) {
  Table table(view.ids(), codebook.columns());
  for (int row = 0; row < table.rows(); ++row) {
    const auto* values = find(likelihoods, table.ids[static_cast<std::size_t>(row)]);
    if (!values) continue;
    std::vector<double> cells = histogram(codebook, *values);
    const auto bag = bag_of_words(codebook, *values);
    cells.insert(cells.end(), bag.begin(), bag.end());
    if (codebook.config.companions) {
      const auto more = companions(*values);
      cells.insert(cells.end(), more.begin(), more.end());
    }
    for (int column = 0; column < table.cols(); ++column)
      table.values(row, column) = cells[static_cast<std::size_t>(column)];
  }
  log::detail(
      fmt::format("pathology: {:.1f} % of the tiles of {} patients are words that training patients do not have",
                  100 * unseen_share(codebook, likelihoods, view), view.size()));
  return table;
}

double unseen_share(const Codebook& codebook, const PatchLikelihoods& likelihoods, const PatientView& view) {
  double unseen = 0, all = 0;
  for (const std::string& id : view.ids()) {
    const auto* values = find(likelihoods, id);
    if (!values) continue;
    for (double value : *values) unseen += index_of(codebook.words, word_of(value, codebook.config)) < 0;
    all += static_cast<double>(values->size());
  }
  return unseen / all;
}

PatchLikelihoods read_likelihoods(const std::filesystem::path& file) {
  const CsvFile csv = read_csv(file);
  const int id = csv.column("patient_id"), likelihood = csv.column("likelihood");
  PatchLikelihoods likelihoods;
  for (std::size_t row = 0; row < csv.rows.size(); ++row) {
    const double value = parse_double(csv.rows[row][likelihood]).value_or(NAN);
    if (!(value >= 0 && value <= 1))
      throw InputError(fmt::format("{}:{}: likelihood '{}' is not in [0, 1]", file.string(), csv.lines[row],
                                   csv.rows[row][likelihood]));
    likelihoods[csv.rows[row][id]].push_back(value);
  }
  return likelihoods;
}

}  // namespace radiopath::pathology
