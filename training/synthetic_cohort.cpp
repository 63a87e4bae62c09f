#include "training/synthetic_cohort.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "core/error.h"

namespace radiopath::training {
namespace {

// Weights per standard deviation (FIGO, habitat, texture) or per step (PARP inhibitor), at signal 1. Each source alone
// reaches an AUC of about 0.73, two about 0.85, all three 0.93: strong enough to be learned from some 150 patients.
constexpr double kFigoWeight = 1.45;
constexpr double kParpiWeight = -2.8;
constexpr double kHabitatWeight = 2.0;
constexpr double kTextureWeight = 2.0;
constexpr std::array<double, 7> kFigoShares = {0.08, 0.05, 0.07, 0.12, 0.18, 0.35, 0.15};
constexpr double kParpiShare = 0.4;

constexpr double kHabitatSpread = 1.3;  // of log(share 3 / share 4)
constexpr double kTextureSpread = 1.5;  // of logit(share of texture B)

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

double figo_score(int figo) {
  double mean = 0, square = 0;
  for (std::size_t f = 0; f < kFigoShares.size(); ++f) {
    mean += kFigoShares[f] * static_cast<double>(f);
    square += kFigoShares[f] * static_cast<double>(f * f);
  }
  return (figo - mean) / std::sqrt(square - mean * mean);
}

double clinic_contribution(int figo, int parpi, double signal) {
  return signal * (kFigoWeight * figo_score(figo) + kParpiWeight * (parpi - kParpiShare));
}

/// E[logistic(base + X)] for a normal X with that variance, by the midpoint rule to 6 sd.
double mean_logistic(double base, double variance) {
  if (variance <= 0) return logistic(base);
  constexpr int kSteps = 60;
  double sum = 0, weight = 0;
  for (int s = 0; s < kSteps; ++s) {
    const double z = -6 + 12 * (s + 0.5) / kSteps, density = std::exp(-0.5 * z * z);
    sum += density * logistic(base + z * std::sqrt(variance));
    weight += density;
  }
  return sum / weight;
}

/// The same with the unknown sources integrated out.
double marginal_risk(double base, unsigned unknown, double signal) {
  double variance = 0;
  if (unknown & kHabitat) variance += std::pow(signal * kHabitatWeight, 2);
  if (unknown & kPathology) variance += std::pow(signal * kTextureWeight, 2);
  if (!(unknown & kClinic)) return mean_logistic(base, variance);
  double sum = 0;
  for (int figo = 0; figo < 7; ++figo) {
    for (int parpi = 0; parpi < 2; ++parpi) {
      const double share = kFigoShares[static_cast<std::size_t>(figo)] * (parpi ? kParpiShare : 1 - kParpiShare);
      sum += share * mean_logistic(base + clinic_contribution(figo, parpi, signal), variance);
    }
  }
  return sum;
}

double intercept_for(double prevalence, double signal) {
  double low = -20, high = 20;
  for (int step = 0; step < 60; ++step) {
    const double middle = 0.5 * (low + high);
    (marginal_risk(middle, kAllSources, signal) < prevalence ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// `total` divided in proportion to `parts`, by largest remainder (earlier parts first where they tie).
std::vector<int> divide(int total, const std::vector<double>& parts) {
  const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
  std::vector<int> counts;
  std::vector<std::pair<double, std::size_t>> remainders;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const double exact = total * parts[p] / sum;
    counts.push_back(static_cast<int>(std::floor(exact + 1e-9)));
    remainders.emplace_back(counts.back() - exact, p);
  }
  std::sort(remainders.begin(), remainders.end());
  const int missing = total - std::accumulate(counts.begin(), counts.end(), 0);
  for (int m = 0; m < missing; ++m) ++counts[remainders[static_cast<std::size_t>(m)].second];
  return counts;
}

/// Gives every patient one of counts.size() classes, that many each, in random order.
std::vector<int> deal(const std::vector<int>& counts, Random random) {
  std::vector<int> classes;
  for (std::size_t c = 0; c < counts.size(); ++c)
    classes.insert(classes.end(), static_cast<std::size_t>(counts[c]), static_cast<int>(c));
  random.shuffle(classes);
  return classes;
}

std::string patient_id(int number, int patients) {
  const std::string digits = std::to_string(number);
  const std::size_t width = std::max<std::size_t>(4, std::to_string(patients).size());
  return std::string(1, 'P').append(width - digits.size(), '0').append(digits);
}

void draw_clinic(SyntheticPatient& patient, double signal, Random& random) {
  patient.age = static_cast<int>(std::lround(std::clamp(random.normal(57, 10), 25.0, 88.0)));
  double u = random.uniform();
  while (patient.figo < 6 && u >= kFigoShares[static_cast<std::size_t>(patient.figo)]) {
    u -= kFigoShares[static_cast<std::size_t>(patient.figo++)];
  }
  patient.parpi = random.chance(kParpiShare);
  patient.nact = random.chance(0.1);
  patient.ascites = random.chance(0.55);
  const auto ca125 = static_cast<int>(std::lround(std::exp(random.normal(6.2, 1.1))));
  if (!random.chance(0.1)) patient.ca125 = ca125;
  patient.clinic = clinic_contribution(patient.figo, patient.parpi, signal);
}

void draw_images(SyntheticPatient& patient, double signal, Random& random) {
  const double habitat = random.normal(), texture = random.normal();
  patient.habitat = signal * kHabitatWeight * habitat;
  patient.pathology = signal * kTextureWeight * texture;
  std::array<double, 4>& shares = patient.habitat_shares;
  shares = {std::exp(random.normal(0.3, 0.2)), std::exp(random.normal(0.1, 0.2)),
            std::exp(0.5 * kHabitatSpread * habitat), std::exp(-0.5 * kHabitatSpread * habitat)};
  const double sum = shares[0] + shares[1] + shares[2] + shares[3];
  for (double& share : shares) share /= sum;
  patient.texture_b_share = logistic(kTextureSpread * texture);
  patient.slides = random.chance(0.1) ? 2 : 1;
}

/// Scanner and stain: the site's own, and a little of every single examination.
void draw_equipment(SyntheticPatient& patient, const SyntheticDesign& design, std::uint64_t site, Random& random) {
  Random of_site(design.seed, "site", {site});
  for (std::size_t s = 0; s < 3; ++s) {
    const double site_gain = 0.15 * design.site_effect * of_site.normal(), gain = 0.04 * design.noise * random.normal();
    patient.scanner.gain[s] = std::exp(std::clamp(site_gain + gain, -0.5, 0.5));
    patient.scanner.offset[s] = 20 * design.site_effect * std::clamp(of_site.normal(), -2.0, 2.0);
  }
  const pathology::StainColours site_stains = pathology::jittered({}, 3 * design.site_effect, of_site);
  patient.stains = pathology::jittered(site_stains, 1.5 * design.noise, random);
}

/// 7:3 inside site A within each outcome, so that the two cohorts share their prevalence; elsewhere test.
void split(std::vector<SyntheticPatient>& patients, std::uint64_t seed) {
  for (const int outcome : {0, 1}) {
    std::vector<SyntheticPatient*> of_class;
    for (SyntheticPatient& patient : patients) {
      patient.cohort = patient.site == "A" ? patient.cohort : "test";
      if (patient.site == "A" && patient.resistant == outcome) of_class.push_back(&patient);
    }
    const std::vector<int> counts = divide(static_cast<int>(of_class.size()), {0.7, 0.3});
    const std::vector<int> dealt = deal(counts, Random(seed, "split", {static_cast<std::uint64_t>(outcome)}));
    for (std::size_t i = 0; i < of_class.size(); ++i) of_class[i]->cohort = dealt[i] == 0 ? "train" : "validation";
  }
}

/// Patients with both images, MRI only, slides only, neither.
std::vector<double> modality_proportions(const std::string& preset) {
  if (preset == "default") return {0.80, 0.08, 0.08, 0.04};
  if (preset == "study") return {183, 578 - 183, 587 - 183, 16};
  throw InputError("unknown preset '" + preset + "'; known: default, study");
}

}  // namespace

double SyntheticPatient::contribution(unsigned sources) const {
  return (sources & kClinic ? clinic : 0) + (sources & kHabitat ? habitat : 0) + (sources & kPathology ? pathology : 0);
}

unsigned SyntheticPatient::available() const {
  return kClinic | (has_mri ? kHabitat : 0U) | (slides > 0 ? kPathology : 0U);
}

double SyntheticCohort::risk(const SyntheticPatient& patient, unsigned sources) const {
  return marginal_risk(intercept + patient.contribution(sources), kAllSources & ~sources, design.signal);
}

SyntheticCohort draw_cohort(const SyntheticDesign& design) {
  if (design.patients < 20) {
    throw InputError("a synthetic cohort of " + std::to_string(design.patients) +
                     " patients cannot be split; ask for 20 or more");
  }
  const std::vector<int> with_images =
      deal(divide(design.patients, modality_proportions(design.preset)), Random(design.seed, "modalities"));
  const std::vector<int> sites = deal(divide(design.patients, {0.70, 0.12, 0.10, 0.08}), Random(design.seed, "sites"));
  SyntheticCohort cohort{design, intercept_for(design.prevalence, design.signal), {}};
  for (int i = 0; i < design.patients; ++i) {
    const auto index = static_cast<std::size_t>(i);
    SyntheticPatient patient;
    patient.id = patient_id(i + 1, design.patients);
    patient.site = std::string(1, static_cast<char>('A' + sites[index]));
    Random random(design.seed, "patient", {index});
    draw_clinic(patient, design.signal, random);
    draw_images(patient, design.signal, random);
    draw_equipment(patient, design, static_cast<std::uint64_t>(sites[index]), random);
    patient.has_mri = with_images[index] == 0 || with_images[index] == 1;
    if (with_images[index] == 1 || with_images[index] == 3) patient.slides = 0;
    patient.resistant = Random(design.seed, "outcome", {index}).chance(cohort.risk(patient));
    cohort.patients.push_back(std::move(patient));
  }
  split(cohort.patients, design.seed);
  return cohort;
}

double expected_auc(std::span<const double> scores, std::span<const double> risks) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return scores[a] < scores[b]; });
  double pairs = 0, wins = 0, below = 0;  // below: non-events expected among the lower scores
  double events = 0, non_events = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    double tied_events = 0, tied_non_events = 0, self = 0;
    for (; last < order.size() && scores[order[last]] == scores[order[first]]; ++last) {
      const double risk = risks[order[last]];
      tied_events += risk;
      tied_non_events += 1 - risk;
      self += risk * (1 - risk);
    }
    wins += tied_events * below + 0.5 * (tied_events * tied_non_events - self);
    below += tied_non_events;
    events += tied_events;
    non_events += tied_non_events;
    pairs -= self;  // nobody is paired with himself
    first = last;
  }
  pairs += events * non_events;
  return pairs > 0 ? wins / pairs : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace radiopath::training
