#pragma once

#include <Eigen/Core>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "fusion/learner.h"

// What the files that write fitted values as JSON share; nobody else includes it.
namespace radiopath::fusion {

using Json = nlohmann::ordered_json;

// JSON has no NaN: the library writes it as null.
inline double number(const Json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

inline std::vector<double> numbers(const Json& json) {
  std::vector<double> values;
  for (const Json& value : json) values.push_back(number(value));
  return values;
}

inline Json write(const Eigen::VectorXd& values) { return std::vector<double>(values.begin(), values.end()); }

inline void read(const Json& json, Eigen::VectorXd& vector) {
  const std::vector<double> values = numbers(json);
  vector = Eigen::Map<const Eigen::VectorXd>(values.data(), static_cast<Eigen::Index>(values.size()));
}

Json write(const LogisticModel& model);
void read(const Json& json, LogisticModel& model);
Json write(const Learner& learner);
void read(const Json& json, Learner& learner);

}  // namespace radiopath::fusion
