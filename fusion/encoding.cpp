#include "fusion/encoding.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace radiopath::fusion {
namespace {

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  const double below = *std::max_element(values.begin(), middle);
  return below + (*middle - below) / 2;
}

struct Column {
  double median, mean, scale;
};

Column describe(const Eigen::VectorXd& values, const std::vector<double>& present) {
  Column column{.median = median(present), .mean = 0, .scale = 0};
  const Eigen::ArrayXd imputed = values.array().isNaN().select(column.median, values.array());
  column.mean = imputed.mean();
  // By the largest deviation, so that squares of values near 1e200 or 1e-200 neither overflow nor vanish.
  const double largest = (imputed - column.mean).abs().maxCoeff();
  if (imputed.minCoeff() < imputed.maxCoeff() && largest > 0) {
    column.scale = largest * std::sqrt(((imputed - column.mean) / largest).square().mean());
  }
  return column;
}

}  // namespace

Encoding fit_encoding(const EncodingConfig& config, const TrainingTable& train) {
  const Table& table = train.table();
  Encoding encoding;
  std::vector<Column> kept;
  for (int c = 0; c < table.cols(); ++c) {
    const Eigen::VectorXd values = table.values.col(c);
    std::vector<double> present;
    for (const double value : values) {
      if (!std::isnan(value)) present.push_back(value);
    }
    const double missing = double(table.rows()) - double(present.size());
    if (present.empty() || missing > config.max_missing_share * table.rows()) {
      encoding.dropped_missing.push_back(table.columns[c]);
      continue;
    }
    const Column column = describe(values, present);
    if (!(column.scale > 0)) {
      encoding.dropped_constant.push_back(table.columns[c]);
      continue;
    }
    encoding.columns.push_back(table.columns[c]);
    kept.push_back(column);
  }
  if (kept.empty()) {
    throw InputError("no usable column among " + std::to_string(table.cols()) + " in " + std::to_string(table.rows()) +
                     " training patients: " + std::to_string(encoding.dropped_missing.size()) +
                     " are missing in too many, " + std::to_string(encoding.dropped_constant.size()) +
                     " hold one value only");
  }
  const auto count = static_cast<Eigen::Index>(kept.size());
  encoding.medians.resize(count);
  encoding.means.resize(count);
  encoding.scales.resize(count);
  for (Eigen::Index i = 0; i < count; ++i) {
    const Column& column = kept[static_cast<std::size_t>(i)];
    encoding.medians[i] = column.median;
    encoding.means[i] = column.mean;
    encoding.scales[i] = column.scale;
  }
  return encoding;
}

Table apply(const Encoding& encoding, const Table& table) {
  Table result = table.select_columns(encoding.columns);
  for (int c = 0; c < result.cols(); ++c) {
    for (int r = 0; r < result.rows(); ++r) {
      double& value = result.values(r, c);
      if (std::isinf(value)) {
        throw InputError("patient " + result.ids[r] + ": column '" + result.columns[c] +
                         "' is infinite; expected a number or an empty cell");
      }
      value = ((std::isnan(value) ? encoding.medians[c] : value) - encoding.means[c]) / encoding.scales[c];
    }
  }
  return result;
}

TrainingTable apply(const Encoding& encoding, const TrainingTable& table) {
  Table encoded = apply(encoding, table.table());
  return table.with_values(std::move(encoded.columns), std::move(encoded.values));
}

}  // namespace radiopath::fusion
