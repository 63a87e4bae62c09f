#include "radiology/emphasis.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "radiology/entropy.h"

namespace radiopath::radiology {
namespace {

/// Totals of the columns, as (j, total), ascending by j.
std::vector<std::pair<double, double>> column_totals(const CountMatrix& matrix) {
  constexpr std::int32_t kTable = 256;
  std::vector<double> low(kTable);
  std::vector<std::pair<double, double>> high, totals;
  for (const auto& cell : matrix.cells) {
    if (cell.j < kTable)
      low[static_cast<std::size_t>(cell.j)] += cell.count;
    else
      high.push_back({cell.j, cell.count});
  }
  for (int j = 0; j < kTable; ++j) {
    if (low[static_cast<std::size_t>(j)] != 0) totals.push_back({j, low[static_cast<std::size_t>(j)]});
  }
  std::stable_sort(high.begin(), high.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [j, count] : high) {
    if (totals.empty() || totals.back().first != j) totals.push_back({j, 0});
    totals.back().second += count;
  }
  return totals;
}

std::vector<std::pair<double, double>> row_totals(const CountMatrix& matrix) {
  std::vector<std::pair<double, double>> totals;
  for (const auto& cell : matrix.cells) {
    if (totals.empty() || totals.back().first != cell.i) totals.push_back({cell.i, 0});
    totals.back().second += cell.count;
  }
  return totals;
}

double sum_of_squares(const std::vector<std::pair<double, double>>& totals) {
  double sum = 0;
  for (const auto& [place, total] : totals) sum += total * total;
  return sum;
}

double variance(const std::vector<std::pair<double, double>>& totals, double all) {
  double mean = 0, sum = 0;
  for (const auto& [place, total] : totals) mean += place * total;
  mean /= all;
  for (const auto& [place, total] : totals) sum += total * (place - mean) * (place - mean);
  return sum / all;
}

}  // namespace

Emphasis emphasis_of(const CountMatrix& matrix, Profile profile) {
  Emphasis e;
  const double all = matrix.total();
  EntropySum entropy;
  double squares = 0;
  for (const auto& cell : matrix.cells) {
    const double n = cell.count, i2 = static_cast<double>(cell.i) * cell.i, j2 = static_cast<double>(cell.j) * cell.j;
    const double short_n = n / j2, long_n = n * j2, low = 1 / i2;
    e.short_j += short_n;
    e.long_j += long_n;
    e.low_grey += n * low;
    e.high_grey += n * i2;
    e.short_low += short_n * low;
    e.short_high += short_n * i2;
    e.long_low += long_n * low;
    e.long_high += long_n * i2;
    squares += n * n;
    entropy.add(n);
  }
  for (double Emphasis::* sum :
       {&Emphasis::short_j, &Emphasis::long_j, &Emphasis::low_grey, &Emphasis::high_grey, &Emphasis::short_low,
        &Emphasis::short_high, &Emphasis::long_low, &Emphasis::long_high})
    e.*sum /= all;
  const auto rows = row_totals(matrix), columns = column_totals(matrix);
  const double row_squares = sum_of_squares(rows), column_squares = sum_of_squares(columns);
  e.grey_nonuniformity = row_squares / all;
  e.grey_nonuniformity_normalised = row_squares / (all * all);
  e.j_nonuniformity = column_squares / all;
  e.j_nonuniformity_normalised = column_squares / (all * all);
  e.percentage = all / matrix.voxels;
  e.grey_variance = variance(rows, all);
  e.j_variance = variance(columns, all);
  e.entropy = entropy.bits(all, profile);
  e.energy = squares / (all * all);
  return e;
}

namespace {

using enum FeatureColumn::Use;

constexpr EmphasisFeature kGlrlm[] = {
    {{"GrayLevelNonUniformity", "rlm_glnu", "R5YN"}, &Emphasis::grey_nonuniformity},
    {{"GrayLevelNonUniformityNormalized", "rlm_glnu_norm", "OVBL"}, &Emphasis::grey_nonuniformity_normalised},
    {{"GrayLevelVariance", "rlm_gl_var", "8CE5"}, &Emphasis::grey_variance},
    {{"HighGrayLevelRunEmphasis", "rlm_hgre", "G3QZ"}, &Emphasis::high_grey},
    {{"LongRunEmphasis", "rlm_lre", "W4KF"}, &Emphasis::long_j},
    {{"LongRunHighGrayLevelEmphasis", "rlm_lrhge", "3KUM"}, &Emphasis::long_high},
    {{"LongRunLowGrayLevelEmphasis", "rlm_lrlge", "IVPO"}, &Emphasis::long_low},
    {{"LowGrayLevelRunEmphasis", "rlm_lgre", "V3SW"}, &Emphasis::low_grey},
    {{"RunEntropy", "rlm_rl_entr", "HJ9O"}, &Emphasis::entropy},
    {{"RunLengthNonUniformity", "rlm_rlnu", "W92Y"}, &Emphasis::j_nonuniformity},
    {{"RunLengthNonUniformityNormalized", "rlm_rlnu_norm", "IC23"}, &Emphasis::j_nonuniformity_normalised},
    {{"RunPercentage", "rlm_r_perc", "9ZK5"}, &Emphasis::percentage},
    {{"RunVariance", "rlm_rl_var", "SXLW"}, &Emphasis::j_variance},
    {{"ShortRunEmphasis", "rlm_sre", "22OV"}, &Emphasis::short_j},
    {{"ShortRunHighGrayLevelEmphasis", "rlm_srhge", "GD3A"}, &Emphasis::short_high},
    {{"ShortRunLowGrayLevelEmphasis", "rlm_srlge", "HTZT"}, &Emphasis::short_low},
};

constexpr EmphasisFeature kGlszm[] = {
    {{"GrayLevelNonUniformity", "szm_glnu", "JNSA"}, &Emphasis::grey_nonuniformity},
    {{"GrayLevelNonUniformityNormalized", "szm_glnu_norm", "Y1RO"}, &Emphasis::grey_nonuniformity_normalised},
    {{"GrayLevelVariance", "szm_gl_var", "BYLV"}, &Emphasis::grey_variance},
    {{"HighGrayLevelZoneEmphasis", "szm_hgze", "5GN9"}, &Emphasis::high_grey},
    {{"LargeAreaEmphasis", "szm_lze", "48P8"}, &Emphasis::long_j},
    {{"LargeAreaHighGrayLevelEmphasis", "szm_lzhge", "J17V"}, &Emphasis::long_high},
    {{"LargeAreaLowGrayLevelEmphasis", "szm_lzlge", "YH51"}, &Emphasis::long_low},
    {{"LowGrayLevelZoneEmphasis", "szm_lgze", "XMSY"}, &Emphasis::low_grey},
    {{"SizeZoneNonUniformity", "szm_zsnu", "4JP3"}, &Emphasis::j_nonuniformity},
    {{"SizeZoneNonUniformityNormalized", "szm_zsnu_norm", "VB3A"}, &Emphasis::j_nonuniformity_normalised},
    {{"SmallAreaEmphasis", "szm_sze", "5QRC"}, &Emphasis::short_j},
    {{"SmallAreaHighGrayLevelEmphasis", "szm_szhge", "HW1V"}, &Emphasis::short_high},
    {{"SmallAreaLowGrayLevelEmphasis", "szm_szlge", "5RAI"}, &Emphasis::short_low},
    {{"ZoneEntropy", "szm_zs_entr", "GU8N"}, &Emphasis::entropy},
    {{"ZonePercentage", "szm_z_perc", "P30P"}, &Emphasis::percentage},
    {{"ZoneVariance", "szm_zs_var", "3NSA"}, &Emphasis::j_variance},
};

constexpr EmphasisFeature kGldzm[] = {
    {{"GrayLevelNonUniformity", "dzm_glnu", "VFT7", kIbsi}, &Emphasis::grey_nonuniformity},
    {{"GrayLevelNonUniformityNormalized", "dzm_glnu_norm", "7HP3", kIbsi}, &Emphasis::grey_nonuniformity_normalised},
    {{"GrayLevelVariance", "dzm_gl_var", "QK93", kIbsi}, &Emphasis::grey_variance},
    {{"HighGrayLevelZoneEmphasis", "dzm_hgze", "K26C", kIbsi}, &Emphasis::high_grey},
    {{"LargeDistanceEmphasis", "dzm_lde", "MB4I", kIbsi}, &Emphasis::long_j},
    {{"LargeDistanceHighGrayLevelEmphasis", "dzm_ldhge", "KLTH", kIbsi}, &Emphasis::long_high},
    {{"LargeDistanceLowGrayLevelEmphasis", "dzm_ldlge", "A7WM", kIbsi}, &Emphasis::long_low},
    {{"LowGrayLevelZoneEmphasis", "dzm_lgze", "S1RA", kIbsi}, &Emphasis::low_grey},
    {{"ZoneDistanceNonUniformity", "dzm_zdnu", "V294", kIbsi}, &Emphasis::j_nonuniformity},
    {{"ZoneDistanceNonUniformityNormalized", "dzm_zdnu_norm", "IATH", kIbsi}, &Emphasis::j_nonuniformity_normalised},
    {{"SmallDistanceEmphasis", "dzm_sde", "0GBI", kIbsi}, &Emphasis::short_j},
    {{"SmallDistanceHighGrayLevelEmphasis", "dzm_sdhge", "DKNJ", kIbsi}, &Emphasis::short_high},
    {{"SmallDistanceLowGrayLevelEmphasis", "dzm_sdlge", "RUVG", kIbsi}, &Emphasis::short_low},
    {{"ZoneDistanceEntropy", "dzm_zd_entr", "GBDU", kIbsi}, &Emphasis::entropy},
    {{"ZonePercentage", "dzm_z_perc", "VIWW", kIbsi}, &Emphasis::percentage},
    {{"ZoneDistanceVariance", "dzm_zd_var", "7WT1", kIbsi}, &Emphasis::j_variance},
};

constexpr EmphasisFeature kGldm[] = {
    {{"DependenceEntropy", "ngl_dc_entr", "FCBV"}, &Emphasis::entropy},
    {{"DependenceNonUniformity", "ngl_dcnu", "Z87G"}, &Emphasis::j_nonuniformity},
    {{"DependenceNonUniformityNormalized", "ngl_dcnu_norm", "OKJI"}, &Emphasis::j_nonuniformity_normalised},
    {{"DependenceVariance", "ngl_dc_var", "DNX2"}, &Emphasis::j_variance},
    {{"GrayLevelNonUniformity", "ngl_glnu", "FP8K"}, &Emphasis::grey_nonuniformity},
    {{"GrayLevelVariance", "ngl_gl_var", "1PFV"}, &Emphasis::grey_variance},
    {{"HighGrayLevelEmphasis", "ngl_hgce", "OAE7"}, &Emphasis::high_grey},
    {{"LargeDependenceEmphasis", "ngl_hde", "IMOQ"}, &Emphasis::long_j},
    {{"LargeDependenceHighGrayLevelEmphasis", "ngl_hdhge", "9QMG"}, &Emphasis::long_high},
    {{"LargeDependenceLowGrayLevelEmphasis", "ngl_hdlge", "NBZI"}, &Emphasis::long_low},
    {{"LowGrayLevelEmphasis", "ngl_lgce", "TL9H"}, &Emphasis::low_grey},
    {{"SmallDependenceEmphasis", "ngl_lde", "SODN"}, &Emphasis::short_j},
    {{"SmallDependenceHighGrayLevelEmphasis", "ngl_ldhge", "JA6D"}, &Emphasis::short_high},
    {{"SmallDependenceLowGrayLevelEmphasis", "ngl_ldlge", "EQ3F"}, &Emphasis::short_low},
    {{"GrayLevelNonUniformityNormalized", "ngl_glnu_norm", "5SPA", kDeprecated},
     &Emphasis::grey_nonuniformity_normalised},
    {{"DependencePercentage", "ngl_dc_perc", "6XV8", kDeprecated}, &Emphasis::percentage},
    {{"DependenceEnergy", "ngl_dc_energy", "CAS9", kIbsi}, &Emphasis::energy},
};

}  // namespace

std::span<const EmphasisFeature> emphasis_features(Family family) {
  switch (family) {
    case Family::kGlrlm:
      return kGlrlm;
    case Family::kGlszm:
      return kGlszm;
    case Family::kGldzm:
      return kGldzm;
    case Family::kGldm:
      return kGldm;
    default:
      throw std::logic_error("not a family of emphases");
  }
}

}  // namespace radiopath::radiology
