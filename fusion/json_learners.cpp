#include <string>

#include "core/error.h"
#include "fusion/json_parts.h"

namespace radiopath::fusion {
namespace {

using fusion::read;
using fusion::write;

// One `write` and one `read` per type, member by member. Every learner names its kind.

Json write_rows(const Eigen::MatrixXd& matrix) {
  Json rows = Json::array();
  for (Eigen::Index r = 0; r < matrix.rows(); ++r) rows.push_back(write(Eigen::VectorXd(matrix.row(r))));
  return rows;
}

void read_rows(const Json& json, Eigen::Index cols, Eigen::MatrixXd& matrix) {
  matrix.resize(static_cast<Eigen::Index>(json.size()), cols);
  for (std::size_t r = 0; r < json.size(); ++r) {
    Eigen::VectorXd row;
    read(json.at(r), row);
    if (row.size() != cols) throw InputError("not a model written by this program: a row has another number of columns");
    matrix.row(static_cast<Eigen::Index>(r)) = row;
  }
}

/// A tree as parallel arrays: a tenth of the size of one object per node.
Json write(const Tree& tree) {
  Json json;
  for (const TreeNode& node : tree.nodes) {
    json["column"].push_back(node.column);
    json["threshold"].push_back(node.threshold);
    json["left"].push_back(node.left);
    json["right"].push_back(node.right);
    json["value"].push_back(node.value);
    json["cover"].push_back(node.cover);
  }
  return json;
}

void read(const Json& json, Tree& tree) {
  for (std::size_t i = 0; i < json.at("column").size(); ++i) {
    tree.nodes.push_back({json.at("column").at(i), json.at("threshold").at(i), json.at("left").at(i),
                          json.at("right").at(i), json.at("value").at(i), json.at("cover").at(i)});
  }
}

Json write(const std::vector<Tree>& trees) {
  Json json = Json::array();
  for (const Tree& tree : trees) json.push_back(write(tree));
  return json;
}

void read(const Json& json, std::vector<Tree>& trees) {
  for (const Json& tree : json) read(tree, trees.emplace_back());
}

Json write(const ForestModel& model) {
  return {{"kind", "forest"},
          {"columns", model.columns},
          {"out_of_bag_accuracy", model.out_of_bag_accuracy},
          {"trees", write(model.trees)}};
}

void read(const Json& json, ForestModel& model) {
  model.columns = json.at("columns");
  if (json.contains("out_of_bag_accuracy")) model.out_of_bag_accuracy = number(json.at("out_of_bag_accuracy"));
  read(json.at("trees"), model.trees);
}

Json write(const BoostingModel& model) {
  return {{"kind", "gradient_boosting"}, {"columns", model.columns}, {"intercept", model.intercept},
          {"trees", write(model.trees)}};
}

void read(const Json& json, BoostingModel& model) {
  model.columns = json.at("columns");
  model.intercept = number(json.at("intercept"));
  read(json.at("trees"), model.trees);
}

Json write(const NaiveBayesModel& model) {
  return {{"kind", "naive_bayes"},
          {"columns", model.columns},
          {"priors", write(model.priors)},
          {"means", {write(model.means[0]), write(model.means[1])}},
          {"variances", {write(model.variances[0]), write(model.variances[1])}}};
}

void read(const Json& json, NaiveBayesModel& model) {
  model.columns = json.at("columns");
  read(json.at("priors"), model.priors);
  for (std::size_t group = 0; group < 2; ++group) {
    read(json.at("means").at(group), model.means[group]);
    read(json.at("variances").at(group), model.variances[group]);
  }
}

Json write(const NearestNeighboursModel& model) {
  return {{"kind", "nearest_neighbours"},     {"columns", model.columns},    {"neighbours", model.neighbours},
          {"weights", model.weights},         {"rows", write_rows(model.x)}, {"outcomes", model.outcomes},
          {"row_weights", write(model.row_weights)}};
}

void read(const Json& json, NearestNeighboursModel& model) {
  model.columns = json.at("columns");
  model.neighbours = json.at("neighbours");
  model.weights = json.at("weights");
  read_rows(json.at("rows"), static_cast<Eigen::Index>(model.columns.size()), model.x);
  model.outcomes = json.at("outcomes").get<std::vector<int>>();
  read(json.at("row_weights"), model.row_weights);
}

Json write(const SvmModel& model) {
  return {{"kind", "svm"},
          {"columns", model.columns},
          {"kernel", model.kernel},
          {"gamma", model.gamma},
          {"coef0", model.coef0},
          {"degree", model.degree},
          {"vectors", write_rows(model.vectors)},
          {"coefficients", write(model.coefficients)},
          {"intercept", model.intercept},
          {"platt", {{"a", model.platt.a}, {"b", model.platt.b}}}};
}

void read(const Json& json, SvmModel& model) {
  model.columns = json.at("columns");
  model.kernel = json.at("kernel");
  model.gamma = number(json.at("gamma"));
  model.coef0 = number(json.at("coef0"));
  model.degree = json.at("degree");
  read_rows(json.at("vectors"), static_cast<Eigen::Index>(model.columns.size()), model.vectors);
  read(json.at("coefficients"), model.coefficients);
  model.intercept = number(json.at("intercept"));
  model.platt = {number(json.at("platt").at("a")), number(json.at("platt").at("b"))};
}

Json write(const XgboostModel& model) {
  return {{"kind", "xgboost"}, {"columns", model.columns}, {"model", Json::parse(model.json)}};
}

void read(const Json& json, XgboostModel& model) {
  model.columns = json.at("columns");
  model.json = json.at("model").dump();
}

Json write(const LightgbmModel& model) {
  Json lines = Json::array();
  for (std::size_t start = 0, end = 0; start <= model.text.size(); start = end + 1) {
    end = std::min(model.text.find('\n', start), model.text.size());
    lines.push_back(model.text.substr(start, end - start));
  }
  return {{"kind", "lightgbm"}, {"columns", model.columns}, {"model", lines}};
}

void read(const Json& json, LightgbmModel& model) {
  model.columns = json.at("columns");
  const auto lines = json.at("model").get<std::vector<std::string>>();
  for (std::size_t i = 0; i < lines.size(); ++i) model.text += (i > 0 ? "\n" : "") + lines[i];
}

Json write(const MajorityModel& model) { return {{"kind", "majority"}, {"share", model.share}}; }

void read(const Json& json, MajorityModel& model) { model.share = number(json.at("share")); }

/// Reads the alternative of that kind; false when it is another.
template <class Model>
bool read_if(const Json& json, const char* kind, Learner& learner) {
  if (json.at("kind") != kind) return false;
  read(json, learner.emplace<Model>());
  return true;
}

}  // namespace

Json write(const LogisticModel& model) {
  return {{"kind", "logistic_regression"},
          {"columns", model.columns},
          {"intercept", model.intercept},
          {"coefficients", write(model.coefficients)},
          {"remark", model.remark}};
}

void read(const Json& json, LogisticModel& model) {
  model.columns = json.at("columns");
  model.intercept = number(json.at("intercept"));
  read(json.at("coefficients"), model.coefficients);
  model.remark = json.at("remark");
}

Json write(const Learner& learner) {
  return std::visit([](const auto& model) { return write(model); }, learner);
}

void read(const Json& json, Learner& learner) {
  const bool known = read_if<LogisticModel>(json, "logistic_regression", learner) ||
                     read_if<ForestModel>(json, "forest", learner) ||
                     read_if<BoostingModel>(json, "gradient_boosting", learner) ||
                     read_if<NaiveBayesModel>(json, "naive_bayes", learner) ||
                     read_if<NearestNeighboursModel>(json, "nearest_neighbours", learner) ||
                     read_if<SvmModel>(json, "svm", learner) || read_if<XgboostModel>(json, "xgboost", learner) ||
                     read_if<LightgbmModel>(json, "lightgbm", learner) || read_if<MajorityModel>(json, "majority", learner);
  if (!known) throw InputError("not a model written by this program: unknown kind " + json.at("kind").dump());
}

}  // namespace radiopath::fusion
